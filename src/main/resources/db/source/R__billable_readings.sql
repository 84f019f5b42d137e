-- The source: the only file that a user's schema changes. SOURCE=shipped runs it whenever it changes;
-- SOURCE=own never does.
--
-- What it must give: every billable organization's reading at the instant "at", one row for each
-- organization and meter, in one set-based query. meter is Stripe's event name, [a-z0-9_]{1,40}.

do $guard$
begin
  if exists (
    select from pg_proc f
    where f.pronamespace = 'metering'::regnamespace
      and f.proname = 'billable_readings'
      and coalesce(obj_description(f.oid, 'pg_proc'), '') not like 'Shipped with sensor-meter.%'
  ) then
    raise exception 'metering.billable_readings exists and was not made by sensor-meter'
      using hint = 'Set SOURCE=own to keep it, or drop the function to use the shipped one.';
  end if;
end
$guard$;

create or replace function metering.billable_readings(at timestamptz)
returns table (organization_id text, stripe_customer_id text, meter text, value numeric)
language sql
stable
-- A column "timestamp without time zone" compares as UTC, whoever calls.
set timezone = 'UTC'
-- Functions and operators are PostgreSQL's own, whoever calls and whatever others create. A table or
-- function of yours is written with its schema, an extension's operator as operator(public.=).
set search_path = pg_catalog
as $body$
  -- Names are qualified throughout: the application may add columns named like ours.
  with billable as (
    -- An organization may have several subscriptions: the newest billable one names the customer.
    select distinct on (subscription.organization_id)
      subscription.organization_id as id,
      subscription.stripe_customer_id as customer
    from public.subscriptions as subscription
    join public.organizations as organization on organization.id = subscription.organization_id
    where subscription.status in ('active', 'trial')
      and subscription.stripe_customer_id !~ '^\s*$'
      and subscription.created_at <= billable_readings.at
      and organization.created_at <= billable_readings.at
      and (organization.deleted_at is null or organization.deleted_at >= billable_readings.at)
    order by subscription.organization_id, subscription.created_at desc, subscription.id desc
  ), active as (
    select site.organization_id as id, count(*) as sensors
    from public.devices as device
    join public.units as unit on unit.id = device.unit_id
    join public.areas as area on area.id = unit.area_id
    join public.sites as site on site.id = area.site_id
    where device.is_active and device.created_at <= billable_readings.at
    group by site.organization_id
  )
  select billable.id::text, billable.customer::text, 'active_sensors', coalesce(active.sensors, 0)::numeric
  from billable left join active on active.id = billable.id
$body$;

comment on function metering.billable_readings(timestamptz) is
  'Shipped with sensor-meter. Billable organizations and their active sensors at an instant.';
