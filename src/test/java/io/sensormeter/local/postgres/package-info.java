/** Real PostgreSQL, and the replaced application's tables with their data. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local.postgres;
