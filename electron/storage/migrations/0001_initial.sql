-- Repeated texts of calls (servers, tools, clients, session labels and so on), stored once. Kinds: see names.ts.
CREATE TABLE name (
  id   INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  text TEXT    NOT NULL,
  UNIQUE (kind, text)
) STRICT;

-- One row a call, narrow so that lists and counts never touch payloads. Ids grow in the order of commits, as long as
-- the newest call is never deleted (AUTOINCREMENT would allow that too, for a fifth more time a call).
-- started_at in milliseconds since the epoch, *_us in microseconds, *_bytes the size of the JSON (null: absent).
-- status: see status.ts.
CREATE TABLE call (
  id            INTEGER PRIMARY KEY,
  started_at    INTEGER NOT NULL,
  client_id     INTEGER,
  client        INTEGER,
  session       INTEGER,
  server        INTEGER,
  tool          INTEGER,
  method        INTEGER NOT NULL,
  profile       INTEGER,
  project       INTEGER,
  rule          INTEGER,
  status        INTEGER NOT NULL,
  duration_us   INTEGER NOT NULL,
  queue_us      INTEGER NOT NULL,
  consent_us    INTEGER NOT NULL,
  upstream_us   INTEGER NOT NULL,
  hub_us        INTEGER NOT NULL,
  request_bytes INTEGER,
  result_bytes  INTEGER,
  error_bytes   INTEGER
) STRICT;

-- Free for calls that end well. Other columns are found by blocks (below): an index each would more than double what
-- a call costs the hub's loop.
CREATE INDEX call_not_ok ON call (status) WHERE status <> 0;

-- What stands in each full block of 1,024 ids, written once by the worker: the latest start turns a time into a floor
-- of ids, and the names of clients, sessions, servers and tools tell which blocks a filter can skip.
CREATE TABLE block (
  number       INTEGER PRIMARY KEY,
  latest_start INTEGER NOT NULL
) STRICT;

CREATE TABLE block_name (
  name  INTEGER NOT NULL,
  block INTEGER NOT NULL REFERENCES block (number) ON DELETE CASCADE,
  PRIMARY KEY (name, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_name_by_block ON block_name (block);

-- Encodings: 0 as it is, 1 zstd, 2 zstd in payload_chunk (the blob here is null).
CREATE TABLE payload (
  call_id          INTEGER PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
  request_encoding INTEGER NOT NULL,
  request          BLOB,
  result_encoding  INTEGER NOT NULL,
  result           BLOB,
  error_encoding   INTEGER NOT NULL,
  error            BLOB,
  chunk_set        INTEGER
) STRICT;
CREATE UNIQUE INDEX payload_by_chunk_set ON payload (chunk_set) WHERE chunk_set IS NOT NULL;

-- Pieces of large payloads, written before their call's own row; a set that no payload names is an orphan.
-- part: 0 request, 1 result, 2 error.
CREATE TABLE payload_chunk (
  chunk_set INTEGER NOT NULL,
  part      INTEGER NOT NULL,
  position  INTEGER NOT NULL,
  bytes     BLOB    NOT NULL,
  PRIMARY KEY (chunk_set, part, position)
) STRICT;

CREATE TABLE client (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  profile      TEXT,
  token_hash   BLOB NOT NULL UNIQUE,
  created_at   INTEGER NOT NULL,
  last_seen_at INTEGER,
  revoked_at   INTEGER
) STRICT;

CREATE TABLE session (
  id_hash      TEXT PRIMARY KEY,
  label        TEXT NOT NULL,
  client_id    TEXT,
  scope        TEXT NOT NULL,
  revision     TEXT NOT NULL,
  capabilities TEXT NOT NULL,
  client_info  TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL
) STRICT;

-- part: "initialize", or the kind of a list. Raw JSON as the server sent it.
CREATE TABLE catalog (
  server   TEXT NOT NULL,
  part     TEXT NOT NULL,
  key      TEXT NOT NULL,
  bytes    BLOB NOT NULL,
  saved_at INTEGER NOT NULL,
  PRIMARY KEY (server, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  at         INTEGER NOT NULL,
  role       TEXT NOT NULL,
  pid        INTEGER,
  executable TEXT,
  act        TEXT NOT NULL,
  detail     TEXT NOT NULL
) STRICT;
