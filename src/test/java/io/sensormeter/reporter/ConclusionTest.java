package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.SEND_BEFORE;
import static io.sensormeter.reporter.Copies.copy;
import static io.sensormeter.reporter.Copies.message;
import static io.sensormeter.reporter.Copies.parts;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.MeterRefusal;
import io.sensormeter.meter.Outcome;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.stripe.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ConclusionTest {
  private static final Answer.NoAnswer RATE_LIMITED = new Answer.NoAnswer("HTTP 429", true, 429);

  /** Two messages of one report, received once and three times. */
  private static final Batch.Report REPORT =
      Batch.read(
              List.of(
                  message("1", CopyFormat.encode(copy("a", 1)), 1),
                  message("2", CopyFormat.encode(copy("a", 1)), 3)))
          .customers()
          .getFirst()
          .getFirst();

  @Test
  void secondCopyFollowsTheResultOfTheFirst() {
    assertThat(parts(of(accepted()).summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.ACCEPTED, 1, Count.REPEATED, 1));
    assertThat(parts(of(new Fate.Expired(REPORT)).summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.EXPIRED, 2));
    assertThat(parts(of(new Fate.Unsent(REPORT, Fate.Why.TIME)).summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.UNSENT, 2));
    assertThat(parts(of(new Fate.Unanswered(REPORT, RATE_LIMITED)).summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.UNANSWERED, 2, Count.RATE_LIMITED, 2));
    assertThat(
            parts(
                of(new Fate.Unanswered(REPORT, new Answer.NoAnswer("HTTP 500", false, 500)))
                    .summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.UNANSWERED, 2));
    assertThat(parts(of(new Fate.Misconfigured(REPORT, "HTTP 403")).summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 2, Count.MISCONFIGURED, 2));
  }

  @Test
  void refusedMeterReturnsItsCopiesAndTheLedgerIsToldOnce() {
    MeterRefusal refusal = new MeterRefusal("active_sensors", SEND_BEFORE, "No active meter found");
    Fate refused = new Fate.MeterRefused(REPORT, refusal);
    Fate refusedLater =
        new Fate.MeterRefused(
            REPORT,
            new MeterRefusal("active_sensors", SEND_BEFORE.plusSeconds(1), refusal.message()));

    Conclusion conclusion =
        new Conclusion(
            new Batch(4, List.of(), List.of()), List.of(refused, refusedLater), new Random());

    assertThat(conclusion.message().refusedMeters()).containsExactly(refusal);
    assertThat(conclusion.message().outcomes()).isEmpty();
    assertThat(conclusion.returned()).containsExactly("1", "2", "1", "2");
    assertThat(conclusion.delays()).isEmpty();
    assertThat(parts(conclusion.summary()))
        .isEqualTo(Map.of(Count.RECEIVED, 4, Count.MISCONFIGURED, 4));
  }

  @Test
  void onlyWhatHasNoOutcomeReturns() {
    assertThat(of(accepted()).returned()).isEmpty();
    assertThat(of(new Fate.Expired(REPORT)).returned()).isEmpty();
    assertThat(of(new Fate.Unsent(REPORT, Fate.Why.TIME)).returned()).containsExactly("1", "2");
    assertThat(of(new Fate.Unanswered(REPORT, RATE_LIMITED)).returned()).containsExactly("1", "2");
    assertThat(of(new Fate.Misconfigured(REPORT, "HTTP 403")).returned()).containsExactly("1", "2");
  }

  @Test
  void onlyWhatHadNoAnswerIsDelayedEachMessageByItsOwnReceives() {
    assertThat(of(new Fate.Unsent(REPORT, Fate.Why.TIME)).delays()).isEmpty();
    assertThat(of(new Fate.Unanswered(REPORT, RATE_LIMITED)).delays())
        .satisfiesExactly(
            first -> {
              assertThat(first.receiptHandle()).isEqualTo("receipt of 1");
              assertThat(first.delay()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
            },
            second -> {
              assertThat(second.receiptHandle()).isEqualTo("receipt of 2");
              assertThat(second.delay()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(120));
            });
  }

  @Test
  void messageWithoutAReceiveCountIsDelayedAsAtItsFirst() {
    SQSMessage message = message("1", copy("a", 1));
    message.setAttributes(null);
    Batch.Report report = new Batch.Report(copy("a", 1), List.of(message));

    assertThat(of(new Fate.Unanswered(report, RATE_LIMITED)).delays())
        .singleElement()
        .satisfies(one -> assertThat(one.delay()).isLessThanOrEqualTo(Duration.ofSeconds(30)));
  }

  @Test
  void unreadableMessageReturnsWithoutADelay() {
    Batch batch = Batch.read(List.of(message("1", "{}", 1)));

    Conclusion conclusion = new Conclusion(batch, List.of(), new Random());

    assertThat(conclusion.returned()).containsExactly("1");
    assertThat(conclusion.delays()).isEmpty();
    assertThat(conclusion.summary().of(Count.UNREADABLE)).isOne();
  }

  @Test
  void textsOfStripeAreCut() {
    Answer.Refused wordy = new Answer.Refused("code", "x".repeat(500), null);

    assertThat(Sending.refusal(copy("a", 1), wordy, SEND_BEFORE))
        .isInstanceOfSatisfying(
            Outcome.Rejected.class,
            rejected -> assertThat(rejected.message()).hasSize(Outcome.MESSAGE_MAX));
  }

  private static Fate accepted() {
    return new Fate.Settled(
        REPORT, new Outcome.Accepted(copy("a", 1).key(), SEND_BEFORE, "req_1", false));
  }

  /** What follows where a report's messages met this fate. */
  private static Conclusion of(Fate fate) {
    Batch batch = new Batch(fate.report().messages().size(), List.of(), List.of());
    return new Conclusion(batch, List.of(fate), new Random());
  }
}
