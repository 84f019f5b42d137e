/** The HTTP server on which the fake of Stripe and the stand-ins of AWS listen. */
@org.jspecify.annotations.NullMarked
package io.sensormeter.local.http;
