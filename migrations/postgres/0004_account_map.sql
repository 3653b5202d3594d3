-- The map of an account: its owners of ours, and who changed anything on it last.
CREATE TABLE account_maps (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  deal_owner TEXT,
  relationship_owner TEXT,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- The people at an account. (`contacts` are the people at a partner.)
CREATE TABLE account_people (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  title TEXT,
  role TEXT,
  seniority TEXT,
  sample BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX account_people_by_account ON account_people (account_id);

-- Who knows whom and how strongly, from 1 to 5. Who: a Slack user of ours or a partner's contact. Whom: somebody at an
-- account, or a partner's contact whom one of ours knows. `pair` names both, so that each pair stands there once.
CREATE TABLE relationships (
  pair TEXT PRIMARY KEY,
  from_user TEXT,
  from_contact TEXT REFERENCES contacts (id) ON DELETE CASCADE,
  to_person TEXT REFERENCES account_people (id) ON DELETE CASCADE,
  to_contact TEXT REFERENCES contacts (id) ON DELETE CASCADE,
  strength BIGINT NOT NULL,
  said_by TEXT NOT NULL,
  said_at BIGINT NOT NULL
);
CREATE INDEX relationships_by_person ON relationships (to_person);
CREATE INDEX relationships_by_contact ON relationships (to_contact);
CREATE INDEX relationships_from_contact ON relationships (from_contact);

-- What a partner is on an account: `role` referral, reseller, services, integration.
CREATE TABLE account_partners (
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  role TEXT,
  involvement TEXT,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, partner_id)
);
CREATE INDEX account_partners_by_partner ON account_partners (partner_id);

-- `state`: open, done, dropped. `due` is a civil date.
CREATE TABLE account_steps (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  owner TEXT NOT NULL,
  due TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',
  sample BIGINT NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_by TEXT,
  closed_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX account_steps_by_account ON account_steps (account_id, state, due);

-- What happened on an account. `kind`: touch, note. `on_date` is a civil date; a note has the message that it was taken from.
CREATE TABLE account_log (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  on_date TEXT NOT NULL,
  text TEXT NOT NULL,
  said_by TEXT,
  link TEXT,
  sample BIGINT NOT NULL DEFAULT 0,
  logged_by TEXT NOT NULL,
  logged_at BIGINT NOT NULL
);
CREATE INDEX account_log_by_account ON account_log (account_id, kind, on_date);

-- Who reaches out, who introduces, who stays out, and why (E5). `introducer`: a Slack user or a contact, with the name that
-- they had then. `stays_out` is a JSON list of people.
CREATE TABLE account_decisions (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  partner_id TEXT REFERENCES partners (id) ON DELETE CASCADE,
  reaches_out TEXT NOT NULL,
  introducer TEXT,
  introducer_name TEXT,
  stays_out TEXT NOT NULL,
  why_partner TEXT NOT NULL,
  why_now TEXT NOT NULL,
  why_person TEXT NOT NULL,
  sample BIGINT NOT NULL DEFAULT 0,
  decided_by TEXT NOT NULL,
  decided_at BIGINT NOT NULL
);
CREATE INDEX account_decisions_by_account ON account_decisions (account_id, decided_at);
CREATE INDEX account_decisions_by_partner ON account_decisions (partner_id);

-- `held`: a JSON list of people; empty for everybody. `until`: the last day, a civil date in `zone`; without it until the
-- introduction is made. `asked_at`: when its author was asked whether it goes on.
CREATE TABLE account_holds (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  decision_id TEXT REFERENCES account_decisions (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  held TEXT NOT NULL,
  until TEXT,
  zone TEXT NOT NULL,
  author TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  asked_at BIGINT,
  lifted_by TEXT,
  lifted_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX account_holds_by_account ON account_holds (account_id, lifted_at);
CREATE INDEX account_holds_by_decision ON account_holds (decision_id);

-- One account in somebody's weekly mapping (E3): what was done, as JSON.
CREATE TABLE account_reviews (
  walk TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  outcome TEXT NOT NULL,
  reviewed_by TEXT NOT NULL,
  reviewed_at BIGINT NOT NULL,
  PRIMARY KEY (walk, account_id)
);
CREATE INDEX account_reviews_by_account ON account_reviews (account_id, reviewed_at);
