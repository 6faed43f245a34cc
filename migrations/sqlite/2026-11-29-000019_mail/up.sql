-- Notices by mail: whose address is which, and what is to be sent to it.
CREATE TABLE mail_address (
    person_id BIGINT PRIMARY KEY NOT NULL REFERENCES person (id),
    address TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

CREATE TABLE mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    notice_id BIGINT NOT NULL REFERENCES notice (id),
    address TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it is sent or tried again; none when it was sent or given up.
    next_at BIGINT,
    sent_at BIGINT,
    -- What the mail server said last.
    failure TEXT,
    UNIQUE (notice_id, address)
);
CREATE INDEX mail_next ON mail (next_at) WHERE next_at IS NOT NULL;

-- When it was seen to that a notice is mailed; those of before are not.
ALTER TABLE notice ADD COLUMN mailed_at BIGINT;
UPDATE notice SET mailed_at = made_at;
CREATE INDEX notice_unmailed ON notice (id) WHERE mailed_at IS NULL;
