//! Deliveries: a dataset's changes are pushed to endpoints of agencies that may read it.
//!
//! A subscription is a position in a feed, nothing more: what is sent is read from the change log each time, as
//! much of it as the receiving application may see at that moment. [`manage`] is what people do with them,
//! [`view`] how they are shown. Invariant: nothing leaves that the application could not have pulled.

mod keys;
mod manage;
mod view;

pub use manage::{NewSubscription, SubscriptionChange};
pub use view::{LastFailure, SubscriptionView, SubscriptionWithSecret};
