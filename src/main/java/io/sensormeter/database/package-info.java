/**
 * Statements on the ledger's database: one statement is one call and one transaction; several are
 * one {@link io.sensormeter.database.Database#transaction transaction}. The only package that names
 * {@code java.sql}.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.database;
