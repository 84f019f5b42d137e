-- Two meters, first part: what the role may read beside the six tables of role.sql. Run it once,
-- connected as the owner of the tables. No migration ever runs this file.

-- One row for each temperature that a device has sent. Expected are the columns device_id and
-- recorded_at (timestamptz); others do not matter.
grant select on public.temperature_readings to sensor_meter;

-- Each tick reads one hour of the table. Without an index that begins with the time it reads the whole
-- table; on a large one, made once, outside a transaction:
--   create index concurrently temperature_readings_recorded_at
--     on public.temperature_readings (recorded_at) include (device_id);
-- A hypertable, or a table partitioned by time, has what is needed.
