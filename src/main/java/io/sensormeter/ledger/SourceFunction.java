package io.sensormeter.ledger;

import io.sensormeter.database.DatabaseException;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.database.SqlState;
import io.sensormeter.meter.Hour;
import java.util.Optional;

/** The function {@code metering.billable_readings}, as PostgreSQL knows it. */
public final class SourceFunction {

  /**
   * One row: whether there is a {@code callable} one and the migration has {@code shipped} it,
   * whether it {@code fits} the expected signature and is {@code executable}, and what was {@code
   * expected} and found instead.
   */
  public static final String SQL =
      """
      select coalesce(bool_or(callable), false) as callable,
        coalesce(bool_or(callable and shipped), false) as shipped,
        coalesce(bool_or(callable and result = expected), false) as fits,
        coalesce(bool_or(callable and executable), false) as executable,
        'the source must be the function metering.billable_readings(at timestamptz) returns table '
          '(organization_id text, stripe_customer_id text, meter text, value numeric); found: '
          || coalesce(string_agg(format('(%s) returns %s', arguments, result), '; '),
                      'none of that name')
          || '. See ''Adapting the source'' in docs/source.md' as expected
      from (
        select arguments, arguments = 'timestamp with time zone' as callable,
          pg_get_function_result(f.oid) as result,
          'TABLE(organization_id text, stripe_customer_id text, meter text, value numeric)'
            as expected,
          coalesce(obj_description(f.oid, 'pg_proc'), '') like 'Shipped with sensor-meter.%'
            as shipped,
          has_function_privilege(f.oid, 'EXECUTE') as executable
        from pg_proc as f join pg_namespace as s on s.oid = f.pronamespace
        cross join lateral oidvectortypes(f.proargtypes) as arguments
        where s.nspname = 'metering' and f.proname = 'billable_readings') as found
      """;

  /** What helps where {@link #isNameNotFound}. */
  public static final String QUALIFY =
      "the source runs with search_path = pg_catalog, so that every table, function and type of"
          + " yours is written with its schema; see 'Adapting the source' in docs/source.md";

  private SourceFunction() {}

  /**
   * The organizations that SOURCE=shipped leaves out at an instant, its argument, for want of a
   * Stripe customer: column {@code id}.
   *
   * @param statuses of their subscriptions, quoted: {@code 'active'}
   */
  public static String customerless(String statuses) {
    return """
    select s.organization_id::text as id
    from public.subscriptions as s
    join public.organizations as o on o.id = s.organization_id
    cross join (select ?::timestamptz as at) as hour
    where s.status in (%s) and s.created_at <= hour.at
      and o.created_at <= hour.at and (o.deleted_at is null or o.deleted_at >= hour.at)
    group by s.organization_id
    having bool_and(coalesce(s.stripe_customer_id, '') ~ '^\\s*$')
    """
        .formatted(statuses);
  }

  /** Whether a call of the source failed for a name that stands for nothing there. */
  public static boolean isNameNotFound(DatabaseException failure) {
    return switch (failure.sqlState()) {
      case SqlState.UNDEFINED_TABLE, SqlState.UNDEFINED_FUNCTION, SqlState.UNDEFINED_OBJECT -> true;
      default -> false;
    };
  }

  /** Whether a capture could call it, whatever it returns. */
  public static boolean isCallable(ReadOnly reads) {
    return reads.one("looking for the source", row -> row.flag("callable"), SQL).orElseThrow();
  }

  /** A capture's failure, told with what is wrong with the source where it alone would not tell. */
  static DatabaseException explained(ReadOnly reads, Hour hour, DatabaseException failure) {
    String state = failure.sqlState();
    if (state.startsWith(SqlState.CLASS_SYNTAX_OR_ACCESS)
        || state.startsWith(SqlState.CLASS_DATA)) {
      return reads
          .one(
              "looking for the source",
              row -> row.text("expected"),
              "select expected from (" + SQL + ") as source where not fits")
          .or(() -> isNameNotFound(failure) ? Optional.of(QUALIFY) : Optional.empty())
          .map(problem -> stillOwed(hour, problem, failure))
          .orElse(failure);
    }
    return failure;
  }

  private static DatabaseException stillOwed(Hour hour, String problem, DatabaseException failure) {
    return new DatabaseException(
        "capturing %s: %s; nothing was captured, the hour stays owed: %s"
            .formatted(hour, problem, failure.getMessage()),
        failure);
  }
}
