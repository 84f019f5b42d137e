package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.SEND_BEFORE;
import static io.sensormeter.reporter.Copies.copy;
import static io.sensormeter.reporter.Copies.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import io.sensormeter.meter.Outcome;
import io.sensormeter.queue.CopyFormat;
import io.sensormeter.stripe.Answer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConclusionTest {
  private static final Answer.NoAnswer RATE_LIMITED = new Answer.NoAnswer("HTTP 429", true, 429);

  @Test
  void secondCopyFollowsTheResultOfTheFirst() {
    assertThat(of(accepted()).summary())
        .isEqualTo(new ReporterSummary(2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    assertThat(of(new Fate.Expired()).summary())
        .isEqualTo(new ReporterSummary(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0));
    assertThat(of(new Fate.Unsent()).summary())
        .isEqualTo(new ReporterSummary(2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0));
    assertThat(of(new Fate.Unanswered(RATE_LIMITED)).summary())
        .isEqualTo(new ReporterSummary(2, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0));
    assertThat(of(new Fate.Unanswered(new Answer.NoAnswer("HTTP 500", false, 500))).summary())
        .isEqualTo(new ReporterSummary(2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0));
    assertThat(of(new Fate.Misconfigured(new Answer.ConfigurationError("403", 403))).summary())
        .isEqualTo(new ReporterSummary(2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0));
  }

  @Test
  void onlyWhatHasNoOutcomeReturns() {
    assertThat(of(accepted()).returned()).isEmpty();
    assertThat(of(new Fate.Expired()).returned()).isEmpty();
    assertThat(of(new Fate.Unsent()).returned()).containsExactly("1", "2");
    assertThat(of(new Fate.Unanswered(RATE_LIMITED)).returned()).containsExactly("1", "2");
    assertThat(of(new Fate.Misconfigured(new Answer.ConfigurationError("403", 403))).returned())
        .containsExactly("1", "2");
  }

  @Test
  void onlyWhatHadNoAnswerIsDelayedEachMessageByItsOwnReceives() {
    assertThat(of(new Fate.Unsent()).delays()).isEmpty();
    assertThat(of(new Fate.Unanswered(RATE_LIMITED)).delays())
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
    ReportFate fate =
        new ReportFate(
            new ReportCopies(copy("a", 1), List.of(message)), new Fate.Unanswered(RATE_LIMITED));

    assertThat(Conclusion.of(1, new Batch(List.of(), List.of()), List.of(fate)).delays())
        .singleElement()
        .satisfies(one -> assertThat(one.delay()).isLessThanOrEqualTo(Duration.ofSeconds(30)));
  }

  @Test
  void unreadableMessageReturnsWithoutADelay() {
    Batch batch = Batch.read(List.of(message("1", "{}", 1)));

    Conclusion conclusion = Conclusion.of(1, batch, List.of());

    assertThat(conclusion.returned()).containsExactly("1");
    assertThat(conclusion.delays()).isEmpty();
    assertThat(conclusion.summary().unreadable()).isOne();
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
    return new Fate.Settled(new Outcome.Accepted(copy("a", 1).key(), SEND_BEFORE, "req_1", false));
  }

  /** Two messages of one report, received once and three times, that met this fate. */
  private static Conclusion of(Fate fate) {
    String body = CopyFormat.encode(copy("a", 1));
    List<SQSMessage> messages = List.of(message("1", body, 1), message("2", body, 3));
    Batch batch = Batch.read(messages);
    ReportCopies report = batch.customers().getFirst().getFirst();
    return Conclusion.of(2, batch, List.of(new ReportFate(report, fate)));
  }
}
