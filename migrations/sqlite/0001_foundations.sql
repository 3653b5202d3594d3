-- Times are milliseconds since 1970 UTC. JSON is text. Ids are opaque.

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  team_id TEXT,
  name TEXT NOT NULL,
  email TEXT,
  zone TEXT,
  outside TEXT,
  fetched_at BIGINT NOT NULL,
  welcomed_at BIGINT
);

CREATE TABLE roles (
  user_id TEXT NOT NULL,
  role TEXT NOT NULL,
  partner_id TEXT NOT NULL DEFAULT '',
  granted_by TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, role, partner_id)
);

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, seq);

-- What came in. `state`: 0 waiting, 1 claimed, 2 handled, 3 buried. `lease_until` is of the database's own clock.
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  lane TEXT NOT NULL,
  urgent BIGINT NOT NULL,
  payload TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  state BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  not_before BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  error TEXT
);
CREATE INDEX inbox_open ON inbox (urgent, seq) WHERE state < 2;
CREATE INDEX inbox_busy ON inbox (urgent, lane) WHERE state < 2 AND (lease_until > 0 OR not_before > 0);
CREATE INDEX inbox_handled ON inbox (received_at) WHERE state = 2;
CREATE INDEX inbox_buried ON inbox (seq) WHERE state = 3;

-- What goes out. `state`: waiting, claimed, held (until `channel` is in order
-- again), sent, unconfirmed, failed, dropped, attended. `rank`: 0 chatter, 1 answers, 2 to partners.
-- `redraws`: what it brings up to date. `action` is empty once it was sent.
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  rank BIGINT NOT NULL DEFAULT 0,
  action TEXT NOT NULL,
  audience TEXT NOT NULL,
  partner_id TEXT,
  subject TEXT,
  redraws TEXT,
  state TEXT NOT NULL DEFAULT 'waiting',
  attempts BIGINT NOT NULL DEFAULT 0,
  not_before BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  channel TEXT,
  ts TEXT,
  error TEXT
);
CREATE INDEX outbox_open ON outbox (lane, seq) WHERE state IN ('waiting', 'claimed');
CREATE INDEX outbox_waiting_redraws ON outbox (redraws) WHERE state = 'waiting' AND redraws IS NOT NULL;
CREATE INDEX outbox_by_subject ON outbox (subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX outbox_held ON outbox (channel, seq) WHERE state = 'held';
CREATE INDEX outbox_stuck ON outbox (seq) WHERE state IN ('unconfirmed', 'failed', 'dropped');

-- A channel that is used, as Slack last described it. `state`: ok, archived, left, gone, restricted. `teams`: the other
-- companies' teams in it, `accepted`: those that may be there, `told_to`: who was told of `told`; JSON lists.
CREATE TABLE channels (
  id TEXT PRIMARY KEY,
  name TEXT,
  state TEXT NOT NULL,
  teams TEXT NOT NULL DEFAULT '[]',
  accepted TEXT NOT NULL DEFAULT '[]',
  told TEXT,
  told_to TEXT NOT NULL DEFAULT '[]',
  told_at BIGINT,
  tellings BIGINT NOT NULL DEFAULT 0,
  checked_at BIGINT NOT NULL
);

-- A schedule's fire: whoever inserts the row carries it out.
CREATE TABLE fires (
  schedule TEXT NOT NULL,
  period TEXT NOT NULL,
  fired_at BIGINT NOT NULL,
  PRIMARY KEY (schedule, period)
);
CREATE INDEX fires_by_age ON fires (fired_at);

-- When somebody was running last, and the long silences.
CREATE TABLE heartbeat (
  only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
  at BIGINT NOT NULL
);
CREATE TABLE downtimes (
  began_at BIGINT PRIMARY KEY,
  ended_at BIGINT NOT NULL
);
