INSERT INTO inbox (key, kind, name, lane, urgent, payload, received_at, state) VALUES ('e17', 'event', 'message', 'C0', 0, '{}', 2, 2);
