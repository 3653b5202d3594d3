INSERT INTO listed_accounts (list, key, account_id, name, domain, fingerprint, first_seen, last_seen) VALUES ('ours', 'i:1', 'a1', 'Acme', 'acme.com', 'f', 1, 1);
INSERT INTO listed_accounts (list, key, partner_id, name, fingerprint, first_seen, last_seen) VALUES ('p1', 'n:1', 'p1', 'Acme Inc', 'f', 1, 1);
INSERT INTO list_pairs (id, partner_id, our_key, their_key, verdict, score, reason, overlap_id, run) VALUES ('q1', 'p1', 'i:1', 'n:1', 'match', 990, 'same domain', 'o1', 'r');
INSERT INTO pair_answers (id, partner_id, pair, pair_id, ours, theirs, answer, reason, said_by, said_at) VALUES ('y1', 'p1', 'i:2>n:2', 'q2', '{}', '{}', 'different', '', 'U0MAYA', 1);
