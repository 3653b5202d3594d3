INSERT INTO focus_lists (partner_id, side, version, agreed, agreed_by, agreed_at) VALUES ('p1', 'ours', 1, 1, 'U0MAYA', 1);
INSERT INTO focus_accounts (partner_id, side, account_id, place, since) VALUES ('p1', 'ours', 'a1', 0, 1);
INSERT INTO focus_marks (partner_id, side, account_id, mark, marked_by, marked_at) VALUES ('p1', 'ours', 'a1', 'pinned', 'U0MAYA', 1);
INSERT INTO focus_agreements (partner_id, side, number, accounts, agreed_by, agreed_at) VALUES ('p1', 'ours', 1, '[]', 'U0MAYA', 1);
INSERT INTO sharing_rules (partner_id, version, level, fields, hidden, set_by, set_at) VALUES ('p1', 1, 'counts', '[]', '[]', 'U0MAYA', 1);
INSERT INTO partner_prospects (partner_id, prospective, version, set_by, set_at) VALUES ('p1', 1, 1, 'U0MAYA', 1);
