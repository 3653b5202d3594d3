-- One process wakes itself; on Postgres a wake-up says now whose it is.
SELECT 1;
