-- Plays (A19): campaigns that a partner runs with us. `kind`: webinar, offer, sdr_push, or the writer's own words. `state`: idea,
-- running, shipped, dropped. `ship_date`, `first_ship` (the day that was set at the start) and `shipped_on` are civil dates in
-- `zone`, our owner's. `check_days`: how often it is looked at, 0 for never. `audience`: which accounts of the map are its targets.
CREATE TABLE plays (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  owner TEXT,
  their_owner TEXT,
  sender TEXT,
  ship_date TEXT,
  zone TEXT NOT NULL,
  check_days BIGINT NOT NULL,
  audience TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at BIGINT,
  first_ship TEXT,
  shipped_on TEXT,
  reason TEXT,
  decided_by TEXT,
  decided_at BIGINT,
  sent BIGINT,
  replies BIGINT,
  meetings BIGINT,
  pipeline_hundredths BIGINT,
  pipeline_currency TEXT,
  has_results BIGINT NOT NULL DEFAULT 0,
  reminded TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL
);
CREATE INDEX plays_by_state ON plays (state, ship_date);

CREATE TABLE play_targets (
  play_id TEXT NOT NULL REFERENCES plays (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  place BIGINT NOT NULL,
  PRIMARY KEY (play_id, account_id)
);

-- What we do for a play: commitments, which are remembered as such.
CREATE TABLE play_support (
  commitment_id TEXT PRIMARY KEY REFERENCES commitments (id) ON DELETE CASCADE,
  play_id TEXT NOT NULL REFERENCES plays (id) ON DELETE CASCADE
);
CREATE INDEX play_support_by_play ON play_support (play_id);

-- `what`: moved (with both dates and why), on_track.
CREATE TABLE play_log (
  play_id TEXT NOT NULL REFERENCES plays (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  what TEXT NOT NULL,
  from_date TEXT,
  to_date TEXT,
  because TEXT,
  said_by TEXT NOT NULL,
  said_at BIGINT NOT NULL,
  PRIMARY KEY (play_id, number)
);

-- Check-ins with a partner (B9). `every_days`: 0 for never. `asked`: the day on which its manager was reminded last. `quiet_until`: its
-- manager wants no reminder before that day.
CREATE TABLE check_in_rhythms (
  partner_id TEXT PRIMARY KEY REFERENCES partners (id) ON DELETE CASCADE,
  every_days BIGINT NOT NULL,
  quiet_until TEXT,
  asked TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1
);

-- What was said in a check-in. `on_date` is the day of it, `until_date` the last day on which the focus counts.
CREATE TABLE check_ins (
  id TEXT PRIMARY KEY,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  on_date TEXT NOT NULL,
  focus TEXT NOT NULL,
  until_date TEXT NOT NULL,
  said_by TEXT,
  notes TEXT,
  logged_by TEXT NOT NULL,
  logged_at BIGINT NOT NULL
);
CREATE INDEX check_ins_by_partner ON check_ins (partner_id, on_date);
