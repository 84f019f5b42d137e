package io.sensormeter.local;

import io.sensormeter.local.Demonstration.Trouble;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;

/** What stands around the widget in a browser: the buttons, and how it is looked at. */
final class ServedFrame {
  private static final String STYLE =
      """
      html { color-scheme: light dark; } body { margin: 0; font: 14px/1.5 Roboto, Arial, sans-serif; }
      html.light { color-scheme: light; } html.dark { color-scheme: dark; }
      body { background: light-dark(#ffffff, #14181f); color: light-dark(#17202b, #e6eaef); }
      main { max-width: 1180px; margin: 0 auto; }
      .bench { background: light-dark(#f0f2f5, #1c222b); border-bottom: 1px solid light-dark(#d9dfe5, #333c47); }
      .bench > div { max-width: 1180px; margin: 0 auto; padding: 10px 16px; display: flex; flex-wrap: wrap; gap: 8px 10px; align-items: center; }
      .bench h1 { font-size: 15px; margin: 0 8px 0 0; } .bench form { margin: 0; }
      .bench button { font: inherit; font-size: 13px; padding: 3px 12px; border-radius: 4px; cursor: pointer;
        border: 1px solid light-dark(#8a94a0, #6b7684); background: light-dark(#ffffff, #232a34); color: inherit; }
      .bench button[aria-pressed="true"] { background: light-dark(#b3261e, #ff9d92); color: light-dark(#ffffff, #2b0703); border-color: transparent; }
      .bench button:focus-visible { outline: 2px solid light-dark(#0b5cad, #82bdf5); outline-offset: 1px; }
      .bench p { margin: 0; font-size: 12.5px; color: light-dark(#4c5763, #a9b4c0); flex: 1 1 100%; }
      .sm a { color: var(--link); }
      """;

  private ServedFrame() {}

  /**
   * A document with the widget in it.
   *
   * @param query as the console was asked
   * @param raw the same, encoded
   */
  static Document around(
      Element widget, Demonstration demonstration, Map<String, String> query, String raw) {
    Document document = Document.createShell("");
    document.prependChild(new DocumentType("html", "", ""));
    String theme = query.getOrDefault("v.theme", "light").equals("dark") ? "dark" : "light";
    document.expectFirst("html").attr("lang", "en").addClass(theme);
    document.title("sensor-meter, on this machine");
    document.head().appendElement("meta").attr("charset", "utf-8");
    document
        .head()
        .appendElement("meta")
        .attr("name", "viewport")
        .attr("content", "width=device-width, initial-scale=1");
    ServedPages.refresh(document, query);
    document.head().appendElement("style").appendChild(new DataNode(STYLE));
    bench(document.body(), demonstration, query, raw, theme);
    document.body().appendElement("main").appendChildren(widget.childNodesCopy());
    return document;
  }

  private static void bench(
      Element body,
      Demonstration demonstration,
      Map<String, String> query,
      String raw,
      String theme) {
    Element bar = body.appendElement("header").addClass("bench").appendElement("div");
    bar.appendElement("h1").text("sensor-meter, on this machine");
    Map<String, String> buttons = new LinkedHashMap<>();
    buttons.put("tick", "Tick");
    buttons.put("hour", "Let an hour pass");
    buttons.put("day", "Let a day pass");
    buttons.put("purge", "Purge the queue");
    buttons.forEach((asked, label) -> button(bar, asked, label, raw));
    for (Trouble trouble : Trouble.values()) {
      button(bar, trouble.name(), trouble.title, raw)
          .attr("aria-pressed", String.valueOf(demonstration.has(trouble)))
          .attr("title", trouble.means);
    }
    String other = theme.equals("dark") ? "light" : "dark";
    look(bar, query, "v.theme", other, "Show it " + other);
    boolean live = !"off".equals(query.get("v.live"));
    look(bar, query, "v.live", live ? "off" : "on", live ? "Stop refreshing" : "Refresh again");
    bar.appendElement("p")
        .attr("role", "status")
        .text(
            demonstration.says()
                + " "
                + demonstration.numbers().entrySet().stream()
                    .map(each -> "%,d %s".formatted(each.getValue(), each.getKey()))
                    .collect(Collectors.joining(", "))
                + ".");
  }

  private static Element button(Element bar, String asked, String label, String raw) {
    Element form = bar.appendElement("form").attr("method", "post").attr("action", "/do");
    form.appendElement("input").attr("type", "hidden").attr("name", "back").attr("value", raw);
    return form.appendElement("button").attr("name", "do").attr("value", asked).text(label);
  }

  /** Another way to look at the same page. */
  private static void look(
      Element bar, Map<String, String> query, String way, String other, String label) {
    Element form = bar.appendElement("form").attr("method", "get").attr("action", "/");
    query.forEach(
        (name, value) -> {
          if (!name.equals(way)) {
            form.appendElement("input")
                .attr("type", "hidden")
                .attr("name", name)
                .attr("value", value);
          }
        });
    form.appendElement("button").attr("name", way).attr("value", other).text(label);
  }
}
