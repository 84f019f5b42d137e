package io.sensormeter.verifier;

import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.SideBySide;
import io.sensormeter.lambda.Time;
import io.sensormeter.meter.Hour;
import io.sensormeter.meter.Outcome;
import io.sensormeter.meter.Question;
import io.sensormeter.meter.Sighting;
import io.sensormeter.meter.StripeMeter;
import io.sensormeter.stripe.Answer;
import io.sensormeter.stripe.Notification;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.ReadAnswer;
import io.sensormeter.stripe.StripeCalls;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** The reads of one batch, several at a time, each in its turn. */
final class Looking {

  private final Sources sources;
  private final Pace pace;
  private final Time time;
  private final Deadline deadline;
  private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();
  private final AtomicInteger reads = new AtomicInteger();
  // By Stripe's id. The account of the key has none of it: the others of this meter would be told
  // the same.
  private final Set<String> missingMeters = ConcurrentHashMap.newKeySet();
  // Set by the first configuration error: the others would meet it too.
  private volatile boolean stopped;

  /**
   * @param deadline the end of the invocation
   */
  Looking(Sources sources, Pace pace, Time time, Deadline deadline) {
    this.sources = sources;
    this.pace = pace;
    this.time = time;
    this.deadline = deadline;
  }

  /**
   * Looks up what may be looked up. When this returns or throws, every call has ended.
   *
   * @return the fate of every item, in the order they were known
   */
  List<Fate> run(List<Batch.Item> items, int inFlight, Executor executor) {
    SideBySide.each(items, inFlight, executor, item -> fates.add(fate(item)));
    return List.copyOf(fates);
  }

  /** Requests to Stripe so far, pages each for themselves. */
  int reads() {
    return reads.get();
  }

  private Fate fate(Batch.Item item) {
    if (item.isExpired(time.now())) {
      return new Fate.Expired(item);
    }
    if (isHindered(item)) {
      return new Fate.Unread(item, Fate.Why.CONFIGURATION);
    }
    if (!waitForSlot()) {
      return new Fate.Unread(item, Fate.Why.TIME);
    }
    // Asked again: the wait may have outlasted it, or another may have been refused meanwhile.
    if (item.isExpired(time.now())) {
      return new Fate.Expired(item);
    }
    if (isHindered(item)) {
      return new Fate.Unread(item, Fate.Why.CONFIGURATION);
    }
    reads.incrementAndGet();
    return look(item);
  }

  private boolean isHindered(Batch.Item item) {
    return stopped
        || (item.wanted() instanceof Batch.Asked(Question.Usage usage)
            && missingMeters.contains(usage.stripeMeterId()));
  }

  private boolean waitForSlot() {
    // What is left beside a call that takes its full time, and the sightings after it.
    Duration spare =
        Duration.ofMillis(deadline.remainingMillis().getAsLong())
            .minus(StripeCalls.TIMEOUT)
            .minus(Verifier.SIGHTINGS_RESERVE);
    if (spare.isNegative()) {
      return false;
    }
    OptionalLong wait = pace.reserve(time.nanos(), spare.toNanos());
    return wait.isPresent() && time.sleep(Duration.ofNanos(wait.getAsLong()));
  }

  private boolean takeAnotherTurn() {
    if (stopped || !waitForSlot()) {
      return false;
    }
    reads.incrementAndGet();
    return true;
  }

  private Fate look(Batch.Item item) {
    // Before the call begins: what Stripe counts from now on may be in the answer or not.
    Instant readAt = time.now();
    return switch (item.wanted()) {
      case Batch.Asked(Question.Usage usage) ->
          seen(
              item,
              sources.summaries().read(usage, this::takeAnotherTurn),
              values -> List.of(sighting(usage, values, readAt)),
              message -> Optional.of(noCustomer(usage, message, readAt)));
      case Batch.Asked(Question.OfMeters asked) ->
          seen(
              item,
              sources.meters().read(asked.meters(), this::takeAnotherTurn),
              found -> sightings(found, readAt),
              _ -> Optional.empty());
      case Batch.Told(Notification notification) ->
          seen(
              item,
              sources.reports().read(notification),
              sightings -> sightings,
              _ -> Optional.empty());
    };
  }

  private <T> Fate seen(
      Batch.Item item,
      ReadAnswer<T> answer,
      Function<T, List<Sighting>> sightings,
      Function<String, Optional<Sighting>> noCustomer) {
    return switch (answer) {
      case ReadAnswer.Found<T>(T value) -> new Fate.Seen(item, sightings.apply(value));
      case ReadAnswer.Missing<T>(ReadAnswer.What what, String message) ->
          missing(item, what, message, noCustomer.apply(message));
      case ReadAnswer.Hindered<T>(Answer.NoAnswer none) -> new Fate.Unanswered(item, none);
      case ReadAnswer.Hindered<T>(Answer.ConfigurationError error) -> {
        stopped = true;
        yield new Fate.Misconfigured(item, error.message());
      }
    };
  }

  private Fate missing(
      Batch.Item item, ReadAnswer.What what, String message, Optional<Sighting> noCustomer) {
    return switch (what) {
      case CUSTOMER ->
          noCustomer
              .<Fate>map(sighting -> new Fate.Seen(item, List.of(sighting)))
              .orElseGet(() -> unexpected(item, message));
      case EVENT ->
          item.wanted() instanceof Batch.Told
              ? new Fate.Gone(item, message)
              : unexpected(item, message);
      case METER -> {
        if (item.wanted() instanceof Batch.Asked(Question.Usage usage)) {
          missingMeters.add(usage.stripeMeterId());
        }
        yield new Fate.Misconfigured(
            item, Outcome.cut(message) + "; compare the key's account with that of the meter");
      }
    };
  }

  /** Something is missing that was not asked for. */
  private static Fate unexpected(Batch.Item item, String message) {
    return new Fate.Unanswered(item, new Answer.NoAnswer(Outcome.cut(message), false, 0));
  }

  private static Sighting sighting(
      Question.Usage asked, Map<Hour, BigDecimal> values, Instant readAt) {
    return new Sighting.Usage(
        asked.meter(),
        asked.stripeMeterId(),
        asked.organizationId(),
        asked.stripeCustomerId(),
        asked.from(),
        asked.to(),
        values,
        readAt);
  }

  private static Sighting noCustomer(Question.Usage asked, String message, Instant readAt) {
    return new Sighting.NoCustomer(
        asked.meter(),
        asked.stripeMeterId(),
        asked.organizationId(),
        asked.stripeCustomerId(),
        asked.from(),
        asked.to(),
        Outcome.cut(message),
        readAt);
  }

  private static List<Sighting> sightings(Map<String, List<StripeMeter>> found, Instant readAt) {
    return found.entrySet().stream()
        .<Sighting>map(each -> new Sighting.OfMeter(each.getKey(), each.getValue(), readAt))
        .toList();
  }
}
