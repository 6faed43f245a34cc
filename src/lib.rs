//! Mahakam: a data-exchange hub for public administration.

pub mod types;
