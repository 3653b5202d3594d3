-- What the library knows of its items: for whom they are, until when, where they come from, and what became of them.
-- `partner_id`: only this partner's people read of it; nothing: all partners'. `source_kind`: form, message or feed; with a feed
-- `guid` is the entry and `feed_title` what it was called there last. `told_on`: the day on which operations was told of it.
ALTER TABLE assets ADD COLUMN expires_on TEXT;
ALTER TABLE assets ADD COLUMN audience TEXT;
ALTER TABLE assets ADD COLUMN source_kind TEXT NOT NULL DEFAULT 'form';
ALTER TABLE assets ADD COLUMN source_channel TEXT;
ALTER TABLE assets ADD COLUMN source_ts TEXT;
ALTER TABLE assets ADD COLUMN source_link TEXT;
ALTER TABLE assets ADD COLUMN source_feed TEXT;
ALTER TABLE assets ADD COLUMN guid TEXT;
ALTER TABLE assets ADD COLUMN feed_title TEXT;
ALTER TABLE assets ADD COLUMN told_on TEXT;
ALTER TABLE assets ADD COLUMN changed_at BIGINT;
ALTER TABLE assets ADD COLUMN changed_by TEXT;
ALTER TABLE assets ADD COLUMN retracted_at BIGINT;
ALTER TABLE assets ADD COLUMN retracted_by TEXT;
ALTER TABLE assets ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
-- The day of a document was the last on which it may be given.
UPDATE assets SET expires_on = on_date, on_date = NULL WHERE kind = 'asset';
CREATE UNIQUE INDEX assets_by_guid ON assets (source_feed, guid);
CREATE INDEX assets_by_partner ON assets (partner_id, created_at);

-- How a feed of a partner's launches stands. Whoever looks at it has it until `lease_until`.
CREATE TABLE launch_feeds (
  name TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  claims BIGINT NOT NULL DEFAULT 0,
  good_at BIGINT,
  result TEXT,
  failures BIGINT NOT NULL DEFAULT 0,
  error TEXT,
  failing_since BIGINT,
  told BIGINT NOT NULL DEFAULT 0,
  etag TEXT,
  modified TEXT,
  hash TEXT
);

-- A calendar is kept account of as a feed is.
ALTER TABLE calendar_reads ADD COLUMN failing_since BIGINT;
ALTER TABLE calendar_reads ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
