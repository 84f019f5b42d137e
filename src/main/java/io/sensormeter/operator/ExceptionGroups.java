package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.Row;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import io.sensormeter.operator.Exceptions.Example;
import io.sensormeter.operator.Exceptions.Group;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reports that an alarm rings for, by status, code and meter. */
record ExceptionGroups(Tools tools) {

  /** What is told once and stays in no count is listed so long: until two invoices have closed. */
  private static final Duration TOLD_ONCE = Duration.ofDays(70);

  /** As the alarm on the oldest hour that Stripe was not seen to hold. */
  private static final int UNVERIFIED_HOURS = 26;

  private static final String ARGUMENT =
      """
      with argument as materialized (
        select ?::timestamptz as first, ?::timestamptz as since, ?::timestamptz as last,
          ?::text as meter, ?::text as organization, ?::timestamptz as now,
          ?::timestamptz as unverified)
      """;

  private static final String FOUND =
      """
      r.failure_code as code,
      coalesce(r.rejected_by, case when r.status = 'rejected'
        then case when r.send_before is null then 'capture' else 'answer' end end) as refused_by,
      r.hour, r.organization_id, r.meter, r.kind, r.value, r.stripe_customer_id
      from argument cross join metering.meter_report as r
      """;

  /** What was rejected before anything was billed is no loss. */
  private static final String OPEN =
      """
      select case when r.status = 'rejected' and r.failure_code = '%2$s'
        then 'discrepancy' else r.status end as status, %1$s
      where r.status in ('rejected', 'unresolved', 'discrepancy', 'expired')
        and r.hour >= coalesce(argument.first, '-infinity')
        and (r.status <> 'rejected'
          or coalesce(r.event_time, r.hour) >= coalesce(
            (select noted.live_from from metering.meter as noted where noted.meter = r.meter),
            (select live_from from metering.stack)))
      """
          .formatted(FOUND, ReportStatus.ACCEPTED_BESIDE_LIVE);

  private static final String MARKED =
      """
      select case when r.status <> 'superseded' then 'late' when r.failure_code = '%2$s'
        then 'discrepancy' else r.status end as status, %1$s
      where (r.late or r.status = 'superseded') and r.hour >= argument.since
        and r.status in ('pending', 'accepted', 'verified', 'superseded')
      """
          .formatted(FOUND, ReportStatus.ACCEPTED_BESIDE_LIVE);

  /** As the gauge of hours in shadow counts them. */
  private static final String SHADOW =
      """
      select 'shadow' as status, %1$s
      join metering.meter as noted on noted.meter = r.meter
      where r.status = 'shadow' and r.hour >= noted.live_from
        and r.hour > argument.now - interval '%2$d hours'
        and coalesce(r.event_time, r.hour) >= noted.live_from
        and (r.kind <> 'last' or not exists (
          select from metering.meter_report as later
          where later.organization_id = r.organization_id and later.meter = r.meter
            and later.hour > r.hour and later.status in %3$s))
      """
          .formatted(FOUND, SchedulerSettings.CATCH_UP_HOURS_MAX, ReportStatus.OVERTAKING);

  private static final String WAITING =
      """
      select 'pending' as status,
        case when r.held is not null then 'held' when exists (
          select from metering.meter as noted where noted.meter = r.meter
            and (noted.refused_at is not null or noted.problem is not null))
          then 'meter_stopped' end as code, null as refused_by,
        r.hour, r.organization_id, r.meter, r.kind, r.value, r.stripe_customer_id
      from argument cross join metering.meter_report as r
      where r.status = 'pending' and r.hour <= argument.now - interval '1 hour'
        and r.hour >= coalesce(argument.first, '-infinity')
      union all
      select 'accepted' as status, 'unverified', null,
        r.hour, r.organization_id, r.meter, r.kind, r.value, r.stripe_customer_id
      from argument cross join metering.meter_report as r
      where r.status = 'accepted' and r.hour <= argument.unverified
        and r.hour >= greatest(argument.first, (select verify_from from metering.stack))
      """;

  private static final String GROUPED =
      """
      select numbered.status, numbered.code, numbered.refused_by, numbered.meter,
        bool_or(numbered.kind is distinct from 'sum-hourly' or coalesce(noted.raw, false)) as additive,
        count(*) as reports, count(distinct organization_id) as organizations,
        coalesce(sum(value), 0) as units, min(hour) as since, max(hour) as newest,
        array_agg(organization_id order by nth) filter (where nth <= 3) as of_organizations,
        array_agg(to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"') order by nth)
          filter (where nth <= 3) as of_hours,
        array_agg(coalesce(stripe_customer_id, '') order by nth) filter (where nth <= 3)
          as of_customers
      from (
        select found.*, row_number() over (
          partition by found.status, found.code, found.refused_by, found.meter
          order by found.hour desc, found.organization_id) as nth
        from found cross join argument
        where found.hour <= argument.last
          and (argument.meter is null or found.meter = argument.meter)
          and (argument.organization is null or found.organization_id = argument.organization)
      ) as numbered
      left join metering.meter as noted on noted.meter = numbered.meter
      group by numbered.status, numbered.code, numbered.refused_by, numbered.meter
      order by numbered.status, numbered.code, numbered.meter
      """;

