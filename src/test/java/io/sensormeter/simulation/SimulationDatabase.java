package io.sensormeter.simulation;

import io.sensormeter.local.postgres.LocalDatabase;
import io.sensormeter.simulation.oracle.Move;
import io.sensormeter.simulation.oracle.Reading;
import io.sensormeter.simulation.oracle.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The database as its owner sees it: the application's tables, and the ledger from outside. */
final class SimulationDatabase implements AutoCloseable {
  /** Every move is told, whoever makes it. */
  private static final String TOLD =
      """
      create or replace function metering.sim_tell() returns trigger language plpgsql as $$
      begin
        insert into public.sim_move (hour, meter, organization, revision, was, becomes)
        values (new.hour, new.meter, new.organization_id, new.revision,
          case when tg_op = 'UPDATE' then old.status end, new.status);
        return null;
      end $$;
      create or replace trigger sim_made after insert on metering.meter_report
        for each row execute function metering.sim_tell();
      create or replace trigger sim_moved after update on metering.meter_report
        for each row when (old.status <> new.status) execute function metering.sim_tell();
      """;

  private static final String EMPTIED =
      """
      truncate public.sim_organization, public.sim_reading, public.sim_move restart identity;
      truncate metering.meter_report, metering.tick, metering.tick_meter, metering.stack,
        metering.meter, metering.journal restart identity;
      do $$ declare part record; begin
        for part in select inhrelid::regclass as name from pg_inherits
          where inhparent = 'metering.meter_report'::regclass
        loop execute 'drop table ' || part.name; end loop;
      end $$;
      """;

  private static final String MANY =
      """
      select pg_restore_relation_stats('schemaname', 'metering', 'relname', part.relname::text,
        'relpages', 1, 'reltuples', 100000::real)
      from pg_inherits join pg_class as part on part.oid = inhrelid
      where inhparent = 'metering.meter_report'::regclass and part.reltuples <= 0
        and pg_relation_size(part.oid) > 0
      """;

  private final LocalDatabase database;
  private final Connection owner;
  private long told;

  SimulationDatabase(LocalDatabase database) {
    this.database = database;
    this.owner = database.connectAsOwner();
  }

  LocalDatabase database() {
    return database;
  }

  /** The application's tables and its source; the ledger's come with the first tick. */
  void arrange() {
    database.execute(
        """
        create table public.sim_organization (id text primary key, customer text not null);
        create table public.sim_reading (at timestamptz, organization text, meter text,
          value numeric, kept numeric, primary key (at, organization, meter));
        create table public.sim_move (id bigint generated always as identity primary key,
          hour timestamptz, meter text, organization text, revision int, was text, becomes text);
        grant select on public.sim_organization, public.sim_reading to %1$s;
        grant insert on public.sim_move to %1$s;
        """
            .formatted(database.user()));
    database.createSource(Nature.SOURCE);
  }

  /** Once the ledger is there. */
  void listen() {
    database.execute(TOLD);
  }

  /** As after {@link #arrange} and {@link #listen}. */
  void empty() {
    database.execute(EMPTIED);
    told = 0;
  }

  /** Reports are looked up one by one, as in a ledger of millions, however few there are yet. */
  void planForMany() {
    execute(MANY);
  }

