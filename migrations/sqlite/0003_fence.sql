-- The newest epoch that accepted writes of each source have brought: a pusher of an older one was relieved.
create table fence (
  source text    not null primary key,
  epoch  integer not null
) strict, without rowid;
