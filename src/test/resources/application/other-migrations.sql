-- The same six tables as another team's migrations left them: other column orders, columns named
-- like the parameter and the results of billable_readings, triggers, row-level security, and
-- schemas beside with tables of the same names that anyone may read.

create schema archive;
create type archive.subscription_status as enum ('open', 'closed');
create table archive.organizations (id uuid primary key, name text, created_at timestamptz, deleted_at timestamptz);
create table archive.sites (id uuid primary key, organization_id uuid);
create table archive.areas (id uuid primary key, site_id uuid);
create table archive.units (id uuid primary key, area_id uuid);
create table archive.devices (id uuid primary key, unit_id uuid, is_active boolean, created_at timestamptz);
create table archive.subscriptions (
  id uuid primary key,
  organization_id uuid,
  status archive.subscription_status,
  stripe_customer_id text,
  created_at timestamptz
);
create function archive.now() returns timestamptz language sql as $$ select timestamptz '2001-01-01 00:00+00' $$;
grant usage on schema archive to public;
grant select on all tables in schema archive to public;

create schema staging;
create table staging.devices (id bigint primary key, unit_id bigint, is_active text);
create table staging.meter_report (id bigint primary key);

-- Labels in another order than the replaced application's, and one more.
create type public.subscription_status as enum
  ('incomplete', 'canceled', 'paused', 'past_due', 'active', 'trial');

create table public.organizations (
  at timestamptz not null default timestamptz '1999-12-31 23:00+00',
  value numeric default 7,
  meter text default 'water',
  hour smallint default 25,
  status text not null default 'active',
  stripe_customer_id text default 'cus_of_the_organization',
  name text not null,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz,
  id uuid primary key default gen_random_uuid(),
  organization_id uuid
);

create table public.sites (
  created_at timestamptz not null default now(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  at text,
  id uuid primary key default gen_random_uuid()
);
create index on public.sites (organization_id);

create table public.areas (
  created_at timestamptz not null default now(),
  site_id uuid not null references public.sites (id) on delete cascade,
  organization_id uuid,
  id uuid primary key default gen_random_uuid()
);
create index on public.areas (site_id);

create table public.units (
  created_at timestamptz not null default now(),
  area_id uuid not null references public.areas (id) on delete cascade,
  value numeric,
  id uuid primary key default gen_random_uuid()
);
create index on public.units (area_id);

create table public.devices (
  at timestamptz not null default timestamptz '1999-12-31 23:00+00',
  value numeric,
  meter text,
  hour timestamptz,
  status text not null default 'canceled',
  serial_number text,
  organization_id uuid,
  updated_at timestamptz,
  created_at timestamptz not null default now(),
  is_active boolean not null default true,
  unit_id uuid references public.units (id) on delete set null,
  id uuid primary key default gen_random_uuid()
);
create index on public.devices (unit_id);
create index on public.devices (created_at) where is_active;

create table public.subscriptions (
  at timestamptz not null default timestamptz '2999-12-31 23:00+00',
  value numeric,
  meter text not null default 'seats',
  hour timestamptz,
  deleted_at timestamptz,
  plan jsonb not null default '{}',
  updated_at timestamptz,
  created_at timestamptz not null default now(),
  stripe_customer_id text,
  status public.subscription_status not null default 'incomplete',
  organization_id uuid not null references public.organizations (id) on delete cascade,
  id uuid primary key default gen_random_uuid()
);
create index on public.subscriptions (organization_id, created_at desc);

create function public.touch() returns trigger language plpgsql as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end $$;
create trigger touch before insert or update on public.organizations for each row execute function public.touch();
create trigger touch before insert or update on public.devices for each row execute function public.touch();
create trigger touch before insert or update on public.subscriptions for each row execute function public.touch();

create table public.memberships (organization_id uuid not null, user_id uuid not null, role text);
alter table public.memberships enable row level security;
alter table public.memberships force row level security;
create policy own on public.memberships using (user_id::text = current_setting('app.user', true));

create view public.meter_report as select id, name from public.organizations;

-- Unqualified names find the archive first.
do $$ begin
  execute format('alter database %I set search_path = archive, public', current_database());
end $$;
