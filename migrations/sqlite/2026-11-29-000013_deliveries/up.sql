-- Endpoints to which a dataset's changes are delivered: for which application, through which connector, and how
-- far. What is sent is read from the change log each time; nothing is kept here but positions.
CREATE TABLE subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    application_id BIGINT NOT NULL REFERENCES application (id),
    connector_id BIGINT NOT NULL,
    path TEXT NOT NULL,
    batch INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- Why it is disabled.
    ended TEXT,
    created_at BIGINT NOT NULL,
    -- Rises with each change that somebody makes, so that a hub in the middle of a delivery learns of it.
    version BIGINT NOT NULL DEFAULT 1,
    -- Rises when changes are sent once more on purpose.
    round BIGINT NOT NULL DEFAULT 0,
    -- The last change that was taken, of which feed, and where the message ends that is being sent.
    feed TEXT NOT NULL,
    seq BIGINT NOT NULL,
    upto BIGINT,
    -- Failures in a row, since when, and when it is tried again.
    failures BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    next_at BIGINT,
    succeeded_at BIGINT,
    failed_at BIGINT,
    failure TEXT,
    failure_status INTEGER,
    -- Until when messages are signed with the secret before as well.
    old_secret_until BIGINT,
    -- Which hub delivers, and until when it may.
    holder TEXT,
    held_until BIGINT
);
CREATE INDEX subscription_dataset ON subscription (dataset_id);
CREATE INDEX subscription_application ON subscription (application_id);
