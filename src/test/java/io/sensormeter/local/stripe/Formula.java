package io.sensormeter.local.stripe;

/** How a meter aggregates. There is no {@code max} (facts/stripe.md, Meters: formulas). */
public enum Formula {
  SUM("sum"),
  COUNT("count"),
  LAST("last");

  private final String wireName;

  Formula(String wireName) {
    this.wireName = wireName;
  }

  String wireName() {
    return wireName;
  }
}
