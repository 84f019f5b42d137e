/** From outcomes queue to ledger. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.recorder;
