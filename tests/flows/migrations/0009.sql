INSERT INTO sessions (id, partner_id, shape, trigger_kind, request_id, minutes, place, because, instruction, organiser, state, asked, day, starts_at, zone, reason, moved_by, moved_at, sequence, version, created_at) VALUES ('se1', 'p1', 'managers', 'requested', 'r1', 30, 'https://meet.example/x', '["Acme''s deal closes in May"]', 1, 'U0MAYA', 'scheduled', '[]', NULL, 1773133200000, 'Europe/Stockholm', NULL, 'U0MAYA', 1, 1, 3, 1);
INSERT INTO session_accounts (session_id, account_id, position, motion, goal, why) VALUES ('se1', 'a1', 0, 'ask', 'meet their VP Sales', 'an ask: Northwind can introduce us');
INSERT INTO session_attendees (session_id, side, who, position) VALUES ('se1', 'ours', 'U0MAYA', 0);
INSERT INTO session_attendees (session_id, side, who, position) VALUES ('se1', 'theirs', 'c1', 0);
INSERT INTO session_moves (session_id, version, verb, detail, moved_by, moved_at) VALUES ('se1', 3, 'session.schedule', 'Tue 10 Mar, 10:00', 'U0MAYA', 1);
INSERT INTO instructions (partner_id, version, sheet, set_by, set_at) VALUES ('p1', 1, '{"cadence":"monthly"}', 'U0MAYA', 1);
INSERT INTO saturated_partners (partner_id, worked, worthy, since) VALUES ('p1', 8, 8, 1);
