package io.sensormeter.hour;

import io.sensormeter.local.Pipeline;
import io.sensormeter.local.aws.WidgetConsole;
import io.sensormeter.meter.Hour;
import java.util.HashMap;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Whoever looks at the pages of a pipeline's ledger. */
abstract class PagesFixture extends HourFixture {

  String verdict(Pipeline pipeline) {
    return look(pipeline, "hours").select(".sm-verdict").text();
  }

  Element cell(Pipeline pipeline, Hour hour) {
    String start = hour.start().toString().replace('T', ' ').substring(0, 16);
    return look(pipeline, "hours").expectFirst("td button[aria-label^='" + start + "']");
  }

  Document look(Pipeline pipeline, String page, String... fields) {
    Map<String, String> query = new HashMap<>(Map.of("a.page", page));
    for (int i = 0; i < fields.length; i += 2) {
      query.put("a." + fields[i], fields[i + 1]);
    }
    return Jsoup.parse(pipeline.newView().apply(WidgetConsole.event(query, clock.instant())));
  }
}
