-- Files that belong to integrations, byte for byte. A new file of the same kind, step and round is the next
-- version; nothing is ever deleted. `place` says where the paper lies. Attachments of a letter belong to it, and once it
-- belongs to an integration to that as well.
CREATE TABLE document (
    id INTEGER PRIMARY KEY NOT NULL,
    integration_id BIGINT REFERENCES integration (id),
    step INTEGER,
    round INTEGER,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 BLOB NOT NULL,
    place TEXT,
    note TEXT,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    letter_id BIGINT REFERENCES letter (id)
);
CREATE INDEX document_integration ON document (integration_id);
CREATE UNIQUE INDEX document_version ON document (integration_id, kind, COALESCE(step, 0), COALESCE(round, 0), version)
    WHERE letter_id IS NULL;
CREATE UNIQUE INDEX document_of_letter ON document (letter_id, kind, version) WHERE letter_id IS NOT NULL;

-- What is in them, in pieces, so that nobody holds a whole file in memory.
CREATE TABLE document_chunk (
    document_id BIGINT NOT NULL REFERENCES document (id),
    number INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (document_id, number)
);
