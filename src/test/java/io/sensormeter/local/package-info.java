/**
 * Everything sensor-meter talks to, on this machine: stand-ins for tests and for the local run.
 *
 * <p>{@link io.sensormeter.local.FakeStripe} answers as Stripe answers for meter events, meters and
 * summaries. A fake is worth what it refuses: each rule names the section of facts/stripe.md it
 * comes from, and where those facts say "open", the answer can be chosen by the test.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local;
