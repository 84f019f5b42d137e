package io.sensormeter.ledger;

/**
 * Until when a copy may be sent, as SQL on a {@code report} at {@code clock.now}: where a copy's
 * expiry is decided, and nowhere else. All ages are counted from the event time.
 */
public final class CopyExpiry {

  /** Sends no event time older than 34 days: Stripe takes timestamps of up to 35 days. */
  static final int SEND_HOURS_MAX = 816;

  /** Additive: the last send lies inside Stripe's 24 hours of identifier uniqueness. */
  static final int ADDITIVE_SEND_HOURS = 23;

  /**
   * Copies expire at this minute of an hour, so that the tick of the next hour can publish again
   * what has no outcome: a lost copy of a period's last hour then reaches Stripe within its default
   * hour of grace. On a {@code last} meter no event of an hour is under way when one of the next
   * may be: a tick may come five minutes early.
   */
  public static final int EXPIRY_MINUTE = 55;

  /** The shortest life of a copy, but on a {@code last} meter: shorter is not worth publishing. */
  public static final int LEAST_MINUTES = 20;

  /** No copy lives so long. */
  public static final int LONGEST_MINUTES = 60 + LEAST_MINUTES;

  /** What Stripe counts the value for. Release 0.1 wrote no other hour than the report's. */
  static final String EVENT_TIME = "coalesce(report.event_time, report.hour)";

  /**
   * When the first copy was about to leave; null if none did. Release 0.1 did not note it: no copy
   * of its reports left before the capture. (A revision has its predecessor's {@code send_before}
   * before a copy of its own left.)
   */
  static final String FIRST_PUBLISHED =
      """
      coalesce(report.first_published_at,
        case when report.event_time is null and report.send_before is not null
          then report.captured_at end)
      """;

  /** Whether a copy of a report {@code one} ever left, as SQL; as {@link #FIRST_PUBLISHED}. */
  public static final String LEFT =
      """
      (one.first_published_at is not null
        or one.event_time is null and one.send_before is not null)
      """;

  /**
   * Every event counts, or the period's last one: a resend may bill twice. So may one to a meter
   * that Stripe does not keep by the hour, whatever METERS says.
   */
  static final String ADDITIVE =
      """
      (report.kind <> 'sum-hourly' or exists (
        select from metering.meter as shown where shown.meter = report.meter and shown.raw))
      """;

  /** The instant from which on no copy of {@code report} is sent any more. */
  static final String LIMIT =
      """
      least(%s + interval '%d hours',
        case when %s
          then coalesce(%s, clock.now) + interval '%d hours' end)
      """
          .formatted(EVENT_TIME, SEND_HOURS_MAX, ADDITIVE, FIRST_PUBLISHED, ADDITIVE_SEND_HOURS);

  /** This hour's minute of expiry; of an hour that is captured early, that hour's. */
  private static final String THIS_HOUR =
      "greatest(date_trunc('hour', clock.now, 'UTC'), report.hour) + interval '%d minutes'"
          .formatted(EXPIRY_MINUTE);

  private static final String NEXT_HOUR =
      """
      date_trunc('hour', clock.now + interval '%d minutes -1 microsecond', 'UTC')
        + interval '%d minutes'
      """
          .formatted(60 - EXPIRY_MINUTE + LEAST_MINUTES, EXPIRY_MINUTE);

  /** When the first of the copies that are live now expires. */
  static final String EARLIEST =
      """
      date_trunc('hour', clock.now + interval '%d minutes', 'UTC') + interval '%d minutes'
      """
          .formatted(60 - EXPIRY_MINUTE, EXPIRY_MINUTE);

  /**
   * Whether a later hour that has begun is not captured yet. On a {@code last} meter it may be at
   * any moment, and its copies would lie beside those of this hour.
   */
  private static final String LATER_OWED =
      """
      exists (
        select from metering.stack
        cross join generate_series(
          greatest(report.hour + interval '1 hour', stack.live_from),
          date_trunc('hour', clock.now, 'UTC'), interval '1 hour') as later(hour)
        where not exists (select from metering.tick where tick.hour = later.hour))
      """;

  /** A new {@code send_before}; not after {@code clock.now} if nothing may leave now. */
  static final String SEND_BEFORE =
      "least(case when report.kind <> 'last' then %s when %s then clock.now else %s end, %s)"
          .formatted(NEXT_HOUR, LATER_OWED, THIS_HOUR, LIMIT);

  private CopyExpiry() {}
}
