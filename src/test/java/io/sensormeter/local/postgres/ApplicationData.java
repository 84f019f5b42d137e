package io.sensormeter.local.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Organizations with sensors, in the application's tables: organization {@code n} of 1, 2, 3, … has
 * one billable subscription and {@link #devices} active sensors, the same keys in every run.
 */
public final class ApplicationData {
  private static final String[] STATEMENTS = {
    """
    insert into organizations (id, name, created_at)
    select md5('organization ' || n)::uuid, 'Organization ' || n, created_at
    from arranged cross join generate_series(1, organizations) n
    """,
    """
    insert into subscriptions (id, organization_id, status, stripe_customer_id, created_at)
    select md5('subscription ' || n)::uuid, md5('organization ' || n)::uuid,
      (case n % 10 when 0 then 'trial' else 'active' end)::subscription_status,
      'cus_' || left(md5('customer ' || n), 14), created_at
    from arranged cross join generate_series(1, organizations) n
    """,
    """
    insert into sites (id, organization_id)
    select md5('site ' || n)::uuid, md5('organization ' || n)::uuid
    from arranged cross join generate_series(1, organizations) n
    """,
    """
    insert into areas (id, site_id)
    select md5('area ' || n)::uuid, md5('site ' || n)::uuid
    from arranged cross join generate_series(1, organizations) n
    """,
    """
    insert into units (id, area_id)
    select md5('unit ' || n || ' ' || unit)::uuid, md5('area ' || n)::uuid
    from arranged cross join generate_series(1, organizations) n
      cross join generate_series(0, (devices - 1) / 10) unit
    """,
    // Checking a foreign key once for all devices takes half the time of checking each.
    """
    create temporary table keys as
    select conname, pg_get_constraintdef(oid) as definition
    from pg_constraint where conrelid = 'devices'::regclass and contype = 'f'
    """,
    """
    do $$ declare key record; begin
      for key in select * from keys loop
        execute format('alter table devices drop constraint %I', key.conname);
      end loop;
    end $$
    """,
    """
    insert into devices (id, unit_id, is_active, created_at)
    select md5('device ' || n || ' ' || device)::uuid,
      md5('unit ' || n || ' ' || (device - 1) / 10)::uuid, true, created_at
    from arranged cross join generate_series(1, organizations) n
      cross join generate_series(1, devices) device
    where n % 50 <> 0
    """,
    """
    do $$ declare key record; begin
      for key in select * from keys loop
        execute format('alter table devices add constraint %I %s', key.conname, key.definition);
      end loop;
    end $$
    """,
    "drop table arranged, keys",
    "analyze organizations, subscriptions, sites, areas, units, devices"
  };

  private ApplicationData() {}

  /** Fills the empty tables of one database; 2 million devices take about 25 seconds. */
  public static void insertOrganizations(
      LocalDatabase database, int organizations, int devicesPerOrganization, Instant createdAt) {
    try (Connection connection = database.connectAsOwner()) {
      try (PreparedStatement arrange =
          connection.prepareStatement(
              """
              create temporary table arranged as
              select ?::int as organizations, ?::int as devices, ?::timestamptz as created_at
              """)) {
        arrange.setInt(1, organizations);
        arrange.setInt(2, devicesPerOrganization);
        arrange.setObject(3, createdAt.atOffset(ZoneOffset.UTC));
        arrange.execute();
      }
      try (var statement = connection.createStatement()) {
        for (String sql : STATEMENTS) {
          statement.execute(sql);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The key of organization {@code n}, as the ledger writes it. */
  public static String organizationId(int n) {
    ByteBuffer md5 = ByteBuffer.wrap(md5("organization " + n));
    return new UUID(md5.getLong(), md5.getLong()).toString();
  }

  /** The Stripe customer of organization {@code n}. */
  public static String customerId(int n) {
    return "cus_" + HexFormat.of().formatHex(md5("customer " + n), 0, 7);
  }

  /** The reading of organization {@code n}: 0 for one in fifty. */
  public static int devices(int n, int devicesPerOrganization) {
    return n % 50 == 0 ? 0 : devicesPerOrganization;
  }

  private static byte[] md5(String text) {
    try {
      return MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
