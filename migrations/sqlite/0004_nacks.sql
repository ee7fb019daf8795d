-- What proxies refused, in their words: equal NACKs of one node are one row that counts them.
create table nack (
  key       text    not null primary key, -- a hash of gateway, node, type and all the resources, each with its version
  gateway   text    not null,
  node      text    not null,
  proxy     text    not null, -- the stream of the last one
  type_url  text    not null,
  resources text    not null, -- JSON: [{name, version}]; not all of them where there were many
  revision  integer not null, -- the one that was being served when the first of them was refused
  detail    text    not null, -- of the last one
  first_at  text    not null,
  last_at   text    not null,
  count     integer not null
) strict, without rowid;
-- The newest first, and the oldest to be deleted.
create index nack_last on nack (last_at, key);
create index nack_revision on nack (revision);
