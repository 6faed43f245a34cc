-- A record is found by what it refers to as well: its reference fields stand behind the filters.
ALTER TABLE record ADD COLUMN f9 TEXT;
ALTER TABLE record ADD COLUMN f10 TEXT;
ALTER TABLE record ADD COLUMN f11 TEXT;
ALTER TABLE record ADD COLUMN f12 TEXT;
CREATE INDEX record_f9 ON record (dataset_id, f9, key) WHERE f9 IS NOT NULL;
CREATE INDEX record_f10 ON record (dataset_id, f10, key) WHERE f10 IS NOT NULL;
CREATE INDEX record_f11 ON record (dataset_id, f11, key) WHERE f11 IS NOT NULL;
CREATE INDEX record_f12 ON record (dataset_id, f12, key) WHERE f12 IS NOT NULL;

-- How many references to nothing were stored with the call, where the contract only warns of them.
ALTER TABLE exchange ADD COLUMN unresolved BIGINT NOT NULL DEFAULT 0;

-- What keeps records from being deleted: the references of published contracts that refuse it. The
-- target is named, not numbered, because it may not be there yet. `named` tells whether whoever is
-- refused may learn which dataset refers.
CREATE TABLE reference (
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    field TEXT NOT NULL,
    target_opd TEXT NOT NULL,
    target_name TEXT NOT NULL,
    target_major INTEGER NOT NULL,
    named BOOLEAN NOT NULL,
    PRIMARY KEY (dataset_id, field, target_opd, target_name, target_major)
);
CREATE INDEX reference_target ON reference (target_opd, target_name, target_major);
