package io.sensormeter.reporter;

import io.sensormeter.meter.Copy;
import io.sensormeter.meter.Identifier;
import io.sensormeter.stripe.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the first answers of an execution environment say of how things are set up. With a key of
 * another account Stripe refuses each event for its customer, and without this every report would
 * be rejected for good.
 *
 * <p>At first the answers are <i>open</i>: Stripe has said nothing, or refused with one code alone.
 * Refusals of {@value #CUSTOMERS} different customers make them <i>doubted</i>: that is
 * configuration, and a young report refused meanwhile is not rejected. An event taken, or a refusal
 * with another code, makes them <i>trusted</i>, for as long as the environment lives. Silence, a
 * refused key and a refused meter say nothing. Neither does a refused 0, which comes to no
 * rejection, nor "already exists": where Stripe keeps the identifiers of what it refused (it does
 * not say), that is what a doubted report hears when it is sent again.
 *
 * <p>The state follows from the answers, not from their order; but what is sent next follows from
 * the state. So whoever sends waits for all answers of {@link #missing} customers before the next
 * ones, and a batch ends the same however its calls interleave. Thread-safe.
 */
final class FirstAnswers {

  /** So many different customers are not all gone by themselves. */
  static final int CUSTOMERS = 20;

  /** A report captured longer ago is rejected all the same: some refusals are what they say. */
  static final Duration YOUNG = Duration.ofHours(6);

  private final Set<String> refused = new HashSet<>();
  private final Map<Identifier, Answer.Refused> returned = new HashMap<>();
  private @Nullable String code;
  private boolean trusted;

  /** Notes an event that Stripe took. */
  synchronized void taken() {
    trusted = true;
  }

  /** Notes a refusal that would be a rejection. */
  synchronized void refused(Copy copy, Answer.Refused refusal) {
    if (code == null) {
      code = refusal.code();
    }
    if (!refusal.code().equals(code)) {
      trusted = true;
    } else if (refused.size() < CUSTOMERS) {
      refused.add(copy.stripeCustomerId());
    }
  }

  /**
   * Notes that the report's copies return although it was refused.
   *
   * @see #refusalOf
   */
  synchronized void returned(Copy copy, Answer.Refused refusal) {
    returned.put(copy.identifier(), refusal);
  }

  /**
   * Why the report was refused when its copies returned last; null if it was not. "Already exists"
   * then means this refusal: Stripe was never seen to take the event.
   */
  synchronized Answer.@Nullable Refused refusalOf(Copy copy) {
    return returned.get(copy.identifier());
  }

  /** Of how many customers more the answers have to be there before the next may be sent. */
  synchronized int missing() {
    return trusted ? Integer.MAX_VALUE : CUSTOMERS - refused.size();
  }

  synchronized boolean areDoubted() {
    return !trusted && refused.size() >= CUSTOMERS;
  }

  /** Whether a refusal of the report is not its rejection while the answers are doubted. */
  static boolean isYoung(Copy copy, Instant now) {
    return !now.isAfter(copy.capturedAt().plus(YOUNG));
  }
}
