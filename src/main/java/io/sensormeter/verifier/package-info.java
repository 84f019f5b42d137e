/**
 * From verifications queue to Stripe's summaries, meters and error reports to outcomes queue. Says
 * what Stripe shows; what follows from it is decided where the ledger is.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.verifier;
