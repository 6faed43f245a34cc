-- Reports that are being drafted, each with how far the hub is with it. Their figures are not kept here.
CREATE TABLE report_run (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES person (id),
    -- What it is about, such as an integration's number.
    subject TEXT NOT NULL,
    -- What was typed into the form, as forms are sent.
    typed TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    -- When the hub that drafts it last said how far it is.
    progress_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- Why it did not go to its end, as JSON in both languages.
    reason TEXT,
    -- How many records are counted, and how many were.
    total BIGINT NOT NULL,
    counted BIGINT NOT NULL DEFAULT 0,
    -- The draft that came of it.
    report_id BIGINT REFERENCES report (id)
);
CREATE INDEX report_run_person ON report_run (person_id, id);
CREATE INDEX report_run_begun ON report_run (begun_at);
