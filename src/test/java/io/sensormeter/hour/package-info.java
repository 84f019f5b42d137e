/**
 * Whole hours, from the tick to what Stripe bills: as they should go, and with one part failing at
 * a time.
 */
@org.jspecify.annotations.NullMarked
package io.sensormeter.hour;
