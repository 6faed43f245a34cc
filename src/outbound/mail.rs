//! [`Mailer`]: gives mail to the server that the settings name.
//!
//! Not here: what is mailed and when it is tried again (`hub::mail`). The server is named by whoever runs the hub, so
//! no guard judges its address. Invariant: a mail has one receiver, and a password goes over TLS alone.

use std::path::Path;
use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport as _};

use crate::config::{MailConfig, MailTls};
use crate::types::Timestamp;

/// How long the server may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What a server answers of an address that it does not have (RFC 5321, section 4.2.3); all else may be set right at the
/// server or in the settings.
const NO_SUCH: [&str; 3] = ["550", "551", "553"];

/// How a certificate begins in a file (RFC 7468).
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// A mail in plain text.
#[derive(Debug)]
pub struct Mail<'a> {
    /// The address to which it goes.
    pub to: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// What it says.
    pub text: String,
    /// What names it, the same when it is sent again.
    pub id: String,
    /// When it is sent.
    pub at: Timestamp,
}

/// Why a mail was not taken.
#[derive(Debug)]
pub struct MailFailure {
    /// What the server, or the connection, said.
    pub says: String,
    /// Whether it would say the same again.
    pub is_final: bool,
    /// Whether the server was not reached at all.
    pub is_unreached: bool,
}

/// Gives mail to one server; a connection for each.
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
}

impl Mailer {
    /// A mailer for the server of the settings.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(config: &MailConfig) -> Result<Self, String> {
        let secured = || secured(&config.host, config.ca.as_deref());
        let tls = match config.tls {
            MailTls::StartTls => Tls::Required(secured()?),
            MailTls::Tls => Tls::Wrapper(secured()?),
            MailTls::None => Tls::None,
        };
        let mut builder = SmtpTransport::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let Some((user, password)) = &config.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        Ok(Mailer {
            transport: builder.build(),
            from: config
                .from
                .parse()
                .map_err(|_| "MAHAKAM_SMTP_FROM is no address".to_owned())?,
        })
    }

    /// Sends a mail; gives back when the server has taken it.
    ///
    /// # Errors
    /// Why it was not taken.
    pub fn send(&self, mail: &Mail<'_>) -> Result<(), MailFailure> {
        let unfit = |says: String| MailFailure {
            says,
            is_final: true,
            is_unreached: false,
        };
        let to: Mailbox = mail
            .to
            .parse()
            .map_err(|_| unfit("it is no address".to_owned()))?;
        let sent_at = u64::try_from(mail.at.0).unwrap_or_default();
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject)
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(sent_at))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| unfit(error.to_string()))?;
        match self.transport.send(&message) {
            Ok(_) => Ok(()),
            Err(error) => Err(MailFailure {
                is_final: error
                    .status()
                    .is_some_and(|code| NO_SUCH.contains(&code.to_string().as_str())),
                is_unreached: error.status().is_none(),
                says: error.to_string(),
            }),
        }
    }
}

/// How TLS is spoken to the server `host`, believing the machine's authorities and those in a file besides.
fn secured(host: &str, ca: Option<&Path>) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca {
        let unusable =
            |error: &dyn std::fmt::Display| format!("MAHAKAM_SMTP_CA: {}: {error}", path.display());
        let pem = std::fs::read(path).map_err(|error| unusable(&error))?;
        let certificates = Certificate::from_pem(&pem).map_err(|error| unusable(&error))?;
        if !pem.windows(BEGIN.len()).any(|part| part == BEGIN) {
            return Err(unusable(&"there is no certificate (PEM) in this file"));
        }
        parameters = parameters.add_root_certificate(certificates);
    }
    parameters.build().map_err(|error| error.to_string())
}

/// Whether this may be an address to which mail goes.
pub fn is_mail_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<lettre::Address>().is_ok()
}
