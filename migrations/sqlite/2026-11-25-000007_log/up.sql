-- What an exchange tells beside what it told before: the number of the dataset, the person who asked, the
-- trace that the caller named, the address of somebody unknown, how many calls the row stands for, and
-- what was read where that is about persons, as JSON.
ALTER TABLE exchange ADD COLUMN dataset_id BIGINT;
ALTER TABLE exchange ADD COLUMN person_id BIGINT;
ALTER TABLE exchange ADD COLUMN traceparent TEXT;
ALTER TABLE exchange ADD COLUMN address TEXT;
ALTER TABLE exchange ADD COLUMN times BIGINT NOT NULL DEFAULT 1;
ALTER TABLE exchange ADD COLUMN reading TEXT;
-- The changes that were written with it: the number of the first, and how many there are.
ALTER TABLE exchange ADD COLUMN first_seq BIGINT;
ALTER TABLE exchange ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
-- Where the row's salted hash stands: in which link of which chain, at which place.
ALTER TABLE exchange ADD COLUMN chain_id BIGINT;
ALTER TABLE exchange ADD COLUMN link BIGINT;
ALTER TABLE exchange ADD COLUMN place INTEGER;
ALTER TABLE exchange ADD COLUMN salt BLOB;

-- Searches walk one of these, newest first: an id begins with its time. A request's id that the hub made is
-- the exchange's own id and stands here as an empty text.
CREATE INDEX exchange_dataset ON exchange (dataset, id);
CREATE INDEX exchange_application ON exchange (application_id, id) WHERE application_id IS NOT NULL;
CREATE INDEX exchange_opd ON exchange (opd, id) WHERE opd IS NOT NULL AND application_id IS NULL;
CREATE INDEX exchange_person ON exchange (person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX exchange_request ON exchange (request_id, id) WHERE request_id <> '';
CREATE INDEX exchange_outcome ON exchange (outcome, id) WHERE outcome <> 'ok';
CREATE INDEX exchange_action ON exchange (action, id) WHERE action NOT IN ('push', 'pull', 'changes');
CREATE INDEX exchange_reading ON exchange (id, part) WHERE reading IS NOT NULL;

-- What came of an action of management, and where its row's hash stands.
ALTER TABLE audit ADD COLUMN outcome TEXT NOT NULL DEFAULT 'ok';
ALTER TABLE audit ADD COLUMN request_id TEXT;
ALTER TABLE audit ADD COLUMN chain_id BIGINT;
ALTER TABLE audit ADD COLUMN link BIGINT;
ALTER TABLE audit ADD COLUMN place INTEGER;
ALTER TABLE audit ADD COLUMN salt BLOB;
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_target ON audit (target, id);

-- Which person a payload is about, as a keyed hash, where the contract says so; it outlives an erasure.
ALTER TABLE change ADD COLUMN subject BLOB;
CREATE INDEX change_subject ON change (subject, dataset_id, seq) WHERE subject IS NOT NULL;

-- Chains of hashes over the rows of the log: one for each writer of exchanges, and one for management. A link
-- holds the salted hashes of the rows of one transaction. `base` is the last link that was cut off when all of
-- its rows and all before had expired, `until` the moment before which they had come.
CREATE TABLE chain (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    base BIGINT NOT NULL,
    base_hash BLOB NOT NULL,
    until BIGINT NOT NULL,
    signature BLOB NOT NULL
);

CREATE TABLE chain_link (
    chain_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    hashes BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (chain_id, number)
) WITHOUT ROWID;

-- Which places of a link are empty because their rows expired.
CREATE TABLE chain_gap (
    chain_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    places BLOB NOT NULL,
    until BIGINT NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (chain_id, number)
) WITHOUT ROWID;

-- Signed statements of where the chains stood.
CREATE TABLE checkpoint (
    number BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    signature BLOB NOT NULL
);

-- Rows from before there were chains.
INSERT INTO setting (name, value) VALUES ('unchained_exchanges', (SELECT CAST(CAST(count(*) AS TEXT) AS BLOB) FROM exchange));
INSERT INTO setting (name, value) VALUES ('unchained_audit', (SELECT CAST(CAST(count(*) AS TEXT) AS BLOB) FROM audit));
