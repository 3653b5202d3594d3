INSERT INTO partners (id, name, name_key, manager, channel, list_seen_at, created_at) VALUES ('p1', 'Northwind', 'northwind', 'U0MAYA', 'C1', 1, 1);
INSERT INTO contacts (id, partner_id, name, role, created_at) VALUES ('c1', 'p1', 'Sam Whitfield', 'partner_rep', 1);
INSERT INTO accounts (id, name, name_key, domain, created_at) VALUES ('a1', 'Acme', 'acme', 'acme.com', 1);
INSERT INTO account_overlaps (id, account_id, partner_id, our_population, their_population, amount_hundredths, amount_currency, first_seen, last_seen, source) VALUES ('o1', 'a1', 'p1', 'prospect', 'customer', 12000000, 'USD', 1, 1, 'list');
INSERT INTO overlap_sources (channel, ts, overlap_id, read_at) VALUES ('C0', '1.1', 'o1', 1);
INSERT INTO intake_edits (channel, ts, edited_at) VALUES ('C0', '1.1', 1);
INSERT INTO intake_unclear (channel, ts, read_at) VALUES ('C0', '1.2', 1);
INSERT INTO imports (id, file_id, file_name, channel, partner_id, uploaded_by, state, created_at, updated_at) VALUES ('i1', 'F1', 'march.csv', 'C0', 'p1', 'U0MAYA', 'done', 1, 1);
INSERT INTO column_mappings (partner_id, fingerprint, mapping, saved_by, saved_at) VALUES ('p1', 'f', '[]', 'U0MAYA', 1);
