-- Who said that an introduction was made: `decided_by` is whoever moved it last. Of earlier ones the last is the best that is known.
ALTER TABLE introductions ADD COLUMN made_by TEXT;
UPDATE introductions SET made_by = COALESCE(decided_by, created_by) WHERE made_at IS NOT NULL;
