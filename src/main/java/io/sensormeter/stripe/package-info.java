/** The only package that talks to Stripe. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.stripe;
