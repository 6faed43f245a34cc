DROP TABLE contract_move;
DROP INDEX dataset_sandbox;
ALTER TABLE dataset DROP COLUMN replaced_at;
ALTER TABLE dataset DROP COLUMN sandbox_of;
ALTER TABLE dataset DROP COLUMN retired_at;
ALTER TABLE dataset DROP COLUMN successor;
ALTER TABLE dataset DROP COLUMN sunset_at;
ALTER TABLE dataset DROP COLUMN deprecated_at;
ALTER TABLE contract DROP COLUMN agreed_at;
