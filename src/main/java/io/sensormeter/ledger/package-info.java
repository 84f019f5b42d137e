/**
 * The ledger: every SQL statement that writes, and the migrations that make its tables.
 *
 * <p>The states of a report, and what moves it. Trigger {@code guard} of the table refuses every
 * arrow that is not drawn.
 *
 * <pre>
 * captured ─► shadow ─ release ─► pending
 * pending ──► accepted ──► verified
 *    │ ├─► rejected    by capture: no copy ever left; or by Stripe
 *    │ ├─► unresolved  additive: 24 h after the first publication without an outcome
 *    │ └─► superseded  last: a later hour is live
 *    └─► expired       the event time is older than 34 days
 *
 * pending, unresolved, expired, superseded, refused at once ─ Stripe took it ──► accepted
 * pending, unresolved, expired ─ refused at once ──────────────────────────────► rejected
 * pending, accepted, unresolved, expired ─ refused afterwards ─────────────────► rejected
 * accepted, unresolved, expired, superseded,
 *   rejected by Stripe, discrepancy ─ seen with its value ─────────────────────► verified
 * accepted, verified, unresolved, expired, held ─ seen with another value ─────► discrepancy
 * accepted, unresolved ─ twice not seen ───────────────────────────────────────► replaced, or discrepancy
 * rejected, discrepancy, superseded, expired, unresolved ─ retry ──────────────► replaced
 * accepted, verified, discrepancy ─ correct ───────────────────────────────────► replaced
 * </pre>
 *
 * <p>A replaced report is final: the next revision stands in its place.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.ledger;
