-- What is read from agencies' systems by schedule. `holder` and `held_until` say which hub runs it, and for how
-- long its word holds; `next_at` and `wanted_at` say that it is due.
CREATE TABLE pull (
    id INTEGER PRIMARY KEY NOT NULL,
    opd_id BIGINT NOT NULL REFERENCES opd (id),
    dataset TEXT NOT NULL,
    settings TEXT NOT NULL,
    revision BIGINT NOT NULL,
    paused BOOLEAN NOT NULL DEFAULT FALSE,
    next_at BIGINT,
    wanted_at BIGINT,
    bookmark TEXT,
    holder TEXT,
    held_until BIGINT,
    created_at BIGINT NOT NULL,
    last_success_at BIGINT,
    last_failure_at BIGINT,
    last_failure TEXT
);
CREATE INDEX pull_next ON pull (next_at);
CREATE INDEX pull_wanted ON pull (wanted_at);

-- Its runs. `position` says which page comes next, for whoever goes on with it.
CREATE TABLE pull_run (
    id INTEGER PRIMARY KEY NOT NULL,
    pull_id BIGINT NOT NULL REFERENCES pull (id),
    revision BIGINT NOT NULL,
    cause TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    progress_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    reason TEXT,
    pages BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    received BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL DEFAULT 0,
    updated BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    deleted BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    bookmark_before TEXT,
    bookmark_after TEXT,
    position TEXT,
    exchange_id BLOB
);
CREATE INDEX pull_run_pull ON pull_run (pull_id, id);
