/**
 * The README's figures: {@code mvn -q -Pbench}. Measures, asserts nothing; no part of the tests.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.bench;
