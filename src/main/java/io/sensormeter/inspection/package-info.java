/**
 * The ledger as a person looks at it: what waits for them, and what an organization or a customer
 * was billed. Only reads; the operator's commands and the pages tell the same.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.inspection;
