package io.sensormeter.view;

import io.sensormeter.database.Row;
import io.sensormeter.inspection.Terms;
import io.sensormeter.inspection.Waiting;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Meter;
import io.sensormeter.meter.MeterKind;
import io.sensormeter.meter.Meters;
import io.sensormeter.view.MetersModel.Line;
import io.sensormeter.view.MetersModel.OfMeter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Page Meters: what METERS declares, beside what Stripe has. */
record MetersPage(Terms terms, Meters declared) {

  private static final String NOT_READ = "not read yet";
  private static final String NONE = "none";

  /** The verifier reads each at every tick. */
  private static final Duration READ_EVERY = Duration.ofDays(1);

  /** A meter as the ledger notes it. */
  private record Noted(
      String meter,
      @Nullable Hour liveFrom,
      @Nullable String stripeId,
      @Nullable String status,
      @Nullable String formula,
      @Nullable String window,
      @Nullable String customerKey,
      @Nullable String valueKey,
      @Nullable Boolean live,
      @Nullable Instant readAt) {

    private static Noted read(Row row) {
      return new Noted(
          row.text("meter"),
          row.hourOrNull("live_from"),
          row.textOrNull("stripe_id"),
          row.textOrNull("stripe_status"),
          row.textOrNull("formula"),
          row.textOrNull("event_time_window"),
          row.textOrNull("customer_key"),
          row.textOrNull("value_key"),
          row.flagOrNull("livemode"),
          row.instantOrNull("read_at"));
    }
  }

  MetersModel of(ViewRequest request) {
    LocalTimes times = new LocalTimes(request.zone());
    Map<String, Noted> noted =
        terms
            .reads()
            .list(
                "reading the meters",
                Noted::read,
                """
                select meter, live_from, stripe_id, stripe_status, formula, event_time_window,
                  customer_key, value_key, livemode, read_at
                from metering.meter
                """)
            .stream()
            .collect(Collectors.toMap(Noted::meter, Function.identity()));
    Map<String, String> problems =
        Waiting.metersOf(terms).stream()
            .collect(Collectors.toMap(Waiting.OfMeter::meter, Waiting.OfMeter::problem));
    String mode =
        terms
            .reads()
            .one("reading the mode", row -> row.text("mode"), "select mode from metering.stack")
            .orElse(NONE);
    TreeSet<String> names = new TreeSet<>(declared.names());
    names.addAll(noted.keySet());
    List<OfMeter> meters =
        names.stream()
            .map(
                name ->
                    meter(
                        name,
                        Optional.ofNullable(noted.get(name)),
                        problems.getOrDefault(name, ""),
                        mode,
                        times,
                        request.now()))
            .toList();
    long old = noted.values().stream().filter(one -> isOld(one, request.now())).count();
    return new MetersModel(verdict(meters, old), meters);
  }

  private static Verdict verdict(List<OfMeter> meters, long old) {
    long wrong = meters.stream().filter(MetersPage::isWrong).count();
    long unread =
        meters.stream()
            .filter(meter -> meter.lines().stream().anyMatch(l -> l.stripe().equals(NOT_READ)))
            .count();
    if (wrong > 0) {
      return new Verdict(
          "No",
          "bad",
          Count.of(wrong, "meter")
              + (wrong == 1 ? " is" : " are")
              + " not as METERS declares: see below.");
    }
    if (unread > 0) {
      return new Verdict(
          "Not known", "wait", "Stripe was not asked for " + Count.of(unread, "meter") + " yet.");
    }
    return old > 0
        ? new Verdict(
            "Not known",
            "wait",
            "Stripe was not asked for " + Count.of(old, "meter") + " within a day.")
        : new Verdict("Yes", "good", "each meter is in Stripe what METERS declares.");
  }

  private static boolean isWrong(OfMeter meter) {
    return !meter.problem().isEmpty() || meter.lines().stream().anyMatch(Line::differs);
  }

  /** Of a meter that is declared no more nobody asks. */
  private boolean isOld(Noted noted, Instant now) {
    return declared.find(noted.meter()).isPresent()
        && noted.readAt() != null
        && noted.readAt().isBefore(now.minus(READ_EVERY));
  }

  private OfMeter meter(
      String name,
      Optional<Noted> noted,
      String problem,
      String mode,
      LocalTimes times,
      Instant now) {
    Optional<Meter> meter = declared.find(name);
    Optional<Noted> seen = noted.filter(one -> one.stripeId() != null);
    List<Line> lines =
        List.of(
            line("kind", meter.map(one -> one.kind().label()), seen.map(MetersPage::kind)),
            line("formula", meter.map(MetersPage::formula), seen.map(Noted::formula)),
            line(
                "event time window",
                meter.map(MetersPage::window),
                seen.map(one -> one.window() == null ? NONE : one.window())),
            line(
                "customer key", meter.map(_ -> "stripe_customer_id"), seen.map(Noted::customerKey)),
            line("value key", meter.map(_ -> "value"), seen.map(Noted::valueKey)),
            line(
                "mode",
                meter.map(_ -> mode),
                seen.map(one -> Boolean.TRUE.equals(one.live()) ? "live" : "test")),
            line("status", meter.map(_ -> "active"), seen.map(Noted::status)));
    return new OfMeter(name, problem, lines, notes(meter, noted, times, now));
  }

  private static Line line(String property, Optional<String> declared, Optional<String> stripe) {
    return new Line(
        property,
        declared.orElse("not declared"),
        stripe.orElse(NOT_READ),
        declared.isPresent() && stripe.isPresent() && !declared.equals(stripe));
  }

  private static String kind(Noted noted) {
    if ("last".equals(noted.formula())) {
      return MeterKind.LAST.label();
    }
    return "hour".equals(noted.window()) ? MeterKind.SUM_HOURLY.label() : MeterKind.SUM.label();
  }

  private static String formula(Meter meter) {
    return meter.kind() == MeterKind.LAST ? "last" : "sum";
  }

  private static String window(Meter meter) {
    return meter.kind() == MeterKind.SUM_HOURLY ? "hour" : NONE;
  }

  private static List<HourModel.Fact> notes(
      Optional<Meter> meter, Optional<Noted> noted, LocalTimes times, Instant now) {
    List<HourModel.Fact> notes = new ArrayList<>();
    meter.ifPresent(
        one ->
            notes.add(
                new HourModel.Fact(
                    "Reading",
                    one.pastHour()
                        ? "a flow: what came in the hour before the tick"
                        : "a gauge: what is there when the hour begins")));
    noted
        .map(Noted::liveFrom)
        .ifPresent(hour -> notes.add(new HourModel.Fact("Billed from", times.hour(hour))));
    noted
        .map(Noted::stripeId)
        .ifPresent(id -> notes.add(new HourModel.Fact("Meter in Stripe", id)));
    noted
        .map(Noted::readAt)
        .ifPresent(
            at ->
                notes.add(
                    new HourModel.Fact(
                        "Last read", times.time(at) + ", " + LocalTimes.ago(at, now))));
    return notes;
  }
}
