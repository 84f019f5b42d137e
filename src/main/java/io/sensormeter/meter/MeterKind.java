package io.sensormeter.meter;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * How the Stripe meter adds events up. Frozen on each report, because the rules of what may be sent
 * again follow from it.
 */
public enum MeterKind {
  /** Formula {@code sum}, {@code event_time_window=hour}: a later event of the hour replaces. */
  SUM_HOURLY("sum-hourly"),
  /** Formula {@code sum}, raw: every event counts. */
  SUM("sum"),
  /** Formula {@code last}, raw: the billing period's final event counts. */
  LAST("last");

  private final String label;

  MeterKind(String label) {
    this.label = label;
  }

  /** As in the setting {@code METERS}, in messages and in the ledger. */
  public String label() {
    return label;
  }

  /**
   * Reads a label.
   *
   * @throws IllegalArgumentException naming the text and the labels there are
   */
  public static MeterKind parse(String text) {
    for (MeterKind kind : values()) {
      if (kind.label.equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("'" + text + "' is no meter kind; known are " + labels());
  }

  private static String labels() {
    return Arrays.stream(values()).map(MeterKind::label).collect(Collectors.joining(", "));
  }
}
