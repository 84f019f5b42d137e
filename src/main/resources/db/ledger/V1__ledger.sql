-- The ledger. Runs as the role that owns schema metering; nothing outside that schema is touched.
-- Later migrations only add: two releases may run on one schema. And each may run again: Flyway
-- notes a script as done in a commit of its own, before which a function can die.

create table if not exists metering.tick (
  hour              timestamptz primary key,
  status            text        not null default 'captured',
  captured_at       timestamptz not null,
  -- Of the capture as a whole: rows written, how many of them rejected, sum of the others' values.
  reports           integer     not null default 0,
  rejected          integer     not null default 0,
  total             numeric     not null default 0,
  -- The copies published by the tick expire here; committed before the first one leaves.
  send_before       timestamptz,
  -- (organization_id, meter) of the last copy of the contiguous acknowledged prefix.
  published_through text[] collate "C",
  -- Until when one scheduler publishes this hour alone; moved on while it works.
  publisher_until   timestamptz,
  published_at      timestamptz,
  constraint tick_full_hour check (date_bin('1 hour', hour, '1970-01-01T00:00:00Z') = hour),
  constraint tick_status check (status in ('captured', 'shadow', 'skipped')),
  constraint tick_reports check (rejected between 0 and reports),
  constraint tick_published_through check (cardinality(published_through) = 2)
);

comment on table metering.tick is
  'One row for each hour that was captured as a whole, in shadow, or skipped as too old. '
  'An hour from BILL_FROM on without a row is owed.';

create table if not exists metering.meter_report (
  hour               timestamptz      not null,
  organization_id    text collate "C" not null,
  meter              text collate "C" not null,
  revision           integer          not null default 0,
  kind               text             not null,
  value              bigint,
  stripe_customer_id text collate "C",
  identifier         text collate "C" not null,
  status             text             not null,
  captured_at        timestamptz      not null,
  -- No copy is sent at or after this instant; the sweep publishes again only after it.
  send_before        timestamptz,
  -- When Stripe's answer was read, or when the ledger itself settled the report.
  settled_at         timestamptz,
  stripe_request_id  text,
  failure_code       text,
  failure_message    text,
  -- In the order of publishing, so that a page of copies is a range of this index.
  constraint meter_report_key primary key (hour, organization_id, meter, revision),
  -- Evaluated for every reading of every hour, and written to cost little: octet_length is asked
  -- first because it need not read the text, and no repetition is bounded ({1,40}) in a regular
  -- expression because that costs as much as all the others together.
  constraint meter_report_full_hour check (date_bin('1 hour', hour, '1970-01-01T00:00:00Z') = hour),
  constraint meter_report_organization check
    (btrim(organization_id, E' \t\r\n') <> ''
     and (octet_length(organization_id) <= 200 or char_length(organization_id) <= 200)),
  constraint meter_report_meter check (meter ~ '^[a-z0-9_]+$' and octet_length(meter) <= 40),
  constraint meter_report_revision check (revision >= 0),
  constraint meter_report_kind check (kind in ('sum-hourly', 'sum', 'last')),
  constraint meter_report_value check (value between 0 and 999999999999999),
  constraint meter_report_customer check (btrim(stripe_customer_id, E' \t\r\n') <> ''),
  constraint meter_report_identifier check
    (identifier <> '' and (octet_length(identifier) <= 100 or char_length(identifier) <= 100)),
  constraint meter_report_status check (status in
    ('shadow', 'pending', 'accepted', 'verified', 'rejected', 'unresolved', 'superseded',
     'discrepancy', 'expired')),
  -- Only what was refused may stand without a value or a customer.
  constraint meter_report_billable check
    ((value is not null and stripe_customer_id is not null)
     or status in ('rejected', 'superseded')),
  constraint meter_report_failure check (status <> 'rejected' or failure_code is not null)
) partition by range (hour);

comment on table metering.meter_report is
  'One row for each reading that is to reach Stripe exactly once. '
  'Value, customer and identifier are frozen at capture, before anything is sent.';

-- One live report for a Stripe customer, meter and hour. A revision keeps its customer, so this also
-- keeps two revisions of one report from being live at once.
create unique index if not exists meter_report_live
  on metering.meter_report (hour, stripe_customer_id, meter)
  where status not in ('rejected', 'superseded');

-- The oldest pending hour, the open exceptions, the sweep.
create index if not exists meter_report_open on metering.meter_report (status, hour)
  where status in ('pending', 'accepted', 'rejected', 'unresolved', 'discrepancy', 'expired');