  void execute(String sql, Object... arguments) {
    try (PreparedStatement statement = owner.prepareStatement(sql)) {
      bind(statement, arguments);
      statement.execute();
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  void insertReadings(List<Object[]> rows) {
    try (PreparedStatement statement =
        owner.prepareStatement("insert into sim_reading values (?::timestamptz, ?, ?, ?, null)")) {
      for (Object[] row : rows) {
        bind(statement, row);
        statement.addBatch();
      }
      statement.executeBatch();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void bind(PreparedStatement statement, Object... arguments) throws SQLException {
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
  }

  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> list(Reader<T> reader, String sql, Object... arguments) {
    try (PreparedStatement statement = owner.prepareStatement(sql)) {
      bind(statement, arguments);
      List<T> read = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          read.add(reader.read(rows));
        }
      }
      return read;
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** What has moved since it was last asked. */
  List<Move> moves() {
    return list(
        row -> {
          told = row.getLong("id");
          return new Move(
              new Reading.Revision(reading(row), row.getInt("revision")),
              row.getString("was"),
              row.getString("becomes"));
        },
        "select * from sim_move where id > ? order by id",
        told);
  }

  /**
   * One of the reports that Stripe may be looked at for; what waits for that rather than others,
   * null if there is none.
   */
  @Nullable Found anyFound(Random chance, Instant since) {
    String found =
        "select hour, meter, organization_id as organization, stripe_customer_id"
            + " from metering.meter_report"
            + " where hour >= ?::timestamptz and meter <> 'final' and send_before is not null"
            + " and (%s) order by hour, meter, organization_id, revision";
    List<Found> waiting =
        list(
            SimulationDatabase::found,
            found.formatted("status in ('unresolved', 'expired') or held is not null"),
            since.toString());
    List<Found> all =
        waiting.isEmpty() || chance.nextInt(3) == 0
            ? list(
                SimulationDatabase::found,
                found.formatted("status in ('accepted', 'verified')"),
                since.toString())
            : waiting;
    return all.isEmpty()
        ? null
        : all.get(all.size() - 1 - chance.nextInt(Math.min(all.size(), 60)));
  }

  /** The second replaceable report of a customer that left. */
  Found reported(String customer) {
    return list(
            SimulationDatabase::found,
            "select hour, meter, organization_id as organization, stripe_customer_id"
                + " from metering.meter_report where stripe_customer_id = ? and meter = ?"
                + " and status = 'pending' order by hour",
            customer,
            SimulatedRun.REPLACEABLE)
        .get(1);
  }

  /** A report's reading, and who pays for it. */
  record Found(Reading reading, String customer) {}

  private static Found found(ResultSet row) throws SQLException {
    return new Found(reading(row), row.getString("stripe_customer_id"));
  }

  /** Every report. */
  List<Row> rows() {
    return list(
        row ->
            new Row(
                reading(row),
                row.getInt("revision"),
                row.getString("status"),
                row.getString("failure_code"),
                number(row, "value"),
                row.getString("stripe_customer_id"),
                instant(row, "shown_at"),
                row.getBoolean("late"),
                row.getBoolean("duplicate"),
                row.getObject("acknowledged_at") != null,
                row.getObject("held") != null),
        "select *, organization_id as organization from metering.meter_report"
            + " order by hour, meter, organization_id, revision");
  }

  /** All that the ledger has of a reading. */
  List<String> texts(Reading reading) {
    return list(
        row -> row.getString("text"),
        """
        select jsonb_strip_nulls(to_jsonb(r))::text as text from metering.meter_report as r
        where hour = ?::timestamptz and meter = ? and organization_id = ? order by revision
        """,
        reading.hour().toString(),
        reading.meter(),
        reading.organization());
  }

  /** Hours with a tick row. */
  Set<Instant> hours() {
    return new HashSet<>(
        list(
            row -> row.getObject("hour", OffsetDateTime.class).toInstant(),
            "select hour from metering.tick"));
  }

  /** Hours that were given up as too old, and told. */
  Set<Instant> skipped() {
    return new HashSet<>(
        list(
            row -> row.getObject("hour", OffsetDateTime.class).toInstant(),
            "select hour from metering.tick where status = 'skipped' and shown_at is not null"));
  }

  /**
   * Hours with reports of these statuses, oldest first: what a person sees in {@code exceptions}.
   */
  List<Instant> hoursOf(Instant since, String... statuses) {
    return list(
        row -> row.getObject("hour", OffsetDateTime.class).toInstant(),
        """
        select distinct hour from metering.meter_report
        where hour >= ?::timestamptz and status = any (?) and acknowledged_at is null
        order by hour
        """,
        since.toString(),
        statuses);
  }

  /** Open exceptions by status, what was not told, and what is in shadow. */
  Map<String, Long> open(Instant billFrom) {
    Map<String, Long> open = new HashMap<>();
    list(
        row -> open.put(row.getString("status"), row.getLong("count")),
        """
        select status, count(*) from metering.meter_report
        where acknowledged_at is null and event_time >= ?::timestamptz
          and status in ('rejected', 'unresolved', 'discrepancy', 'expired', 'shadow')
        group by 1
        union all
        select 'untold', count(*) from metering.meter_report
        where shown_at is null and recorded_at is not null
          and (late or status in ('rejected', 'unresolved', 'discrepancy', 'expired', 'superseded'))
        """,
        billFrom.toString());
    return open;
  }

  private static Reading reading(ResultSet row) throws SQLException {
    return new Reading(
        row.getString("meter"),
        row.getString("organization"),
        row.getObject("hour", OffsetDateTime.class).toInstant());
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  @Override
  public void close() {
    try {
      owner.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