  List<Group> of(Command.Exceptions command) {
    String acknowledged =
        " and r.acknowledged_at is %snull\n".formatted(command.acknowledged() ? "not " : "");
    List<String> parts = new ArrayList<>();
    for (String part : List.of(OPEN, MARKED, SHADOW)) {
      parts.add(part + acknowledged);
    }
    if (!command.acknowledged()) {
      parts.add(WAITING);
    }
    return tools
        .reads()
        .list(
            "looking for exceptions",
            this::group,
            ARGUMENT + ", found as (\n" + String.join("union all\n", parts) + ")\n" + GROUPED,
            command.from().orElse(null),
            command.from().map(Hour::start).orElseGet(() -> tools.time().now().minus(TOLD_ONCE)),
            command.to().orElseGet(tools::currentHour),
            command.meter().orElse(null),
            command.organization().orElse(null),
            tools.time().now(),
            tools
                .currentHour()
                .minusHours((long) tools.settings().verifyEveryHours() + UNVERIFIED_HOURS));
  }

  private Group group(Row row) {
    List<Example> examples = examples(row);
    Group bare =
        new Group(
            row.text("status"),
            Optional.ofNullable(row.textOrNull("code")),
            Optional.ofNullable(row.textOrNull("refused_by")),
            row.text("meter"),
            row.number("reports"),
            row.number("organizations"),
            row.decimal("units"),
            row.hour("since"),
            row.hour("newest"),
            examples,
            "",
            List.of());
    Advice advice = advice(bare, row.flag("additive"));
    List<Map<String, Object>> next = new ArrayList<>();
    next.add(explain(examples.getFirst(), bare.meter()));
    next.addAll(advice.next());
    return new Group(
        bare.status(),
        bare.code(),
        bare.rejectedBy(),
        bare.meter(),
        bare.reports(),
        bare.organizations(),
        bare.units(),
        bare.since(),
        bare.newest(),
        examples,
        advice.means(),
        next);
  }

  private static List<Example> examples(Row row) {
    List<String> organizations = Objects.requireNonNull(row.textsOrNull("of_organizations"));
    List<String> hours = Objects.requireNonNull(row.textsOrNull("of_hours"));
    List<String> customers = Objects.requireNonNull(row.textsOrNull("of_customers"));
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < organizations.size(); i++) {
      examples.add(
          new Example(
              organizations.get(i),
              hours.get(i),
              Optional.of(customers.get(i)).filter(customer -> !customer.isEmpty())));
    }
    return examples;
  }

  private static Map<String, Object> explain(Example example, String meter) {
    Map<String, Object> explain = Advice.ask("explain");
    explain.put("organization", example.organization());
    explain.put("hour", example.hour());
    explain.put("meter", meter);
    return explain;
  }

  private Advice advice(Group group, boolean additive) {
    return switch (group.status()) {
      case "late" ->
          new Advice(
              "Stripe accepted it after its invoice may have been closed: if its billing period had"
                  + " ended by then, it is on no invoice. Look at the invoice; what is missing is"
                  + " an invoice item. Then acknowledge.",
              List.of(ask(group, "acknowledge", "note", "<why>")));
      case "shadow" ->
          new Advice(
              "It was captured in shadow though its meter was live: it is not billed until it is"
                  + " released, which can be done for 34 days.",
              List.of(ask(group, "release", null, null)));
      case "pending" -> waiting(group.code().orElse(""));
      case "accepted" ->
          new Advice(
              "Stripe has said that it holds it, and its summaries were not seen to show it for"
                  + " more than a day. Does VerifierFunction run? To ask now:",
              List.of(ask(group, "verify", null, null)));
      default ->
          Advice.of(
              new Advice.Case(
                  ReportStatus.valueOf(group.status().toUpperCase(Locale.ROOT)),
                  group.code().orElse(null),
                  group.rejectedBy().orElse(null),
                  additive,
                  group.since(),
                  group.newest(),
                  group.meter(),
                  null),
              tools.currentHour());
    };
  }

  private static Advice waiting(String code) {
    return new Advice(
        switch (code) {
          case "held" ->
              "A retry waits until Stripe was seen not to hold the hour, and goes by itself then.";
          case "meter_stopped" ->
              "Its meter is stopped, and it goes by itself once that is mended: see meters.";
          default ->
              "It has no outcome after more than an hour. It is sent again by itself; look at the"
                  + " reporter, its queue and Stripe.";
        },
        List.of());
  }

  private static Map<String, Object> ask(
      Group group, String command, @Nullable String field, @Nullable String value) {
    Map<String, Object> asked = Advice.ask(command);
    Hour first = group.newest().minusHours(SchedulerSettings.CATCH_UP_HOURS_MAX - 1L);
    asked.put("from", group.since().isBefore(first) ? first : group.since());
    asked.put("to", group.newest());
    asked.put("meter", group.meter());
    if (field != null) {
      Advice.put(asked, field, value);
    }
    asked.put("dryRun", true);
    return asked;
  }
}
