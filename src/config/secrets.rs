//! The master key under which the secrets of the database are encrypted.
//!
//! Not here: what is encrypted, and how. Invariant: a key file that the hub makes is readable by its own
//! user alone, is there whole or not at all, and never replaces another.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::database::DatabaseConfig;
use super::source::Reading;
use crate::types::MasterKey;

/// The file that holds the key when no other is named.
const FILE: &str = "secret.key";
/// Its folder where there is no SQLite database.
const FOLDER: &str = "data";

/// The master key under which the secrets of the database are encrypted.
#[derive(Debug, Clone)]
pub struct SecretsConfig {
    /// `MAHAKAM_SECRET_KEY`, or what `MAHAKAM_SECRET_KEY_FILE` holds.
    pub key: Option<MasterKey>,
    /// `MAHAKAM_SECRET_KEY_OLD`, or what `MAHAKAM_SECRET_KEY_OLD_FILE` holds: a key that still opens, but no
    /// longer encrypts.
    pub old: Option<MasterKey>,
    /// Where the key is, and is made once, when none is set: beside a SQLite database; with PostgreSQL in the
    /// folder where a SQLite database would be.
    pub file: PathBuf,
}

impl SecretsConfig {
    pub(super) fn read(reading: &mut Reading<'_>, database: &DatabaseConfig) -> Self {
        let secrets = SecretsConfig {
            key: key(reading, "MAHAKAM_SECRET_KEY", "MAHAKAM_SECRET_KEY_FILE"),
            old: key(reading, "MAHAKAM_SECRET_KEY_OLD", "MAHAKAM_SECRET_KEY_OLD_FILE"),
            file: database
                .file()
                .map_or_else(|| Path::new(FOLDER).join(FILE), |file| file.with_file_name(FILE)),
        };
        let same = |old: &MasterKey| secrets.key.as_ref().is_some_and(|key| key.id() == old.id());
        if secrets.old.as_ref().is_some_and(same) {
            reading.fault(
                "MAHAKAM_SECRET_KEY_OLD",
                "is the same as MAHAKAM_SECRET_KEY; take it out",
            );
        }
        secrets
    }
}

/// The key that is set by value or by file.
fn key(reading: &mut Reading<'_>, value: &'static str, file: &'static str) -> Option<MasterKey> {
    let fault = "must be 32 bytes in base64; make one with: mahakam secrets generate-key";
    match (reading.text(value), reading.text(file)) {
        (None, None) => None,
        (Some(_), Some(_)) => {
            reading.fault(file, &format!("and {value} are both set; take one out"));
            None
        }
        (Some(text), None) => {
            let key = MasterKey::parse(text);
            if key.is_none() {
                reading.fault(value, fault);
            }
            key
        }
        (None, Some(path)) => match read_key_file(Path::new(path)) {
            Ok(Some(key)) => Some(key),
            Ok(None) => {
                reading.fault(file, "names a file that is not there");
                None
            }
            Err(says) => {
                reading.fault(file, &format!("names a file that {says}"));
                None
            }
        },
    }
}

/// The key that a file holds; `None` when there is no such file.
///
/// # Errors
/// Why it can't be read; never what it holds.
pub fn read_key_file(path: &Path) -> Result<Option<MasterKey>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let user = rustix::process::geteuid().as_raw();
            return Err(format!("can't be read by user {user} ({error})"));
        }
    };
    match MasterKey::parse(&text) {
        Some(key) => Ok(Some(key)),
        None => Err("does not hold 32 bytes in base64".to_owned()),
    }
}

/// Makes a key file, readable by its owner alone; one that is there already stays. Gives the key that is
/// in the file afterwards, and whether it was made now.
///
/// # Errors
/// When the file can't be written, or what is there is no key.
pub fn make_key_file(path: &Path, fresh: &MasterKey) -> Result<(MasterKey, bool), String> {
    let text = |error: std::io::Error| format!("can't be written ({error})");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(text)?;
    // A temporary file has mode 0600 from its beginning.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(text)?;
    file.write_all(fresh.encode().as_bytes()).map_err(text)?;
    file.write_all(b"\n").map_err(text)?;
    file.as_file().sync_all().map_err(text)?;
    let made = match file.persist_noclobber(path) {
        Ok(_) => true,
        // Another hub was faster.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => false,
        Err(error) => return Err(text(error.error)),
    };
    // The name must outlive a power cut, or what is encrypted from now on is lost.
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(text)?;
    let key = read_key_file(path)?.ok_or("vanished while it was read")?;
    Ok((key, made))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Source};

    fn faults(pairs: &[(&str, &str)]) -> String {
        let faults = Config::read(&Source::from_pairs(pairs)).unwrap_err();
        faults.to_string()
    }

    #[test]
    fn where_no_key_is_set_it_is_in_a_file_and_no_setting_shows_one_that_is() {
        let file = |url: &str| {
            let pair = ("MAHAKAM_DATABASE_URL", url);
            Config::read(&Source::from_pairs(&[pair])).unwrap().secrets.file
        };
        assert_eq!(file("sqlite:/srv/hub/hub.db"), Path::new("/srv/hub/secret.key"));
        assert_eq!(file("postgres://u@db/x"), Path::new("data/secret.key"));
        let key = MasterKey::new([5; 32]).encode();
        let config = Config::read(&Source::from_pairs(&[("MAHAKAM_SECRET_KEY", &*key)])).unwrap();
        assert!(config.secrets.key.is_some());
        assert!(!format!("{config:?}").contains(&**key));
    }

    #[test]
    fn sqlite_names_a_file_beside_the_database() {
        let config = Config::read(&Source::from_pairs(&[(
            "MAHAKAM_DATABASE_URL",
            "sqlite:///srv/x/hub.db",
        )]));
        let file = config.unwrap().secrets.file;
        assert_eq!(file, Path::new("/srv/x/secret.key"));
    }

    #[test]
    fn faulty_keys_are_told_without_their_value() {
        let said = faults(&[
            ("MAHAKAM_SECRET_KEY", "bukan-kunci"),
            ("MAHAKAM_SECRET_KEY_OLD_FILE", "/nowhere/at/all"),
        ]);
        assert!(said.contains("MAHAKAM_SECRET_KEY must be 32 bytes"), "{said}");
        assert!(
            said.contains("MAHAKAM_SECRET_KEY_OLD_FILE names a file"),
            "{said}"
        );
        assert!(!said.contains("bukan-kunci"), "{said}");
        let key = MasterKey::new([5; 32]).encode();
        let said = faults(&[("MAHAKAM_SECRET_KEY", &*key), ("MAHAKAM_SECRET_KEY_OLD", &*key)]);
        assert!(said.contains("is the same as"), "{said}");
        assert!(!said.contains(&**key), "{said}");
    }

    #[test]
    fn a_key_file_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        assert!(read_key_file(&path).unwrap().is_none());
        let (first, made) = make_key_file(&path, &MasterKey::new([1; 32])).unwrap();
        assert!(made);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let (second, made) = make_key_file(&path, &MasterKey::new([2; 32])).unwrap();
        assert!(!made);
        assert_eq!(first.id(), second.id());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
