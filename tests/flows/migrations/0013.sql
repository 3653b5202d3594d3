INSERT INTO plays (id, kind, title, partner_id, owner, their_owner, ship_date, zone, check_days, audience, state, started_at, first_ship, created_by, created_at) VALUES ('y1', 'webinar', 'Returns webinar', 'p1', 'U0MAYA', 'Sam Whitfield', '2026-03-20', 'UTC', 7, 'asks', 'running', 1, '2026-03-20', 'U0MAYA', 1);
INSERT INTO play_targets (play_id, account_id, place) VALUES ('y1', 'a1', 0);
INSERT INTO play_support (commitment_id, play_id) VALUES ('k1', 'y1');
INSERT INTO play_log (play_id, number, what, from_date, to_date, because, said_by, said_at) VALUES ('y1', 1, 'moved', '2026-03-13', '2026-03-20', 'the page was late', 'U0MAYA', 1);
INSERT INTO check_in_rhythms (partner_id, every_days) VALUES ('p1', 30);
INSERT INTO check_ins (id, partner_id, on_date, focus, until_date, said_by, logged_by, logged_at) VALUES ('ci1', 'p1', '2026-03-02', 'returns', '2026-03-31', 'Sam Whitfield', 'U0MAYA', 1);
INSERT INTO introductions (id, account_id, partner_id, direction, ours, contact_id, whom, due, state, created_by, decided_by, decided_at, made_at, created_at) VALUES ('n2', 'a1', 'p1', 'received', 'U0ALEX', 'c1', 'Tom Falk', '2026-03-20', 'made', 'U0ALEX', 'U0MAYA', 1, 1, 1);
