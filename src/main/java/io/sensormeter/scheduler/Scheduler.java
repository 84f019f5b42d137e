package io.sensormeter.scheduler;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.Captures.Captured;
import io.sensormeter.ledger.Gauges;
import io.sensormeter.ledger.LedgerException;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.Publications.Settled;
import io.sensormeter.meter.Hour;
import io.sensormeter.publisher.Publisher;
import io.sensormeter.publisher.Publisher.Published;
import io.sensormeter.queue.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tick: capture the owed hours, publish their reports, sweep what is overdue, measure the ledger.
 * Any number of ticks may run at once or again: an hour has one capture, and one publisher at a
 * time.
 */
public final class Scheduler {

  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

  /** A tick may come this early by a clock that is ahead; Stripe takes timestamps as far ahead. */
  static final Duration AHEAD_MAX = Duration.ofMinutes(5);

  /**
   * Beyond this a capture is not begun: it must end, and its publishing begin, in this invocation.
   */
  private static final Duration CAPTURE_RESERVE = Publisher.RESERVE.plusSeconds(10);

  private final SchedulerSettings settings;
  private final Captures captures;
  private final Publications publications;
  private final Publisher publisher;
  private final Gauges gauges;
  private final InstantSource clock;

  /**
   * @param clock in whole microseconds, as the ledger keeps them
   */
  public Scheduler(
      SchedulerSettings settings,
      Captures captures,
      Publications publications,
      Publisher publisher,
      Gauges gauges,
      InstantSource clock) {
    this.settings = settings;
    this.captures = captures;
    this.publications = publications;
    this.publisher = publisher;
    this.gauges = gauges;
    this.clock = clock;
  }

  /**
   * Runs a tick. What fails of it is in the summary, the rest is done all the same: an hour whose
   * source fails does not keep another from being billed.
   *
   * @throws IllegalArgumentException if {@code tick} lies more than five minutes ahead of the clock
   */
  public TickSummary tick(Hour tick, Deadline deadline) {
    OwedHours owed = owed(tick);
    List<String> left = new ArrayList<>();
    List<Hour> skipped = skip(owed);
    List<Captured> captured = new ArrayList<>();
    Published published = Published.NOTHING;
    for (Hour hour : captures.owed(owed.first(), owed.last())) {
      if (deadline.isWithin(CAPTURE_RESERVE)) {
        left.add(hour + " and older owed hours are not captured: little time is left");
        break;
      }
      capture(hour, owed, captured, left);
      // Unless an earlier attempt of this tick has failed: a second one would only double copies.
      if (published.left() == null) {
        published = published.plus(publisher.publishHours(deadline));
      }
    }
    if (published.left() == null) {
      published = published.plus(publisher.finishHours(deadline));
    }
    Settled settled = publications.settle(clock.instant());
    Published swept = published.left() == null ? publisher.sweep(deadline) : Published.NOTHING;
    addLeft(left, published);
    addLeft(left, swept);
    return new TickSummary(
        tick,
        owed.shadow(),
        captured,
        skipped,
        published.copies(),
        swept.copies(),
        settled,
        gauges.measure(tick, owed.shadow() ? null : owed.first(), clock.instant()),
        List.copyOf(left));
  }

  /** What {@link #tick} would do now. Reads only. */
  public TickPreview preview(Hour tick) {
    OwedHours owed = owed(tick);
    List<Captured> captured =
        captures.owed(owed.first(), owed.last()).stream()
            .map(hour -> captures.preview(hour, null, settings.meterKind(), clock.instant()))
            .toList();
    return new TickPreview(
        tick, owed.shadow(), captured, publications.overdueHours(clock.instant()));
  }

  private OwedHours owed(Hour tick) {
    Instant now = clock.instant();
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
    List<Hour> skipped = captures.skip(owed.skipFrom().get(), owed.first(), clock.instant());
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
      captures
          .hour(hour, settings.meterKind(), owed.shadow(), clock.instant())
          .ifPresent(captured::add);
    } catch (LedgerException e) {
      // Thrown again by the handler, after the other hours: see TickSummary.complete.
      LOG.error("Capturing {} failed; while it stays owed, each tick tries again", hour, e);
      left.add(String.valueOf(e.getMessage()));
    }
  }

  private static void addLeft(List<String> left, Published published) {
    if (published.left() != null) {
      left.add(published.left());
    }
  }
}
