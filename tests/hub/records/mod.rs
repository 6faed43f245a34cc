//! `/records` and `/validate`.

mod bodies;
mod bulk;
mod delete;
mod get;
mod history;
mod keys;
mod list;
mod preconditions;
mod push;
mod put;
mod transactions;
mod validate;
mod violations;
