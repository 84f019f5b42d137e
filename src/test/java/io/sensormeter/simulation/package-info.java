/**
 * A simulated world: the real handlers and the real ledger on a real PostgreSQL, in one thread of
 * time; queues, secrets, Stripe, people and the clock are models, driven by one seeded agenda. A
 * seed is a bug report: it plays again to the line. What is right is decided in {@code oracle}.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.simulation;
