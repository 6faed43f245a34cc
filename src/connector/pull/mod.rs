//! Scheduled pulls: the rules of how a dataset is read from an agency's own system, page by page.
//!
//! When (`schedule`), what is asked for (`settings`, `paging`, `link`, `bookmark`), what came (`page`), and how
//! it becomes records of the contract (`mapping`). Not here: asking, storing, who runs. Invariant: nothing here
//! does I/O or looks at a clock, and whatever a system answers, a run ends.

mod bookmark;
mod frames;
mod link;
mod mapping;
mod page;
mod paging;
mod schedule;
mod settings;
mod trouble;

pub use bookmark::Bookmark;
pub use frames::{FrameKind, Frames};
pub use mapping::{MAX_MAPPING_BYTES, Mapped, Mapping, MappingFault};
pub use page::{Charset, Items, Page};
pub use paging::{Ask, Position, Seen, next};
pub use schedule::{Schedule, ScheduleFault};
pub use settings::{BookmarkRule, Fault, Form, Kind, Paging, PullSettings};
pub use trouble::Trouble;
