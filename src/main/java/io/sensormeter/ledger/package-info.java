/** The ledger: every SQL statement of the product, and the migrations that make its tables. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.ledger;
