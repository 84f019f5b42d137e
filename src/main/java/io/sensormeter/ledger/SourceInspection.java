package io.sensormeter.ledger;

import io.sensormeter.meter.Hour;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A look at where readings come from: the application's tables and {@code
 * metering.billable_readings}. Reads only, as {@link Inspection} does.
 */
public final class SourceInspection {

  /** What SOURCE=shipped reads: table, then columns. */
  static final Map<String, List<String>> SHIPPED_COLUMNS =
      Map.of(
          "organizations", List.of("id", "created_at", "deleted_at"),
          "sites", List.of("id", "organization_id"),
          "areas", List.of("id", "site_id"),
          "units", List.of("id", "area_id"),
          "devices", List.of("unit_id", "is_active", "created_at"),
          "subscriptions",
              List.of("id", "organization_id", "status", "stripe_customer_id", "created_at"));

  private final Inspection inspection;

  public SourceInspection(Inspection inspection) {
    this.inspection = inspection;
  }

  /**
   * A column that SOURCE=shipped reads.
   *
   * @param usable whether the role may use the table's schema
   * @param filtered whether row security hides rows of the table from the role
   */
  public record Column(
      String table,
      String name,
      boolean usable,
      boolean tableExists,
      boolean exists,
      boolean readable,
      boolean filtered) {}

  /** Every column that SOURCE=shipped reads, there or not. */
  public List<Column> shippedColumns() {
    List<String> tables = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    SHIPPED_COLUMNS.forEach(
        (table, names) ->
            names.forEach(
                name -> {
                  tables.add(table);
                  columns.add(name);
                }));
    return inspection.transaction(
        "reading the privileges on the application's tables",
        connection ->
            Sql.list(
                connection,
                row ->
                    new Column(
                        "public." + row.getString("relation"),
                        row.getString("attribute"),
                        row.getBoolean("usable"),
                        row.getBoolean("table_exists"),
                        row.getBoolean("column_exists"),
                        row.getBoolean("readable"),
                        row.getBoolean("filtered")),
                """
                select needed.relation, needed.attribute,
                  coalesce(has_schema_privilege(s.oid, 'USAGE'), false) as usable,
                  c.oid is not null as table_exists,
                  a.attnum is not null as column_exists,
                  coalesce(has_column_privilege(c.oid, a.attnum, 'SELECT'), false) as readable,
                  coalesce(row_security_active(c.oid), false) as filtered
                from unnest(?::text[], ?::text[]) as needed(relation, attribute)
                left join pg_namespace as s on s.nspname = 'public'
                left join pg_class as c on c.relnamespace = s.oid and c.relname = needed.relation
                  and c.relkind in ('r', 'p', 'v', 'm', 'f')
                left join pg_attribute as a on a.attrelid = c.oid and a.attname = needed.attribute
                  and a.attnum > 0 and not a.attisdropped
                order by needed.relation, needed.attribute
                """,
                tables.toArray(String[]::new),
                columns.toArray(String[]::new)));
  }

  /**
   * A function {@code metering.billable_readings}.
   *
   * @param arguments their types
   * @param result as PostgreSQL writes it: {@code TABLE(…)}
   * @param shipped whether a migration made it
   * @param executable whether the role may call it
   */
  public record Signature(String arguments, String result, boolean shipped, boolean executable) {}

  /** All of that name; a name may stand for several. */
  public List<Signature> functions() {
    return inspection.transaction(
        "looking for metering.billable_readings",
        connection ->
            Sql.list(
                connection,
                row ->
                    new Signature(
                        row.getString("arguments"),
                        Objects.requireNonNullElse(row.getString("result"), "nothing"),
                        row.getBoolean("shipped"),
                        row.getBoolean("executable")),
                """
                select oidvectortypes(f.proargtypes) as arguments,
                  pg_get_function_result(f.oid) as result,
                  coalesce(obj_description(f.oid, 'pg_proc'), '')
                    like 'Shipped with sensor-meter.%' as shipped,
                  has_function_privilege(f.oid, 'EXECUTE') as executable
                from pg_proc as f join pg_namespace as s on s.oid = f.pronamespace
                where s.nspname = 'metering' and f.proname = 'billable_readings'
                order by 1
                """));
  }

