package io.sensormeter.template;

import static java.time.temporal.ChronoUnit.HOURS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sensormeter.template.Alarms.Notification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The failure table of docs/runbook.md: every row rings on template.yaml as it says. */
final class FailureTableTest {
  private static final Template TEMPLATE = Template.read();
  private static final Pattern ALARM = Pattern.compile("`(\\w+Alarm)`");
  private static final Map<String, Failure> FAILURES = Failures.byName();

  /**
   * What happens.
   *
   * @param began when the first thing happens that is wrong
   * @param scheduled whether the schedule is enabled
   * @param times that it happens
   */
  record Failure(Series series, Instant began, boolean scheduled, int times) {}

  /**
   * A line of the table.
   *
   * @param entry the anchor of what to do
   */
  record Row(
      String failure,
      String notifier,
      String cause,
      Duration within,
      String howOften,
      String entry) {

    /** From the cells of a line. */
    static Row of(List<String> cells) {
      Matcher alarms = ALARM.matcher(cells.get(1));
      assertThat(alarms.find()).as(cells.get(1)).isTrue();
      String notifier = alarms.group(1);
      String cause = alarms.find() ? alarms.group(1) : notifier;
      String[] within = cells.get(2).split(" ", -1);
      assertThat(within[1]).isIn("min", "h");
      assertThat(cells.get(4)).isIn("yes", "no");
      assertThat(cells.get(5)).isIn("yes", "no", "with 72 h of grace");
      assertThat(cells.get(6)).isNotBlank();
      String entry = cells.get(7);
      Duration unit = Duration.ofMinutes(within[1].equals("h") ? 60 : 1);
      return new Row(
          cells.get(0),
          notifier,
          cause,
          unit.multipliedBy(Integer.parseInt(within[0])),
          cells.get(3),
          entry.substring(entry.indexOf('#') + 1, entry.length() - 1));
    }

    @Override
    public String toString() {
      return failure;
    }
  }

  @Test
  void everyAlarmStandsInTheTableAndEveryRowIsTried() throws IOException {
    assertThat(rows().map(Row::failure)).containsExactlyInAnyOrderElementsOf(FAILURES.keySet());
    Set<String> named = new TreeSet<>();
    rows().forEach(row -> named.addAll(List.of(row.notifier(), row.cause())));
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
                .map(TEMPLATE::resources)
                .flatMap(Collection::stream)
                .map(Template.Resource::id)
                .toList());
  }

  /** The same entry as the mail's. */
  @Test
  void everyRowLeadsToTheEntryOfItsAlarm() throws IOException {
    assertThat(rows())
        .allSatisfy(
            row ->
                assertThat(
                        Template.text(TEMPLATE.resource(row.cause()).property("AlarmDescription")))
                    .endsWith("#" + row.entry()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void failureReachesAPersonAsTheTableSays(Row row) {
    Failure failure = Objects.requireNonNull(FAILURES.get(row.failure()));
    Alarms alarms = failure.scheduled() ? Alarms.of(TEMPLATE) : Alarms.of(TEMPLATE, "IsScheduled");
    Instant from = failure.began().minus(1, HOURS);
    Instant to = failure.began().plus(30, HOURS);

    List<Notification> changes = alarms.changes(failure.series(), from, to);
    List<Notification> mails = alarms.mails(changes).stream().filter(Notification::on).toList();
    assertThat(mails).extracting(Notification::alarm).containsOnly(row.notifier());
    assertThat(Duration.between(failure.began(), mails.getFirst().at()))
        .isPositive()
        .isLessThanOrEqualTo(row.within());
    assertThat(failure.times()).isGreaterThan(1);
    assertThat(mails).hasSize(row.howOften().equals("once") ? 1 : failure.times());
    assertThat(row.howOften()).isIn("once", "each time", "every hour");

    assertThat(changes)
        .filteredOn(Notification::on)
        .extracting(Notification::alarm)
        .containsOnly(row.notifier(), row.cause());
    if (failure.scheduled()) {
      assertThat(Alarms.on(changes)).isEmpty();
    }
  }

  private static Stream<Row> rows() throws IOException {
    return Files.readAllLines(Path.of("docs", "runbook.md")).stream()
        .filter(line -> line.startsWith("| ") && line.contains("Alarm`"))
        .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList())
        .map(cells -> Row.of(cells.subList(1, cells.size() - 1)));
  }
}
