//! Searching the log.
