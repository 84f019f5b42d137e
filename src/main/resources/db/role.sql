-- The least-privileged role of sensor-meter. An administrator runs this once, connected to the
-- application's database as the owner of its tables; superuser is not needed.

-- Choose a long random password here and put the same one into the secret.
create role sensor_meter login password 'change-me';

-- What others create in a schema that everyone searches must not run with this role's rights.
alter role sensor_meter set search_path = pg_catalog;

-- Membership lets whoever is not superuser create a schema for the role; it ends with this script.
grant sensor_meter to current_user;

-- Connecting, also where it was revoked from PUBLIC.
do $$ begin execute format('grant connect on database %I to sensor_meter', current_database()); end $$;

-- The ledger: the only place where the role may create or write anything.
create schema metering authorization sensor_meter;

-- Whoever runs this may read the ledger, and write nothing in it.
grant usage on schema metering to current_user;
alter default privileges for role sensor_meter in schema metering grant select on tables to current_user;
revoke sensor_meter from current_user;

-- The six tables the reading is counted from, read-only.
grant usage on schema public to sensor_meter;
grant select on
  public.organizations,
  public.sites,
  public.areas,
  public.units,
  public.devices,
  public.subscriptions
to sensor_meter;
