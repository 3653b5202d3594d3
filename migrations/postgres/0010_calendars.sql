-- A session that a calendar shows by the naming standard (A16), told apart by the calendar's identity of it and by which time of a
-- series it is. `calendar`: where it was seen. `people` and `unknown`: JSON lists, of the addresses on it and of the names that are no
-- known account. `state`: ahead (not over yet), offered (people are asked whether it was held), held (with `session_id`), not_ours,
-- logged (a session here is the same one), gone (the calendar no longer shows it). `asked`: a JSON list of who decides.
CREATE TABLE calendar_sessions (
  id TEXT PRIMARY KEY,
  uid TEXT NOT NULL,
  occurrence TEXT NOT NULL,
  calendar TEXT NOT NULL,
  title TEXT NOT NULL,
  place TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  whole_day BIGINT NOT NULL,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  people TEXT NOT NULL,
  unknown TEXT NOT NULL,
  state TEXT NOT NULL,
  asked TEXT NOT NULL,
  session_id TEXT REFERENCES sessions (id) ON DELETE SET NULL,
  decided_by TEXT,
  decided_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  seen_at BIGINT NOT NULL,
  UNIQUE (uid, occurrence)
);
CREATE INDEX calendar_sessions_by_state ON calendar_sessions (state, ends_at);
CREATE INDEX calendar_sessions_by_calendar ON calendar_sessions (calendar, state);

-- The accounts that it names, in their order.
CREATE TABLE calendar_session_accounts (
  found_id TEXT NOT NULL REFERENCES calendar_sessions (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  PRIMARY KEY (found_id, account_id)
);

-- How a calendar that is read by itself stands. Whoever looks at it has it until `lease_until`. `result`: what the last good look
-- found, in words.
CREATE TABLE calendar_reads (
  name TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  claims BIGINT NOT NULL DEFAULT 0,
  good_at BIGINT,
  result TEXT,
  failures BIGINT NOT NULL DEFAULT 0,
  error TEXT,
  etag TEXT,
  modified TEXT,
  hash TEXT
);

-- Feeds of sessions that a calendar program subscribes to: somebody's own, or those with a partner.
CREATE TABLE calendar_links (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  partner_id TEXT REFERENCES partners (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX calendar_links_by_user ON calendar_links (user_id);

-- Who took the file of a session, as it stood at `sequence`, and up to which sequence they were told that it is old.
CREATE TABLE calendar_files (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  told BIGINT NOT NULL,
  PRIMARY KEY (session_id, user_id)
);
