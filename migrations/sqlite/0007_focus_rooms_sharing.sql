-- A focus list (B2): one a partner and side; `side`: ours (we want the partner in), theirs (they want us in). `version` counts every
-- change. `size`: how many it may hold; above ten somebody insisted and said why. `agreed`: which agreement holds, 0 for none.
CREATE TABLE focus_lists (
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  side TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 0,
  size BIGINT NOT NULL DEFAULT 10,
  insisted_by TEXT,
  insisted_because TEXT,
  agreed BIGINT NOT NULL DEFAULT 0,
  agreed_by TEXT,
  agreed_at BIGINT,
  PRIMARY KEY (partner_id, side)
);

-- What is agreed now.
CREATE TABLE focus_accounts (
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  side TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  place BIGINT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (partner_id, side, account_id)
);
CREATE INDEX focus_accounts_by_account ON focus_accounts (account_id);

-- What people want of the next proposal; `mark`: pinned, dropped.
CREATE TABLE focus_marks (
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  side TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  mark TEXT NOT NULL,
  marked_by TEXT NOT NULL,
  marked_at BIGINT NOT NULL,
  PRIMARY KEY (partner_id, side, account_id)
);

-- Every agreement; `accounts` is a JSON list of id and name.
CREATE TABLE focus_agreements (
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  side TEXT NOT NULL,
  number BIGINT NOT NULL,
  accounts TEXT NOT NULL,
  agreed_by TEXT NOT NULL,
  agreed_at BIGINT NOT NULL,
  PRIMARY KEY (partner_id, side, number)
);

-- What a partner may see: the newest version counts. `level`: hidden, counts, overlaps, fields. `fields` and `hidden` (account ids) are JSON lists.
CREATE TABLE sharing_rules (
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  level TEXT NOT NULL,
  fields TEXT NOT NULL,
  hidden TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL,
  PRIMARY KEY (partner_id, version)
);

-- With whom there is no agreement yet: `prospective` 1, and 0 since there is one. `names_by`: who lets names be shown all the same.
CREATE TABLE partner_prospects (
  partner_id TEXT PRIMARY KEY REFERENCES partners (id) ON DELETE CASCADE,
  prospective BIGINT NOT NULL,
  version BIGINT NOT NULL,
  names_by TEXT,
  names_because TEXT,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL
);
