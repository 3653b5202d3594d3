INSERT INTO account_rooms (id, account_id, channel, ts, stale, shown, opened_by, opened_at) VALUES ('ar1', 'a1', 'C0ROOMS', '1.1', 0, 'digest', 'U0MAYA', 1);
