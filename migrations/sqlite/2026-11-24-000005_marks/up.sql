-- Who refers to what is no longer found by indexes on the references, which cost every write too much: a
-- record carries a mark of eight bytes for each thing it refers to, and each mark is known once.
DROP INDEX record_f9;
DROP INDEX record_f10;
DROP INDEX record_f11;
DROP INDEX record_f12;
ALTER TABLE record DROP COLUMN f9;
ALTER TABLE record DROP COLUMN f10;
ALTER TABLE record DROP COLUMN f11;
ALTER TABLE record DROP COLUMN f12;
ALTER TABLE record ADD COLUMN marks BLOB;

-- The marks that records of a dataset have or once had, each with a record that had it.
CREATE TABLE referral (
    dataset_id BIGINT NOT NULL,
    mark BIGINT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (dataset_id, mark)
) WITHOUT ROWID;
