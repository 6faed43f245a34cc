//! [`Scope`]: what of an application's rights a token carries, such as `bkd/pegawai/v1:pull`.

use std::fmt;
use std::str::FromStr;

use crate::types::{DatasetId, Right};

/// How many rights a scope names at most.
const MAX: usize = 100;

/// See the module. Rights that a scope does not name can't be used with its token (RFC 6749, section 3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(Vec<(DatasetId, Right)>);

impl Scope {
    /// Whether it names this right.
    pub fn names(&self, dataset: &DatasetId, right: Right) -> bool {
        self.0.iter().any(|(named, of)| *of == right && named == dataset)
    }

    /// All that it names.
    pub fn rights(&self) -> &[(DatasetId, Right)] {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named: Option<Vec<_>> = text.split(' ').map(one).collect();
        let named = named.filter(|named| named.len() <= MAX).ok_or(())?;
        Ok(Scope(named))
    }
}

fn one(text: &str) -> Option<(DatasetId, Right)> {
    let (dataset, right) = text.rsplit_once(':')?;
    let right = [Right::Push, Right::Pull, Right::Live]
        .into_iter()
        .find(|one| one.as_str() == right)?;
    Some((dataset.parse().ok()?, right))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (dataset, right)) in self.0.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{dataset}:{}", right.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_names_rights_to_datasets_and_nothing_else_is_one() {
        let text = "bkd/pegawai/v1:pull dinkes/faskes/v2:push";
        let scope: Scope = text.parse().unwrap();
        assert_eq!(scope.to_string(), text);
        let pegawai = "bkd/pegawai/v1".parse().unwrap();
        assert!(scope.names(&pegawai, Right::Pull) && !scope.names(&pegawai, Right::Push));
        for wrong in [
            "",
            " ",
            "bkd/pegawai/v1",
            "bkd/pegawai/v1:read",
            "bkd/pegawai:pull",
            "a  b",
        ] {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong}");
        }
    }
}
