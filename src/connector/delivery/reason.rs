//! [`Reason`]: why changes are not delivered right now.
//!
//! Invariant: it names no internal cause; what it says may be shown to whoever manages.

use crate::types::Text;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The receiver answered with a status that is no success.
    Status(u16),
    /// No connection, or none that is safe, could be made.
    Unreachable,
    /// No answer came in time.
    Timeout,
    /// It does not take the hub's credentials, or gives out no token for them.
    Credentials,
    /// What came is no answer, or the connection was closed before there was one.
    InvalidAnswer,
    /// The connector lets nothing through right now.
    Unavailable,
    /// The application's agency may not pull the dataset, or not any more.
    NotGranted,
    /// No key of the application may be used, or its agency is not active.
    ApplicationOff,
    /// The dataset is retired.
    Retired,
    /// The dataset is not published, or answered by its owner's system.
    NoDataset,
    /// There is no such connector, or it is of another agency.
    NoConnector,
}

impl Reason {
    /// The word that programs look at.
    pub fn code(self) -> &'static str {
        match self {
            Reason::Status(_) => "receiver-refused",
            Reason::Unreachable => "system-unreachable",
            Reason::Timeout => "system-timeout",
            Reason::Credentials => "system-credentials",
            Reason::InvalidAnswer => "system-answer-invalid",
            Reason::Unavailable => "system-unavailable",
            Reason::NotGranted => "not-granted",
            Reason::ApplicationOff => "application-off",
            Reason::Retired => "contract-retired",
            Reason::NoDataset => "unknown-dataset",
            Reason::NoConnector => "unknown-connector",
        }
    }

    /// The status, where there was one.
    pub fn status(self) -> Option<u16> {
        match self {
            Reason::Status(status) => Some(status),
            _ => None,
        }
    }

    /// A reason as it is kept; `None` for others.
    pub fn parse(code: &str, status: Option<u16>) -> Option<Self> {
        let all = [
            Reason::Unreachable,
            Reason::Timeout,
            Reason::Credentials,
            Reason::InvalidAnswer,
            Reason::Unavailable,
            Reason::NotGranted,
            Reason::ApplicationOff,
            Reason::Retired,
            Reason::NoDataset,
            Reason::NoConnector,
        ];
        let refused = status.map(Reason::Status);
        all.into_iter()
            .chain(refused)
            .find(|reason| reason.code() == code)
    }

    /// What happened and what to do about it.
    pub fn says(self) -> Text {
        let (id, en) = match self {
            Reason::Status(status) => return refused(status),
            Reason::Unreachable => (
                "Sistem penerima tidak terhubung. Uji penghubungnya dengan /admin/connectors/{id}/test.",
                "The receiving system can't be reached. Try its connector with /admin/connectors/{id}/test.",
            ),
            Reason::Timeout => (
                "Sistem penerima tidak menjawab tepat waktu. Simpan dahulu, jawab 2xx, lalu olah.",
                "The receiving system did not answer in time. Let it store first, answer 2xx, then work.",
            ),
            Reason::Credentials => (
                "Sistem penerima tidak menerima kredensial hub. Ubah kredensial penghubungnya.",
                "The receiving system does not take the hub's credentials. Change the connector's credential.",
            ),
            Reason::InvalidAnswer => (
                "Jawaban sistem penerima tidak dapat dibaca, atau koneksi ditutup sebelum ada jawaban.",
                "What the receiving system answered is no HTTP, or it closed the connection before there was an answer.",
            ),
            Reason::Unavailable => (
                "Penghubung sistem sedang menahan panggilan (pemutus, batas, atau dimatikan). Lihat /admin/connectors.",
                "The connector holds calls back right now (breaker, limits, or switched off). See /admin/connectors.",
            ),
            Reason::NotGranted => (
                "OPD penerima tidak, atau tidak lagi, memiliki hak ambil atas dataset ini. Pengiriman berlanjut bila haknya terbit.",
                "The receiving OPD has no right to pull this dataset, or not any more. Deliveries go on when it is granted.",
            ),
            Reason::ApplicationOff => (
                "Semua kunci aplikasi dicabut atau habis waktunya, atau OPD-nya tidak aktif.",
                "All keys of the application are revoked or expired, or its OPD is not active.",
            ),
            Reason::Retired => (
                "Kontrak data ini sudah dihentikan. Berlangganan penggantinya.",
                "The contract is retired. Subscribe to its successor.",
            ),
            Reason::NoDataset => (
                "Dataset ini tidak diterbitkan, atau dijawab langsung oleh sistem pemiliknya.",
                "The dataset is not published, or it is answered by its owner's own system.",
            ),
            Reason::NoConnector => (
                "Penghubung sistem tidak ada, atau bukan milik OPD penerima. Ubah langganan ini.",
                "There is no such connector, or it is not the receiving OPD's. Change the subscription.",
            ),
        };
        Text::new(id, en)
    }
}

fn refused(status: u16) -> Text {
    if status == 410 {
        return Text::new(
            "Sistem penerima menjawab 410: tidak ingin menerima lagi. Lanjutkan dengan resume bila berubah.",
            "The receiving system answered 410: it wants nothing more. Resume when that has changed.",
        );
    }
    Text::new(
        format!("Sistem penerima menjawab {status}. Lihat catatannya; hanya 2xx berarti sudah diterima."),
        format!("The receiving system answered {status}. See its own log; only 2xx means taken."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Lang;

    #[test]
    fn a_reason_is_read_as_it_was_written() {
        let all = [
            Reason::Status(503),
            Reason::Unreachable,
            Reason::Timeout,
            Reason::Credentials,
            Reason::InvalidAnswer,
            Reason::Unavailable,
            Reason::NotGranted,
            Reason::ApplicationOff,
            Reason::Retired,
            Reason::NoDataset,
            Reason::NoConnector,
        ];
        for reason in all {
            assert_eq!(Reason::parse(reason.code(), reason.status()), Some(reason));
            assert!(!reason.says().to(Lang::Id).is_empty());
        }
        assert_eq!(Reason::parse("receiver-refused", None), None);
    }
}
