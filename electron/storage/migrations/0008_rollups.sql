-- Sums of calls by time, kept from the committed rows; they outlive them. What is summed up together: kind 0 all,
-- 1 a server's, 2 a tool's, 3 a client's, 4 a project's, 5 each combination. Other columns are ids of `name`, 0 where
-- the kind does not tell them apart or the call had none.
CREATE TABLE rollup_key (
  id      INTEGER PRIMARY KEY,
  kind    INTEGER NOT NULL,
  server  INTEGER NOT NULL,
  tool    INTEGER NOT NULL,
  client  INTEGER NOT NULL,
  project INTEGER NOT NULL,
  UNIQUE (kind, server, tool, client, project)
) STRICT;

-- level and start: core/metrics/grid.ts; start counts its widths since the epoch. Ordered by time first, so that what is
-- written at one time lies on few pages. latency is how long calls took without
-- waiting for a person, waits how long those waited that did: encoded histograms (core/metrics/histogram.ts).
CREATE TABLE rollup (
  level         INTEGER NOT NULL,
  kind          INTEGER NOT NULL,
  start         INTEGER NOT NULL,
  key           INTEGER NOT NULL,
  calls         INTEGER NOT NULL,
  tool_errors   INTEGER NOT NULL,
  errors        INTEGER NOT NULL,
  denied        INTEGER NOT NULL,
  cancelled     INTEGER NOT NULL,
  timeouts      INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL,
  result_bytes  INTEGER NOT NULL,
  latency       BLOB    NOT NULL,
  waits         BLOB    NOT NULL,
  PRIMARY KEY (level, kind, start, key)
) STRICT, WITHOUT ROWID;

-- The last call that is in the sums, written in the transaction that adds it.
CREATE TABLE rollup_mark (
  only INTEGER PRIMARY KEY CHECK (only = 0),
  call INTEGER NOT NULL
) STRICT;
INSERT INTO rollup_mark VALUES (0, 0);
