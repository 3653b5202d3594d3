CREATE TABLE digests (
  id TEXT PRIMARY KEY,
  period TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  overlap_ids TEXT NOT NULL,
  facts TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- `state`: asked, accepted, proposed, declined, withdrawn. `asked` is a JSON list of people, `agreed_date` what was
-- proposed or accepted.
CREATE TABLE session_requests (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  requester TEXT NOT NULL,
  asked TEXT NOT NULL,
  wanted_by TEXT NOT NULL,
  goal TEXT NOT NULL,
  state TEXT NOT NULL,
  agreed_date TEXT,
  reason TEXT,
  decided_by TEXT,
  decided_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);
CREATE INDEX requests_by_state ON session_requests (state, created_at);

-- `state`: open, done, dropped. `due` is a civil date, `zone` its owner's.
CREATE TABLE commitments (
  id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
  owner TEXT NOT NULL,
  due TEXT NOT NULL,
  zone TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  snoozed_until TEXT,
  reminded TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  source_channel TEXT,
  source_ts TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);
CREATE INDEX commitments_open ON commitments (state, due);

-- `state`: proposed, sending, sent, rejected, expired, unconfirmed, handed_over. `facts`: a JSON list of what the text stands on.
-- `reason`: why it was rejected, has expired, is unconfirmed, or came back. `waiting_since`: when it last began to wait.
-- `override_rules`: a JSON list of the rules whose block was overridden.
CREATE TABLE drafts (
  id TEXT PRIMARY KEY,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
  account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
  purpose TEXT NOT NULL,
  gift TEXT NOT NULL,
  template TEXT NOT NULL,
  sender TEXT NOT NULL,
  route TEXT NOT NULL,
  destination TEXT,
  text TEXT NOT NULL,
  verdict TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  facts TEXT NOT NULL DEFAULT '[]',
  approver TEXT,
  waiting_since BIGINT NOT NULL,
  snoozed_until BIGINT,
  override_by TEXT,
  override_reason TEXT,
  override_rules TEXT NOT NULL DEFAULT '[]',
  reason TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  sent_at BIGINT,
  sent_channel TEXT,
  sent_ts TEXT,
  sent_link TEXT
);
CREATE INDEX drafts_by_state ON drafts (state, created_at);

CREATE TABLE touches (
  draft_id TEXT PRIMARY KEY REFERENCES drafts (id) ON DELETE CASCADE,
  contact_id TEXT NOT NULL,
  partner_id TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX touches_by_contact ON touches (contact_id, at);

CREATE TABLE assets (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  partner_id TEXT REFERENCES partners (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  url TEXT,
  on_date TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
