/**
 * What stands in for the world: PostgreSQL, SQS, Secrets Manager, Stripe and Lambda itself on this
 * machine, each spoken to over its real protocol. Integration tests and the local run stand on it.
 *
 * <p>{@link io.sensormeter.local.FakeStripe} answers as Stripe answers for meter events, meters and
 * summaries. A fake is worth what it refuses: each rule names the section of facts/stripe.md it
 * comes from, and where those facts say "open", the answer can be chosen by the test.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local;
