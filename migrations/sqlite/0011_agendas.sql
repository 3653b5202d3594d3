-- The pre-read of a session (A8). `content`: what it says, JSON. `made_of`: the version of the session that it was composed of.
CREATE TABLE pre_reads (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  content TEXT NOT NULL,
  made_of BIGINT NOT NULL,
  loaded_at BIGINT NOT NULL,
  approved_by TEXT,
  approved_at BIGINT
);

-- What came of one account of a session (A17). `outcome`: introduction, next_step, stalled, nothing, not_reached. `decided`: who
-- does what, and `introduction` who introduces whom to whom, in words. `commitments`: a JSON list of ids.
CREATE TABLE session_outcomes (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  outcome TEXT NOT NULL,
  decided TEXT NOT NULL,
  stall TEXT,
  amount_hundredths BIGINT,
  amount_currency TEXT,
  stage TEXT,
  introduction TEXT,
  commitments TEXT NOT NULL,
  logged_by TEXT NOT NULL,
  logged_at BIGINT NOT NULL,
  PRIMARY KEY (session_id, account_id)
);
CREATE INDEX session_outcomes_by_account ON session_outcomes (account_id, logged_at);

-- What is known of a session as a whole. `next_on` is a civil date.
CREATE TABLE session_records (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  recording TEXT,
  said TEXT,
  next_on TEXT,
  logged_by TEXT NOT NULL,
  logged_at BIGINT NOT NULL
);

-- What is open with a partner comes on the next agenda.
CREATE INDEX commitments_by_partner ON commitments (partner_id, state);
CREATE INDEX requests_by_partner ON session_requests (partner_id, state);
