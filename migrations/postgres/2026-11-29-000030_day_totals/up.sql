-- What the exchanges about each published dataset come to, by days of the office (written as 2026-03-20). Rows only
-- grow: what the log forgets stays counted here. Beside the rows of each dataset there are those of dataset 0: of all that
-- an agency owns (the agency as opd), and of all there is (opd empty).
CREATE TABLE day_total (
    day TEXT NOT NULL,
    dataset_id BIGINT NOT NULL,
    -- Who called; empty where nobody said so.
    opd TEXT NOT NULL,
    action TEXT NOT NULL,
    -- `ok`, `refused` or `failed`.
    outcome TEXT NOT NULL,
    calls BIGINT NOT NULL,
    records BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    changes BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    -- The last of these calls, and the last of them with records (0 where there is none), in milliseconds since the epoch.
    last_at BIGINT NOT NULL,
    filled_at BIGINT NOT NULL,
    PRIMARY KEY (day, dataset_id, opd, action, outcome)
);
CREATE INDEX day_total_dataset ON day_total (dataset_id, opd, day);
CREATE INDEX day_total_opd ON day_total (opd, day);

-- When calls of a kind last went well: those that send, by the last that brought records.
CREATE TABLE last_exchange (
    dataset_id BIGINT NOT NULL,
    opd TEXT NOT NULL,
    action TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, opd, action)
);

-- How far the days are summed: when a hub last took its turn, up to when the log is summed, and the last day that
-- is summed for good.
CREATE TABLE day_sum (
    id INTEGER PRIMARY KEY NOT NULL,
    taken_at BIGINT NOT NULL,
    summed_at BIGINT NOT NULL,
    closed TEXT
);
INSERT INTO day_sum (id, taken_at, summed_at) VALUES (1, 0, 0);

-- Why payloads were refused, day by day: the rule, the field, and what that says in each language; and up to which
-- number the rejections of a dataset are counted.
CREATE TABLE reason_total (
    dataset_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    rule TEXT NOT NULL,
    field TEXT NOT NULL,
    text_id TEXT NOT NULL,
    text_en TEXT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, day, rule, field)
);
CREATE INDEX reason_total_day ON reason_total (day);
CREATE TABLE reason_mark (
    dataset_id BIGINT PRIMARY KEY NOT NULL,
    number BIGINT NOT NULL
);

-- What the records of a dataset hold, counted in the background: of which change on, when, how many records there
-- are, and the rest as JSON.
CREATE TABLE dataset_profile (
    dataset_id BIGINT PRIMARY KEY NOT NULL,
    seq BIGINT NOT NULL,
    as_of BIGINT NOT NULL,
    records BIGINT NOT NULL,
    profile TEXT NOT NULL
);

-- By how many records a part of the data grew or shrank on a day: a dataset (`bkd/pegawai/v1`), all that an agency owns
-- (`bkd`), or everything (empty).
CREATE TABLE day_growth (
    part TEXT NOT NULL,
    day TEXT NOT NULL,
    records BIGINT NOT NULL,
    PRIMARY KEY (part, day)
);
