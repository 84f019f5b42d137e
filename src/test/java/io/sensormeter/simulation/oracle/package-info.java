/**
 * What must hold in any world, by what the world knows of itself: the source's readings and what
 * Stripe took. Knows nothing of the product but its documented formats; the ledger is what is
 * judged.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.simulation.oracle;
