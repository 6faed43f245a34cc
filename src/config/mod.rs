//! Settings: one struct and one file per concern, read from the environment and `.env`.
//!
//! The only room that reads the environment. Invariant: all faults are told at once, and a secret
//! shows as `***` wherever settings are printed.

mod access;
mod backup;
mod database;
mod http;
mod limits;
mod log;
mod mail;
mod paper;
mod procedure;
mod rates;
mod secrets;
mod source;
mod time;
mod tls;

use std::fmt;

pub use access::{AccessConfig, Secret};
pub use backup::{BackupConfig, MoveTarget};
pub use database::DatabaseConfig;
pub use http::HttpConfig;
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use mail::{MailConfig, MailTls};
pub use paper::PaperConfig;
pub use procedure::{ProcedureConfig, ProcedureFile};
pub use rates::RatesConfig;
pub use secrets::{SecretsConfig, make_key_file, read_key_file};
pub use source::Source;
pub use time::TimeConfig;
pub use tls::TlsConfig;

use source::Reading;

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the database is.
    pub database: DatabaseConfig,
    /// Where the hub listens and how it is reached.
    pub http: HttpConfig,
    /// Who may manage it.
    pub access: AccessConfig,
    /// How much it takes at once.
    pub limits: LimitsConfig,
    /// How often it may be called.
    pub rates: RatesConfig,
    /// The key under which its secrets are encrypted.
    pub secrets: SecretsConfig,
    /// With which certificate it serves TLS itself, if it does.
    pub tls: Option<TlsConfig>,
    /// What it says about itself.
    pub log: LogConfig,
    /// By which clock schedules are read.
    pub time: TimeConfig,
    /// By which procedure integrations run.
    pub procedure: ProcedureConfig,
    /// Where backups go, and when they are made.
    pub backup: BackupConfig,
    /// What stands at the head of its papers.
    pub paper: PaperConfig,
    /// By which server mail is sent, if it is.
    pub mail: Option<MailConfig>,
}

/// Everything that is wrong with the settings.
#[derive(Debug)]
pub struct ConfigFaults(Vec<String>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The settings have faults:")?;
        self.0.iter().try_for_each(|fault| writeln!(f, "  {fault}"))?;
        write!(
            f,
            "Settings come from the environment and from .env; .env.example explains each."
        )
    }
}

impl Config {
    /// Reads all settings from `source`.
    ///
    /// # Errors
    /// All faults together.
    pub fn read(source: &Source) -> Result<Self, ConfigFaults> {
        let mut reading = Reading::new(source);
        let database = DatabaseConfig::read(&mut reading);
        let config = Config {
            secrets: SecretsConfig::read(&mut reading, &database),
            tls: TlsConfig::read(&mut reading),
            database,
            http: HttpConfig::read(&mut reading),
            access: AccessConfig::read(&mut reading),
            limits: LimitsConfig::read(&mut reading),
            rates: RatesConfig::read(&mut reading),
            log: LogConfig::read(&mut reading),
            time: TimeConfig::read(&mut reading),
            procedure: ProcedureConfig::read(&mut reading),
            backup: BackupConfig::read(&mut reading),
            paper: PaperConfig::read(&mut reading),
            mail: MailConfig::read(&mut reading),
        };
        let faults = reading.into_faults();
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(ConfigFaults(faults))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::MasterKey;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
        Config::read(&Source::from_pairs(pairs))
    }

    #[test]
    fn without_any_setting_the_hub_runs_on_sqlite_at_localhost() {
        let config = read(&[]).unwrap();
        assert_eq!(config.database.url, "sqlite:data/mahakam.db");
        assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.http.public_url, "http://127.0.0.1:8080");
        assert!(config.access.admin_key.is_none());
    }

    #[test]
    fn all_faults_are_told_at_once_and_no_secret_among_them() {
        let faults = read(&[
            ("MAHAKAM_DATABASE_URL", "mysql://root:hunter2@db"),
            ("MAHAKAM_LISTEN", "everywhere"),
            ("MAHAKAM_ADMIN_KEY", "short-secret"),
            ("MAHAKAM_MAX_RECORD_BYTES", "1MB"),
            ("MAHAKAM_PUBLIC_URL", "data.example"),
            ("MAHAKAM_LOG_FORMAT", "xml"),
            ("MAHAKAM_TIME_ZONE", "Asia/Samarinda"),
            ("MAHAKAM_PROCEDURE", "/there/is/none.yaml"),
            ("MAHAKAM_HOLIDAYS", "hari libur"),
            ("MAHAKAM_OFFICE_CLOSES", "four"),
        ])
        .unwrap_err()
        .to_string();
        for name in [
            "DATABASE_URL",
            "LISTEN",
            "ADMIN_KEY",
            "MAX_RECORD_BYTES",
            "PUBLIC_URL",
            "LOG_FORMAT",
            "TIME_ZONE",
            "PROCEDURE",
            "HOLIDAYS",
            "OFFICE_CLOSES",
        ] {
            assert!(faults.contains(&format!("MAHAKAM_{name}")), "{name} in {faults}");
        }
        assert!(
            !faults.contains("hunter2") && !faults.contains("short-secret"),
            "{faults}"
        );
    }

    #[test]
    fn a_printed_setting_hides_its_secrets() {
        let key = "0123456789012345678901234567890123456789";
        let config = read(&[
            ("MAHAKAM_ADMIN_KEY", key),
            ("MAHAKAM_DATABASE_URL", "postgres://u:hunter2@db/x"),
            ("MAHAKAM_SECRET_KEY", &MasterKey::new([5; 32]).encode()),
        ])
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains(key) && !shown.contains("hunter2"), "{shown}");
    }
}
