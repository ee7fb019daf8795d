-- Requests between zones, as proxies report them: a file of its own, that nothing else waits for.

create table traffic (
  span      text    not null, -- 'minute' or 'hour'
  start     integer not null, -- when it began, in milliseconds since the epoch
  service   text    not null,
  from_zone text    not null,
  to_zone   text    not null,
  requests  integer not null,
  errors    integer not null,
  primary key (span, start, service, from_zone, to_zone)
) strict, without rowid;

-- How many batches of each writer are in: one that is sent again after a lost answer is not added again.
create table traffic_writer (
  id     text    not null primary key,
  batch  integer not null,
  seen_at integer not null
) strict, without rowid;
