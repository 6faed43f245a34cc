-- A change knows the change before it of the same key: the history of a record is a chain.
ALTER TABLE change ADD COLUMN prev BIGINT;
UPDATE change SET prev = chain.prev FROM (
    SELECT dataset_id, seq, lag(seq) OVER (PARTITION BY dataset_id, key ORDER BY seq) AS prev FROM change
) AS chain
WHERE chain.dataset_id = change.dataset_id AND chain.seq = change.seq;

-- What a record may be filtered and sorted by: the fields that dataset_head.filters names, as
-- texts that sort like the values. A slot that no filter uses is NULL and in no index.
ALTER TABLE record ADD COLUMN f1 TEXT COLLATE "C";
ALTER TABLE record ADD COLUMN f2 TEXT COLLATE "C";
ALTER TABLE record ADD COLUMN f3 TEXT COLLATE "C";
ALTER TABLE record ADD COLUMN f4 TEXT COLLATE "C";
ALTER TABLE record ADD COLUMN f5 TEXT COLLATE "C";
ALTER TABLE record ADD COLUMN f6 TEXT COLLATE "C";
ALTER TABLE record ADD COLUMN f7 TEXT COLLATE "C";
ALTER TABLE record ADD COLUMN f8 TEXT COLLATE "C";
CREATE INDEX record_f1 ON record (dataset_id, f1, key) WHERE f1 IS NOT NULL;
CREATE INDEX record_f2 ON record (dataset_id, f2, key) WHERE f2 IS NOT NULL;
CREATE INDEX record_f3 ON record (dataset_id, f3, key) WHERE f3 IS NOT NULL;
CREATE INDEX record_f4 ON record (dataset_id, f4, key) WHERE f4 IS NOT NULL;
CREATE INDEX record_f5 ON record (dataset_id, f5, key) WHERE f5 IS NOT NULL;
CREATE INDEX record_f6 ON record (dataset_id, f6, key) WHERE f6 IS NOT NULL;
CREATE INDEX record_f7 ON record (dataset_id, f7, key) WHERE f7 IS NOT NULL;
CREATE INDEX record_f8 ON record (dataset_id, f8, key) WHERE f8 IS NOT NULL;

-- The filters that the slots hold, how many of them every record has, and where the work on the
-- others stands: the last key done, NULL when nothing is left to do.
ALTER TABLE dataset_head ADD COLUMN filters TEXT NOT NULL DEFAULT '[]';
ALTER TABLE dataset_head ADD COLUMN ready INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dataset_head ADD COLUMN backfilled TEXT COLLATE "C";
-- The number of the newest rejection, and the bytes of all rejections ever kept.
ALTER TABLE dataset_head ADD COLUMN rejections BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dataset_head ADD COLUMN rejected_bytes BIGINT NOT NULL DEFAULT 0;

-- Payloads that were refused, kept to be repaired. `upto` is the dataset's rejected bytes up to
-- and with this one.
CREATE TABLE rejection (
    dataset_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    exchange_id BYTEA NOT NULL,
    opd TEXT,
    application_id BIGINT,
    contract_id BIGINT NOT NULL,
    line BIGINT,
    key TEXT,
    body BYTEA,
    reason TEXT NOT NULL,
    upto BIGINT NOT NULL,
    repaired_at BIGINT,
    repaired_seq BIGINT,
    PRIMARY KEY (dataset_id, number)
);

-- Keys by which a repeated request is told (Idempotency-Key); without a status it still runs.
CREATE TABLE idempotency (
    application_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    at BIGINT NOT NULL,
    status INTEGER,
    headers TEXT,
    body BYTEA,
    PRIMARY KEY (application_id, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
