-- Data that was agreed and did not come: told once for each miss, and mailed to whoever it is told.
CREATE TABLE overdue_notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    dataset_id BIGINT NOT NULL REFERENCES dataset (id),
    -- Since when it is overdue.
    since BIGINT NOT NULL,
    -- To whom it is mailed; empty for the notice itself.
    address TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it is sent or tried again; none when it was sent or given up.
    next_at BIGINT,
    sent_at BIGINT,
    -- What the mail server said last.
    failure TEXT,
    UNIQUE (dataset_id, since, address)
);
CREATE INDEX overdue_notice_next ON overdue_notice (next_at) WHERE next_at IS NOT NULL;
