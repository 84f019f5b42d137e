package io.sensormeter.meter;

/**
 * Which texts can travel from the source to Stripe. Capture asks the same of every reading in SQL,
 * and a test feeds both the same hostile list: whatever the ledger takes as pending, the queue's
 * format, SQS and Stripe take too.
 */
public final class Characters {

  /** The longest organization id, in code points. */
  public static final int ORGANIZATION_MAX = 200;

  /** The longest Stripe customer; Stripe's own have 18 characters. */
  public static final int CUSTOMER_MAX = 255;

  private Characters() {}

  /**
   * 1 to {@value #ORGANIZATION_MAX} code points, not all of them white space, none a control
   * character, half a surrogate pair, or one that Unicode will never assign.
   */
  public static boolean isOrganization(String text) {
    int length = text.codePointCount(0, text.length());
    return length >= 1
        && length <= ORGANIZATION_MAX
        && text.codePoints().noneMatch(Characters::isNoText)
        && !text.codePoints().allMatch(Characters::isSpace);
  }

  /** 1 to {@value #CUSTOMER_MAX} printable characters of ASCII, no space. */
  public static boolean isCustomer(String text) {
    return !text.isEmpty() && text.length() <= CUSTOMER_MAX && isGraphic(text);
  }

  /** Whether every character is one of ASCII's that print, space excepted. */
  static boolean isGraphic(String text) {
    return text.chars().allMatch(c -> c >= '!' && c <= '~');
  }

  private static boolean isNoText(int codePoint) {
    return Character.getType(codePoint) == Character.CONTROL
        || Character.getType(codePoint) == Character.SURROGATE
        || (codePoint & 0xfffe) == 0xfffe
        || (codePoint >= 0xfdd0 && codePoint <= 0xfdef);
  }

  /** Unicode's property White_Space, beside the control characters. */
  private static boolean isSpace(int codePoint) {
    return switch (codePoint) {
      case ' ', 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
      default -> codePoint >= 0x2000 && codePoint <= 0x200a;
    };
  }
}
