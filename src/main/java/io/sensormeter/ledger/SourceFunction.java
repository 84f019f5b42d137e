package io.sensormeter.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The signature of the source. Asked only when reading from it has failed, so that whoever made a
 * source of his own learns what is wrong with it, instead of the SQL that met it.
 */
final class SourceFunction {

  private static final String ARGUMENT = "timestamp with time zone";
  private static final String RESULT =
      "TABLE(organization_id text, stripe_customer_id text, meter text, value numeric)";

  private record Found(String arguments, String types, String result) {

    boolean fits() {
      return types.equals(ARGUMENT) && result.equals(RESULT);
    }

    @Override
    public String toString() {
      return "metering.billable_readings(" + arguments + ") returning " + result;
    }
  }

  private SourceFunction() {}

  /** What differs from the expected signature; empty if nothing does. */
  static Optional<String> problem(Connection connection) throws SQLException {
    List<Found> found =
        Sql.list(
            connection,
            row ->
                new Found(
                    row.getString("arguments"), row.getString("types"), row.getString("result")),
            """
            select pg_get_function_arguments(f.oid) as arguments,
              oidvectortypes(f.proargtypes) as types,
              pg_get_function_result(f.oid) as result
            from pg_proc as f
            where f.pronamespace = 'metering'::regnamespace and f.proname = 'billable_readings'
            order by f.oid
            """);
    if (found.stream().anyMatch(Found::fits)) {
      return Optional.empty();
    }
    return Optional.of(
        "the source must be the function metering.billable_readings(%s) returning %s, but found %s; see 'Adapting the source' in the README"
            .formatted(
                ARGUMENT,
                RESULT,
                found.isEmpty()
                    ? "none"
                    : String.join(" and ", found.stream().map(Found::toString).toList())));
  }
}
