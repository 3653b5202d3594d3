INSERT INTO digests (id, period, channel, overlap_ids, facts, created_at) VALUES ('d1', '2026-03-02', 'C0', '["o1"]', '{}', 1);
INSERT INTO session_requests (id, account_id, partner_id, requester, asked, wanted_by, goal, state, created_at) VALUES ('r1', 'a1', 'p1', 'U0MAYA', '[]', '2026-03-20', 'an intro', 'asked', 1);
INSERT INTO commitments (id, text, partner_id, account_id, owner, due, zone, state, created_by, created_at) VALUES ('k1', 'send the brief', 'p1', 'a1', 'U0MAYA', '2026-03-20', 'UTC', 'open', 'U0MAYA', 1);
INSERT INTO drafts (id, partner_id, contact_id, account_id, purpose, gift, template, sender, route, text, verdict, state, waiting_since, created_by, created_at) VALUES ('n1', 'p1', 'c1', 'a1', 'prospecting', 'intro', 't', 'U0MAYA', 'slack', 'Hi Sam', '{}', 'sent', 1, 'U0MAYA', 1);
INSERT INTO touches (draft_id, contact_id, partner_id, at) VALUES ('n1', 'c1', 'p1', 1);
INSERT INTO assets (id, kind, partner_id, title, created_by, created_at) VALUES ('s1', 'launch', 'p1', 'Returns API', 'U0MAYA', 1);
