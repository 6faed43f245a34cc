-- Integrations: runs of the procedure. The moves are the truth; what stands beside them in `integration` and
-- `integration_holder` is worked out from them, so that the register and a person's tasks are found at once.
-- Days are written as 2026-03-20.
CREATE TABLE integration (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- The number in the register: counted up within the year, without gaps.
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    variant TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- The integration from which this one goes on.
    predecessor_id BIGINT REFERENCES integration (id),
    received_on TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decree_number TEXT,
    decree_on TEXT,
    decree_title TEXT,
    -- How many moves were made, and what they come to.
    moves INTEGER NOT NULL,
    state TEXT NOT NULL,
    step INTEGER NOT NULL,
    round INTEGER NOT NULL,
    entered_on TEXT NOT NULL,
    -- By when the step should end; none while the clocks stand, or when it is over.
    due TEXT,
    UNIQUE (year, number)
);
CREATE INDEX integration_state ON integration (state, year, number);
CREATE INDEX integration_due ON integration (due) WHERE due IS NOT NULL;
CREATE INDEX integration_predecessor ON integration (predecessor_id);

-- The last number of each year.
CREATE TABLE integration_year (
    year INTEGER PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL
);
WITH RECURSIVE years (year) AS (SELECT 2000 UNION ALL SELECT year + 1 FROM years WHERE year < 2199)
INSERT INTO integration_year SELECT year, 0 FROM years;

-- Agencies that take part, as what.
CREATE TABLE integration_party (
    integration_id BIGINT NOT NULL REFERENCES integration (id),
    opd_id BIGINT NOT NULL REFERENCES opd (id),
    side TEXT NOT NULL,
    PRIMARY KEY (integration_id, opd_id, side)
);
CREATE INDEX integration_party_opd ON integration_party (opd_id, integration_id);

-- Contracts that it is about: the major, and once it is agreed the version and its digest.
CREATE TABLE integration_contract (
    integration_id BIGINT NOT NULL REFERENCES integration (id),
    dataset TEXT NOT NULL,
    version TEXT,
    contract_digest TEXT,
    PRIMARY KEY (integration_id, dataset)
);
CREATE INDEX integration_contract_dataset ON integration_contract (dataset);

-- People responsible, in the order in which they were named.
CREATE TABLE integration_person (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    integration_id BIGINT NOT NULL REFERENCES integration (id),
    opd_id BIGINT REFERENCES opd (id),
    name TEXT NOT NULL,
    nip TEXT,
    office TEXT,
    duty TEXT NOT NULL,
    contact TEXT
);
CREATE INDEX integration_person_integration ON integration_person (integration_id);

-- What was done, in order; a row is never changed.
CREATE TABLE integration_move (
    integration_id BIGINT NOT NULL REFERENCES integration (id),
    seq INTEGER NOT NULL,
    act TEXT NOT NULL,
    step INTEGER NOT NULL,
    round INTEGER NOT NULL,
    post TEXT,
    opd TEXT,
    outcome TEXT,
    happened_on TEXT NOT NULL,
    counted_on TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    person TEXT,
    -- For whom: `superior` for a subordinate, `behalf` for an agency without an account.
    acting TEXT,
    reason TEXT,
    letter TEXT,
    -- `stays`, `repair`, `closes`, or the number of the step to which it led.
    lead TEXT NOT NULL,
    -- What it was tied to: the contracts with their digests, as JSON.
    evidence TEXT,
    PRIMARY KEY (integration_id, seq)
);

-- Who has the file now.
CREATE TABLE integration_holder (
    integration_id BIGINT NOT NULL REFERENCES integration (id),
    post TEXT NOT NULL,
    -- Empty where the post is no agency's.
    opd TEXT NOT NULL,
    PRIMARY KEY (post, opd, integration_id)
);
CREATE INDEX integration_holder_integration ON integration_holder (integration_id);

-- What those who have a file are told, once each.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    integration_id BIGINT NOT NULL REFERENCES integration (id),
    -- `turn`, `due-soon` or `overdue`.
    kind TEXT NOT NULL,
    -- After which move it was made, so that it is made once.
    after_move INTEGER NOT NULL,
    step INTEGER NOT NULL,
    round INTEGER NOT NULL,
    post TEXT NOT NULL,
    opd TEXT NOT NULL,
    due TEXT,
    made_at BIGINT NOT NULL,
    UNIQUE (integration_id, after_move, kind, post, opd)
);
CREATE INDEX notice_addressee ON notice (post, opd, id);

-- What came of unit tests, with their reports as JSON.
CREATE TABLE unit_test (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dataset TEXT NOT NULL,
    version TEXT NOT NULL,
    contract_digest TEXT NOT NULL,
    passed BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    report TEXT NOT NULL
);
CREATE INDEX unit_test_dataset ON unit_test (dataset, version, at);

CREATE TABLE notice_read (
    notice_id BIGINT NOT NULL REFERENCES notice (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    read_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, notice_id)
);
