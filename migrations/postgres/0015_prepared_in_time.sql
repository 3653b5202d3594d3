-- Whether the pre-read of a session was out in time (A8), said when it is first approved: 1 or 0.
ALTER TABLE pre_reads ADD COLUMN in_time BIGINT;
