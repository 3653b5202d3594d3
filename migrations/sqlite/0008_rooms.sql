-- The room of an account (E6): a thread under a card that is kept up to date. `ts`: the card, once Slack has it. `stale`: 1 while
-- something changed that the card may not show yet. `shown`: a digest of what the card says.
CREATE TABLE account_rooms (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  ts TEXT,
  stale BIGINT NOT NULL DEFAULT 0,
  shown TEXT,
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL
);
CREATE INDEX account_rooms_by_channel ON account_rooms (channel, ts);
CREATE INDEX account_rooms_stale ON account_rooms (stale);

-- The message that a next step was taken from.
ALTER TABLE account_steps ADD COLUMN link TEXT;
