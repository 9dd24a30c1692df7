-- What went between client and server within a call: a JSON list of [microseconds since the call's start, who, what,
-- method, bytes, note], in order, and how many more there were. Only calls with such messages have a row.
CREATE TABLE call_event (
  call_id INTEGER PRIMARY KEY REFERENCES call (id) ON DELETE CASCADE,
  events  TEXT    NOT NULL,
  more    INTEGER NOT NULL
) STRICT;
