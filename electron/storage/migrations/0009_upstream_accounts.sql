-- Accounts that somebody has signed in with at remote servers, without their tokens, which are in the secret store.
-- Times in milliseconds since the epoch; `ended` is why the person has to sign in again.
CREATE TABLE upstream_account (
  server       TEXT NOT NULL,
  account      TEXT NOT NULL,
  url          TEXT NOT NULL,
  issuer       TEXT NOT NULL,
  subject      TEXT,
  scope        TEXT,
  expires_at   INTEGER,
  refreshed_at INTEGER NOT NULL,
  ended        TEXT,
  PRIMARY KEY (server, account)
) STRICT, WITHOUT ROWID;
