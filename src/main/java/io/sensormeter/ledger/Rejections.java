package io.sensormeter.ledger;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which readings are rejected at capture, with which code, as SQL. A reading never stops another's:
 * what passes here, the queue's format, SQS and Stripe take too, and {@link
 * io.sensormeter.meter.Characters} says the same in Java. A rejected reading keeps its value if the
 * value itself can be billed.
 */
public final class Rejections {

  /** Unicode's White_Space, without the control characters. */
  static final String SPACES =
      "\\u0020\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

  /** Control characters, and the code points that Unicode will never assign. */
  static final String NO_TEXT =
      "\\u0001-\\u001f\\u007f-\\u009f\\ufdd0-\\ufdef\\ufffe\\uffff"
          + IntStream.rangeClosed(1, 16)
              .mapToObj(plane -> "\\U%1$04Xfffe\\U%1$04Xffff".formatted(plane))
              .collect(Collectors.joining());

  /** Nothing stands: for who judges a source before there is a ledger. */
  private static final String NOTHING_STANDING =
      """
      , standing as (
        select null::text as organization_id, null::text as meter, null::text as customer,
          false as live limit 0
      )
      """;

  /**
   * Readings judged by the others and by what stands already, which is left as it is. Of two
   * organizations with one Stripe customer the first is live, the others are rejected.
   */
  static final String JUDGED =
      """
      , doubled as materialized (
        select organization_id, meter, count(*) as readings
        from reading group by organization_id, meter having count(*) > 1
      ), single as materialized (
        select r.* from reading as r
        where not exists (
          select from doubled as d
          where d.organization_id = r.organization_id and d.meter = r.meter)
      ), shared as materialized (
        select meter, customer, min(organization_id) as first
        from single where failure is null
        group by meter, customer having count(*) > 1
      ), every as (
        select s.organization_id, s.meter, s.customer, s.value, s.countable, s.plain,
          case
            when s.failure is not null then s.failure
            when coalesce(held.organization_id, shared.first) <> s.organization_id
              then 'customer_shared'
          end as failure,
          s.given,
          coalesce(held.organization_id, shared.first) as holder,
          1 as readings
        from single as s
        left join shared on shared.meter = s.meter and shared.customer = s.customer
        left join standing as held
          on held.live and held.meter = s.meter and held.customer = s.customer
        union all
        select organization_id, meter, null, null, false, false, 'reading_doubled', null, null,
          readings
        from doubled
      ), judged as (
        select e.* from every as e
        where not exists (
          select from standing as s
          where s.organization_id = e.organization_id and s.meter = e.meter)
      )
      """;

  private Rejections() {}

  /**
   * The common table expressions {@code reading} and {@code judged} for a source without a ledger:
   * each reading and, if it cannot be billed, why. Its argument are the declared meters.
   *
   * @param source what follows {@code from}, its rows named {@code r}
   */
  public static String judged(String source) {
    return "with declared as materialized (select d.*, false as changed from ("
        + DeclaredMeters.SQL
        + ") as d)"
        + reading(source)
        + NOTHING_STANDING
        + JUDGED;
  }

  /**
   * The readings of a source, each judged by itself. Their order is that of publishing, so that the
   * ledger is written and read front to back; and it keeps the planner from asking anew for each
   * column what is asked once here, as {@code offset 0} does. A regular expression costs more than
   * all the rest, so an ordinary reading meets two: its organization's and its customer's, and not
   * its meter's, which is declared. What has no name that a report can bear gets one: its hash.
   * Long because it is one statement.
   */
  static String reading(String source) {
    return """
    , reading as (
      select
        case when named then organization_id else 'invalid:' || left(encode(sha256(
          convert_to(coalesce(organization_id, ''), 'UTF8')), 'hex'), 32) end as organization_id,
        case when declared or given_meter ~ '^[a-z0-9_]+$' and octet_length(given_meter) <= 40
          then given_meter else 'unknown_' || left(encode(sha256(
            convert_to(coalesce(given_meter, ''), 'UTF8')), 'hex'), 31) end as meter,
        case when payable then given_customer end as customer,
        value, countable, plain or not named as plain, failure,
        case failure
          when 'organization_invalid'
            then 'the source gave the organization ' || coalesce(quote_literal(left(organization_id, 40)), 'null')
          when 'meter_unknown' then 'METERS does not name the meter '
            || coalesce(quote_literal(left(given_meter, 40)), 'null')
          when 'meter_changed' then 'METERS declares another kind or interval than this meter was '
            'billed with: use a new event name'
          when 'customer_blank' then 'the source gave no Stripe customer'
          when 'customer_invalid' then 'the source gave the Stripe customer '
            || quote_literal(left(given_customer, 40))
          else case when failure is not null
            then 'the source gave the value ' || coalesce(left(value::text, 40), 'null') end
        end as given
      from (
        select judgeable.*,
          case
            when countable and payable and named and declared and not changed then null
            when not named then 'organization_invalid'
            when not declared then 'meter_unknown'
            when changed then 'meter_changed'
            when value is null then 'value_null'
            when value in ('NaN', 'Infinity', '-Infinity') then 'value_not_finite'
            when value < 0 then 'value_negative'
            when value >= 1e15 then 'value_too_large'
            when value <> trunc(value) then 'value_fractional'
            when given_customer is null or given_customer !~ '[^\\u0001-\\u001f\\u007f-\\u009f%1$s]'
              then 'customer_blank'
            else 'customer_invalid'
          end as failure
        from (
          select given.*,
            coalesce(value >= 0 and value < 1e15 and (scale(value) = 0 or value = trunc(value)), false)
              as countable,
            coalesce(octet_length(given_customer) <= 255 and given_customer ~ '^[!-~]+$', false)
              as payable,
            plain or coalesce(char_length(organization_id) between 1 and 200
              and organization_id !~ '[%2$s]' and organization_id ~ '[^%1$s]', false) as named
          from (
            select r.organization_id collate "C" as organization_id, r.meter collate "C" as given_meter,
              r.stripe_customer_id collate "C" as given_customer, r.value,
              coalesce(octet_length(r.organization_id) <= 200
                and r.organization_id collate "C" ~ '^[!-~]+$', false) as plain,
              d.meter is not null as declared, coalesce(d.changed, false) as changed
            from %3$s left join declared as d on d.meter = r.meter collate "C"
            offset 0) as given
          order by organization_id, given_meter) as judgeable) as coded
    )
    """
        .formatted(SPACES, NO_TEXT, source);
  }
}
