//! The sentences that say why something was not decided.

use super::prove::Doubt;
use crate::types::Text;

/// Why a rule remains undecided.
pub fn doubt(doubt: Doubt, rule: &str) -> Text {
    match doubt {
        Doubt::NoExample => Text::new(
            format!(
                "Aturan \"{rule}\" tampak lebih sempit, tetapi tidak ditemukan data yang membuktikannya; periksa apakah data seperti itu memang ada."
            ),
            format!(
                "The rule \"{rule}\" looks narrower, but no payload was found that shows it; see whether there are such payloads."
            ),
        ),
        Doubt::NotCompared => Text::new(
            format!(
                "Apa yang diterima \"{rule}\" di kedua versi tidak dapat dibandingkan; pakai aturan yang sama, atau terbitkan major baru."
            ),
            format!(
                "What \"{rule}\" accepts in both versions could not be compared; use the same rule, or publish a new major."
            ),
        ),
        Doubt::TooLarge => Text::new(
            "Skema terlalu besar atau terlalu bertingkat untuk dibandingkan sampai selesai di sini.",
            "The schemas are too large or nested too deep to be compared to the end here.",
        ),
    }
}

/// Why a change of a contract's member remains undecided.
pub fn period() -> Text {
    Text::new(
        "Masa berlaku menentukan rujukan mana yang diterima; apakah ada yang kini ditolak bergantung pada data yang tersimpan.",
        "The period decides which references are accepted; whether any is refused now depends on what is stored.",
    )
}
