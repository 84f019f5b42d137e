-- Meters of several kinds, guards against a wrong setting or a second stack, what is shown to a person
-- and when, revisions, and what Stripe shows. Rewrites and scans no table: columns are added without a
-- default, constraints are not checked against the rows there are, indexes are built by the tick where
-- there are partitions already. The release before runs on the result: what it does not write is null,
-- and event_time is null on its rows alone (then it is the hour).

-- An hour of a meter -----------------------------------------------------------------------------

alter table metering.tick
  -- The run that captured it: CaptureDropped compares with an earlier one.
  add column if not exists captured_by text,
  -- When a tick first told that it was skipped, or captured too late to be exact.
  add column if not exists shown_at timestamptz,
  -- Reports that Stripe's summaries were first compared with in this hour, and those absent there.
  add column if not exists compared integer,
  add column if not exists absent   integer,
  -- When a tick told that the month before this hour, which is its first, is complete.
  add column if not exists month_complete_at timestamptz,
  -- A skipped hour that a person has settled otherwise.
  add column if not exists acknowledged_at   timestamptz,
  add column if not exists acknowledged_by   text,
  add column if not exists acknowledged_note text;

create table if not exists metering.tick_meter (
  hour     timestamptz      not null,
  meter    text collate "C" not null,
  status   text             not null,
  reports  integer          not null,
  rejected integer          not null,
  total    numeric          not null,
  -- The first read that showed a report of this hour as it was sent, and when Stripe had taken that
  -- report: the summaries were alive for all that was accepted by then.
  alive_at         timestamptz,
  alive_settled_at timestamptz,
  constraint tick_meter_key primary key (hour, meter),
  constraint tick_meter_status check (status in ('captured', 'shadow')),
  constraint tick_meter_reports check (rejected between 0 and reports)
);

comment on table metering.tick_meter is 'What the capture of an hour as a whole gave, by meter.';

-- The stack and its meters ------------------------------------------------------------------------

create table if not exists metering.stack (
  only_one    boolean     not null default true,
  owner       text        not null,
  mode        text        not null,
  -- The first hour owed for ever: noted when the first report was billed.
  live_from   timestamptz,
  -- What was accepted before is not asked of Stripe.
  verify_from timestamptz not null,
  constraint stack_key primary key (only_one),
  constraint stack_only_one check (only_one),
  constraint stack_mode check (mode in ('live', 'test'))
);

comment on table metering.stack is
  'One row: who owns this ledger, the mode of its Stripe account (final), and since when it bills.';

create table if not exists metering.meter (
  meter             text collate "C" not null,
  -- Noted at the first billed capture; another kind or interval is refused from then on.
  kind              text,
  past_hour         boolean,
  -- The first event time billed.
  live_from         timestamptz,
  -- Stripe said "No active meter found", and has taken nothing of it since.
  refused_at        timestamptz,
  -- As Stripe shows it. The id stays once a report was seen under it (seen_at).
  stripe_id         text,
  seen_at           timestamptz,
  stripe_status     text,
  formula           text,
  event_time_window text,
  customer_key      text,
  value_key         text,
  livemode          boolean,
  read_at           timestamptz,
  -- Stripe shows no active meter of this name; the reporter is told so as well.
  missing_at        timestamptz,
  -- Stripe shows another one than the ledger has pinned.
  other_id          text,
  -- Declared sum-hourly, but Stripe adds every event up: the additive rules hold for its reports.
  raw               boolean,
  -- What differs from the declaration: its reports are captured, and stay pending unsent.
  problem           text,
  constraint meter_key primary key (meter),
  constraint meter_kind check (kind in ('sum-hourly', 'sum', 'last')),
  constraint meter_noted check ((kind is null) = (past_hour is null))
);

comment on table metering.meter is
  'Each declared meter: what was billed of it first, and what Stripe says of it.';

create table if not exists metering.journal (
  id      bigint generated always as identity,
  at      timestamptz not null,
  by      text,
  command text        not null,
  input   jsonb       not null,
  -- How many reports it changed or made; null while it runs, and after a death.
  rows    integer,
  constraint journal_key primary key (id)
);

comment on table metering.journal is 'Each command that wrote: when, by whom, and what was asked.';

create table if not exists metering.pruned_month (
  -- Its first hour.
  month     timestamptz not null,
  pruned_at timestamptz not null,
  pruned_by text        not null,
  reports   bigint      not null,
  bytes     bigint      not null,
  constraint pruned_month_key primary key (month)
);

comment on table metering.pruned_month is
  'Each month whose reports were written out and taken away. Its tick rows stay.';

-- A report ----------------------------------------------------------------------------------------

