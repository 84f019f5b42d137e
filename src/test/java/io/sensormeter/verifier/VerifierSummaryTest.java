package io.sensormeter.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class VerifierSummaryTest {

  @Test
  void everyMessageIsCountedOnce() {
    Map<Count, Integer> parts = new EnumMap<>(Count.class);
    parts.put(Count.RECEIVED, 36);
    parts.put(Count.ANSWERED, 1);
    parts.put(Count.UNREADABLE, 2);
    parts.put(Count.UNANSWERED, 3);
    parts.put(Count.RATE_LIMITED, 2);
    parts.put(Count.MISCONFIGURED, 4);
    parts.put(Count.UNREAD, 5);
    parts.put(Count.EXPIRED, 6);
    parts.put(Count.GONE, 7);
    parts.put(Count.REPEATED, 8);
    parts.put(Count.READS, 9);

    VerifierSummary summary = new VerifierSummary(parts);

    assertThat(summary.of(Count.DEFERRED)).isEqualTo(14);
    assertThat(summary.of(Count.SKIPPED)).isEqualTo(21);
    assertThat(summary.fields()).containsEntry("received", 36).containsEntry("unread", 5);
    assertThat(summary.metrics())
        .isEqualTo(
            Map.of(
                "QuestionsAnswered", 1,
                "UnreadableMessages", 2,
                "QuestionsUnanswered", 3,
                "StripeReadsLimited", 2,
                "StripeReadConfigurationErrors", 4,
                "QuestionsExpired", 6,
                "StripeReads", 9));
  }

  @Test
  void whatDoesNotAddUpIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VerifierSummary(Map.of(Count.RECEIVED, 2, Count.ANSWERED, 1)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new VerifierSummary(
                    Map.of(Count.RECEIVED, 1, Count.UNANSWERED, 1, Count.RATE_LIMITED, 2)));
  }
}
