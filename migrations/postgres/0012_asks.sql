-- What somebody asks about an account of whoever answers for a partner (B3). `topic`: whom, spend, priorities, stack, introduction,
-- other. `asked` is a JSON list of people, `why` says why this partner. `state`: asked, missing, with_partner, answered, closed, declined,
-- withdrawn. `contact_id`: whom of the partner's it waits for. `reason`: what came of it, what is still missing, or why not. `deal`:
-- moved, not_moved, no_deal.
CREATE TABLE asks (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  requester TEXT NOT NULL,
  asked TEXT NOT NULL,
  topic TEXT NOT NULL,
  question TEXT NOT NULL,
  why TEXT NOT NULL,
  link TEXT,
  state TEXT NOT NULL,
  contact_id TEXT REFERENCES contacts (id) ON DELETE SET NULL,
  reason TEXT,
  deal TEXT,
  decided_by TEXT,
  decided_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);
CREATE INDEX asks_by_state ON asks (state, created_at);
CREATE INDEX asks_by_account ON asks (account_id, created_at);
CREATE INDEX asks_by_partner ON asks (partner_id, created_at);

-- What was answered: by whom of the partner's it was said, on which day, and who of ours passed it on.
CREATE TABLE ask_answers (
  id TEXT PRIMARY KEY,
  ask_id TEXT NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  contact_id TEXT REFERENCES contacts (id) ON DELETE SET NULL,
  said_on TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at BIGINT NOT NULL
);
CREATE INDEX ask_answers_by_ask ON ask_answers (ask_id, given_at);

-- Who is introduced to whom by whom. `direction`: made (`ours` introduces the partner's contact), received (the partner's contact
-- introduces `ours`). `whom` is somebody at the account, as written. `state`: requested, agreed, made, met, closed, dropped. `due` is
-- a civil date; `reminded` the day whose reminder was sent last, of this state. `reason`: what came of it, or why it is off.
CREATE TABLE introductions (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  direction TEXT NOT NULL,
  ours TEXT NOT NULL,
  contact_id TEXT REFERENCES contacts (id) ON DELETE SET NULL,
  whom TEXT NOT NULL,
  due TEXT NOT NULL,
  state TEXT NOT NULL,
  snoozed_until TEXT,
  reason TEXT,
  deal TEXT,
  reminded TEXT NOT NULL DEFAULT '',
  escalated BIGINT NOT NULL DEFAULT 0,
  ask_id TEXT REFERENCES asks (id) ON DELETE SET NULL,
  session_id TEXT,
  created_by TEXT NOT NULL,
  decided_by TEXT,
  decided_at BIGINT,
  made_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);
CREATE INDEX introductions_by_state ON introductions (state, due);
CREATE INDEX introductions_by_account ON introductions (account_id, created_at);
CREATE INDEX introductions_by_partner ON introductions (partner_id, created_at);

-- Whom of the partner's it was promised by: then its owner asks how it stands. `escalated`: 1 once the manager was told that nothing
-- happened.
ALTER TABLE commitments ADD COLUMN contact_id TEXT REFERENCES contacts (id) ON DELETE SET NULL;
ALTER TABLE commitments ADD COLUMN escalated BIGINT NOT NULL DEFAULT 0;
CREATE INDEX commitments_by_owner ON commitments (owner, state, due);
CREATE INDEX commitments_by_author ON commitments (created_by, state, due);
CREATE INDEX commitments_by_account ON commitments (account_id, created_at);
