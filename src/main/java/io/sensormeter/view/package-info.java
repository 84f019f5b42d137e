/**
 * Pages from the ledger, for who looks at a CloudWatch dashboard: ViewFunction is called with the
 * viewer's own rights, answers with HTML without a script, and can change nothing. The templates
 * stand in {@code src/main/jte}; each takes the record of the same name.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.view;
