/**
 * From tick to reports queue: capture the owed hours, publish their reports, sweep what is overdue,
 * measure the ledger.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.tick;
