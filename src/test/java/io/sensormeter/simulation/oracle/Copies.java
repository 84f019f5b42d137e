package io.sensormeter.simulation.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The copies that have left, and what must hold of them. */
final class Copies {
  /** By so much the clocks of two functions may differ from the world's. */
  static final Duration SKEW = Duration.ofMinutes(2);

  private static final Duration ADDITIVE = Duration.ofHours(23);
  private static final Duration OLDEST = Duration.ofDays(34);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Source source;
  private final Map<Reading, List<Copy>> copies = new HashMap<>();
  private final Map<Reading.Revision, Copy> first = new HashMap<>();
  // Of last meters, whose copies must not lie beside those of another hour.
  private final Map<String, Copy> lastOfOrganization = new HashMap<>();

  /** A message of the reports queue, by its documented form. */
  record Copy(
      String identifier,
      Reading.Revision report,
      String customer,
      long value,
      Instant sendBefore,
      Instant sentAt) {

    boolean isLive(Instant now) {
      return sendBefore.isAfter(now.plus(SKEW));
    }
  }

  Copies(Source source) {
    this.source = source;
  }

  static @Nullable Copy read(String body, Instant sentAt) {
    try {
      JsonNode json = JSON.readTree(body);
      String identifier = json.path("identifier").asText();
      Reading.Revision report = Reading.named(identifier);
      return report == null
          ? null
          : new Copy(
              identifier,
              report,
              json.path("customer").asText(),
              json.path("value").asLong(-1),
              Instant.parse(json.path("sendBefore").asText()),
              sentAt);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** What is wrong with a copy that leaves now. */
  Optional<String> sent(Copy copy) {
    List<Copy> before = copies.computeIfAbsent(copy.report().reading(), _ -> new ArrayList<>());
    Optional<String> wrong =
        limits(copy)
            .or(
                () ->
                    before.stream()
                        .map(other -> beside(copy, other))
                        .filter(Objects::nonNull)
                        .findFirst())
            .or(() -> besideAnotherHour(copy));
    before.removeIf(other -> !other.isLive(copy.sentAt()));
    before.add(copy);
    first.putIfAbsent(copy.report(), copy);
    return wrong;
  }

  /** Of the first copy that left; null if none has. */
  @Nullable String customer(Reading.Revision report) {
    Copy copy = first.get(report);
    return copy == null ? null : copy.customer();
  }

  /** Stripe counts it: another copy of it is a duplicate. */
  void taken(Reading.Revision report) {
    Copy copy = lastOfOrganization.get(report.reading().organization());
    if (copy != null && copy.report().equals(report)) {
      lastOfOrganization.remove(report.reading().organization());
    }
  }

  private Optional<String> limits(Copy copy) {
    Kind kind = source.kind(copy.report().reading().meter());
    Copy earliest = first.getOrDefault(copy.report(), copy);
    if (copy.customer().equals(earliest.customer()) && copy.value() == earliest.value()) {
      Instant oldest = copy.report().reading().eventTime(kind).plus(OLDEST);
      Instant limit = kind.isAdditive() ? earliest.sentAt().plus(ADDITIVE) : oldest;
      Instant hour = copy.sentAt().plus(SKEW).truncatedTo(java.time.temporal.ChronoUnit.HOURS);
      return copy.sendBefore().isAfter(limit.plus(SKEW)) || copy.sendBefore().isAfter(oldest)
          ? Optional.of("a copy outlives its limit: " + copy)
          : Optional.of("a copy of a last meter outlives its clock hour: " + copy)
              .filter(
                  _ ->
                      kind == Kind.LAST
                          && !copy.sendBefore().isBefore(hour.plus(Duration.ofHours(1))));
    }
    return Optional.of("one identifier, two contents: " + earliest + " and " + copy);
  }

  private static @Nullable String beside(Copy copy, Copy other) {
    if (!other.isLive(copy.sentAt())) {
      return null;
    }
    if (other.report().number() != copy.report().number()) {
      return "a revision leaves before its predecessor's end: " + copy + " beside " + other;
    }
    return other.sendBefore().equals(copy.sendBefore())
        ? null
        : "a second copy leaves while the first is live: " + copy + " beside " + other;
  }

  private Optional<String> besideAnotherHour(Copy copy) {
    Reading reading = copy.report().reading();
    if (source.kind(reading.meter()) != Kind.LAST) {
      return Optional.empty();
    }
    Copy other = lastOfOrganization.put(reading.organization(), copy);
    return other != null
            && !other.report().reading().hour().equals(reading.hour())
            && other.isLive(copy.sentAt())
        ? Optional.of("two hours of a last meter under way at once: " + copy + " beside " + other)
        : Optional.empty();
  }

  /** Until when an identifier may be sent by who has these messages in work. */
  static Map<String, Instant> limitsOf(List<String> bodies) {
    Map<String, Instant> limits = new HashMap<>();
    for (String body : bodies) {
      Copy copy = read(body, Instant.EPOCH);
      if (copy != null) {
        limits.merge(
            copy.identifier(),
            copy.sendBefore(),
            java.util.function.BinaryOperator.maxBy(Comparator.<Instant>naturalOrder()));
      }
    }
    return limits;
  }
}
