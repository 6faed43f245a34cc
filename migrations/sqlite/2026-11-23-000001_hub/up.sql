-- Agencies and their applications.
CREATE TABLE opd (
    id INTEGER PRIMARY KEY NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE application (
    id INTEGER PRIMARY KEY NOT NULL,
    opd_id BIGINT NOT NULL REFERENCES opd (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (opd_id, name)
);

CREATE TABLE api_key (
    id INTEGER PRIMARY KEY NOT NULL,
    application_id BIGINT NOT NULL REFERENCES application (id),
    public_part TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX api_key_application ON api_key (application_id);

-- One dataset per contract major; its head numbers the feed.
CREATE TABLE dataset (
    id INTEGER PRIMARY KEY NOT NULL,
    opd TEXT NOT NULL,
    name TEXT NOT NULL,
    major INTEGER NOT NULL,
    feed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (opd, name, major)
);

CREATE TABLE dataset_head (
    dataset_id BIGINT PRIMARY KEY NOT NULL REFERENCES dataset (id),
    seq BIGINT NOT NULL
);

CREATE TABLE contract (
    id INTEGER PRIMARY KEY NOT NULL,
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    minor INTEGER NOT NULL,
    patch INTEGER NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    UNIQUE (dataset_id, minor, patch)
);

-- The change log is the truth; record points into it.
CREATE TABLE change (
    dataset_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    key TEXT NOT NULL,
    deleted BOOLEAN NOT NULL,
    payload TEXT,
    payload_sha256 BLOB,
    contract_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    exchange_id BLOB NOT NULL,
    PRIMARY KEY (dataset_id, seq)
);

CREATE TABLE record (
    dataset_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    digest BLOB NOT NULL,
    deleted BOOLEAN NOT NULL,
    PRIMARY KEY (dataset_id, key)
) WITHOUT ROWID;

-- One row per logged call and transaction; a streamed bulk has several parts.
CREATE TABLE exchange (
    id BLOB NOT NULL,
    part INTEGER NOT NULL,
    at BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    action TEXT NOT NULL,
    dataset TEXT,
    opd TEXT,
    application_id BIGINT,
    outcome TEXT NOT NULL,
    records BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    batch_sha256 BLOB,
    request_id TEXT NOT NULL,
    PRIMARY KEY (id, part)
) WITHOUT ROWID;

-- What was changed by whoever manages the hub.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT
);

-- Raised by every change that running hubs must notice.
CREATE TABLE revision (
    id INTEGER PRIMARY KEY NOT NULL,
    value BIGINT NOT NULL
);
INSERT INTO revision (id, value) VALUES (1, 1);

CREATE TABLE setting (
    name TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
);
INSERT INTO setting (name, value) VALUES ('cursor_key', randomblob(32));
