package io.sensormeter.reporter;

import static io.sensormeter.reporter.Copies.HOUR;
import static io.sensormeter.reporter.Copies.copy;
import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.stripe.Answer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class FirstAnswersTest {
  private static final Answer.Refused REFUSED =
      new Answer.Refused("resource_missing", "No such customer: 'cus_x'", "req_1");
  private static final Answer.Refused OTHERWISE =
      new Answer.Refused("parameter_invalid", "No number", "req_2");

  private final FirstAnswers answers = new FirstAnswers();

  @Test
  void twentyCustomersRefusedWithOneCodeAreDoubted() {
    assertThat(answers.missing()).isEqualTo(20);
    refuse(19);
    assertThat(answers.areDoubted()).isFalse();
    assertThat(answers.missing()).isOne();

    answers.refused(copy("last", 25), REFUSED);

    assertThat(answers.areDoubted()).isTrue();
    answers.refused(copy("one-more", 25), REFUSED);
    assertThat(answers.missing()).isZero();
  }

  @Test
  void oneCustomerRefusedTwentyTimesIsOne() {
    for (int i = 0; i < 20; i++) {
      answers.refused(copy("a", i), REFUSED);
    }

    assertThat(answers.areDoubted()).isFalse();
    assertThat(answers.missing()).isEqualTo(19);
  }

  @Test
  void takenEventIsTrustForGoodBeforeTheDoubtAndAfterIt() {
    refuse(20);
    answers.taken();
    assertThat(answers.areDoubted()).isFalse();

    FirstAnswers before = new FirstAnswers();
    before.taken();
    for (int i = 0; i < 30; i++) {
      before.refused(copy("a" + i, 25), REFUSED);
    }
    assertThat(before.areDoubted()).isFalse();
    assertThat(before.missing()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void anotherCodeIsTrustForGoodBeforeTheDoubtAndAfterIt() {
    refuse(20);
    answers.refused(copy("other", 25), OTHERWISE);
    assertThat(answers.areDoubted()).isFalse();

    FirstAnswers before = new FirstAnswers();
    before.refused(copy("other", 25), OTHERWISE);
    for (int i = 0; i < 30; i++) {
      before.refused(copy("a" + i, 25), REFUSED);
    }
    assertThat(before.areDoubted()).isFalse();
  }

  @Test
  void refusalIsRememberedOfWhatReturned() {
    answers.returned(copy("a", 25), REFUSED);

    assertThat(answers.refusalOf(copy("a", 25))).isEqualTo(REFUSED);
    assertThat(answers.refusalOf(copy("b", 25))).isNull();
  }

  @Test
  void reportIsYoungForSixHoursFromItsCaptureNotFromItsHour() {
    Instant captured = HOUR.start().plus(Duration.ofHours(9));
    var copy = Copies.withCapturedAt(copy("a", 25), captured);

    assertThat(FirstAnswers.isYoung(copy, captured.plus(Duration.ofHours(6)))).isTrue();
    assertThat(FirstAnswers.isYoung(copy, captured.plus(Duration.ofHours(6)).plusMillis(1)))
        .isFalse();
  }

  private void refuse(int customers) {
    for (int i = 0; i < customers; i++) {
      answers.refused(copy("a" + i, 25), REFUSED);
    }
  }
}
