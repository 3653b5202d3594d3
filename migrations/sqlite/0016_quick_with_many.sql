-- What the digest, Home and the lists count and look through, where there are a hundred thousand overlaps. The first two hold all that is
-- counted, so that the table itself is not read. They hold what is gone too: an index of the rest only, SQLite takes for a way to read
-- the whole table, row by row.
CREATE INDEX overlaps_standing ON account_overlaps (partner_id, triage, our_population, their_population, snoozed_until, gone_at);
CREATE INDEX overlaps_by_amount ON account_overlaps (partner_id, amount_hundredths, amount_currency, triage, snoozed_until, gone_at)
  WHERE amount_hundredths IS NOT NULL;
CREATE INDEX overlaps_planned ON account_overlaps (partner_id, decided_at) WHERE triage = 'planned';
CREATE INDEX overlaps_by_sight ON account_overlaps (last_seen DESC, id);
CREATE INDEX overlaps_by_assignee ON account_overlaps (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX overlaps_by_owner ON account_overlaps (owner) WHERE owner IS NOT NULL;
-- Most overlaps are open: this one led to nearly every row, one by one.
DROP INDEX overlaps_by_triage;
-- The first one above begins with the same columns.
DROP INDEX overlaps_by_partner;
