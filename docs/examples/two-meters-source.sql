-- Two meters, second part: a source for SOURCE=own, to be copied and changed. Run it connected as the
-- role sensor_meter, which then owns the function. No migration ever runs this file, or touches the
-- function. It goes with
--   METERS=active_sensors:sum-hourly,temperature_readings:sum:past-hour:from=<first hour billed>
--
--   active_sensors        a gauge: what is active at the instant "at"; counted as the shipped source does
--   temperature_readings  a flow: what was recorded in [at - 1 hour, at), so that an hour is read once
--                         it is over, and no reading is counted in two hours

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
  ), recorded as (
    -- By the time that the database gave the row when it came. By the sensor's own time, what is
    -- delivered after its hour was read would be on no bill. Keep the rows for as long as CATCH_UP_HOURS
    -- (34 days): an hour that is caught up later is then counted exactly.
    select site.organization_id as id, count(*) as readings
    from public.temperature_readings as reading
    join public.devices as device on device.id = reading.device_id
    join public.units as unit on unit.id = device.unit_id
    join public.areas as area on area.id = unit.area_id
    join public.sites as site on site.id = area.site_id
    where reading.recorded_at >= billable_readings.at - interval '1 hour'
      and reading.recorded_at < billable_readings.at
    group by site.organization_id
  )
  select billable.id::text, billable.customer::text, 'active_sensors', coalesce(active.sensors, 0)::numeric
  from billable left join active on active.id = billable.id
  union all
  select billable.id::text, billable.customer::text, 'temperature_readings',
    coalesce(recorded.readings, 0)::numeric
  from billable left join recorded on recorded.id = billable.id
$body$;

-- By this the migration of SOURCE=shipped knows that the function is not its own, and leaves it.
comment on function metering.billable_readings(timestamptz) is
  'Billable organizations, their active sensors at an instant, and their readings in the hour before.';
