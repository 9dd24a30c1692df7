-- A client may hold several live tokens: pairing gives it one after the other. Only hashes are kept; expires_at in
-- milliseconds since the epoch, null for a token that lasts until it is revoked.
CREATE TABLE client_token (
  hash       BLOB PRIMARY KEY,
  client_id  TEXT NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX client_token_by_client ON client_token (client_id);
INSERT INTO client_token SELECT token_hash, id, NULL FROM client WHERE revoked_at IS NULL;

-- claimed_name is what the client calls itself; via is "token" or "pairing"; labels is a JSON object.
CREATE TABLE client_identity (
  id           TEXT PRIMARY KEY,
  name         TEXT NOT NULL,
  claimed_name TEXT,
  via          TEXT NOT NULL,
  profile      TEXT,
  labels       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_seen_at INTEGER,
  revoked_at   INTEGER
) STRICT;
INSERT INTO client_identity
  SELECT id, name, NULL, 'token', profile, '{}', created_at, last_seen_at, revoked_at FROM client;
DROP TABLE client;
ALTER TABLE client_identity RENAME TO client;

-- project is the client's project folder, if it told one; transport is "http" or "sse".
ALTER TABLE session ADD COLUMN project TEXT;
ALTER TABLE session ADD COLUMN transport TEXT NOT NULL DEFAULT 'http';

-- Blocks tell of client ids and projects too now: the worker sums them up anew.
DELETE FROM block_name;
DELETE FROM block;
