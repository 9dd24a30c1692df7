-- How often each rule of gatehouse.json has decided, by its id; times in milliseconds since the epoch.
CREATE TABLE rule_use (
  rule         TEXT PRIMARY KEY,
  uses         INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
