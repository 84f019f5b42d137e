/** Stripe's billing meters, which cannot be run here: a fake with state, at the wire. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local.stripe;
