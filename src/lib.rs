//! Mahakam: a data-exchange hub for public administration.

pub mod contract;
pub mod types;
