/**
 * From ledger to reports queue: one live copy of each pending report, and none that was not
 * committed.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.publisher;
