-- The newest epoch that accepted writes of each source have brought: a pusher of an older one was relieved.
create table fence (
  source text collate "C" not null primary key,
  epoch  bigint not null
);
