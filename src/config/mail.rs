//! By which server mail is sent, if it is.
//!
//! Invariant: without a server nothing is mailed, and nothing else depends on it.

use std::path::PathBuf;

use super::access::Secret;
use super::source::Reading;

/// By which server mail is sent.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// `MAHAKAM_SMTP_HOST`: its name or address.
    pub host: String,
    /// `MAHAKAM_SMTP_PORT`: its port.
    pub port: u16,
    /// `MAHAKAM_SMTP_TLS`: how the connection is secured.
    pub tls: MailTls,
    /// `MAHAKAM_SMTP_CA`: a file with certificates that are believed of it besides those of the machine.
    pub ca: Option<PathBuf>,
    /// `MAHAKAM_SMTP_USER` and `MAHAKAM_SMTP_PASSWORD`: as whom the hub signs in there, if it does.
    pub login: Option<(String, Secret)>,
    /// `MAHAKAM_SMTP_FROM`: the address from which mail comes.
    pub from: String,
}

/// How a connection to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// It begins in the clear and must go over to TLS (RFC 3207).
    StartTls,
    /// TLS from the first byte on (RFC 8314).
    Tls,
    /// Not at all.
    None,
}

impl MailConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Option<Self> {
        let host = reading.text("MAHAKAM_SMTP_HOST").map(str::to_owned);
        let tls = match reading.text("MAHAKAM_SMTP_TLS").unwrap_or("starttls") {
            "starttls" => MailTls::StartTls,
            "tls" => MailTls::Tls,
            "none" => MailTls::None,
            _ => {
                reading.fault("MAHAKAM_SMTP_TLS", "must be starttls, tls or none");
                MailTls::StartTls
            }
        };
        let port = match tls {
            MailTls::StartTls => 587,
            MailTls::Tls => 465,
            MailTls::None => 25,
        };
        let port = reading.parsed("MAHAKAM_SMTP_PORT", port, "a port");
        let user = reading.text("MAHAKAM_SMTP_USER").map(str::to_owned);
        let password = reading.text("MAHAKAM_SMTP_PASSWORD").map(Secret::new);
        if user.is_some() != password.is_some() {
            reading.fault(
                "MAHAKAM_SMTP_PASSWORD",
                "must be there exactly where MAHAKAM_SMTP_USER is",
            );
        }
        let from = reading.text("MAHAKAM_SMTP_FROM").map(str::to_owned);
        let ca = reading.text("MAHAKAM_SMTP_CA").map(PathBuf::from);
        let host = host?;
        if tls == MailTls::None && user.is_some() {
            reading.fault("MAHAKAM_SMTP_TLS", "must not be none where a password is sent");
        }
        let Some(from) = from.filter(|from| from.contains('@')) else {
            reading.fault("MAHAKAM_SMTP_FROM", "must be the address from which mail comes");
            return None;
        };
        Some(MailConfig {
            host,
            port,
            tls,
            ca,
            login: user.zip(password),
            from,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, MailTls, Source};

    fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
        Config::read(&Source::from_pairs(pairs)).map_err(|faults| faults.to_string())
    }

    #[test]
    fn without_a_host_nothing_is_mailed_and_with_one_the_port_follows_how_it_is_secured() {
        assert!(read(&[]).unwrap().mail.is_none());
        let (host, from) = (
            ("MAHAKAM_SMTP_HOST", "mail.example"),
            ("MAHAKAM_SMTP_FROM", "hub@kaltim.example"),
        );
        let mail = read(&[host, from]).unwrap().mail.unwrap();
        assert_eq!((mail.port, mail.tls), (587, MailTls::StartTls));
        let mail = read(&[host, from, ("MAHAKAM_SMTP_TLS", "tls")]).unwrap().mail;
        assert_eq!(mail.unwrap().port, 465);
        let login = [("MAHAKAM_SMTP_USER", "hub"), ("MAHAKAM_SMTP_PASSWORD", "rahasia")];
        let mail = read(&[host, from, login[0], login[1]]).unwrap().mail.unwrap();
        assert!(!format!("{mail:?}").contains("rahasia"));
    }

    #[test]
    fn what_can_not_be_meant_of_a_mail_server_is_told() {
        let host = ("MAHAKAM_SMTP_HOST", "mail.example");
        let from = ("MAHAKAM_SMTP_FROM", "hub@kaltim.example");
        let (user, password) = (("MAHAKAM_SMTP_USER", "hub"), ("MAHAKAM_SMTP_PASSWORD", "rahasia"));
        for (pairs, named) in [
            (vec![host], "MAHAKAM_SMTP_FROM"),
            (vec![host, from, user], "MAHAKAM_SMTP_PASSWORD"),
            (
                vec![host, from, user, password, ("MAHAKAM_SMTP_TLS", "none")],
                "MAHAKAM_SMTP_TLS",
            ),
            (vec![host, from, ("MAHAKAM_SMTP_TLS", "ssl")], "MAHAKAM_SMTP_TLS"),
            (
                vec![host, from, ("MAHAKAM_SMTP_PORT", "smtp")],
                "MAHAKAM_SMTP_PORT",
            ),
            (
                vec![("MAHAKAM_LETTERHEAD_ADDRESS", "a|b|c|d|e")],
                "MAHAKAM_LETTERHEAD_ADDRESS",
            ),
        ] {
            let says = read(&pairs).unwrap_err();
            assert!(says.contains(named), "{named} in {says}");
        }
    }
}
