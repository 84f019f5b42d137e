/** The operator's commands: what a person asks of the ledger. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.operator;
