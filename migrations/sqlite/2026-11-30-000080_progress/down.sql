ALTER TABLE idempotency DROP COLUMN progress_sha256;
ALTER TABLE idempotency DROP COLUMN progress;
ALTER TABLE idempotency DROP COLUMN holder;
