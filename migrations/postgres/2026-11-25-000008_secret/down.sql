DROP TABLE secret;
-- What an older hub looks for; cursors that were given out end.
INSERT INTO setting (name, value)
    VALUES ('cursor_key', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    ON CONFLICT DO NOTHING;
