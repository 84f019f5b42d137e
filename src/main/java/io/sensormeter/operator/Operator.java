package io.sensormeter.operator;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Captures.Captured;
import io.sensormeter.ledger.Hours;
import io.sensormeter.ledger.ReportStatus;
import io.sensormeter.meter.Hour;
import io.sensormeter.publisher.Publisher;
import io.sensormeter.publisher.Publisher.Published;
import io.sensormeter.queue.Deadline;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a person's commands; each answers with what it did, or with {@code dryRun} would do.
 */
public final class Operator {

  private final SchedulerSettings settings;
  private final Captures captures;
  private final Publisher publisher;
  private final Hours hours;
  private final InstantSource clock;

  /**
   * @param clock in whole microseconds, as the ledger keeps them
   */
  public Operator(
      SchedulerSettings settings,
      Captures captures,
      Publisher publisher,
      Hours hours,
      InstantSource clock) {
    this.settings = settings;
    this.captures = captures;
    this.publisher = publisher;
    this.hours = hours;
    this.clock = clock;
  }

  /**
   * Captures and publishes the current hour of one organization; sends nothing if it has a report.
   *
   * @throws IllegalArgumentException if the source has no reading of it
   */
  public Map<String, Object> report(Command.Report command, Deadline deadline) {
    Hour hour = Hour.floor(clock.instant());
    String organization = command.organizationId();
    Map<String, Object> answer = answer("report", command.dryRun());
    answer.put("organization", organization);
    answer.put("hour", hour.toString());
    answer.put("shadow", shadow(hour));
    List<Hours.Standing> standing = hours.standing(hour, organization);
    if (!standing.isEmpty()) {
      answer.put("captured", 0);
      answer.put("published", 0);
      answer.put("standing", standing.stream().map(Hours.Standing::fields).toList());
      return answer;
    }
    if (command.dryRun()) {
      Captured preview = preview(hour, organization);
      requireReading(preview.reports() > 0, organization, hour);
      answer.put("wouldCapture", preview.fields());
      return answer;
    }
    Optional<Captured> captured =
        captures.organization(
            hour, organization, settings.meterKind(), shadow(hour), clock.instant());
    requireReading(captured.isPresent(), organization, hour);
    Published published = publisher.publishOverdue(hour, organization, deadline);
    answer.put("captured", captured.orElseThrow().reports());
    answer.put("published", published.copies());
    left(answer, published.left());
    answer.put(
        "standing",
        hours.standing(hour, organization).stream().map(Hours.Standing::fields).toList());
    return answer;
  }

  /**
   * Captures and publishes past hours: as a whole those without a tick row or skipped, or the
   * readings of one organization that have no report.
   *
   * @throws IllegalArgumentException if the range may not be billed
   */
  public Map<String, Object> backfill(Command.Backfill command, Deadline deadline) {
    requireBillable(command);
    Map<String, Object> answer = answer("backfill", command.dryRun());
    String organization = command.organizationId().orElse(null);
    List<Captured> captured = new ArrayList<>();
    Published published = Published.NOTHING;
    String stopped = null;
    for (Hour hour : candidates(command)) {
      if (deadline.isWithin(Publisher.RESERVE.plusSeconds(10))) {
        stopped = hour + " and older hours: little time is left; run the same command again";
        break;
      }
      Optional<Captured> one =
          command.dryRun() ? Optional.of(preview(hour, organization)) : capture(hour, organization);
      if (one.isEmpty() || (organization != null && one.get().reports() == 0)) {
        continue;
      }
      captured.add(one.get());
      if (!command.dryRun()) {
        published =
            published.plus(
                organization == null
                    ? publisher.publishHours(deadline)
                    : publisher.publishOverdue(hour, organization, deadline));
      }
    }
    answer.put("from", command.from().toString());
    answer.put("to", command.to().toString());
    command.organizationId().ifPresent(id -> answer.put("organization", id));
    answer.put(
        command.dryRun() ? "wouldCapture" : "captured",
        captured.stream().map(Captured::fields).toList());
    answer.put("hoursUnchanged", command.from().hoursUntil(command.to()) + 1 - captured.size());
    answer.put("published", published.copies());
    left(answer, stopped == null ? published.left() : stopped);
    return answer;
  }

