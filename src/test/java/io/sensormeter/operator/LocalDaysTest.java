package io.sensormeter.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sensormeter.inspection.LocalDays;
import io.sensormeter.inspection.Range;
import io.sensormeter.meter.CalendarMonth;
import io.sensormeter.meter.Hour;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Days and months as a person names them, and what no answer holds. */
final class LocalDaysTest {

  @ParameterizedTest
  @CsvSource({
    "'', 2026-11-14, 2026-11-14T00Z, 24",
    "Europe/Berlin, 2026-11-14, 2026-11-13T23Z, 24",
    "Europe/Berlin, 2026-03-29, 2026-03-28T23Z, 23",
    "Europe/Berlin, 2026-10-25, 2026-10-24T22Z, 25",
    "Asia/Kolkata, 2026-11-14, 2026-11-13T19Z, 24",
    "-08:00, 2026-11-14, 2026-11-14T08Z, 24"
  })
  void hourBelongsToTheDayInWhichItBegins(String zone, String day, String first, int hours) {
    LocalDays days = LocalDays.of(Optional.of(zone).filter(name -> !name.isEmpty()));

    Range range = days.range(day);

    assertThat(range.from()).isEqualTo(Hour.parse(first));
    assertThat(range.hours()).isEqualTo(hours);
    assertThat(range.newestFirst()).allSatisfy(hour -> assertThat(days.day(hour)).hasToString(day));
    assertThat(days.day(range.from().minusHours(1))).isBefore(days.day(range.from()));
  }

  @Test
  void monthEndsWhereTheNextBegins() {
    CalendarMonth month = CalendarMonth.parse("2026-12");

    assertThat(month.first()).isEqualTo(Hour.parse("2026-12-01T00Z"));
    assertThat(month.end()).isEqualTo(Hour.parse("2027-01-01T00Z"));
    assertThat(month.closes(72)).isEqualTo("2027-01-04T00:00:00Z");
    assertThat(CalendarMonth.of(month.end().start()).previous()).isEqualTo(month);
  }

  @Test
  void answerThatLambdaDoesNotGiveIsRefusedSayingHowToNarrowIt() {
    Command command =
        new Command.Month("2026-11", Optional.empty(), Optional.empty(), Optional.empty());
    String half = "x".repeat((int) AnswerSize.MAX_BYTES / 2);

    assertThat(AnswerSize.require(command, Map.of("a", half))).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerSize.require(command, Map.of("a", half, "b", half)))
        .withMessageContaining("narrow it by meter, format");
  }
}
