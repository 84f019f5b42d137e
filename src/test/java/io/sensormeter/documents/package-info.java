/** What README, docs and .github say, held to each other, to the code and to the template. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.documents;
