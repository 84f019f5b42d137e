/**
 * sensor-meter: the reading of every hour reaches Stripe exactly once, or is shown to a person.
 *
 * <pre>
 * rule cron(0 * * * ? *) ─ tick ─► scheduler: capture readings into the ledger,
 *                                  publish one copy per report ─► reports queue
 * reports queue  ─► reporter: one Stripe meter event per copy ─► outcomes queue
 * outcomes queue ─► recorder: one UPDATE per batch ─► ledger
 * verifications queue ─► verifier: what Stripe shows of it ─► outcomes queue
 * a person's dashboard ─► view: pages from the ledger, which it only reads
 * </pre>
 *
 * Start reading at {@link io.sensormeter.App}, which wires the functions; then {@code scheduler},
 * {@code publisher}, {@code reporter} and {@code recorder} in the order of the flow, and {@code
 * operator} for what a person asks. The ledger is the truth, queues are transport. The ledger side
 * ({@code ledger, scheduler, publisher, operator, recorder, view}) and the Stripe side ({@code
 * stripe, reporter, verifier}) never import each other; they meet in {@code queue} and {@code
 * meter}.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter;
