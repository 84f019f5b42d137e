/**
 * One run on one machine: the whole pipeline, and the services it stands on. What stands in for the
 * world beyond the product is in {@code stripe}, {@code aws} and {@code postgres}, which know
 * neither each other nor the run nor the product, beside the HTTP server in {@code http} that they
 * share; only their own tests and fixtures ask here for a shared server or a clock. The integration
 * tests and the local run stand on it; nothing of it ships.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local;
