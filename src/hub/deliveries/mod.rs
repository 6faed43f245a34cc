//! Deliveries: a dataset's changes are pushed to endpoints of agencies that may read it.
//!
//! A subscription is a position in a feed, nothing more: what is sent is read from the change log each time, as
//! much of it as the receiving application may see at that moment. [`manage`] is what people do with them,
//! [`view`] how they are shown; [`courier`] has those that this hub delivers, [`round`] goes through one of them,
//! [`attempt`] sends one message. Invariant: nothing leaves that the application could not have pulled, and the
//! position moves on only when a message was taken.

mod attempt;
mod courier;
mod keeper;
mod keys;
mod manage;
mod receiver;
mod round;
mod terms;
mod view;

pub use courier::Courier;
pub use manage::{NewSubscription, SubscriptionChange};
pub use view::{LastFailure, SubscriptionView, SubscriptionWithSecret};
