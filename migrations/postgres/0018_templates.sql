-- Every change of the workspace's own texts that notes are drafted from. `source` is none where what ships, or what the
-- folder has, stands again; `disabled`: no note is drafted from it.
CREATE TABLE template_versions (
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  source TEXT,
  disabled BIGINT NOT NULL DEFAULT 0,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (name, version)
);

-- Which state of which text a note came from: 0 as shipped, none with a title from a file. The channel is where the text is
-- meant to go; for notes that are there already, what ships says it.
ALTER TABLE drafts ADD COLUMN template_title TEXT;
ALTER TABLE drafts ADD COLUMN template_version BIGINT;
ALTER TABLE drafts ADD COLUMN template_channel TEXT NOT NULL DEFAULT 'slack';
UPDATE drafts SET template_channel = 'email' WHERE template IN
  ('prospecting-asset', 'expansion-introduction', 'executive-introduction', 'executive-result', 'executive-their-launch');
