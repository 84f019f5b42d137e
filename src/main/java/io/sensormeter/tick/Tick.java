package io.sensormeter.tick;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Telemetry;
import io.sensormeter.lambda.Time;
import io.sensormeter.ledger.CaptureTerms;
import io.sensormeter.ledger.Captured;
import io.sensormeter.ledger.Captures;
import io.sensormeter.ledger.GivingUp;
import io.sensormeter.ledger.GivingUp.GivenUp;
import io.sensormeter.ledger.Indexes;
import io.sensormeter.ledger.Publications;
import io.sensormeter.ledger.SeenMeters;
import io.sensormeter.ledger.Stacks;
import io.sensormeter.ledger.Sweeps;
import io.sensormeter.ledger.Ticks;
import io.sensormeter.meter.Hour;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  /** With less time left no index is begun. */
  private static final Duration INDEX_RESERVE = Duration.ofMinutes(2);

  private final SchedulerSettings settings;
  private final Ledger ledger;
  private final Publisher publisher;
  private final Asker asker;
  private final Telemetry telemetry;
  private final Time time;

  /** What a tick does to the ledger, and reads of it. */
  public record Ledger(
      Ticks ticks,
      Captures captures,
      Publications publications,
      GivingUp givingUp,
      Stacks stacks,
      SeenMeters meters,
      Indexes indexes,
      Gauges gauges,
      ReadOnly reads) {}

  public Tick(
      SchedulerSettings settings,
      Ledger ledger,
      Publisher publisher,
      Asker asker,
      Telemetry telemetry,
      Time time) {
    this.settings = settings;
    this.ledger = ledger;
    this.publisher = publisher;
    this.asker = asker;
    this.telemetry = telemetry;
    this.time = time;
  }

  /**
   * Runs a tick and says what it did. What fails of it keeps nothing else from being billed: the
   * rest is done all the same.
   *
   * @param run names the invocation; its retry has the same name
   * @throws IllegalArgumentException if {@code tick} lies more than five minutes ahead of the clock
   * @throws IllegalStateException if the ledger is another stack's, or of Stripe's other mode
   * @throws IncompleteTick if it did not capture and publish all that is owed
   */
  public TickSummary run(Hour tick, String run, Deadline deadline) {
    requireCome(tick);
    OwedHours owed = owed(tick, ledger.stacks().enter(time.now()));
    ledger.meters().judge(settings.meters(), settings.stripeMode());
    List<String> left = new ArrayList<>();
    List<Hour> skipped = skip(owed, run);
    List<Captured> captured = new ArrayList<>();
    Publisher.Run publishing = publisher.begin(deadline);
    for (Hour hour : Ticks.owed(ledger.reads(), owed.first(), owed.last())) {
      if (deadline.isWithin(CAPTURE_RESERVE)) {
        left.add(hour + " and older owed hours are not captured: little time is left");
        break;
      }
      capture(hour, terms(tick, run), left).ifPresent(captured::add);
      publishing.hours();
    }
    publishing.finishHours();
    GivenUp givenUp = ledger.givingUp().giveUp(time.now());
    ledger.publications().close(time.now());
    publishing.sweep();
    publishing.stopped().ifPresent(left::add);
    Asker.Asked asked = asker.ask(tick, deadline);
    asked.failure().ifPresent(why -> left.add("questions to Stripe were not asked: " + why));
    Optional<Long> customerless = customerless(tick, left);
    ledger.captures().prepare(tick);
    TickSummary.Done done =
        new TickSummary.Done(
            tick,
            settings.inShadow(tick),
            captured,
            skipped,
            publishing.hourCopies(),
            publishing.overdueCopies(),
            asked.questions(),
            givenUp,
            List.copyOf(left));
    TickSummary summary = told(done, owed, customerless);
    ledger.indexes().keepUp(deadline, INDEX_RESERVE, Publisher.RESERVE);
    return summary;
  }

  private TickSummary told(TickSummary.Done done, OwedHours owed, Optional<Long> customerless) {
    Gauges.Measured measured =
        ledger
            .gauges()
            .measure(
                done.tick(),
                owed,
                time.now(),
                now -> {
                  TickSummary summary = new TickSummary(done, now, customerless);
                  telemetry.summary(
                      "tick " + done.tick(), summary.fields(), summary.metrics(time.now()));
                  now.complete().ifPresent(month -> LOG.info("{} is complete", month));
                });
    TickSummary summary = new TickSummary(done, measured, customerless);
    if (!summary.complete()) {
      throw new IncompleteTick(summary);
    }
    return summary;
  }

  /** What {@link #run} would do now. Reads only. */
  public TickPreview preview(Hour tick) {
    requireCome(tick);
    OwedHours owed = owed(tick, ledger.stacks().look(ledger.reads()));
    Instant now = time.now();
    CaptureTerms terms = terms(tick, "preview");
    List<Captured> wouldCapture = new ArrayList<>();
    List<String> wouldFail = new ArrayList<>();
    for (Hour hour : Ticks.owed(ledger.reads(), owed.first(), owed.last())) {
      try {
        wouldCapture.add(ledger.captures().preview(hour, null, terms));
      } catch (DatabaseException e) {
        wouldFail.add(String.valueOf(e.getMessage()));
      }
    }
    GivenUp givenUp = GivingUp.wouldGiveUp(ledger.reads(), now);
    return new TickPreview(
        tick,
        true,
        settings.inShadow(tick),
        wouldCapture,
        wouldFail,
        owed.skipFrom()
            .map(from -> Ticks.owed(ledger.reads(), from, owed.first().minusHours(1)))
            .orElse(List.of()),
        Publications.unpublishedHours(ledger.reads(), now),
        Sweeps.overdue(ledger.reads(), now),
        givenUp.expired(),
        givenUp.unresolved());
  }

  private void requireCome(Hour tick) {
    Instant now = time.now();
    if (tick.start().isAfter(now.plus(AHEAD_MAX))) {
      throw new IllegalArgumentException(
          "tick %s lies more than five minutes ahead of the clock (%s); nothing was done"
              .formatted(tick, now));
    }
  }

  private OwedHours owed(Hour tick, Stacks.Stack stack) {
    return OwedHours.of(tick, Hour.floor(time.now()), settings, stack.liveFrom());
  }

  private CaptureTerms terms(Hour tick, String run) {
    return new CaptureTerms(
        time.now(), tick, settings.billFrom(), false, run, publisher.allowance());
  }

  /** The number alone is lost if the application's tables cannot be read. */
  private Optional<Long> customerless(Hour tick, List<String> left) {
    try {
      return ledger.gauges().subscriptionsWithoutCustomer(tick);
    } catch (DatabaseException e) {
      LOG.error("What the source leaves out is not known: {}", e.getMessage());
      left.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private List<Hour> skip(OwedHours owed, String run) {
    if (owed.skipFrom().isEmpty()) {
      return List.of();
    }
    List<Hour> skipped = ledger.ticks().skip(owed.skipFrom().get(), owed.first(), time.now(), run);
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

  private Optional<Captured> capture(Hour hour, CaptureTerms terms, List<String> left) {
    try {
      return ledger.captures().hour(hour, terms);
    } catch (DatabaseException e) {
      // Thrown again by the handler, after the other hours: see TickSummary.complete.
      LOG.error("Capturing {} failed; while it stays owed, each tick tries again", hour, e);
      left.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
