-- Signing keys and credentials of other systems, each encrypted with its name as associated data under
-- a master key that is not in the database.
CREATE TABLE secret (
    name TEXT PRIMARY KEY NOT NULL,
    key_id TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    at BIGINT NOT NULL
);
