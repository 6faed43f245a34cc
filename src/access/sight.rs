//! [`Sight`]: what of a dataset's fields somebody is shown, in records and in what describes them.

use jiff::civil::Date;

use super::{Caller, Grants, Verdict, decide};
use crate::types::{Pointer, Right};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    /// The fields that are shown of a record; `None` means all.
    pub fields: Option<Vec<Pointer>>,
    /// Whether records may be written, for which all their fields have to be known.
    pub writes: bool,
}

impl Sight {
    /// What `caller` is shown of a dataset with these `grants` on the day `today`.
    pub fn of(caller: &Caller, grants: &Grants, today: Date) -> Self {
        let fields = match decide(caller, grants, Right::Pull, today) {
            Verdict::Allowed { fields } => fields,
            Verdict::Denied | Verdict::Hidden | Verdict::Anonymous => None,
        };
        let push = decide(caller, grants, Right::Push, today);
        Sight {
            fields,
            writes: matches!(push, Verdict::Allowed { .. }),
        }
    }

    /// The fields that are shown of the schema; `None` means all.
    pub fn of_schema(&self) -> Option<&[Pointer]> {
        self.fields.as_deref().filter(|_| !self.writes)
    }
}
