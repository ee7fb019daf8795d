-- When something was last heard of each source's pusher: an accepted push or a heartbeat. No content, so no revision.
create table heard (
  source   text not null primary key,
  heard_at text not null -- to the second: what comes less than one after is not written
) strict, without rowid;

-- Until now only pushes that changed something were noted, with what they changed.
insert into heard
  select source, max(changed_at) from part where until is null and part <> 'control' group by source;
