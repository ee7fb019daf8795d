-- All content and all history, as intervals of revisions: a row holds from `since` until `until` (null: it stands now).

create table entry (
  id        integer primary key, -- grows with since
  source    text    not null,
  part      text    not null,
  kind      text    not null,
  namespace text    not null,
  name      text    not null,
  since     integer not null,
  until     integer,
  created   integer not null,
  digest    text    not null,
  body      text    not null
) strict;

-- What stands: a part in the order in which it is listed. Each key stands at most once.
create unique index entry_standing on entry (source, part, kind, namespace, name) where until is null;
-- The two halves of a feed or a diff: what came, and what went.
create index entry_since on entry (since, id);
create index entry_until on entry (until, id) where until is not null;
-- One thing's versions in all sources.
create index entry_history on entry (namespace, name, kind, source, since);

-- That a source has a part at all, and its digest, as intervals too: an empty part is not the same as none.
create table part (
  source      text    not null,
  part        text    not null,
  since       integer not null,
  until       integer,
  created     integer not null,
  digest      text    not null,
  entries     integer not null,
  body_digest text, -- of the bytes that the last replace pushed; null after any other write
  changed_at  text    not null,
  primary key (source, part, since)
) strict;
create unique index part_standing on part (source, part) where until is null;
create index part_until on part (until) where until is not null;

-- What retention left: reads of a part at revisions before `revision` are gone.
create table floor (
  source   text    not null,
  part     text    not null,
  revision integer not null,
  primary key (source, part)
) strict, without rowid;

create table revision (
  revision   integer primary key,
  source     text,
  part       text    not null,
  cause      text    not null,
  restored   integer,
  digest     text,
  author     text    not null,
  created_at text    not null,
  added      integer not null,
  updated    integer not null,
  removed    integer not null
) strict;
create index revision_source on revision (source, revision);
