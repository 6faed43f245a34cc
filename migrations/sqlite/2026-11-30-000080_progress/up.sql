-- Who works at a request that is being answered (the id of their exchange); how far one came that is stored part by part:
-- its last line and the counts until there, as JSON, and the SHA-256 over those lines.
ALTER TABLE idempotency ADD COLUMN holder BLOB;
ALTER TABLE idempotency ADD COLUMN progress TEXT;
ALTER TABLE idempotency ADD COLUMN progress_sha256 BLOB;
