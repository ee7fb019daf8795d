-- What replicas tell each other while they live. Unlogged: it is written all the time, needs no fsync and no copy, and
-- a database that comes back without it is told again.

create unlogged table replica (
  id      text collate "C" primary key,
  seen_at timestamptz(3) not null,
  version bigint not null, -- the writer's own count
  report  text collate "C" not null
) with (fillfactor = 50);

-- Of many proxies each.
create unlogged table proxies (
  replica  text collate "C" not null references replica on delete cascade,
  number   bigint not null,
  version  bigint not null,
  document text collate "C" not null,
  primary key (replica, number)
) with (fillfactor = 50);
-- It is compressed already.
alter table proxies alter column document set storage external;
