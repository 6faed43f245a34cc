-- When a version was agreed; its signatures stand in its document.
ALTER TABLE contract ADD COLUMN agreed_at BIGINT;

-- A major is deprecated and retired as a whole. Times are milliseconds since the epoch.
ALTER TABLE dataset ADD COLUMN deprecated_at BIGINT;
ALTER TABLE dataset ADD COLUMN sunset_at BIGINT;
ALTER TABLE dataset ADD COLUMN successor TEXT;
ALTER TABLE dataset ADD COLUMN retired_at BIGINT;

-- A sandbox is a dataset beside the real one, with a feed of its own. Its name carries that feed, so
-- that a reset makes a new row; the old one is emptied when there is time.
ALTER TABLE dataset ADD COLUMN sandbox_of BIGINT REFERENCES dataset (id);
ALTER TABLE dataset ADD COLUMN replaced_at BIGINT;
CREATE INDEX dataset_sandbox ON dataset (sandbox_of) WHERE sandbox_of IS NOT NULL;

-- Each move in the life of a contract version.
CREATE TABLE contract_move (
    id INTEGER PRIMARY KEY NOT NULL,
    contract_id BIGINT NOT NULL REFERENCES contract (id),
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    reason TEXT,
    details TEXT NOT NULL
);
CREATE INDEX contract_move_contract ON contract_move (contract_id, id);
