-- People who sign in, what they are and for how long, and their sessions.
CREATE TABLE person (
    id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    nip TEXT,
    grade TEXT,
    office TEXT,
    opd_id BIGINT REFERENCES opd (id),
    active BOOLEAN NOT NULL DEFAULT TRUE,
    password TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Days are written as 2026-03-20; a row is never deleted.
CREATE TABLE assignment (
    id INTEGER PRIMARY KEY NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL,
    capacity TEXT NOT NULL,
    order_number TEXT,
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX assignment_person ON assignment (person_id);

-- Only the SHA-256 of a token is kept.
CREATE TABLE session (
    hash BLOB PRIMARY KEY NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    address TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_seen ON session (seen_at);
