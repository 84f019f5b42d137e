package io.sensormeter.local.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;

/**
 * The example source of docs/examples, installed as its files say: one by the owner, one by the
 * role.
 */
public final class TwoMeters {
  /** The flow; the gauge is the shipped source's. */
  public static final String READINGS = "temperature_readings";

  private static final Path EXAMPLES = Path.of("docs", "examples");

  private TwoMeters() {}

  /** Gives the application its readings table, the role its grant and the database the source. */
  public static void install(LocalDatabase database) {
    database.execute(
        """
        create table public.temperature_readings (
          id bigint generated always as identity primary key,
          device_id uuid not null references public.devices (id),
          recorded_at timestamptz not null default now(),
          celsius numeric not null default 4
        );
        create index temperature_readings_recorded_at
          on public.temperature_readings (recorded_at) include (device_id);
        """);
    database.execute(
        example("two-meters-grants.sql").replaceAll("\\bsensor_meter\\b", database.user()));
    try (Connection role = database.connectAsRole();
        Statement statement = role.createStatement()) {
      statement.execute(example("two-meters-source.sql"));
    } catch (SQLException e) {
      throw new IllegalStateException("the role cannot create the example source", e);
    }
  }

  /** Readings of one device at one instant. */
  public static void record(LocalDatabase database, String device, Instant at, int readings) {
    database.execute(
        """
        insert into public.temperature_readings (device_id, recorded_at)
        select ?::uuid, ?::timestamptz from generate_series(1, ?)
        """,
        device,
        at.toString(),
        readings);
  }

  /** The text of an example. */
  public static String example(String name) {
    try {
      return Files.readString(EXAMPLES.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
