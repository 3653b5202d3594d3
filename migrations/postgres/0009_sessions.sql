-- An account-planning session. `shape`: managers, carriers, owners. `trigger_kind`: planned, reactive, accumulated, requested; with
-- `request_id` for the last. `state`: proposed, scheduled, prepared, held, closed, cancelled; `starts_at` and `zone` once it has a
-- time. `asked`: a JSON list of whom a proposal waits for, `day`: one that leaves time to prepare. `because`: a JSON list of reasons in words; `instruction`: the version
-- of the partner's sheet that they stand on. `sequence` rises with every change that a calendar shows.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  shape TEXT NOT NULL,
  trigger_kind TEXT NOT NULL,
  request_id TEXT,
  minutes BIGINT NOT NULL,
  place TEXT NOT NULL,
  because TEXT NOT NULL,
  instruction BIGINT,
  organiser TEXT,
  state TEXT NOT NULL,
  asked TEXT NOT NULL,
  day TEXT,
  starts_at BIGINT,
  zone TEXT,
  reason TEXT,
  moved_by TEXT,
  moved_at BIGINT,
  sequence BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_state ON sessions (state, starts_at);
CREATE INDEX sessions_by_partner ON sessions (partner_id, state, starts_at);
CREATE INDEX sessions_by_request ON sessions (request_id) WHERE request_id IS NOT NULL;

-- The named accounts, in their order on the agenda. `motion`: give, ask, joint. `why`: why now, as it was found.
CREATE TABLE session_accounts (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  motion TEXT,
  goal TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (session_id, account_id)
);
CREATE INDEX session_accounts_by_account ON session_accounts (account_id);

-- Who comes. `side`: ours (`who` is a Slack user), theirs (a contact).
CREATE TABLE session_attendees (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  side TEXT NOT NULL,
  who TEXT NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (session_id, side, who)
);
CREATE INDEX session_attendees_by_person ON session_attendees (who, side);

-- Every move of a session, in its own words.
CREATE TABLE session_moves (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  verb TEXT NOT NULL,
  detail TEXT NOT NULL,
  moved_by TEXT NOT NULL,
  moved_at BIGINT NOT NULL,
  PRIMARY KEY (session_id, version)
);

-- A partner's instruction sheet (A7): every version is kept, the newest counts. `sheet` is JSON.
CREATE TABLE instructions (
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  sheet TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL,
  PRIMARY KEY (partner_id, version)
);

-- Partners whose worthy overlaps are worked through (A6): a row while that is so.
CREATE TABLE saturated_partners (
  partner_id TEXT PRIMARY KEY REFERENCES partners (id) ON DELETE CASCADE,
  worked BIGINT NOT NULL,
  worthy BIGINT NOT NULL,
  since BIGINT NOT NULL
);
