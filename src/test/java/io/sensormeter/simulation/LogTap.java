package io.sensormeter.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.jspecify.annotations.Nullable;
import software.amazon.lambda.powertools.logging.argument.StructuredArgument;
import software.amazon.lambda.powertools.logging.internal.JsonSerializer;

/** What the product logs, as lines of the story, and nowhere else meanwhile. */
final class LogTap implements AutoCloseable {
  private static final Pattern NUMBER = Pattern.compile("\"([A-Z]\\w+)\":(-?[0-9.E]+)");

  private final Story story;
  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final LoggerConfig root = context.getConfiguration().getRootLogger();
  private final Set<String> secrets;
  private final List<String> leaks = new ArrayList<>();
  private final Appender tap =
      new AbstractAppender("simulation", null, null, false, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          LogTap.this.append(event);
        }
      };
  private Map<String, Double> metrics = Map.of();

  LogTap(Story story, Set<String> secrets) {
    this.story = story;
    this.secrets = secrets;
    Set.copyOf(root.getAppenders().keySet()).forEach(root::removeAppender);
    tap.start();
    root.addAppender(tap, Level.INFO, null);
    context.updateLoggers();
  }

  private void append(LogEvent event) {
    if (!event.getLoggerName().startsWith("io.sensormeter")) {
      tells(event.getMessage().getFormattedMessage() + causes(event.getThrown()));
      return;
    }
    StringBuilder line = new StringBuilder("  ");
    line.append(event.getLevel()).append(' ').append(event.getMessage().getFormattedMessage());
    for (Object each : parameters(event)) {
      if (each instanceof StructuredArgument fields) {
        String json = json(fields);
        line.append(' ').append(json);
        metrics = numbers(json);
      }
    }
    if (event.getThrown() != null) {
      line.append(" / ").append(event.getThrown().getMessage());
    }
    String text = line.toString();
    tells(text + causes(event.getThrown()));
    story.line(text);
  }

  private void tells(String text) {
    secrets.stream().filter(text::contains).findFirst().ifPresent(_ -> leaks.add(text));
  }

  private static String causes(@Nullable Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
        .map(each -> " / " + each)
        .collect(Collectors.joining());
  }

  private static Object[] parameters(LogEvent event) {
    Object[] parameters = event.getMessage().getParameters();
    return parameters == null ? new Object[0] : parameters;
  }

  private static String json(StructuredArgument fields) {
    StringBuilder json = new StringBuilder();
    try {
      fields.writeTo(new JsonSerializer(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return json.toString();
  }

  private static Map<String, Double> numbers(String fields) {
    Map<String, Double> numbers = new HashMap<>();
    NUMBER
        .matcher(fields)
        .results()
        .forEach((MatchResult each) -> numbers.put(each.group(1), Double.valueOf(each.group(2))));
    return numbers;
  }

  /** The numbers of the last summary, which are forgotten. */
  Map<String, Double> takeMetrics() {
    Map<String, Double> taken = metrics;
    metrics = Map.of();
    return taken;
  }

  /** Lines that told a secret. */
  List<String> leaks() {
    return leaks;
  }

  @Override
  public void close() {
    context.reconfigure();
  }
}
