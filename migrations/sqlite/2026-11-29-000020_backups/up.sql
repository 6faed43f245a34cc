-- What came of making backups. The files themselves are in a folder of the hub that made them.
CREATE TABLE backup (
    id INTEGER PRIMARY KEY NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    -- `schedule`, or who wanted it.
    cause TEXT NOT NULL,
    file TEXT NOT NULL,
    bytes BIGINT,
    sha256 BLOB,
    -- Whether it was read back whole.
    verified BOOLEAN NOT NULL,
    -- Why there is none, where it failed.
    failure TEXT,
    -- When it was deleted because there were enough newer ones.
    removed_at BIGINT
);
CREATE INDEX backup_begun ON backup (begun_at);

-- Work that one hub of several does: which, and for how long its word holds.
CREATE TABLE lease (
    name TEXT PRIMARY KEY NOT NULL,
    holder TEXT NOT NULL,
    held_until BIGINT NOT NULL
);
INSERT INTO lease (name, holder, held_until) VALUES ('backup', '', 0);
