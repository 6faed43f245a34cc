//! [`Upstream`]: another system did not do its part.
//!
//! Invariant: callers are told which system and what kind of failure; addresses, certificates and bodies are
//! in the cause, which is logged.

use crate::types::Text;

/// See the module.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The system as people know it: its agency and its connector's name.
    pub system: String,
    /// What failed.
    pub kind: UpstreamKind,
    /// Whether anything of the request may have reached the system.
    pub sent: bool,
    /// The particulars, which are logged and never shown.
    pub cause: String,
}

/// What failed at another system.
#[derive(Debug, Clone)]
pub enum UpstreamKind {
    /// It can't be reached, or broke off.
    Unreachable,
    /// It does not take the hub's credentials.
    Credentials,
    /// What it answered can't be passed on; why.
    BadAnswer(Text),
    /// It is left alone right now; after so many seconds one may try again.
    Unavailable(u32),
    /// It did not answer in time.
    Timeout,
}

impl Upstream {
    /// The problem's code.
    pub(super) fn code(&self) -> &'static str {
        match self.kind {
            UpstreamKind::Unreachable => "system-unreachable",
            UpstreamKind::Credentials => "system-credentials",
            UpstreamKind::BadAnswer(_) => "system-answer-invalid",
            UpstreamKind::Unavailable(_) => "system-unavailable",
            UpstreamKind::Timeout => "system-timeout",
        }
    }

    /// What the caller is told.
    pub(super) fn detail(&self) -> Text {
        let system = &self.system;
        match &self.kind {
            UpstreamKind::Unreachable => Text::new(
                format!(
                    "Sistem {system} tidak dapat dihubungi. Coba lagi nanti; bila terus terjadi, hubungi narahubungnya."
                ),
                format!(
                    "The system {system} can't be reached. Try again later; if it goes on, ask its contact."
                ),
            ),
            UpstreamKind::Credentials => Text::new(
                format!("Sistem {system} tidak menerima kredensial hub. Laporkan kepada Pengelola Sistem."),
                format!(
                    "The system {system} does not take the hub's credentials. Report it to the operators."
                ),
            ),
            UpstreamKind::BadAnswer(why) => Text::new(
                format!(
                    "Jawaban sistem {system} tidak dapat diteruskan: {}",
                    why.to(crate::types::Lang::Id)
                ),
                format!(
                    "The answer of the system {system} can't be passed on: {}",
                    why.to(crate::types::Lang::En)
                ),
            ),
            UpstreamKind::Unavailable(seconds) => Text::new(
                format!("Sistem {system} sedang tidak dipanggil. Coba lagi setelah {seconds} detik."),
                format!("The system {system} is left alone right now. Try again after {seconds} seconds."),
            ),
            UpstreamKind::Timeout => Text::new(
                format!("Sistem {system} tidak menjawab pada waktunya. Coba lagi nanti."),
                format!("The system {system} did not answer in time. Try again later."),
            ),
        }
    }
}
