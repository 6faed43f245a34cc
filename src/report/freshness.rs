//! What freshness a contract agrees, and whom to ask, in the words of papers.
//!
//! Not here: until when data is new by it (`contract::Update`). Invariant: a contract without either says nothing.

use super::papers::every;
use crate::contract::{Contact, Update};

/// What was agreed, as a paper says it.
pub fn update_words(update: &Update) -> String {
    match &update.by {
        Some(by) => format!(
            "{}, paling lambat pukul {}",
            every(update.every),
            by.replace(':', ".")
        ),
        None => every(update.every).to_owned(),
    }
}

/// Whom to ask, as a paper says it.
pub fn contact_words(contact: &Contact) -> String {
    let ways = [contact.email.as_deref(), contact.phone.as_deref()];
    let ways: Vec<&str> = ways.into_iter().flatten().collect();
    match ways.is_empty() {
        true => contact.name.clone(),
        false => format!("{} ({})", contact.name, ways.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Every;

    #[test]
    fn what_was_agreed_is_said_in_words() {
        let daily = Update {
            every: Every::Daily,
            by: Some("06:00".into()),
        };
        assert_eq!(update_words(&daily), "setiap hari, paling lambat pukul 06.00");
    }
}
