-- Requests between zones, as proxies report them: summed by minute, and later by hour.
create table traffic (
  span      text collate "C" not null, -- 'minute' or 'hour'
  start     bigint not null, -- when it began, in milliseconds since the epoch
  service   text collate "C" not null,
  from_zone text collate "C" not null,
  to_zone   text collate "C" not null,
  requests  bigint not null,
  errors    bigint not null,
  primary key (span, start, service, from_zone, to_zone)
-- Rows of a minute are added to some times by each replica: there is room beside them.
) with (fillfactor = 50);

-- How many batches of each replica are in: one that is sent again after a lost answer is not added again.
create table traffic_writer (
  id      text collate "C" primary key,
  batch   bigint not null,
  seen_at bigint not null
) with (fillfactor = 50);
