package io.sensormeter.local.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * The part of the CloudWatch console that shows a custom widget, without a script: what it sends to
 * the function, and what becomes of the answer. A {@code cwdb-action} acts on the element before
 * it: here that submits a form of its own, and within a form that form. Every button stays where
 * the answer has it.
 */
public final class WidgetConsole {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Before the name of a field of the action, which is not one of the widget's form. */
  private static final String OF_ACTION = "a.";

  /** Before the name of what the console itself knows of its viewer. */
  private static final String OF_VIEWER = "v.";

  private final UnaryOperator<String> function;

  /**
   * @param function from the event's JSON to the answer
   */
  public WidgetConsole(UnaryOperator<String> function) {
    this.function = function;
  }

  /**
   * What the function answers.
   *
   * @param query {@code a.…} of the action that was clicked, {@code v.theme} and {@code v.zone} of
   *     the viewer; the rest was typed into the widget's form
   */
  public Element answer(Map<String, String> query, Instant now) {
    Document page = Jsoup.parseBodyFragment(function.apply(event(query, now)));
    Map<String, String> viewer = startingWith(OF_VIEWER, query);
    int number = 0;
    for (Element action : page.body().select("cwdb-action")) {
      Element clicked = action.previousElementSibling();
      if (clicked == null) {
        throw new IllegalStateException("a cwdb-action acts on the element before it: " + action);
      }
      Element around = clicked.closest("form");
      Element form = around == null ? page.body().appendElement("form") : around;
      String id = "f" + number++;
      form.attr("id", id).attr("method", "get").attr("action", "/");
      fields(action.wholeText()).forEach((name, value) -> hidden(form, OF_ACTION + name, value));
      viewer.forEach((name, value) -> hidden(form, OF_VIEWER + name, value));
      clicked.attr("type", "submit").attr("form", id);
      action.remove();
    }
    return page.body();
  }

  /** What the console sends. */
  public static String event(Map<String, String> query, Instant now) {
    Map<String, String> viewer = startingWith(OF_VIEWER, query);
    Map<String, String> typed = new TreeMap<>(query);
    typed.keySet().removeIf(name -> name.startsWith(OF_ACTION) || name.startsWith(OF_VIEWER));
    String zone = viewer.getOrDefault("zone", "+00:00");
    Map<String, Object> event = new LinkedHashMap<>(startingWith(OF_ACTION, query));
    event.put(
        "widgetContext",
        Map.of(
            "dashboardName", "sensor-meter",
            "widgetId", "widget-1",
            "theme", viewer.getOrDefault("theme", "light"),
            "timezone", Map.of("label", zone.equals("+00:00") ? "UTC" : "Local", "offsetISO", zone),
            "timeRange",
                Map.of(
                    "mode", "relative",
                    "start", now.minusSeconds(86_400).toEpochMilli(),
                    "end", now.toEpochMilli()),
            "forms", Map.of("all", typed),
            "params", Map.of("page", "hours"),
            "width", 1_200,
            "height", 800));
    try {
      return JSON.writeValueAsString(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> startingWith(String prefix, Map<String, String> query) {
    Map<String, String> found = new TreeMap<>();
    query.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }

  private static void hidden(Element form, String name, String value) {
    form.appendElement("input").attr("type", "hidden").attr("name", name).attr("value", value);
  }

  private static Map<String, String> fields(String json) {
    try {
      return JSON.readValue(json, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a cwdb-action holds JSON: " + json, e);
    }
  }
}
