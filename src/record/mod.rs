//! Records: how a payload is judged, which change it makes, where it is found again, and how it
//! is laid out as a row of a table.
//!
//! Not here: storing and sending. Invariant: what a write does to a dataset is decided by
//! [`Ledger`] alone, whatever the database.

mod claim;
mod correction;
mod counts;
pub mod csv;
mod cursor;
mod difference;
mod entry;
mod etag;
mod fields;
mod filter;
mod found;
mod found_by;
mod judge;
mod ledger;
mod lenient;
mod mask;
mod merge;
mod periods;
mod references;
mod rejection;
mod scan;
mod share;
pub mod sheet;
mod slots;
mod split;
mod table;

pub use claim::{Answer, Claim, Claimed, KEPT, LEASE, PartOf, Progress};
pub use correction::correct;
pub use counts::Counts;
pub use cursor::{Cursor, CursorKey, Place};
pub use difference::{Difference, Leaf, differences, leaves};
pub use entry::{Entry, Payload};
pub use etag::{EntityTag, Match, Precondition, parse_match};
pub use fields::asked_fields;
pub use filter::{Condition, Edge, Filter, FilterField, Filterable, Range, Selection, Sort, is_granted};
pub use found::{Found, found};
pub use found_by::{FoundBy, Mark, Marks, common_fields};
pub use judge::{Judge, check, judge, judge_line, key_of, subject_of};
pub use ledger::{ChangeRow, Ledger, Outcome, RecordRow, Refusal, Rows, Settled, Standing, Submission};
pub use mask::Mask;
pub use merge::merge_patch;
pub use periods::{KnownPeriods, Period, Periods, Version as PeriodVersion, day_of};
pub use references::{Evidence, Link, Referral, Referrer, Referrers, Target, referrals_of};
pub use rejection::Rejection;
pub use scan::Damaged;
pub use share::{NoShare, Share};
pub use slots::{Slots, prefix_slot, slot_of, slots_of};
pub use split::{Line, Split, Splitter, Syntax};
pub use table::{Cell, Layout, Misfit, Survey};
