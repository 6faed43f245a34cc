//! What stands in the mail of a notice.
//!
//! Not here: the notice as it is shown in the hub. Invariant: nothing stands in it but what its receiver sees there.

use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::report::paper::date;
use crate::store::mail::MailRow;

impl Hub {
    /// The subject and the text of a notice's mail.
    pub(super) fn mail_words(&self, row: &MailRow) -> Result<(String, String)> {
        let number = format!("{}/{}", row.year, row.number);
        let told = match row.kind.as_str() {
            "due-soon" => "Segera jatuh tempo",
            "overdue" => "Lewat batas waktu",
            _ => "Giliran Anda",
        };
        let variant = self.procedure().variant(&row.variant);
        let step = u8::try_from(row.step)
            .ok()
            .and_then(|step| variant.and_then(|variant| variant.step(step)));
        let step = step.map_or_else(
            || format!("Tahap {}", row.step),
            |step| format!("Tahap {}: {}", step.number, step.title),
        );
        let due = match &row.due {
            None => String::new(),
            Some(due) => {
                let due = due
                    .parse()
                    .map_err(|_| Error::Internal(format!("{due:?} is no day")))?;
                format!("\nBatas waktu: {}", date(due))
            }
        };
        let subject = format!("{told}: integrasi {number}, Tahap {}", row.step);
        let text = format!(
            "{told}.\n\nIntegrasi {number}: {}\n{step}{due}\n\nBuka {} untuk menyelesaikannya.\n",
            row.subject,
            self.config().http.public_url
        );
        Ok((subject, text))
    }
}
