package io.sensormeter.verifier;

import io.sensormeter.stripe.ErrorReports;
import io.sensormeter.stripe.MeterSummaries;
import io.sensormeter.stripe.StripeCalls;
import io.sensormeter.stripe.StripeMeters;

/** What Stripe can be asked, under one key. */
record Sources(MeterSummaries summaries, StripeMeters meters, ErrorReports reports) {

  static Sources of(StripeCalls calls) {
    return new Sources(new MeterSummaries(calls), new StripeMeters(calls), new ErrorReports(calls));
  }
}
