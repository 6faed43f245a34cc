-- Reports: their figures as they were computed, which never change, and who drafted, checked and signed them (as
-- JSON). What a report is about is the integration's number, or a month with the agency (`2026-03/bkd`).
CREATE TABLE report (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    integration_id BIGINT REFERENCES integration (id),
    -- The agency that a monthly report is about; none for the province.
    opd TEXT,
    figures TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    drafted TEXT NOT NULL,
    checked TEXT,
    signed TEXT,
    UNIQUE (kind, subject, version)
);
CREATE INDEX report_integration ON report (integration_id) WHERE integration_id IS NOT NULL;
