package io.sensormeter.reporter;

import java.util.Map;
import java.util.Set;

/** What a batch of copies emits, for the tests of the template. */
public final class ReporterMetrics {

  private ReporterMetrics() {}

  public static Set<String> names() {
    return new ReporterSummary(Map.of()).metrics().keySet();
  }
}
