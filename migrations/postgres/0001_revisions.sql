-- All content and all history, as intervals of revisions: a row holds from `since` until `until` (null: it stands now).
-- Texts compare byte by byte, as in every form of the store, whatever the database's own locale is.

create table entry (
  id        bigint generated always as identity primary key,
  source    text collate "C" not null,
  part      text collate "C" not null,
  kind      text collate "C" not null,
  namespace text collate "C" not null,
  name      text collate "C" not null,
  since     bigint not null,
  until     bigint,
  created   bigint not null,
  digest    text collate "C" not null,
  -- Not jsonb: a digest is of the bytes, and jsonb gives back others.
  body      text collate "C" not null
);

-- What stands: a part in the order in which it is listed. Each key stands at most once.
create unique index entry_standing on entry (source, part, kind, namespace, name) where until is null;
-- The two halves of a feed: what came and stands, however long the history, and what went.
create index entry_came on entry (since, id) where until is null;
create index entry_until on entry (until, id) where until is not null;
-- What came, and may have gone since. The part comes first so that nobody is tempted to search for the newest row of
-- something by walking back through all revisions.
create index entry_since on entry (part, since);
-- One thing's versions in all sources.
create index entry_history on entry (namespace, name, kind, source, since);

-- That a source has a part at all, and its digest, as intervals too: an empty part is not the same as none.
create table part (
  id          bigint generated always as identity primary key,
  source      text collate "C" not null,
  part        text collate "C" not null,
  since       bigint not null,
  until       bigint,
  created     bigint not null,
  digest      text collate "C" not null,
  entries     bigint not null,
  body_digest text collate "C", -- of the bytes that the last replace pushed; null after any other write
  changed_at  timestamptz(3) not null
);
create unique index part_since on part (source, part, since);
create unique index part_standing on part (source, part) where until is null;
create index part_until on part (until) where until is not null;
-- What a revision wrote of parts. A hash, for the same reason.
create index part_came on part using hash (since);

-- What retention left: reads of a part at revisions before `revision` are gone.
create table floor (
  source   text collate "C" not null,
  part     text collate "C" not null,
  revision bigint not null,
  primary key (source, part)
);

create table revision (
  revision   bigint primary key,
  source     text collate "C",
  part       text collate "C" not null,
  cause      text collate "C" not null,
  restored   bigint,
  digest     text collate "C",
  author     text collate "C" not null,
  created_at timestamptz(3) not null,
  added      bigint not null,
  updated    bigint not null,
  removed    bigint not null
);
create index revision_source on revision (source, revision);
-- How far history is older than some age.
create index revision_created on revision (created_at, revision);

-- The one row whose lock hands out the numbers of revisions: whoever has it commits before the next one gets his.
create table head (
  only_row boolean primary key default true check (only_row),
  revision bigint not null
) with (fillfactor = 10);
insert into head (revision) values (0);

-- When something was last heard of each source's pusher: an accepted push or a heartbeat. No content, so no revision.
create table heard (
  source   text collate "C" not null primary key,
  heard_at timestamptz(3) not null
);

-- What one replica does for all of them, and who does it: dated by this database's clock.
create table lease (
  name   text collate "C" not null primary key,
  holder text collate "C" not null,
  until  timestamptz(3) not null,
  since  timestamptz(3) not null -- somebody has had it since then without a break
);
