-- The schema of the replaced application, as far as its hourly job read it.

create type public.subscription_status as enum ('trial', 'active', 'past_due', 'canceled', 'paused');

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now(),
  deleted_at timestamptz
);

create table public.sites (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id)
);
create index sites_organization on public.sites (organization_id);

create table public.areas (
  id uuid primary key default gen_random_uuid(),
  site_id uuid not null references public.sites (id)
);
create index areas_site on public.areas (site_id);

create table public.units (
  id uuid primary key default gen_random_uuid(),
  area_id uuid not null references public.areas (id)
);
create index units_area on public.units (area_id);

create table public.devices (
  id uuid primary key default gen_random_uuid(),
  unit_id uuid references public.units (id),
  is_active boolean not null default true,
  created_at timestamptz not null default now()
);
create index devices_unit on public.devices (unit_id);

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id),
  status public.subscription_status not null,
  stripe_customer_id text,
  created_at timestamptz not null default now()
);
create index subscriptions_organization on public.subscriptions (organization_id);
