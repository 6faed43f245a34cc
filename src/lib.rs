//! Mahakam: a data-exchange hub for public administration.
//!
//! The map of the rooms, highest first; imports go strictly downward:
//!
//! | rank | rooms | what lives there |
//! |---|---|---|
//! | 5 | [`cli`], [`telemetry`] | the commands; what the process says of itself |
//! | 4 | [`http`], [`jobs`] | the two doors: requests, and time |
//! | 3 | [`hub`] | use cases, one file per noun |
//! | 2 | [`store`], [`outbound`] | the only room that knows the database; the only one that calls other systems |
//! | 1 | [`contract`], [`record`], [`connector`], [`integration`], [`access`], [`audit`], [`report`] | rules and shapes without I/O, async or clock |
//! | 0 | [`types`], [`error`], [`config`] | words that everybody uses |
//!
//! A test (`tests/hub/architecture.rs`) holds the source to this table.

pub mod access;
pub mod audit;
pub mod cli;
pub mod config;
pub mod connector;
pub mod contract;
pub mod error;
pub mod http;
pub mod hub;
pub mod integration;
pub mod jobs;
pub mod outbound;
pub mod record;
pub mod report;
pub mod store;
pub mod telemetry;
pub mod types;
