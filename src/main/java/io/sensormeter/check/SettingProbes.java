package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meter;
import java.util.List;
import java.util.stream.Stream;

/** What the settings mean, in sentences. */
record SettingProbes(SchedulerSettings settings) {

  /** A flow's hour is read when it is over, and a lost copy sent again an hour after that. */
  private static final int FLOW_GRACE_HOURS = 2;

  /** From the look that finds it absent to the revision that Stripe has taken. */
  private static final int REPAIR_HOURS = 6;

  List<Finding> findings(Hour now) {
    return Stream.concat(
            Stream.of(billFrom(now), ledgerKeepMonths(), verifyEvery()),
            settings.meters().list().stream().map(this::meter))
        .toList();
  }

  private Finding billFrom(Hour now) {
    String item = "BILL_FROM";
    if (settings.billFrom().isEmpty()) {
      return Finding.good(item, "blank: shadow, hours are captured but nothing is ever sent");
    }
    Hour from = settings.billFrom().get();
    return Finding.good(
        item,
        now.isBefore(from)
            ? from + " is the first hour billed; until then hours are captured in shadow"
            : from + " is the first hour billed: every hour since is sent to Stripe");
  }

  private Finding ledgerKeepMonths() {
    return Finding.good(
        "LEDGER_KEEP_MONTHS",
        settings
            .ledgerKeepMonths()
            .map(
                "%d full months are kept; older ones that a person has written out leave by prune"
                    ::formatted)
            .orElse("blank: every month is kept"));
  }

  private Finding verifyEvery() {
    String item = "VERIFY_EVERY_HOURS";
    String says =
        "each customer is looked up in Stripe once in %d h".formatted(settings.verifyEveryHours());
    int needed = settings.verifyEveryHours() + REPAIR_HOURS;
    return settings.invoiceGraceHours() < needed
        ? Finding.warning(
            item,
            "%s. What Stripe turns out not to hold is sent again up to %d h after its hour, and with INVOICE_GRACE_HOURS=%d a period's last hours are then on no invoice: give invoices more grace, in Stripe and here, or expect to settle those by hand"
                .formatted(says, needed, settings.invoiceGraceHours()))
        : Finding.good(item, says);
  }

  private Finding meter(Meter meter) {
    String means =
        switch (meter.kind()) {
          case SUM_HOURLY ->
              "the Stripe meter must have formula sum and event_time_window=hour: a later event of"
                  + " an hour replaces the earlier one";
          case SUM ->
              "the Stripe meter must have formula sum and no event_time_window: every event counts";
          case LAST ->
              "the Stripe meter must have formula last and no event_time_window: the billing"
                  + " period's final event counts";
        };
    String reads =
        meter.pastHour()
            ? "each tick reads the hour before it"
            : "each tick reads the state at its hour";
    String item = "METERS " + meter.name();
    String says = "%s: %s; %s".formatted(meter.kind().label(), means, reads);
    return meter.pastHour() && settings.invoiceGraceHours() < FLOW_GRACE_HOURS
        ? Finding.warning(
            item,
            says
                + ". A billing period's last hour is read as the period ends, and a lost copy of it"
                + " is"
                + " sent again an hour later: with INVOICE_GRACE_HOURS=%d that is too late for the invoice. Give invoices %d hours of grace or more, in Stripe and here"
                    .formatted(settings.invoiceGraceHours(), FLOW_GRACE_HOURS))
        : Finding.good(item, says);
  }
}