alter table metering.meter_report
  -- What Stripe counts the value for; frozen. Null on rows of release 0.1: their hour.
  add column if not exists event_time         timestamptz,
  -- When its first copy was about to leave.
  add column if not exists first_published_at timestamptz,
  -- When its value was read from the source; null if at its capture. A revision keeps it.
  add column if not exists read_at            timestamptz,
  -- When the ledger learned of its status, by the clock of who wrote it.
  add column if not exists recorded_at        timestamptz,
  -- When a tick first told a person of it as an exception.
  add column if not exists shown_at           timestamptz,
  -- Stripe answered that it held the event already.
  add column if not exists duplicate          boolean,
  -- Who refused it: capture, Stripe's answer, or Stripe afterwards (report).
  add column if not exists rejected_by        text,
  -- Accepted after its invoice may have been closed.
  add column if not exists late               boolean,
  -- Publish only after Stripe has shown the hour absent so many times.
  add column if not exists held               smallint,
  -- What Stripe's summaries showed, in how many looks since its status is what it is.
  add column if not exists observed_value     numeric,
  add column if not exists sightings          smallint,
  add column if not exists observed_at        timestamptz,
  add column if not exists absent_at          timestamptz,
  add column if not exists suspect_at         timestamptz,
  add column if not exists acknowledged_at    timestamptz,
  add column if not exists acknowledged_by    text,
  add column if not exists acknowledged_note  text,
  add column if not exists reason             text;

-- A reading of a meter that METERS does not name has no kind yet.
alter table metering.meter_report alter column kind drop not null;

alter table metering.meter_report
  drop constraint if exists meter_report_status,
  add constraint meter_report_status check (status in
    ('shadow', 'pending', 'accepted', 'verified', 'rejected', 'unresolved', 'superseded',
     'discrepancy', 'expired', 'replaced')) not valid,
  drop constraint if exists meter_report_billable,
  add constraint meter_report_billable check
    ((value is not null and stripe_customer_id is not null and kind is not null)
     or status in ('rejected', 'superseded', 'replaced')) not valid,
  drop constraint if exists meter_report_event_time,
  add constraint meter_report_event_time check
    (event_time = hour or event_time = hour - interval '1 hour') not valid,
  -- As the queue, SQS and Stripe take them; release 0.1, whose rows have no event time, was less
  -- strict. Each says it all, in place of its namesake of release 0.1: every reading of every hour
  -- meets one regular expression for its organization and one for its customer, and nothing twice.
  drop constraint if exists meter_report_organization,
  add constraint meter_report_organization check
    (case when event_time is null
      then btrim(organization_id, E' \t\r\n') <> ''
        and (octet_length(organization_id) <= 200 or char_length(organization_id) <= 200)
      else octet_length(organization_id) <= 200 and organization_id ~ '^[!-~]+$'
        or btrim(organization_id, ' ') <> '' and char_length(organization_id) <= 200
          and organization_id !~ '[\u0001-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]'
      end) not valid,
  drop constraint if exists meter_report_customer,
  add constraint meter_report_customer check
    (case when event_time is null then btrim(stripe_customer_id, E' \t\r\n') <> ''
      else octet_length(stripe_customer_id) <= 255 and stripe_customer_id ~ '^[!-~]+$' end) not valid,
  drop constraint if exists meter_report_rejected_by,
  add constraint meter_report_rejected_by check
    (rejected_by in ('capture', 'answer', 'report')) not valid,
  drop constraint if exists meter_report_acknowledged,
  add constraint meter_report_acknowledged check
    ((acknowledged_at is null) = (acknowledged_by is null)) not valid;

-- Any arrow that is not drawn is refused, and what was captured never changes. -----------------------

create or replace function metering.guard_meter_report() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $body$
begin
  if new.status <> old.status then
    raise exception 'report % is %, and no such report becomes %', old.identifier, old.status, new.status
      using errcode = 'check_violation';
  end if;
  raise exception 'report % was captured as it is and does not change', old.identifier
    using errcode = 'check_violation';
end
$body$;

