package io.sensormeter.verifier;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.lambda.Deadline;
import io.sensormeter.lambda.Time;
import io.sensormeter.meter.Sighting;
import io.sensormeter.queue.OutcomeQueue;
import io.sensormeter.stripe.Pace;
import io.sensormeter.stripe.StripeCalls;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * From a batch of questions and Stripe's notifications to sightings. Retries nothing: what has no
 * answer comes back by its message, until nobody waits for it. Thread-safe; one instance serves an
 * environment for its whole life.
 */
public final class Verifier {

  /**
   * Kept free behind the last call for the sightings. A call to Stripe that might reach into it is
   * not begun.
   */
  public static final Duration SIGHTINGS_RESERVE = Duration.ofSeconds(5);

  /**
   * The longest call to SQS or Secrets Manager, retries included, for which {@link
   * #SIGHTINGS_RESERVE} suffices: the clients' {@code apiCallTimeout} must not be longer.
   */
  public static final Duration AWS_CALL_MAX = Duration.ofSeconds(4);

  /**
   * The verifications queue's {@code maxReceiveCount}. At its visibility timeout of 370 s they last
   * longer than the hour in which a question is waited for: what is given up is no question.
   */
  public static final int MAX_RECEIVES = 12;

  /** At Stripe's limit of 25 reads a second, each may take 300 ms. */
  private static final int IN_FLIGHT = 8;

  private static final Logger LOG = LoggerFactory.getLogger(Verifier.class);

  private final StripeCalls calls;
  private final Sources sources;
  private final OutcomeQueue outcomeQueue;
  private final Pace pace;
  private final Time time;
  private final Executor executor;

  /**
   * @param calls under the key that reads
   * @param pace of reads
   * @param executor starts the reads side by side
   */
  public Verifier(
      StripeCalls calls, OutcomeQueue outcomeQueue, Pace pace, Time time, Executor executor) {
    this.calls = calls;
    this.sources = Sources.of(calls);
    this.outcomeQueue = outcomeQueue;
    this.pace = pace;
    this.time = time;
    this.executor = executor;
  }

  /**
   * Looks a batch up. When this returns, every call to Stripe has ended and the outcomes queue
   * holds every sighting; only then may the messages that are not returned be deleted. When it
   * throws, all messages must return.
   *
   * @param messages of the verifications queue, as Lambda delivers them
   * @param deadline the end of the invocation
   * @throws RuntimeException if the secret cannot be read, and then nothing was; if the sightings
   *     did not leave; or at a fault of ours
   */
  Conclusion verify(List<SQSMessage> messages, Deadline deadline) {
    calls.requireKey();
    Batch batch = Batch.read(messages);
    Looking looking = new Looking(sources, pace, time, deadline);
    List<Fate> fates = looking.run(batch.items(), IN_FLIGHT, executor);
    new Notices(batch, fates).log(LOG);
    Conclusion conclusion = new Conclusion(batch, fates, looking.reads());
    send(conclusion.sightings());
    return conclusion;
  }

  private void send(List<Sighting> sightings) {
    try {
      outcomeQueue.send(sightings);
    } catch (SdkException e) {
      throw new IllegalStateException(
          sightings.size()
              + " sightings did not leave; the whole batch returns, and what is still waited for"
              + " is looked up again",
          e);
    }
  }
}
