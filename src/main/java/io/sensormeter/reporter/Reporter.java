package io.sensormeter.reporter;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.queue.OutcomeMessage;
import io.sensormeter.queue.OutcomeQueue;
import io.sensormeter.queue.Receipts;
import io.sensormeter.stripe.MeterEvents;
import io.sensormeter.stripe.Pace;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * From a batch of copies to Stripe, and from Stripe's answers to outcomes. Retries nothing: what
 * has no answer comes back by its message, under the same identifier. Thread-safe; one instance
 * serves an environment for its whole life.
 */
public final class Reporter {

  /**
   * Kept free behind the last call for the outcomes and the delays. A call to Stripe that might
   * reach into it is not begun.
   */
  public static final Duration OUTCOMES_RESERVE = Duration.ofSeconds(5);

  /**
   * The longest call to SQS or Secrets Manager, retries included, for which {@link
   * #OUTCOMES_RESERVE} suffices: the clients' {@code apiCallTimeout} must not be longer.
   */
  public static final Duration AWS_CALL_MAX = Duration.ofSeconds(4);

  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

  private final MeterEvents events;
  private final OutcomeQueue outcomeQueue;
  private final Receipts receipts;
  private final FirstAnswers firstAnswers = new FirstAnswers();
  private final Pace pace;
  private final int inFlight;
  private final Time time;
  private final RandomGenerator random;
  private final Executor executor;

  /**
   * @param inFlight the most calls to Stripe at once, as {@code STRIPE_IN_FLIGHT}; above 0
   * @param random scatters the delays of what returns
   * @param executor starts the calls side by side
   */
  public Reporter(
      MeterEvents events,
      OutcomeQueue outcomeQueue,
      Receipts receipts,
      Pace pace,
      int inFlight,
      Time time,
      RandomGenerator random,
      Executor executor) {
    if (inFlight < 1) {
      throw new IllegalArgumentException(inFlight + " calls in flight are none");
    }
    this.events = events;
    this.outcomeQueue = outcomeQueue;
    this.receipts = receipts;
    this.pace = pace;
    this.inFlight = inFlight;
    this.time = time;
    this.random = random;
    this.executor = executor;
  }

  /**
   * Sends a batch. When this returns, every call to Stripe has ended and the outcomes queue holds
   * every outcome; only then may the messages that are not returned be deleted. When it throws, all
   * messages must return: Stripe recognizes by its identifier what it already holds.
   *
   * @param messages of the reports queue, as Lambda delivers them
   * @param deadline the end of the invocation
   * @throws RuntimeException if the secret cannot be read, and then nothing was sent; if the
   *     outcomes did not leave; or at a fault of ours
   */
  Conclusion report(List<SQSMessage> messages, Deadline deadline) {
    events.requireKey();
    Batch batch = Batch.read(messages);
    List<Fate> fates =
        new Sending(events, firstAnswers, pace, time, deadline)
            .run(batch.customers(), inFlight, executor);
    new Notices(batch, fates).log(LOG);
    Conclusion conclusion = new Conclusion(batch, fates, random);
    send(conclusion.message());
    delay(conclusion.delays(), deadline);
    return conclusion;
  }

  private void delay(List<Receipts.Delay> delays, Deadline deadline) {
    List<Receipts.Failure> failures = receipts.delay(delays, deadline, AWS_CALL_MAX);
    if (!failures.isEmpty()) {
      LOG.warn(
          "The delay of {} messages was not set, the first {}: {}. They come back at the queue's"
              + " visibility timeout",
          failures.size(),
          failures.getFirst().messageId(),
          failures.getFirst().reason());
    }
  }

  private void send(OutcomeMessage message) {
    try {
      outcomeQueue.send(message);
    } catch (SdkException e) {
      throw new IllegalStateException(
          message.outcomes().size()
              + " outcomes did not leave; their reports stay pending and the whole batch returns,"
              + " to be sent again under the same identifiers",
          e);
    }
  }
}
