INSERT INTO list_sources (name, partner_written, partner_id, good_at, result) VALUES ('northwind', 'Northwind', 'p1', 1, '1 new');
INSERT INTO hook_deliveries (key, taken_at) VALUES ('k', 1);
INSERT INTO hook_lists (import_id, content) VALUES ('i1', 'account');