-- The arrows stand in the condition, not in the function: it is called for what is refused alone, and a
-- verification writes a row of every report.
create or replace trigger guard before update on metering.meter_report
  for each row
  when (new.hour <> old.hour or new.meter <> old.meter or new.organization_id <> old.organization_id
    or new.revision <> old.revision or new.identifier <> old.identifier
    or new.captured_at <> old.captured_at or new.kind is distinct from old.kind
    or new.event_time is distinct from old.event_time or new.value is distinct from old.value
    or new.stripe_customer_id is distinct from old.stripe_customer_id
    or new.status <> old.status and old.status || '>' || new.status not in (
      'shadow>pending',
      'pending>accepted', 'pending>rejected', 'pending>unresolved', 'pending>superseded',
      'pending>expired', 'pending>discrepancy',
      'accepted>verified', 'accepted>rejected', 'accepted>discrepancy', 'accepted>replaced',
      'verified>discrepancy', 'verified>replaced',
      'unresolved>accepted', 'unresolved>rejected', 'unresolved>verified', 'unresolved>discrepancy',
      'unresolved>replaced',
      'expired>accepted', 'expired>rejected', 'expired>verified', 'expired>discrepancy',
      'expired>replaced',
      'superseded>accepted', 'superseded>verified', 'superseded>replaced',
      'rejected>accepted', 'rejected>verified', 'rejected>replaced',
      'discrepancy>verified', 'discrepancy>replaced'))
  execute function metering.guard_meter_report();

-- Live = not rejected, superseded, replaced: one for an organization, and one for a customer. ---------

-- An organization's first report is one by its key, and a unique index of live reports would take a tenth
-- of every capture to say so again. What the key does not say: that of two revisions one at most is live.
-- Of those after the first an index says it, which a capture never enters; of the first beside another,
-- this. It locks the others: of two transactions that would make two live, one waits and is refused.
create or replace function metering.guard_live_report() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $body$
declare
  other record;
begin
  -- Live ones and others: a condition here would be asked before the lock, of what is past after it.
  for other in
    select report.status from metering.meter_report as report
    where report.hour = new.hour and report.organization_id = new.organization_id
      and report.meter = new.meter and report.revision <> new.revision
    for update
  loop
    if other.status not in ('rejected', 'superseded', 'replaced') then
      raise exception 'another revision of report % is live', new.identifier
        using errcode = 'unique_violation';
    end if;
  end loop;
  return new;
end
$body$;

create or replace trigger guard_live_revision before insert on metering.meter_report
  for each row
  when (new.revision > 0 and new.status not in ('rejected', 'superseded', 'replaced'))
  execute function metering.guard_live_report();

create or replace trigger guard_live_again before update of status on metering.meter_report
  for each row
  when (old.status in ('rejected', 'superseded', 'replaced')
    and new.status not in ('rejected', 'superseded', 'replaced'))
  execute function metering.guard_live_report();

do $indexes$
declare
  -- An index on a table that has partitions would be built for all of them, now. The tick builds those
  -- that are needed, without locking anybody out; partitions to come have them from the beginning.
  parent text := case
    when exists (select from pg_inherits where inhparent = 'metering.meter_report'::regclass)
      then 'only metering.meter_report' else 'metering.meter_report' end;
begin
  execute 'create unique index if not exists meter_report_live_revision on ' || parent
    || ' (hour, organization_id, meter)'
    || ' where revision > 0 and status not in (''rejected'', ''superseded'', ''replaced'')';
  -- The customer before the meter: comparing what is equal everywhere costs time at each step down.
  execute 'create unique index if not exists meter_report_live_customer on ' || parent
    || ' (hour, stripe_customer_id, meter) where status not in (''rejected'', ''superseded'', ''replaced'')';
  execute 'create index if not exists meter_report_unshown on ' || parent || ' (hour)'
    || ' where shown_at is null and recorded_at is not null and (late or status in'
    || ' (''rejected'', ''unresolved'', ''expired'', ''superseded'', ''discrepancy''))';
  execute 'create index if not exists meter_report_shadow on ' || parent || ' (hour, meter)'
    || ' where status = ''shadow''';
  -- Whose turn it is to be looked up in Stripe is a range of hashes: any number of turns a day.
  execute 'create index if not exists meter_report_turn on ' || parent
    || ' (hashtextextended(organization_id, 0), hour) where status = ''accepted''';
  execute 'create index if not exists meter_report_doubted on ' || parent || ' (hour)'
    || ' where absent_at is not null or suspect_at is not null';
  execute 'create index if not exists meter_report_held on ' || parent || ' (hour)'
    || ' where held is not null';
  -- What is told once and then stays what it is, so that it is found again.
  execute 'create index if not exists meter_report_marked on ' || parent || ' (hour)'
    || ' where late or status = ''superseded''';
  -- Of a last meter, what may stand beside another hour's copy. Stripe is seen to hold it only after its
  -- last copy, and then it leaves both.
  execute 'create index if not exists meter_report_last_organization on ' || parent
    || ' (organization_id, send_before) where kind = ''last'' and status <> ''verified''';
  execute 'create index if not exists meter_report_last_customer on ' || parent
    || ' (stripe_customer_id, send_before) where kind = ''last'' and status <> ''verified''';
  if parent = 'metering.meter_report' then
    drop index if exists metering.meter_report_live;
  end if;
end
$indexes$;
