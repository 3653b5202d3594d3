CREATE TABLE partners (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  domain TEXT,
  manager TEXT,
  channel TEXT UNIQUE,
  refresh_days BIGINT NOT NULL DEFAULT 45,
  list_seen_at BIGINT,
  sample BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);

CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  email TEXT,
  slack_user TEXT,
  said_no_to TEXT NOT NULL DEFAULT '[]',
  created_at BIGINT NOT NULL
);
CREATE INDEX contacts_by_partner ON contacts (partner_id);

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  domain TEXT UNIQUE,
  owner TEXT,
  sample BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX accounts_by_name ON accounts (name_key);

-- `source`: who says so, the surest: list, hand, message. `triage`: open, planned, snoozed, dismissed. `decision`: what was decided last, as JSON. (`overlaps` is a reserved word in Postgres.)
CREATE TABLE account_overlaps (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  our_population TEXT,
  their_population TEXT,
  owner TEXT,
  amount_hundredths BIGINT,
  amount_currency TEXT,
  stage TEXT,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  gone_at BIGINT,
  changed_at BIGINT,
  change_note TEXT,
  source TEXT NOT NULL,
  triage TEXT NOT NULL DEFAULT 'open',
  assignee TEXT,
  assigned_at BIGINT,
  snoozed_until BIGINT,
  dismissed_because TEXT,
  decided_by TEXT,
  decided_at BIGINT,
  decision TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (account_id, partner_id)
);
CREATE INDEX overlaps_by_partner ON account_overlaps (partner_id, triage);
CREATE INDEX overlaps_by_triage ON account_overlaps (triage, last_seen);

-- Which message said which overlaps, so that an edited message is read again and not twice. `read_at`: when it was read first.
CREATE TABLE overlap_sources (
  channel TEXT NOT NULL,
  ts TEXT NOT NULL,
  overlap_id TEXT NOT NULL REFERENCES account_overlaps (id) ON DELETE CASCADE,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (channel, ts, overlap_id)
);
CREATE INDEX overlap_sources_by_time ON overlap_sources (channel, read_at);

-- When a message of the intake channel was last edited or deleted, in microseconds: what Slack brings late is older and says nothing.
CREATE TABLE intake_edits (
  channel TEXT NOT NULL,
  ts TEXT NOT NULL,
  edited_at BIGINT NOT NULL,
  PRIMARY KEY (channel, ts)
);

-- Messages of the intake channel of which something is not recorded: no account, or no partner that is known.
CREATE TABLE intake_unclear (
  channel TEXT NOT NULL,
  ts TEXT NOT NULL,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (channel, ts)
);
CREATE INDEX intake_unclear_by_time ON intake_unclear (channel, read_at);

-- A list file: `state` received, asking, counting, previewed, importing, done, cancelled, failed. Whoever works on it
-- holds it until `lease_until`, by the database's clock; `attempts` counts the tries of the present step.
CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  file_id TEXT NOT NULL,
  file_name TEXT NOT NULL,
  channel TEXT NOT NULL,
  thread_ts TEXT,
  partner_id TEXT,
  uploaded_by TEXT NOT NULL,
  state TEXT NOT NULL,
  mapping TEXT,
  counts TEXT,
  headers TEXT NOT NULL DEFAULT '[]',
  extent TEXT NOT NULL DEFAULT 'whole',
  error TEXT,
  lease_until BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX imports_by_file ON imports (file_id);

-- How a partner's columns were read last time, under the fingerprint of the header row.
CREATE TABLE column_mappings (
  partner_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  mapping TEXT NOT NULL,
  saved_by TEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (partner_id, fingerprint)
);
