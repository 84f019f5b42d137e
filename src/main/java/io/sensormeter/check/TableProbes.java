package io.sensormeter.check;

import io.sensormeter.ledger.SourceFunction;
import io.sensormeter.meter.Hour;
import java.util.List;

/** The application's six tables, which SOURCE=shipped reads. */
final class TableProbes {

  /** Every table, and its columns that are read. */
  static final String COLUMNS =
      """
      ('organizations', 'id created_at deleted_at'), ('sites', 'id organization_id'),
      ('areas', 'id site_id'), ('units', 'id area_id'), ('devices', 'unit_id is_active created_at'),
      ('subscriptions', 'id organization_id status stripe_customer_id created_at')
      """;

  private TableProbes() {}

  static final Probe TABLES =
      new Probe(
          "tables",
          """
          with col as (
            select 'public.' || needed.relation as relation, needed.attribute, c.oid as known,
              a.attnum is not null as there,
              coalesce(has_schema_privilege(s.oid, 'USAGE'), false) as usable,
              coalesce(has_column_privilege(c.oid, a.attnum, 'SELECT'), false) as readable,
              coalesce(row_security_active(c.oid), false) as filtered
            from (select relation, unnest(string_to_array(attributes, ' ')) as attribute
                  from (values %s) as source(relation, attributes)) as needed
            left join pg_namespace as s on s.nspname = 'public'
            left join pg_class as c on c.relnamespace = s.oid and c.relname = needed.relation
              and c.relkind in ('r', 'p', 'v', 'm', 'f')
            left join pg_attribute as a on a.attrelid = c.oid and a.attname = needed.attribute
              and a.attnum > 0 and not a.attisdropped
          ), found as (
            select
              string_agg(distinct relation || case when known is null then '' else '.' || attribute end,
                         ', ') filter (where not there) as missing,
              bool_or(known is not null and not usable) as closed,
              string_agg(distinct relation, ', ') filter (where there and not readable) as unreadable,
              string_agg(distinct relation, ', ') filter (where filtered) as hidden
            from col
          ), remedy as (
            select hidden, concat_ws('. ',
              missing || ' do not exist, but SOURCE=shipped reads them: connect to the application''s '
                'database, or write a function for your own schema and set SOURCE=own',
              case when closed then format('%%I may not use schema public; '
                'run: grant usage on schema public to %%1$I', current_user) end,
              format('%%I may not read ', current_user) || unreadable || '; run: grant select on '
                || unreadable || format(' to %%I', current_user)) as text
            from found
          )
          select case when text <> '' then 'bad' when hidden is not null then 'warning' else 'good' end
              as level,
            case
              when text <> '' then text
              when hidden is not null then format('row security hides rows of %%s from %%I unless a '
                'policy shows them, and what is hidden is not billed; run for each: create policy '
                'sensor_meter on <table> for select to %%2$I using (true)', hidden, current_user)
              else 'the six tables and every column SOURCE=shipped reads can be read'
            end as says
          from remedy
          """
              .formatted(COLUMNS));

  /** Organizations that SOURCE=shipped leaves out. */
  static Probe customers(Hour hour) {
    return new Probe(
        "customers",
        """
        select case count(*) when 0 then 'good' else 'warning' end as level,
          case count(*)
            when 0 then 'each active or trial subscription''s organization has one'
            else format('%%s organization(s) with an active or trial subscription have no Stripe '
              'customer and are not billed, such as %%s; write it into '
              'subscriptions.stripe_customer_id', to_char(count(*), 'FM999,999,990'), min(id))
          end as says
        from (%s) as customerless
        """
            .formatted(SourceFunction.customerless("'active', 'trial'")),
        List.of(hour));
  }
}
