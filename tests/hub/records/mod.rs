//! `/records` and `/validate`.

mod bodies;
mod bulk;
mod delete;
mod dense;
mod filters;
mod get;
mod history;
mod idempotency;
mod keys;
mod lines;
mod list;
mod national;
mod patch;
mod preconditions;
mod push;
mod put;
mod resumed;
mod snapshot;
mod transactions;
mod validate;
mod violations;
