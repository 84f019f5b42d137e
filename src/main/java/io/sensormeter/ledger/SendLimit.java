package io.sensormeter.ledger;

/**
 * Until when a copy may be sent, as SQL on a {@code report} at {@code clock.now}: where a copy's
 * expiry is decided, and nowhere else.
 */
public final class SendLimit {

  /** How long a copy lives: past it at the second tick, so that silence costs two hours at most. */
  public static final int COPY_MINUTES = 110;

  /** Sends no hour older than 34 days: Stripe takes timestamps of up to 35 days. */
  static final int SEND_HOURS_MAX = 816;

  /** Additive: the last send lies inside Stripe's 24 hours of identifier uniqueness. */
  private static final int ADDITIVE_SEND_HOURS = 23;

  /**
   * On a {@code last} meter a copy expires this far into the clock's hour: a tick may come five
   * minutes early, and a copy of its hour may never be on its way beside one of an earlier hour,
   * since Stripe does not say whether the latest timestamp or the latest receipt counts.
   */
  private static final int LAST_SEND_MINUTES = 55;

  /**
   * The limit past which no copy of {@code report} is sent; what is pending on a {@code last} meter
   * gets another one in the next hour, unless superseded.
   */
  static final String LIMIT =
      """
      case report.kind
        when 'sum-hourly' then report.hour + interval '%d hours'
        when 'last' then least(
          report.captured_at + interval '%d hours',
          greatest(report.hour, date_trunc('hour', clock.now, 'UTC')) + interval '%d minutes')
        else report.captured_at + interval '%2$d hours'
      end
      """
          .formatted(SEND_HOURS_MAX, ADDITIVE_SEND_HOURS, LAST_SEND_MINUTES);

  /** A new {@code send_before}. */
  static final String SEND_BEFORE =
      "least(clock.now + interval '%d minutes', %s)".formatted(COPY_MINUTES, LIMIT);

  private SendLimit() {}
}
