-- Whoever commits something new wakes the workers of every other process: its own it has woken already.
CREATE OR REPLACE FUNCTION tandem_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tandem_' || TG_TABLE_NAME, current_setting('application_name'));
  RETURN NULL;
END $$;
