package io.sensormeter.check;

import io.sensormeter.config.SchedulerSettings;
import io.sensormeter.database.ReadOnly;
import io.sensormeter.ledger.Migrations;
import java.util.List;

/** The session, the role, and schema {@code metering}. */
final class SchemaProbes {

  private SchemaProbes() {}

  static Finding tls(SchedulerSettings settings, ReadOnly reads) {
    return settings.database().tls()
        ? TLS.ask(reads)
        : Finding.good(
            "tls",
            "not in use: DATABASE_SSL_MODE=disable, which is accepted only for a server on this"
                + " machine");
  }

  private static final Probe TLS =
      new Probe(
          "tls",
          """
          select case when ssl.pid is null then 'warning' else 'good' end as level,
            case
              when ssl.pid is null then 'in use from here with the server''s certificate and name '
                'verified, but the server itself sees none: right behind a proxy, let the proxy use '
                'TLS too'
              else format('in use: %s, %s; the server''s certificate and name are verified',
                          ssl.version, ssl.cipher)
            end as says
          from (select pg_backend_pid() as pid) as me
          left join pg_stat_ssl as ssl on ssl.pid = me.pid and ssl.ssl
          """);

  static final Probe VERSION =
      new Probe(
          "version",
          """
          select case when number >= 140000 then 'good' else 'bad' end as level,
            'PostgreSQL ' || current_setting('server_version')
              || case when number >= 140000 then '' else ': the ledger needs 14 or newer' end as says
          from (select current_setting('server_version_num')::integer as number) as server
          """);

  static final Probe ENCODING =
      new Probe(
          "encoding",
          """
          select case encoding when 'UTF8' then 'good' else 'warning' end as level,
            case encoding
              when 'UTF8' then 'UTF8'
              else format('%s, not UTF8: a text of the application that has no form in UTF-8 could '
                'keep its hour from being captured or published; the ledger is tested in UTF8 alone',
                encoding)
            end as says
          from (select current_setting('server_encoding') as encoding) as database
          """);

  /** PostgreSQL 14 grants it to everyone, and a database keeps that when it is upgraded. */
  static final Probe PUBLIC =
      new Probe(
          "public",
          """
          select case when has_schema_privilege('public', s.oid, 'CREATE') then 'warning' else 'good' end
              as level,
            case
              when has_schema_privilege('public', s.oid, 'CREATE') then 'whoever may connect may '
                'create functions in schema public, which then run as whoever calls them by a name '
                'without its schema. The ledger''s statements search no such schema, others do; run as '
                'its owner: revoke create on schema public from public'
              else 'not everyone may create in schema public'
            end as says
          from (select 'public'::text as name) as needed
          left join pg_namespace as s on s.nspname = needed.name
          """);

  static final Probe SCHEMA =
      new Probe(
          "schema",
          """
          select case when s.oid is not null and usable and others is null then 'good' else 'bad' end
              as level,
            case
              when s.oid is null then format('schema metering does not exist: run role.sql, or: '
                'create schema metering authorization %I', current_user)
              when not usable then format('schema metering belongs to %s and %s may not create in '
                'it; run: alter schema metering owner to %I',
                pg_get_userbyid(s.nspowner), current_user, current_user)
              when others is not null then format('in schema metering, %s belong to another role, '
                'so that no migration can change them; run for each: '
                'alter table metering.<table> owner to %I', others, current_user)
              else format('metering, owned by %s', pg_get_userbyid(s.nspowner))
            end as says
          from (select 'metering'::text as name) as needed
          left join pg_namespace as s on s.nspname = needed.name
          cross join lateral (
            select has_schema_privilege(s.oid, 'USAGE') and has_schema_privilege(s.oid, 'CREATE')
                as usable,
              (select string_agg(c.relname, ', ' order by c.relname) from pg_class as c
               where c.relnamespace = s.oid and c.relkind in ('r', 'p')
                 and not pg_has_role(c.relowner, 'USAGE')) as others) as found
          """);

  /** What the role may do that it need not: at most ten relations are named. */
  static final Probe ROLE =
      new Probe(
          "role",
          """
          with attribute as (
            select r.held
            from pg_roles as role
            cross join lateral (values
              ('superuser', role.rolsuper), ('createdb', role.rolcreatedb),
              ('createrole', role.rolcreaterole), ('replication', role.rolreplication),
              ('bypassrls', role.rolbypassrls)) as r(held, has)
            where role.rolname = current_user and r.has
            union all
            select 'member of ' || rolname from pg_roles
            where rolname in ('rds_superuser', 'pg_write_all_data')
              and pg_has_role(oid, 'MEMBER')
          ), writable as (
            select format('%I.%I', s.nspname, c.relname) as relation
            from pg_class as c join pg_namespace as s on s.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'f')
              and s.nspname not in ('metering', 'information_schema')
              and s.nspname !~ '^pg_'
              and has_schema_privilege(s.oid, 'USAGE')
              and has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
            order by 1 limit 10
          ), excess as (
            select concat_ws(' and ',
              (select 'is ' || string_agg(held, ', ') from attribute),
              (select 'may write to ' || string_agg(relation, ', ') from writable)) as text
          )
          select case text when '' then 'good' else 'warning' end as level,
            case text
              when '' then format('%s may write nowhere but in schema metering', current_user)
              else format('%s %s: it needs none of that; role.sql makes a role that has only what it '
                          'needs', current_user, text)
            end as says
          from excess
          """);

  /** Whether the ledger is of this release, and what the next tick will do about it. */
  static Finding ledger(SchedulerSettings settings, ReadOnly reads) {
    if (!SCHEMA.ask(reads).isOk()) {
      return Finding.bad("ledger", "not examined: schema metering comes first");
    }
    List<String> pending = Migrations.pending(reads, settings.shippedSource());
    return Finding.good(
        "ledger",
        pending.isEmpty()
            ? "migrated to this release"
            : (hasLedger(reads)
                    ? "will be brought to this release at the next tick: "
                    : "will be made at the first tick: ")
                + String.join(", ", pending));
  }

  static boolean hasLedger(ReadOnly reads) {
    return reads
        .one(
            "looking for the ledger",
            row -> row.flag("made"),
            "select to_regclass('metering.meter_report') is not null as made")
        .orElseThrow();
  }
}
