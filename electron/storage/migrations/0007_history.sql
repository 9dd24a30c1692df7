-- What stands in a block tells of methods now, and of the earliest start and the durations too: the worker sums the
-- blocks up anew.
DELETE FROM block_name;
DELETE FROM block;
ALTER TABLE block ADD COLUMN earliest_start INTEGER NOT NULL DEFAULT 0;
ALTER TABLE block ADD COLUMN shortest_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE block ADD COLUMN longest_us INTEGER NOT NULL DEFAULT 0;

-- The keyed hash of each call, over its columns, its payloads and the hash of the call before it (history/chain.ts).
CREATE TABLE chain (
  id   INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
) STRICT;

-- Ids that have no call any more, or never had one. reason: 0 removed by retention, 1 missing when it was to be chained.
-- before and after are the hashes of the call before the gap and of its last; mac signs all of it.
CREATE TABLE chain_gap (
  first  INTEGER PRIMARY KEY,
  last   INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  before BLOB    NOT NULL,
  after  BLOB    NOT NULL,
  mac    BLOB    NOT NULL
) STRICT;

-- How far the chain reaches, signed, so that the newest calls cannot be cut off unseen; one row.
CREATE TABLE chain_head (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  last INTEGER NOT NULL,
  hash BLOB    NOT NULL,
  mac  BLOB    NOT NULL
) STRICT;

-- From which id on which key is used: key_id tells keys apart and gives nothing of them away.
CREATE TABLE chain_key (
  first  INTEGER PRIMARY KEY,
  key_id BLOB    NOT NULL
) STRICT;
