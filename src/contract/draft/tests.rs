//! Drafts of small samples.
