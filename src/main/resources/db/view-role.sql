-- Optional: a role for ViewFunction that may only read. An administrator runs this once, after role.sql
-- and as whoever ran that.

-- Choose a long random password here and put the same one into a secret of its own. However many look
-- at a dashboard, the database sees ten of them at once at most.
create role sensor_meter_view login password 'change-me' connection limit 10;
alter role sensor_meter_view set search_path = pg_catalog;
alter role sensor_meter_view set default_transaction_read_only = on;

-- Connecting, also where it was revoked from PUBLIC.
do $$ begin
  execute format('grant connect on database %I to sensor_meter_view', current_database());
end $$;

-- The ledger, what is there and what migrations will add. Membership lets whoever is not superuser
-- grant it; it ends with this script.
grant sensor_meter to current_user;
grant usage on schema metering to sensor_meter_view;
grant select on all tables in schema metering to sensor_meter_view;
alter default privileges for role sensor_meter in schema metering
  grant select on tables to sensor_meter_view;
revoke sensor_meter from current_user;

-- Which active subscriptions have no Stripe customer. Leave these out with SOURCE=own.
grant usage on schema public to sensor_meter_view;
grant select (id, created_at, deleted_at) on public.organizations to sensor_meter_view;
grant select (organization_id, status, stripe_customer_id, created_at) on public.subscriptions
  to sensor_meter_view;
