DROP TABLE secret;
-- What an older hub looks for; cursors that were given out end.
INSERT OR IGNORE INTO setting (name, value) VALUES ('cursor_key', randomblob(32));
