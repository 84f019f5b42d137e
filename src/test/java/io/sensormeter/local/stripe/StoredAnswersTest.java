package io.sensormeter.local.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StoredAnswersTest {
  private static final Instant NOW = Instant.parse("2026-11-22T14:20:00Z");

  private final StoredAnswers stored = new StoredAnswers();

  @Test
  void keyInProgressMeets409AndNothingRunsTwice() {
    HttpAnswer[] second = new HttpAnswer[1];

    HttpAnswer first =
        stored.once(
            call(1),
            "params",
            NOW,
            () -> {
              second[0] =
                  stored.once(
                      call(2),
                      "params",
                      NOW,
                      () -> {
                        throw new AssertionError("ran twice");
                      });
              return HttpAnswer.ok(Map.of());
            });

    assertThat(first.status()).isEqualTo(200);
    assertThat(second[0].status()).isEqualTo(409);
    assertThat(second[0].body()).contains("idempotency_key_in_use");
  }

  @Test
  void workThatFailedLeavesTheKeyFree() {
    assertThatThrownBy(
            () ->
                stored.once(
                    call(1),
                    "params",
                    NOW,
                    () -> {
                      throw new IllegalStateException("bug");
                    }))
        .hasMessage("bug");

    assertThat(stored.once(call(2), "params", NOW, () -> HttpAnswer.ok(Map.of())).status())
        .isEqualTo(200);
  }

  private static MeterEventCall call(long number) {
    return MeterEventCall.of(number, "req_" + number, "key-1", Form.decode(""));
  }
}