  /**
   * Readings of an hour that fared alike.
   *
   * @param failure the report's {@code failure_code}; null for those that can be billed
   * @param total the sum of the values; 0 for those that cannot be billed
   * @param example one of the organizations
   */
  public record Judged(
      @Nullable String failure, long readings, BigDecimal total, @Nullable String example) {}

  /**
   * What the source gives.
   *
   * @param unholdable readings no report can hold; one of them keeps the whole hour from being
   *     captured
   */
  public record Reading(long organizations, long unholdable, List<Judged> judged) {}

  /**
   * Reads the source at an hour and judges each reading as a capture would.
   *
   * @param shippedText whether to run the text of the shipped function, because it is not made yet
   */
  public Reading read(Hour hour, boolean shippedText) {
    String sql =
        CaptureSql.judged(
                shippedText
                    ? shippedText(hour)
                    : "metering.billable_readings(" + at(hour) + ") as r")
            + """
            select whole.organizations, whole.unholdable, j.failure, j.readings, j.total, j.example
            from (
              select count(distinct organization_id) as organizations,
                count(*) filter (where (
                  organization_id !~ '^\\s*$' and char_length(organization_id) <= 200
                  and meter ~ '^[a-z0-9_]{1,40}$') is not true) as unholdable
              from reading) as whole
            left join (
              select failure, count(*) as readings, min(organization_id) as example,
                coalesce(sum(value) filter (where failure is null), 0) as total
              from judged group by failure) as j on true
            order by j.failure nulls first
            """;
    return inspection.transaction(
        "reading the source at " + hour,
        connection -> {
          List<Judged> judged = new ArrayList<>();
          List<Reading> wholes =
              Sql.list(
                  connection,
                  row -> {
                    judged(row).ifPresent(judged::add);
                    return new Reading(
                        row.getLong("organizations"), row.getLong("unholdable"), List.of());
                  },
                  sql);
          Reading whole = wholes.getFirst();
          return new Reading(whole.organizations(), whole.unholdable(), List.copyOf(judged));
        });
  }

  /**
   * Organizations without a Stripe customer.
   *
   * @param example one of them
   */
  public record Customerless(long organizations, @Nullable String example) {}

  /** With a billable subscription, but none that names a customer: SOURCE=shipped bills none. */
  public Customerless customerless(Hour hour) {
    return inspection
        .one(
            "looking for organizations without a Stripe customer",
            row -> new Customerless(row.getLong("organizations"), row.getString("example")),
            """
            select count(*) as organizations, min(id) as example from (
              select s.organization_id::text as id
              from public.subscriptions as s
              join public.organizations as o on o.id = s.organization_id
              where s.status in ('active', 'trial') and s.created_at <= ?
                and o.created_at <= ? and (o.deleted_at is null or o.deleted_at >= ?)
              group by s.organization_id
              having bool_and(coalesce(s.stripe_customer_id, '') ~ '^\\s*$')) as customerless
            """,
            hour.start(),
            hour.start(),
            hour.start())
        .orElseThrow();
  }

  private static Optional<Judged> judged(ResultSet row) throws SQLException {
    BigDecimal total = row.getBigDecimal("total");
    return total == null
        ? Optional.empty()
        : Optional.of(
            new Judged(
                row.getString("failure"),
                row.getLong("readings"),
                total,
                row.getString("example")));
  }

  /** The body of the shipped function, at {@code hour}. */
  private static String shippedText(Hour hour) {
    try (InputStream in =
        Objects.requireNonNull(
            SourceInspection.class.getResourceAsStream("/db/source/R__billable_readings.sql"))) {
      String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String quote = "$body$";
      String body =
          script.substring(script.indexOf(quote) + quote.length(), script.lastIndexOf(quote));
      return "("
          + body.replace("billable_readings.at", at(hour))
          + ") as r(organization_id, stripe_customer_id, meter, value)";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String at(Hour hour) {
    return "timestamptz '" + hour.start() + "'";
  }
}
