package io.sensormeter.local.stripe;

/** How a meter aggregates. There is no {@code max} (docs/stripe-facts.md, Meters). */
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
