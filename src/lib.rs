//! Mahakam: a data-exchange hub for public administration.

pub mod access;
pub mod audit;
pub mod config;
pub mod contract;
pub mod error;
pub mod hub;
pub mod record;
pub mod store;
pub mod types;
