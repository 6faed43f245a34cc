//! Identities of agencies and datasets: [`OpdCode`], [`DatasetName`], [`DatasetId`], [`Version`].
//!
//! Not here: what a dataset contains (that is its contract). Invariant: a value of these types is
//! always well formed, so it may be put into a URL or a log line as it is.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest code or dataset name, in bytes.
const MAX_NAME: usize = 63;

/// Most digits of a part of a version.
const MAX_VERSION_DIGITS: usize = 6;

/// What one contract major describes, written `bkd/pegawai/v1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatasetId {
    /// The agency that owns the dataset.
    pub opd: OpdCode,
    /// The dataset's name within its owner.
    pub name: DatasetName,
    /// The contract's major version, from 1.
    pub major: u32,
}

/// Whether a dataset is used for real or for trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// For real.
    Production,
    /// For trying: records and a feed of its own, and the newest version that was agreed.
    Sandbox,
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/v{}", self.opd, self.name, self.major)
    }
}

impl FromStr for DatasetId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('/');
        let (Some(opd), Some(name), Some(major), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(format!("'{text}' is not a dataset; write it like bkd/pegawai/v1"));
        };
        let major = parse_major(major)
            .ok_or_else(|| format!("'{major}' is not a major version; write it like v1"))?;
        Ok(DatasetId {
            opd: opd.parse()?,
            name: name.parse()?,
            major,
        })
    }
}

impl Serialize for DatasetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DatasetId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Reads `v1` as 1; leading zeros (`v01`) and zero are not versions.
fn parse_major(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('v')?;
    if digits.len() > MAX_VERSION_DIGITS
        || digits.starts_with('0')
        || !digits.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    digits.parse().ok()
}

/// Whether `text` is 1 to 63 of `a-z 0-9 _ -`, beginning with a letter or digit.
fn is_name(text: &str) -> bool {
    let begins = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let rest = text
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    begins && rest && text.len() <= MAX_NAME
}

/// Declares a newtype over a checked short name.
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if is_name(text) {
                    Ok($name(text.into()))
                } else {
                    Err(format!(
                        concat!("'{}' is not ", $what, ": use 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or digit"),
                        text.escape_debug()
                    ))
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

name_type!(
    /// The short code of an agency, such as `bkd`.
    OpdCode,
    "a code of an OPD"
);
name_type!(
    /// The name of a dataset within its owner, such as `pegawai`.
    DatasetName,
    "a name of a dataset"
);

/// A semantic version without pre-release parts, `1.0.0` (semver.org 2.0.0, items 2 and 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Breaking changes; one major is one dataset. From 1.
    pub major: u32,
    /// Only widens what is accepted.
    pub minor: u32,
    /// Texts and grants alone.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str| -> Option<u32> {
            let plain = part.bytes().all(|b| b.is_ascii_digit())
                && (part == "0" || !part.starts_with('0'))
                && part.len() <= MAX_VERSION_DIGITS;
            if plain { part.parse().ok() } else { None }
        };
        let mut parts = text.split('.').map(number);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None) if major > 0 => {
                Ok(Version { major, minor, patch })
            }
            _ => Err(format!(
                "'{}' is not a version: write MAJOR.MINOR.PATCH such as 1.0.0, the major from 1",
                text.escape_debug()
            )),
        }
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// How a dataset's records live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Upsert by key, with history.
    Master,
    /// Append only; a key is used once.
    Transaction,
}

/// Where a dataset's answers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// From the hub's own database.
    #[default]
    Stored,
    /// From the agency's own system, at the time of the call.
    Live,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_written_and_read_the_same_way() {
        let id: DatasetId = "bkd/hari_libur/v12".parse().unwrap();
        assert_eq!(
            (id.opd.as_str(), id.name.as_str(), id.major),
            ("bkd", "hari_libur", 12)
        );
        assert_eq!(id.to_string(), "bkd/hari_libur/v12");
        for bad in [
            "bkd/x",
            "bkd/x/1",
            "bkd/x/v0",
            "bkd/x/v01",
            "bkd/x/v1/",
            "Bkd/x/v1",
            "/x/v1",
            "b/x/v99999999999",
        ] {
            assert!(bad.parse::<DatasetId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_version_has_three_plain_numbers() {
        let version: Version = "1.10.0".parse().unwrap();
        assert!(version > "1.9.9".parse().unwrap());
        for bad in ["1.0", "1.0.0-rc1", "01.0.0", "0.1.0", "1.0.0.0", "1..0", "+1.0.0"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
