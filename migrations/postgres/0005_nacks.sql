-- What proxies refused, in their words: equal NACKs of one node are one row that counts them.
create table nack (
  key       text collate "C" not null primary key, -- a hash of gateway, node, type and all the resources, each with its version
  gateway   text collate "C" not null,
  node      text collate "C" not null,
  proxy     text collate "C" not null, -- the stream of the last one
  type_url  text collate "C" not null,
  resources text collate "C" not null, -- JSON: [{name, version}]; not all of them where there were many
  revision  bigint not null, -- the one that was being served when the first of them was refused
  detail    text collate "C" not null, -- of the last one
  first_at  timestamptz(3) not null,
  last_at   timestamptz(3) not null,
  count     bigint not null
) with (fillfactor = 70);
-- The newest first, and the oldest to be deleted.
create index nack_last on nack (last_at, key);
create index nack_revision on nack (revision);
