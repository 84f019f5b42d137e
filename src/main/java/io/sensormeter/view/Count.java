package io.sensormeter.view;

import java.math.BigDecimal;
import java.util.Locale;

/** Numbers as a person reads them. */
final class Count {

  private Count() {}

  /** {@code 1 hour}, {@code 1,000 hours}. */
  static String of(long number, String what) {
    return number(number) + " " + what + (number == 1 ? "" : "s");
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String number(BigDecimal number) {
    BigDecimal plain = number.stripTrailingZeros();
    return String.format(Locale.ROOT, "%,." + Math.max(0, plain.scale()) + "f", plain);
  }
}
