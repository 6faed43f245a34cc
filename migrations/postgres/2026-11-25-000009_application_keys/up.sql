-- What a key is called, until when it may be used, when it last was, and from which networks, by commas.
ALTER TABLE api_key ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN expires_at BIGINT;
ALTER TABLE api_key ADD COLUMN last_used_at BIGINT;
ALTER TABLE api_key ADD COLUMN networks TEXT NOT NULL DEFAULT '';

-- Tokens of OAuth 2.0, each got with a key and worth no more than that; only their hashes are kept.
CREATE TABLE access_token (
    hash BYTEA PRIMARY KEY NOT NULL,
    public_part TEXT NOT NULL,
    scope TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_token_expires ON access_token (expires_at);
