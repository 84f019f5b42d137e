package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import java.util.List;

/** Whether what is sent can be seen in Stripe: the meters there, and what looking costs. */
record VerificationProbes(SchedulerSettings settings, ReadOnly reads) {

  /** What Stripe allows at least, whatever is billed (docs/stripe-facts.md, Limits). */
  private static final int READS_A_MONTH = 10_000;

  private static final int HOURS_A_MONTH = 730;

  private record Seen(String meter, String says, boolean wrong) {}

  /** The declared meters as the verifier read them. */
  Finding meters() {
    String item = "meters in Stripe";
    if (!known()) {
      return Finding.good(item, "not read yet: the first tick asks for them");
    }
    List<Seen> seen =
        reads.list(
            "looking at the meters as Stripe shows them",
            row -> new Seen(row.text("meter"), row.text("says"), row.flag("wrong")),
            """
            select given.meter, noted.problem is not null or noted.missing_at is not null
                or coalesce(noted.raw, false) as wrong,
              given.meter || ': ' || case
                when noted.problem is not null then noted.problem || '; its reports wait, unsent'
                when noted.missing_at is not null
                  then 'Stripe shows no active meter of this name'
                when noted.raw then 'METERS says sum-hourly, but Stripe adds every event up: nothing '
                  'is sent again that may be there. Make a meter with event_time_window=hour'
                when noted.read_at is null then 'not read yet: is VerifierFunction running?'
                else noted.stripe_id || ', as METERS declares it, read '
                  || to_char(noted.read_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') end as says
            from unnest(?) as given(meter)
            left join metering.meter as noted on noted.meter = given.meter
            order by given.meter
            """,
            (Object) settings.meters().names().toArray(String[]::new));
    String says = String.join("; ", seen.stream().map(Seen::says).toList());
    return seen.stream().anyMatch(Seen::wrong) ? Finding.bad(item, says) : Finding.good(item, says);
  }

  /** What Stripe allows without a price; beyond it nothing is documented. */
  Finding allocation() {
    String item = "reads of Stripe";
    long customers =
        known()
            ? reads
                .one(
                    "counting what is looked up",
                    row -> row.number("reports"),
                    """
                    select coalesce(sum(reports), 0) as reports from metering.tick_meter
                    where hour = (select max(hour) from metering.tick_meter)
                    """)
                .orElseThrow()
            : 0;
    long reads = customers * HOURS_A_MONTH / settings.verifyEveryHours();
    String says =
        "%,d a month: each customer of the newest hour once in %d h, and what is in doubt more often"
            .formatted(reads, settings.verifyEveryHours());
    return reads <= READS_A_MONTH
        ? Finding.good(item, says)
        : Finding.warning(
            item,
            "%s. That is %.1f times the 10,000 that Stripe allows at least; it allows 500 for each transaction in 30 days, and says nothing of what is beyond: ask Stripe, or raise VERIFY_EVERY_HOURS (at most 96)"
                .formatted(says, reads / (double) READS_A_MONTH));
  }

  private boolean known() {
    return reads
        .one(
            "looking for the ledger's meters",
            row -> row.flag("made"),
            "select to_regclass('metering.tick_meter') is not null as made")
        .orElseThrow();
  }
}
