package io.sensormeter.template;

import static io.sensormeter.template.Template.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sensormeter.template.Template.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The alarms of template.yaml at work: what they tell a person about series of metrics. Those of
 * Lambda, SQS and EventBridge say nothing unless the series hold their metrics too.
 *
 * <p>{@code Alarms.ofTemplate().notifications(new Series().addLogLines(tick, lines), from, to)}
 */
public final class Alarms {
  private static final Duration EVALUATION = Duration.ofMinutes(1);
  private static final Pattern CHILD = Pattern.compile("ALARM\\(\"\\$\\{(\\w+)}\"\\)");

  private final Template template;
  private final List<Alarm> alarms;
  private final Map<String, List<String>> composites = new LinkedHashMap<>();

  private Alarms(Template template, String... falseConditions) {
    this.template = template;
    this.alarms =
        template.resources("AWS::CloudWatch::Alarm").stream()
            .map(alarm -> Alarm.of(alarm, falseConditions))
            .toList();
    for (Resource composite : template.resources("AWS::CloudWatch::CompositeAlarm")) {
      composites.put(composite.id(), children(composite));
    }
  }

  /** A change of an alarm's state that is a mail. */
  public record Notification(Instant at, String alarm, boolean on) {}

  /** Of the project's template, its schedule enabled. */
  public static Alarms ofTemplate() {
    return of(Template.read());
  }

  /**
   * @param falseConditions of the template; the others are true
   */
  static Alarms of(Template template, String... falseConditions) {
    return new Alarms(template, falseConditions);
  }

  /**
   * The mails between {@code from}, where every alarm is off, and {@code to}, both included. Series
   * without a tick in the two hours before {@code from} are those of a stack whose heartbeat fails.
   */
  public List<Notification> notifications(Series series, Instant from, Instant to) {
    return mails(changes(series, from, to));
  }

  /** Those changes that are a mail. */
  List<Notification> mails(List<Notification> changes) {
    return changes.stream()
        .filter(
            change ->
                template
                    .resource(change.alarm())
                    .properties()
                    .has(change.on() ? "AlarmActions" : "OKActions"))
        .toList();
  }

  /** The alarms that are on at {@code to}. */
  public Set<String> on(Series series, Instant from, Instant to) {
    return on(changes(series, from, to));
  }

  /** The alarms that are on after all these changes. */
  static Set<String> on(List<Notification> changes) {
    Set<String> on = new HashSet<>();
    changes.forEach(change -> change(on, change.alarm(), change.on()));
    return on;
  }

  /** Every change of state, whether somebody is told or not. */
  List<Notification> changes(Series series, Instant from, Instant to) {
    List<Notification> changes = new ArrayList<>();
    Set<String> on = new HashSet<>();
    for (Instant now = from; !now.isAfter(to); now = now.plus(EVALUATION)) {
      for (Alarm alarm : alarms) {
        if (change(on, alarm.id(), alarm.isOn(series, now, on.contains(alarm.id())))) {
          changes.add(new Notification(now, alarm.id(), on.contains(alarm.id())));
        }
      }
      for (Map.Entry<String, List<String>> composite : composites.entrySet()) {
        boolean isOn = composite.getValue().stream().anyMatch(on::contains);
        if (change(on, composite.getKey(), isOn)) {
          changes.add(new Notification(now, composite.getKey(), isOn));
        }
      }
    }
    return changes;
  }

  private static boolean change(Set<String> on, String alarm, boolean isOn) {
    return isOn ? on.add(alarm) : on.remove(alarm);
  }

  /** The alarms that a composite bundles: it is on while one of them is. */
  static List<String> children(Resource composite) {
    JsonNode join = composite.property("AlarmRule/Fn::Join");
    if (!text(join.path(0)).equals(" OR ")) {
      throw new IllegalArgumentException("not joined by OR: " + join);
    }
    List<String> children = new ArrayList<>();
    for (JsonNode child : join.path(1)) {
      Matcher name = CHILD.matcher(text(child));
      if (!name.matches()) {
        throw new IllegalArgumentException("not an alarm that is on: " + child);
      }
      children.add(name.group(1));
    }
    return children;
  }
}
