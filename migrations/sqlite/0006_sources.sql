-- How each configured source of lists stands. `partner_written` is the configuration's word for `partner_id`. `next_at`: it
-- is looked at then. `tried_at`, `good_at`: the last look, and the last that brought or confirmed a list; `changed_at`: the
-- last list that changed something. `failures` since `failing_since`, `told`: they were told of.
-- `unreadable`: the last list could not be read. What the source is
-- asked with next time: `etag`, `modified`, `cursor`; `hash` is of the last list. `refresh_token` is sealed. `partners`: whom
-- the last list named, as JSON. Whoever looks at it holds it until `lease_until`, by the database's clock; `claims` names the claim.
CREATE TABLE list_sources (
  name TEXT PRIMARY KEY,
  partner_written TEXT,
  partner_id TEXT REFERENCES partners (id) ON DELETE SET NULL,
  next_at BIGINT NOT NULL DEFAULT 0,
  tried_at BIGINT,
  good_at BIGINT,
  changed_at BIGINT,
  result TEXT,
  error TEXT,
  failures BIGINT NOT NULL DEFAULT 0,
  failing_since BIGINT,
  told BIGINT NOT NULL DEFAULT 0,
  unreadable BIGINT NOT NULL DEFAULT 0,
  etag TEXT,
  modified TEXT,
  cursor TEXT,
  hash TEXT,
  refresh_token TEXT,
  partners TEXT NOT NULL DEFAULT '[]',
  lease_until BIGINT NOT NULL DEFAULT 0,
  claims BIGINT NOT NULL DEFAULT 0
);

-- What was taken at /hooks/overlaps: signatures and the ids of signals, so that neither is taken twice.
CREATE TABLE hook_deliveries (
  key TEXT PRIMARY KEY,
  taken_at BIGINT NOT NULL
);
CREATE INDEX hook_deliveries_by_age ON hook_deliveries (taken_at);

-- A list that was posted there, until its import ends.
CREATE TABLE hook_lists (
  import_id TEXT PRIMARY KEY REFERENCES imports (id) ON DELETE CASCADE,
  content TEXT NOT NULL
);
