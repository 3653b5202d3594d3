INSERT INTO template_versions (name, version, source, disabled, changed_by, changed_at) VALUES ('expansion-asset', 1, NULL, 1, 'U1', 2);
