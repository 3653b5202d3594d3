INSERT INTO account_maps (account_id, deal_owner, changed_by, changed_at) VALUES ('a1', 'U0MAYA', 'U0MAYA', 1);
INSERT INTO account_people (id, account_id, name, title, created_at, changed_by, changed_at) VALUES ('w1', 'a1', 'Dana Reyes', 'VP Sales', 1, 'U0MAYA', 1);
INSERT INTO relationships (pair, from_contact, to_person, strength, said_by, said_at) VALUES ('c:c1>p:w1', 'c1', 'w1', 4, 'U0MAYA', 1);
INSERT INTO account_partners (account_id, partner_id, role, changed_by, changed_at) VALUES ('a1', 'p1', 'services', 'U0MAYA', 1);
INSERT INTO account_steps (id, account_id, text, owner, due, created_by, created_at) VALUES ('t1', 'a1', 'call Dana', 'U0MAYA', '2026-03-20', 'U0MAYA', 1);
INSERT INTO account_log (id, account_id, kind, on_date, text, logged_by, logged_at) VALUES ('l1', 'a1', 'touch', '2026-03-02', 'Sam called', 'U0MAYA', 1);
INSERT INTO account_decisions (id, account_id, partner_id, reaches_out, stays_out, why_partner, why_now, why_person, decided_by, decided_at) VALUES ('e1', 'a1', 'p1', 'U0MAYA', '[]', 'a', 'b', 'c', 'U0MAYA', 1);
INSERT INTO account_holds (id, account_id, decision_id, text, held, zone, author, created_at) VALUES ('h1', 'a1', 'e1', 'no outreach', '[]', 'UTC', 'U0MAYA', 1);
INSERT INTO account_reviews (walk, account_id, outcome, reviewed_by, reviewed_at) VALUES ('U0MAYA:1', 'a1', '{}', 'U0MAYA', 1);
