//! Words that every room uses: identities, keys, times, documents, texts.
//!
//! Nothing here does I/O and nothing here imports another room. Each type is parsed once, at the
//! edge; inside the house no raw string stands for one of them.

mod dataset;
mod digest;
mod document;
mod feed;
mod key;
mod network;
mod pointer;
mod right;
mod secret;
mod text;
mod time;
mod violation;

pub use dataset::{DatasetId, DatasetName, Environment, Kind, Mode, OpdCode, Version};
pub use digest::{Digest, Digester};
pub use document::{Document, JsonFault, JsonFaultKind, MAX_DEPTH, Place, Places, Reader};
pub use feed::{FeedId, Seq};
pub use key::{KeyFault, MAX_KEY_BYTES, RecordKey};
pub use network::Network;
pub use pointer::Pointer;
pub use right::Right;
pub use secret::{MasterKey, SecretBytes};
pub use text::{Lang, Text};
pub use time::{CLOCKS_APART, Clock, Moment, Timestamp};
pub use violation::{MAX_VIOLATIONS, Violation};
