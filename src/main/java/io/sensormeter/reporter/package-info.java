/** From reports queue to Stripe to outcomes queue. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.reporter;
