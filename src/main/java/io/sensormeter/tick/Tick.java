package io.sensormeter.tick;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Captures.Captured;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Settlements;
import io.sensormeter.ledger.Settlements.GivenUp;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tick: capture the owed hours, publish their reports, sweep what is overdue, measure the ledger.
 * Any number of ticks may run at once or again: an hour has one capture, and one publisher at a
 * time.
 */
public final class Tick {

  private static final Logger LOG = LoggerFactory.getLogger(Tick.class);

  /** A tick may come this early by a clock that is ahead; Stripe takes timestamps as far ahead. */
  private static final Duration AHEAD_MAX = Duration.ofMinutes(5);

  /**
   * Beyond this a capture is not begun: it must end, and its publishing begin, in this invocation.
   */
  public static final Duration CAPTURE_RESERVE = Publisher.RESERVE.plusSeconds(10);

  private final SchedulerSettings settings;
  private final Ledger ledger;
  private final Publisher publisher;
  private final Telemetry telemetry;
  private final Time time;

  /** What a tick does to the ledger, and reads of it. */
  public record Ledger(
      Ticks ticks,
      Captures captures,
      Publications publications,
      Settlements settlements,
      Gauges gauges,
      ReadOnly reads) {}

  public Tick(
      SchedulerSettings settings,
      Ledger ledger,
      Publisher publisher,
      Telemetry telemetry,
      Time time) {
    this.settings = settings;
    this.ledger = ledger;
    this.publisher = publisher;
    this.telemetry = telemetry;
    this.time = time;
  }

  /**
   * Runs a tick and says what it did. What fails of it keeps nothing else from being billed: the
   * rest is done all the same.
   *
   * @throws IllegalArgumentException if {@code tick} lies more than five minutes ahead of the clock
   * @throws IncompleteTick if it did not capture and publish all that is owed
   */
  public TickSummary run(Hour tick, Deadline deadline) {
    TickSummary summary = tick(tick, deadline);
    telemetry.summary("tick " + tick, summary.fields(), summary.metrics(time.now()));
    if (!summary.complete()) {
      throw new IncompleteTick(summary);
    }
    return summary;
  }

  private TickSummary tick(Hour tick, Deadline deadline) {
    OwedHours owed = owed(tick);
    List<String> left = new ArrayList<>();
    List<Hour> skipped = skip(owed);
    List<Captured> captured = new ArrayList<>();
    Publisher.Run publishing = publisher.begin(deadline);
    for (Hour hour : Ticks.owed(ledger.reads(), owed.first(), owed.last())) {
      if (deadline.isWithin(CAPTURE_RESERVE)) {
        left.add(hour + " and older owed hours are not captured: little time is left");
        break;
      }
      capture(hour, owed, captured, left);
      publishing.hours();
    }
    publishing.finishHours();
    GivenUp givenUp = ledger.settlements().giveUp(time.now());
    ledger.publications().close(time.now());
    publishing.sweep();
    publishing.stopped().ifPresent(left::add);
    return new TickSummary(
        tick,
        owed.shadow(),
        captured,
        skipped,
        publishing.hourCopies(),
        publishing.overdueCopies(),
        givenUp,
        ledger.gauges().measure(tick, owed, time.now()),
        List.copyOf(left));
  }

  /** What {@link #run} would do now. Reads only. */
  public TickPreview preview(Hour tick) {
    OwedHours owed = owed(tick);
    Instant now = time.now();
    List<Captured> wouldCapture = new ArrayList<>();
    List<String> wouldFail = new ArrayList<>();
    for (Hour hour : Ticks.owed(ledger.reads(), owed.first(), owed.last())) {
      try {
        wouldCapture.add(ledger.captures().preview(hour, null, now));
      } catch (DatabaseException e) {
        wouldFail.add(String.valueOf(e.getMessage()));
      }
    }
    GivenUp givenUp = Settlements.wouldGiveUp(ledger.reads(), now);
    return new TickPreview(
        tick,
        true,
        owed.shadow(),
        wouldCapture,
        wouldFail,
        owed.skipFrom()
            .map(from -> Ticks.owed(ledger.reads(), from, owed.first().minusHours(1)))
            .orElse(List.of()),
        Publications.unpublishedHours(ledger.reads(), now),
        Publications.overdue(ledger.reads(), now),
        givenUp.expired(),
        givenUp.unresolved());
  }

  private OwedHours owed(Hour tick) {
    Instant now = time.now();
    if (tick.start().isAfter(now.plus(AHEAD_MAX))) {
      throw new IllegalArgumentException(
          "tick %s lies more than five minutes ahead of the clock (%s); nothing was done"
              .formatted(tick, now));
    }
    return OwedHours.of(tick, Hour.floor(now), settings.billFrom(), settings.catchUpHours());
  }

  private List<Hour> skip(OwedHours owed) {
    if (owed.skipFrom().isEmpty()) {
      return List.of();
    }
    List<Hour> skipped = ledger.ticks().skip(owed.skipFrom().get(), owed.first(), time.now());
    if (!skipped.isEmpty()) {
      LOG.error(
          "{} hour(s) were never captured and are now older than CATCH_UP_HOURS={}: {} to {}; they"
              + " are marked skipped and stay unbilled unless a person runs backfill",
          skipped.size(),
          settings.catchUpHours(),
          skipped.stream().min(Hour::compareTo).orElseThrow(),
          skipped.stream().max(Hour::compareTo).orElseThrow());
    }
    return skipped;
  }

  private void capture(Hour hour, OwedHours owed, List<Captured> captured, List<String> left) {
    try {
      ledger.captures().hour(hour, owed.shadow(), time.now()).ifPresent(captured::add);
    } catch (DatabaseException e) {
      // Thrown again by the handler, after the other hours: see TickSummary.complete.
      LOG.error("Capturing {} failed; while it stays owed, each tick tries again", hour, e);
      left.add(String.valueOf(e.getMessage()));
    }
  }
}
