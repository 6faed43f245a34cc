//! [`Kind`]: what the values at one place are taken for.
//!
//! Invariant: codes stay texts. A column of a table is a number only when it is evidently an amount,
//! and never when a number would lose a character of it.

use super::names::Words;
use super::node::{Digits, Node};
use crate::types::Text;

/// What the cells of a column are taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whatever JSON says.
    AsSeen,
    Boolean,
    Integer,
    Number,
    /// The JSON that the cells spell.
    Spelled,
}

/// What a column of a table is taken for, and what its author should know about that. Values are
/// repeated only where that is allowed (`quote`).
pub(super) fn of_column(node: &Node, words: &Words, quote: bool) -> (Kind, Option<Text>) {
    let (texts, cells) = (&node.texts, &node.texts.cells);
    let filled = texts.filled();
    if filled == 0 {
        return (Kind::AsSeen, None);
    }
    if node.spelled.is_some() {
        return (Kind::Spelled, None);
    }
    if cells.booleans == filled {
        return (Kind::Boolean, None);
    }
    if cells.numbers < filled {
        return (Kind::AsSeen, not_quite(node, quote));
    }
    if words.code() {
        return (Kind::AsSeen, None);
    }
    if let Some(why) = never_a_number(node, words) {
        return (Kind::AsSeen, Some(kept_as_text(&why)));
    }
    let integers = cells.integers == filled;
    let number = if integers { Kind::Integer } else { Kind::Number };
    if words.year() && integers {
        return (number, None);
    }
    if let Digits::All(length @ 2..) = texts.digits
        && !words.amount()
        && (words.id() || node.distinct.is_unique())
    {
        let why = Text::new(
            format!("semua nilai {length} angka seperti kode"),
            format!("all values have {length} digits, as codes do"),
        );
        return (Kind::AsSeen, Some(kept_as_text(&why)));
    }
    (number, None)
}

/// Why cells that spell numbers are none. An amount by its name may end with zeros: the hub keeps them,
/// and who drops them loses nothing.
fn never_a_number(node: &Node, words: &Words) -> Option<Text> {
    let cells = &node.texts.cells;
    if cells.long > 0 {
        return Some(Text::new(
            "angkanya terlalu banyak untuk bilangan",
            "more digits than most programs keep of a number",
        ));
    }
    if cells.trailing_zero > 0 && !words.amount() {
        return Some(Text::new(
            "ada nol di akhir desimal (seperti 11.10), yang hilang bila menjadi bilangan",
            "zeros end its decimals (as in 11.10), which a number would lose",
        ));
    }
    if cells.bare_exponent > 0 {
        return Some(Text::new(
            "ada nilai seperti 12E5",
            "there are values such as 12E5",
        ));
    }
    if cells.thousands == node.texts.filled() {
        return Some(Text::new(
            "1.250 dapat berarti seribu dua ratus lima puluh",
            "1.250 may mean a thousand two hundred and fifty",
        ));
    }
    None
}

fn kept_as_text(why: &Text) -> Text {
    use crate::types::Lang::{En, Id};
    Text::new(
        format!(
            "Tetap teks: {}. Bila ini jumlah atau ukuran, tulis type: number.",
            why.to(Id)
        ),
        format!(
            "Kept as text: {}. If this is an amount or a measure, write type: number.",
            why.to(En)
        ),
    )
}

/// What to say of texts that are nearly, or locally, something else.
pub(super) fn not_quite(node: &Node, quote: bool) -> Option<Text> {
    let (filled, cells) = (node.texts.filled(), &node.texts.cells);
    if cells.comma > 0 && cells.comma + cells.numbers + cells.padded == filled {
        return Some(Text::new(
            "Bilangan dengan koma desimal atau titik ribuan tetap teks. JSON menulis 1250.75: kirim begitu, lalu tulis type: number.",
            "Numbers with a decimal comma or dots between thousands stay texts. JSON writes 1250.75: send that, and write type: number.",
        ));
    }
    if cells.local_dates > 0 && cells.local_dates == filled {
        return Some(Text::new(
            "Tanggal ini tetap teks. Kirim sebagai 2026-01-31, lalu tulis format: date.",
            "These dates stay texts. Send them as 2026-01-31, and write format: date.",
        ));
    }
    if cells.local_times > 0 && cells.local_times == filled {
        return Some(Text::new(
            "Waktu ini tetap teks. Kirim sebagai 2026-01-31T10:00:00+08:00, lalu tulis format: date-time.",
            "These times stay texts. Send them as 2026-01-31T10:00:00+08:00, and write format: date-time.",
        ));
    }
    let odd = filled.saturating_sub(cells.numbers);
    let (Some(other), true) = (&cells.other, odd > 0 && odd * 10 <= cells.numbers) else {
        return None;
    };
    let other = if quote { other } else { "..." };
    Some(Text::new(
        format!(
            "Tetap teks: {odd} dari {filled} nilai bukan bilangan, seperti {other:?}. Bila ini jumlah, kosongkan sel itu."
        ),
        format!(
            "Kept as text: {odd} of {filled} values are no numbers, such as {other:?}. If this is an amount, leave those cells empty."
        ),
    ))
}
