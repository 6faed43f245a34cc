-- The register of incoming letters. A letter keeps the number that its sender gave it; `agenda_number` is the one
-- of the office that took it in. Days are written as days.
CREATE TABLE letter (
    id INTEGER PRIMARY KEY NOT NULL,
    number TEXT NOT NULL,
    dated TEXT NOT NULL,
    subject TEXT NOT NULL,
    nature TEXT,
    origin TEXT NOT NULL,
    agenda_number TEXT,
    received_on TEXT NOT NULL,
    integration_id BIGINT REFERENCES integration (id),
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX letter_once ON letter (origin, number, dated);
CREATE INDEX letter_integration ON letter (integration_id);

-- What was said about what is to be done with a letter.
CREATE TABLE disposition (
    id INTEGER PRIMARY KEY NOT NULL,
    letter_id BIGINT NOT NULL REFERENCES letter (id),
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    dated TEXT NOT NULL,
    instruction TEXT NOT NULL,
    due TEXT,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE INDEX disposition_letter ON disposition (letter_id);
