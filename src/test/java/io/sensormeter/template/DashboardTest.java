package io.sensormeter.template;

import static io.sensormeter.template.Template.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stack's dashboard: what is seen first, and that no number passes for a newer one. */
final class DashboardTest {
  private final List<JsonNode> widgets = widgets();

  @Test
  void beginsWithHoursAndExceptions() {
    assertThat(widgets.subList(0, 2))
        .allSatisfy(
            widget -> {
              assertThat(text(widget.path("type"))).isEqualTo("custom");
              assertThat(text(widget.at("/properties/endpoint"))).isEqualTo("${ViewFunction.Arn}");
              assertThat(widget.at("/properties/updateOn/refresh").booleanValue()).isTrue();
            })
        .extracting(widget -> text(widget.at("/properties/params/page")))
        .containsExactly("hours", "exceptions");
    assertThat(widgets.subList(0, 2))
        .extracting(widget -> widget.path("y").intValue())
        .containsExactly(0, 20);
  }

  @Test
  void noWidgetCoversAnother() {
    for (JsonNode one : widgets) {
      for (JsonNode other : widgets) {
        if (!one.equals(other)) {
          assertThat(overlap(one, other, "x", "width") && overlap(one, other, "y", "height"))
              .as("%s and %s", one.at("/properties/title"), other.at("/properties/title"))
              .isFalse();
        }
      }
    }
  }

  /** A gauge is shown as it was last measured, however long ago that was. */
  @Test
  void singleNumbersThatAreGaugesSayOfWhenTheyAre() {
    assertThat(widgets)
        .filteredOn(widget -> text(widget.at("/properties/view")).equals("singleValue"))
        .filteredOn(widget -> text(widget.at("/properties/stat")).equals("Maximum"))
        .hasSize(2)
        .allMatch(widget -> text(widget.at("/properties/title")).startsWith("At the last tick"));
    assertThat(widgets)
        .filteredOn(widget -> text(widget.path("type")).equals("text"))
        .first()
        .extracting(widget -> text(widget.at("/properties/markdown")))
        .asString()
        .contains("fewer than 24 ticks completed in the last day it is old");
  }

  private static boolean overlap(JsonNode one, JsonNode other, String from, String length) {
    int a = one.path(from).intValue();
    int b = other.path(from).intValue();
    return a < b + other.path(length).intValue() && b < a + one.path(length).intValue();
  }

  private static List<JsonNode> widgets() {
    try {
      return Template.elements(
          new ObjectMapper()
              .readTree(text(Template.read().resource("Dashboard").property("DashboardBody")))
              .path("widgets"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
