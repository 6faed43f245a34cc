//! What forms say about letters.
//!
//! Invariant: a day that can't be read is told by the name of its field.

use jiff::civil::Date;

use crate::error::{Error, Malformed, Result};
use crate::http::pages::form::Form;
use crate::hub::{DispositionTold, LetterTold};
use crate::integration::IntegrationNumber;
use crate::types::Text;

/// A letter to be registered.
pub(super) fn letter(form: &Form) -> Result<LetterTold> {
    let number = form.said("integration");
    Ok(LetterTold {
        number: form.text("number").to_owned(),
        dated: day(form, "date")?,
        subject: form.text("subject").to_owned(),
        nature: form.said("nature"),
        origin: form.text("origin").to_owned(),
        agenda_number: form.said("agenda_number"),
        received_on: day(form, "received_on")?,
        integration: number.as_deref().map(integration).transpose()?,
    })
}

/// What is to be done with a letter.
pub(super) fn disposition(form: &Form) -> Result<DispositionTold> {
    Ok(DispositionTold {
        from: form.text("from").to_owned(),
        to: form.text("to").to_owned(),
        dated: day(form, "date")?,
        instruction: form.text("instruction").to_owned(),
        due: match form.said("due") {
            Some(_) => Some(day(form, "due")?),
            None => None,
        },
    })
}

/// The number of an integration.
pub(super) fn integration(text: &str) -> Result<IntegrationNumber> {
    text.parse().map_err(|_| {
        let text = Text::new("harus ditulis seperti 2026/7.", "it must be written like 2026/7.");
        Error::Malformed(Malformed::Parameter("integration", text))
    })
}

fn day(form: &Form, name: &'static str) -> Result<Date> {
    let text = Text::new("isi dengan tanggal.", "it must be a day.");
    form.parsed(name, text)
}
