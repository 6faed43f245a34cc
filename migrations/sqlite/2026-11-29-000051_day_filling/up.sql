-- How far the columns of a dataset were filled at the end of a day on which its records were counted: how many cells, and
-- how many of them hold something.
CREATE TABLE day_filling (
    dataset_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    filled BIGINT NOT NULL,
    cells BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, day)
) WITHOUT ROWID;

-- What was counted before is counted once more, so that datasets that do not change are told of as well.
UPDATE dataset_profile SET seq = -1;
