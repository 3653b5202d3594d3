INSERT INTO calendar_sessions (id, uid, occurrence, calendar, title, place, starts_at, ends_at, whole_day, partner_id, people, unknown, state, asked, session_id, decided_by, decided_at, version, seen_at) VALUES ('cs1', 'abc@google.com', '20260310T080000Z', 'partner-team', 'Account planning: Acme with Northwind', '', 1773133200000, 1773135900000, 0, 'p1', '["sam@northwind.com"]', '["Globx"]', 'held', '["U0MAYA"]', 'se1', 'U0MAYA', 2, 2, 1);
INSERT INTO calendar_session_accounts (found_id, account_id, position) VALUES ('cs1', 'a1', 0);
INSERT INTO calendar_reads (name, next_at, good_at, result, etag) VALUES ('partner-team', 5, 4, '12 events', '"a"');
INSERT INTO calendar_links (id, user_id, partner_id, created_at, expires_at) VALUES ('cl1', 'U0MAYA', 'p1', 1, 2);
INSERT INTO calendar_files (session_id, user_id, sequence, told) VALUES ('se1', 'U0MAYA', 1, 1);