  /**
   * Says what stands in each hour of a range.
   *
   * @throws IllegalArgumentException if the range is upside down or longer than 816 hours
   */
  public Map<String, Object> status(Command.Status command) {
    Hour to = command.to().orElseGet(() -> Hour.floor(clock.instant()));
    Hour from = command.from().orElseGet(() -> to.minusHours(23));
    requireRange(from, to);
    Map<Hour, Hours.Tick> ticks =
        hours.ticks(from, to).stream()
            .collect(Collectors.toMap(Hours.Tick::hour, Function.identity()));
    Map<Hour, List<Hours.Status>> meters =
        hours.status(from, to).stream().collect(Collectors.groupingBy(Hours.Status::hour));
    List<Map<String, Object>> lines = new ArrayList<>();
    for (Hour hour = to; !hour.isBefore(from); hour = hour.minusHours(1)) {
      lines.add(line(hour, ticks.get(hour), meters.getOrDefault(hour, List.of())));
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("command", "status");
    answer.put("billFrom", settings.billFrom().map(Hour::toString).orElse("shadow"));
    answer.put("hours", lines);
    return answer;
  }

  private Map<String, Object> line(
      Hour hour, Hours.@Nullable Tick tick, List<Hours.Status> meters) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("hour", hour.toString());
    line.put("tick", tick != null ? tick.status() : owed(hour) ? "owed" : "none");
    if (tick != null) {
      line.put("capturedAt", tick.capturedAt().toString());
      if (tick.publishedAt() != null) {
        line.put("publishedAt", tick.publishedAt().toString());
      }
    }
    line.put("meters", meters.stream().map(Operator::meter).toList());
    return line;
  }

  private static Map<String, Object> meter(Hours.Status status) {
    Map<String, Object> meter = new LinkedHashMap<>();
    meter.put("meter", status.meter());
    meter.put("organizations", status.organizations());
    for (ReportStatus each : ReportStatus.values()) {
      meter.put(each.label(), status.byStatus().getOrDefault(each, 0L));
    }
    meter.put("total", status.total());
    meter.put("estimated", status.estimated());
    meter.put("late", status.late());
    return meter;
  }

  private List<Hour> candidates(Command.Backfill command) {
    if (command.organizationId().isEmpty()) {
      return captures.uncaptured(command.from(), command.to());
    }
    List<Hour> all = new ArrayList<>();
    for (Hour hour = command.to(); !hour.isBefore(command.from()); hour = hour.minusHours(1)) {
      all.add(hour);
    }
    return all;
  }

  private Optional<Captured> capture(Hour hour, @Nullable String organization) {
    Instant now = clock.instant();
    return organization == null
        ? captures.hour(hour, settings.meterKind(), false, now)
        : captures.organization(hour, organization, settings.meterKind(), false, now);
  }

  private Captured preview(Hour hour, @Nullable String organization) {
    return captures.preview(hour, organization, settings.meterKind(), clock.instant());
  }

  private boolean shadow(Hour hour) {
    return settings.billFrom().isEmpty() || hour.isBefore(settings.billFrom().get());
  }

  private boolean owed(Hour hour) {
    return !shadow(hour) && !hour.isAfter(Hour.floor(clock.instant()));
  }

  private void requireBillable(Command.Backfill command) {
    requireRange(command.from(), command.to());
    Hour now = Hour.floor(clock.instant());
    if (settings.billFrom().isEmpty()) {
      throw new IllegalArgumentException(
          "backfill bills, but BILL_FROM is blank and nothing is ever sent; set BILL_FROM first");
    }
    if (command.to().isAfter(now)) {
      throw new IllegalArgumentException(
          "backfill to %s: that hour has not come, the last one is %s"
              .formatted(command.to(), now));
    }
    Hour oldest = now.minusHours(SchedulerSettings.CATCH_UP_HOURS_MAX - 1L);
    if (command.from().isBefore(oldest)) {
      throw new IllegalArgumentException(
          "backfill from %s: Stripe takes events up to 35 days old, the oldest hour to backfill is %s; bill what is older by an invoice item"
              .formatted(command.from(), oldest));
    }
    if (shadow(command.from()) && !command.beforeBillFrom()) {
      throw new IllegalArgumentException(
          "backfill from %s lies before BILL_FROM %s, the first hour billed; if another system has not billed it, add \"beforeBillFrom\": true"
              .formatted(command.from(), settings.billFrom().get()));
    }
  }

  private static void requireRange(Hour from, Hour to) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("from " + from + " lies after to " + to);
    }
    if (from.hoursUntil(to) >= SchedulerSettings.CATCH_UP_HOURS_MAX) {
      throw new IllegalArgumentException(
          "%s to %s are %d hours; at most %d at once"
              .formatted(from, to, from.hoursUntil(to) + 1, SchedulerSettings.CATCH_UP_HOURS_MAX));
    }
  }

  private static void requireReading(boolean read, String organization, Hour hour) {
    if (!read) {
      throw new IllegalArgumentException(
          "organization '%s' has no reading at %s: metering.billable_readings does not name it; nothing was captured or sent"
              .formatted(organization, hour));
    }
  }

  private static Map<String, Object> answer(String command, boolean dryRun) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("command", command);
    answer.put("dryRun", dryRun);
    return answer;
  }

  private static void left(Map<String, Object> answer, @Nullable String left) {
    if (left != null) {
      answer.put("left", left);
    }
  }
}
