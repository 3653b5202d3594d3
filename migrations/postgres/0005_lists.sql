-- Plain account lists as they were last seen. `list`: 'ours', or the partner's id. `key`: by the list's own id, else by
-- domain and name. `fingerprint`: tells whether a row has changed. `account_id`: of ours, the account that it is.
CREATE TABLE listed_accounts (
  list TEXT NOT NULL,
  key TEXT NOT NULL,
  partner_id TEXT REFERENCES partners (id) ON DELETE CASCADE,
  account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
  list_id TEXT,
  name TEXT NOT NULL,
  domain TEXT,
  website TEXT,
  country TEXT,
  postcode TEXT,
  population TEXT,
  owner TEXT,
  amount_hundredths BIGINT,
  amount_currency TEXT,
  stage TEXT,
  fingerprint TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  gone_at BIGINT,
  PRIMARY KEY (list, key)
);
CREATE INDEX listed_by_account ON listed_accounts (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX listed_by_partner ON listed_accounts (partner_id) WHERE partner_id IS NOT NULL;

-- What the matcher made of a partner's list beside ours. `verdict`: match, review. `score`: in thousandths. `run`: the one that
-- found it last. `overlap_id`: what a match became.
CREATE TABLE list_pairs (
  id TEXT PRIMARY KEY,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  our_key TEXT NOT NULL,
  their_key TEXT NOT NULL,
  verdict TEXT NOT NULL,
  score BIGINT NOT NULL,
  reason TEXT NOT NULL,
  overlap_id TEXT REFERENCES account_overlaps (id) ON DELETE CASCADE,
  run TEXT NOT NULL,
  UNIQUE (partner_id, our_key, their_key)
);
CREATE INDEX list_pairs_by_verdict ON list_pairs (verdict, partner_id, score);
CREATE INDEX list_pairs_by_overlap ON list_pairs (overlap_id) WHERE overlap_id IS NOT NULL;

-- What people said of pairs. `ours`, `theirs`: the two sides as JSON, so that a new list finds them again; `pair`: both in
-- one, said once. `answer`: same, different, parent (ours is theirs' parent), child.
CREATE TABLE pair_answers (
  id TEXT PRIMARY KEY,
  partner_id TEXT NOT NULL REFERENCES partners (id) ON DELETE CASCADE,
  pair TEXT NOT NULL,
  pair_id TEXT NOT NULL,
  ours TEXT NOT NULL,
  theirs TEXT NOT NULL,
  answer TEXT NOT NULL,
  reason TEXT NOT NULL,
  account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
  overlap_id TEXT,
  said_by TEXT NOT NULL,
  said_at BIGINT NOT NULL,
  UNIQUE (partner_id, pair)
);
CREATE INDEX pair_answers_by_time ON pair_answers (said_at);
CREATE INDEX pair_answers_by_pair ON pair_answers (pair_id);

-- What a list file is: overlaps, ours, accounts.
ALTER TABLE imports ADD COLUMN kind TEXT NOT NULL DEFAULT 'overlaps';
