//! The suite: the real server on a free port, its own database each time, the same tests on SQLite
//! and on PostgreSQL.
//!
//! `MAHAKAM_TEST_DATABASE` chooses `sqlite` (the default) or `postgres`, which needs
//! `MAHAKAM_TEST_POSTGRES_URL`; `tests/run` sets both. The folders mirror `src/http` and `src/jobs`.
//! Every answer that passes through the harness is held to what HTTP.md says of all answers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod access;
mod architecture;
mod authorization;
mod backfill;
mod backups;
mod browser;
mod catalog;
mod chains;
mod cli;
mod compression;
mod concurrency;
mod connectors;
mod contracts;
mod corpora;
mod dashboard;
mod deliveries;
mod doctor;
mod documents;
mod durability;
mod erasure;
mod export;
mod faults;
mod feeds;
mod field_grants;
mod harness;
mod headers;
mod health;
mod hostile;
mod init;
mod integrations;
mod keys;
mod limits;
mod live;
mod load;
mod log;
mod mail_of_notices;
mod mail_secured;
mod outages;
mod overload;
mod pages;
mod papers;
mod people;
mod problems;
mod pulls;
mod records;
mod references;
mod refresh;
mod rejections;
mod reports;
mod samples;
mod secrets;
mod several;
mod statements;
mod tls;
mod undo;
mod upgrades;
