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

-- Append-only and chained: `hash` covers the hash before and every other column.
CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  team TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, seq);
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- What came in. `state`: 0 waiting, 1 claimed, 2 handled, 3 buried. `lease_until` is of the database's own clock.
-- `attempts` names the claim, `faults` counts the tries that failed.
CREATE TABLE inbox (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  lane TEXT NOT NULL,
  urgent BIGINT NOT NULL,
  payload TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  state BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  faults BIGINT NOT NULL DEFAULT 0,
  not_before BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  error TEXT
);
CREATE INDEX inbox_open ON inbox (urgent, seq) WHERE state < 2;
CREATE INDEX inbox_busy ON inbox (urgent, lane) WHERE state < 2 AND (lease_until > 0 OR not_before > 0);
CREATE INDEX inbox_handled ON inbox (received_at) WHERE state = 2;
CREATE INDEX inbox_stuck ON inbox (seq) WHERE state = 3 OR (state < 2 AND not_before > 0);

-- What goes out. `state`: waiting, claimed, held (until `channel` is in order
-- again), sent, unconfirmed, failed, dropped, attended. `rank`: 0 chatter, 1 answers, 2 to partners.
-- `redraws`: what it brings up to date. `action` is empty once it was sent. `attempts` names the claim, `faults` counts
-- the tries that failed, since `delayed_at` it is put back again and again. `uncertain`: it may have arrived.
CREATE TABLE outbox (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  rank BIGINT NOT NULL DEFAULT 0,
  action TEXT NOT NULL,
  audience TEXT NOT NULL,
  partner_id TEXT,
  subject TEXT,
  redraws TEXT,
  state TEXT NOT NULL DEFAULT 'waiting',
  uncertain BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  faults BIGINT NOT NULL DEFAULT 0,
  delayed_at BIGINT,
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
CREATE INDEX outbox_settled_plain ON outbox (created_at)
  WHERE state IN ('sent', 'dropped', 'failed', 'attended') AND subject IS NULL;
CREATE INDEX outbox_settled_shown ON outbox (created_at)
  WHERE state IN ('sent', 'dropped', 'failed', 'attended') AND subject IS NOT NULL;

-- Whoever commits something new wakes the workers of every replica.
CREATE FUNCTION tandem_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tandem_' || TG_TABLE_NAME, '');
  RETURN NULL;
END $$;
CREATE TRIGGER inbox_wake AFTER INSERT ON inbox FOR EACH STATEMENT EXECUTE FUNCTION tandem_wake();
CREATE TRIGGER outbox_wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION tandem_wake();

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

-- The one workspace that this database belongs to. `epoch` counts installations, `version` every change. Tokens are sealed; without them the token comes from the configuration.
CREATE TABLE installations (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  team_id TEXT NOT NULL,
  team TEXT NOT NULL,
  org_wide BIGINT NOT NULL DEFAULT 0,
  bot_user TEXT NOT NULL,
  installed_by TEXT,
  installed_at BIGINT NOT NULL,
  bot_token TEXT,
  refresh_token TEXT,
  expires_at BIGINT,
  revoked_at BIGINT,
  revoked_because TEXT,
  renewal_error TEXT,
  lease_until BIGINT NOT NULL DEFAULT 0,
  epoch BIGINT NOT NULL DEFAULT 1,
  version BIGINT NOT NULL DEFAULT 1
);

-- Installations under way: the hash of the mark that goes to Slack's page and back.
CREATE TABLE install_states (
  hash TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
