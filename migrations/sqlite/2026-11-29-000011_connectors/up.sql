-- How agencies' own systems are reached. The credential is no part of it: it is among the secrets.
CREATE TABLE connector (
    id INTEGER PRIMARY KEY NOT NULL,
    opd_id BIGINT NOT NULL REFERENCES opd (id),
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    revision BIGINT NOT NULL,
    enabled BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL,
    last_success_at BIGINT,
    last_failure_at BIGINT,
    last_failure TEXT,
    UNIQUE (opd_id, name)
);
