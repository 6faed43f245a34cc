-- Spreadsheets that people sent, each with how far the hub is with it. What stands in them is not kept here.
CREATE TABLE sheet_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    dataset TEXT NOT NULL,
    -- What the file was called.
    name TEXT NOT NULL,
    -- Its entry in the log, by which its refused rows are found.
    exchange_id BLOB NOT NULL,
    begun_at BIGINT NOT NULL,
    -- When the hub that takes it in last said how far it is.
    progress_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- Why it did not go to its end, as JSON in both languages.
    reason TEXT,
    total BIGINT NOT NULL,
    taken BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL DEFAULT 0,
    updated BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    rejected BIGINT NOT NULL DEFAULT 0,
    repaired BIGINT NOT NULL DEFAULT 0,
    -- Corrections that were refused again, the first of them, as JSON.
    uncorrected TEXT
);
CREATE INDEX sheet_run_person ON sheet_run (person_id, id);
CREATE INDEX sheet_run_begun ON sheet_run (begun_at);
