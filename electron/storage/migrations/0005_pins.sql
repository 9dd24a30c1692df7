-- Servers of which something was accepted: their first catalogue was pinned whole, whatever it held.
CREATE TABLE pinned_server (
  server TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What the person has accepted of a server. kind: tool, prompt, resource, template, instructions, package.
-- hash: SHA-256 of the text, hex; text: canonical JSON. Times in milliseconds since the epoch.
CREATE TABLE pin (
  server    TEXT    NOT NULL REFERENCES pinned_server (server) ON DELETE CASCADE,
  kind      TEXT    NOT NULL,
  key       TEXT    NOT NULL,
  hash      TEXT    NOT NULL,
  text      TEXT    NOT NULL,
  pinned_at INTEGER NOT NULL,
  UNIQUE (server, kind, key)
) STRICT;

-- What is held back since when. text is null where the catalogue holds it.
CREATE TABLE pin_held (
  server TEXT    NOT NULL REFERENCES pinned_server (server) ON DELETE CASCADE,
  kind   TEXT    NOT NULL,
  key    TEXT    NOT NULL,
  hash   TEXT    NOT NULL,
  text   TEXT,
  since  INTEGER NOT NULL,
  UNIQUE (server, kind, key)
) STRICT;
