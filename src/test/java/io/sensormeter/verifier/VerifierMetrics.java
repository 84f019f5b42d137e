package io.sensormeter.verifier;

import java.util.Map;
import java.util.Set;

/** What a batch of questions emits, for the tests of the template. */
public final class VerifierMetrics {

  private VerifierMetrics() {}

  public static Set<String> names() {
    return new VerifierSummary(Map.of()).metrics().keySet();
  }
}
