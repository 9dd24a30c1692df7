-- What the authorization server keeps. Ids are tokens and the like: only their SHA-256 is here, and the payload is
-- without them. client: the id of the identity; null while a registration is not approved. Times in milliseconds.
CREATE TABLE oauth_record (
  kind       TEXT    NOT NULL,
  id_hash    BLOB    NOT NULL,
  issuer     TEXT    NOT NULL,
  grant_hash BLOB,
  client     TEXT,
  payload    TEXT    NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (kind, id_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_record_by_grant ON oauth_record (grant_hash) WHERE grant_hash IS NOT NULL;
CREATE INDEX oauth_record_by_client ON oauth_record (client) WHERE client IS NOT NULL;
CREATE INDEX oauth_record_by_expiry ON oauth_record (expires_at) WHERE expires_at IS NOT NULL;

-- A token of a pairing is for one place of the hub: JSON of its host name and scope.
ALTER TABLE client_token ADD COLUMN audience TEXT;

-- Which identity a registered client was paired as, so that its next login is the same one.
CREATE TABLE oauth_binding (
  issuer       TEXT NOT NULL,
  oauth_client TEXT NOT NULL,
  client       TEXT NOT NULL,
  PRIMARY KEY (issuer, oauth_client)
) STRICT, WITHOUT ROWID;
