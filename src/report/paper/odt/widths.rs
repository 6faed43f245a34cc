//! How wide the columns of a table are: in their shares, but so that no word is broken where there is room.

use crate::report::paper::{Table, Value};

/// How wide a letter of a table's bold text of 9 points is on the average, in tenths of a millimetre.
const LETTER: u32 = 19;
/// What stands empty beside a text, in the same.
const MARGIN: u32 = 24;
/// How many letters of a word are kept together: longer ones, such as digests, are broken anyway.
const LONGEST: usize = 18;

/// The widths of a table's columns, which come to `whole` tenths of a millimetre.
pub(super) fn widths(table: &Table, whole: u32) -> Vec<u32> {
    let shares: Vec<u32> = table.columns.iter().map(|column| column.width.max(1)).collect();
    let least: Vec<u32> = (0..shares.len()).map(|column| least(table, column)).collect();
    if least.iter().sum::<u32>() >= whole {
        return parts(whole, &least);
    }
    // A column that its share leaves too narrow takes what it needs, and the others share the rest.
    let mut fixed = vec![false; shares.len()];
    loop {
        let room = whole - sum(&least, &fixed, true);
        let total = sum(&shares, &fixed, false);
        let each = shares.iter().zip(&least).zip(&fixed);
        let found: Vec<u32> = each
            .map(|((share, least), fixed)| match fixed {
                true => *least,
                false => room.saturating_mul(*share) / total.max(1),
            })
            .collect();
        let narrow: Vec<bool> = found
            .iter()
            .zip(&least)
            .map(|(found, least)| found < least)
            .collect();
        if !narrow.contains(&true) {
            return found;
        }
        fixed
            .iter_mut()
            .zip(narrow)
            .for_each(|(fixed, narrow)| *fixed |= narrow);
    }
}

/// The sum of those that are fixed, or are not.
fn sum(of: &[u32], fixed: &[bool], wanted: bool) -> u32 {
    let those = of.iter().zip(fixed).filter(|(_, fixed)| **fixed == wanted);
    those.map(|(one, _)| one).sum()
}

/// `whole` in these parts.
fn parts(whole: u32, of: &[u32]) -> Vec<u32> {
    let total = of.iter().sum::<u32>().max(1);
    of.iter()
        .map(|part| whole.saturating_mul(*part) / total)
        .collect()
}

/// How wide a column must be for its longest word.
fn least(table: &Table, column: usize) -> u32 {
    let heading = table.columns.get(column).map(|column| column.heading.clone());
    let cells = table
        .rows
        .iter()
        .filter_map(|row| row.get(column))
        .map(Value::shown);
    let longest = heading
        .into_iter()
        .chain(cells)
        .map(|text| longest_word(&text))
        .max();
    let letters = u32::try_from(longest.unwrap_or_default().min(LONGEST)).unwrap_or_default();
    letters * LETTER + MARGIN
}

/// How many letters the longest part of a text has that is not broken.
fn longest_word(text: &str) -> usize {
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '-' | '/'));
    words.map(|word| word.chars().count()).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::paper::Paper;

    fn table(columns: &[(&str, u32)], row: Vec<Value>) -> Table {
        let mut paper = Paper::new("a");
        paper.table("a", columns, vec![row]);
        paper.all_tables().next().unwrap().clone()
    }

    #[test]
    fn no_word_is_broken_where_there_is_room() {
        let columns = [("No.", 1), ("Dokumen", 60), ("Tahap", 1)];
        let row = vec![
            Value::number(11),
            Value::text("Surat"),
            Value::text("10 (putaran 2)"),
        ];
        let found = widths(&table(&columns, row), 1_650);
        assert_eq!(found[0], 3 * LETTER + MARGIN);
        let putaran = u32::try_from("(putaran".len()).unwrap();
        assert_eq!(found[2], putaran * LETTER + MARGIN);
        assert!((1_640..=1_650).contains(&found.iter().sum::<u32>()), "{found:?}");
    }

    #[test]
    fn shares_hold_where_words_fit_and_digests_take_no_more_than_others() {
        let columns = [("A", 1), ("B", 3)];
        let row = |text: &str| vec![Value::text("x"), Value::text(text)];
        assert_eq!(widths(&table(&columns, row("y")), 1_600), [400, 1_200]);
        let digest = "0".repeat(64);
        assert_eq!(widths(&table(&columns, row(&digest)), 1_600), [400, 1_200]);
        let many: Vec<(&str, u32)> = vec![("Keterisian", 1); 12];
        let found = widths(&table(&many, Vec::new()), 1_650);
        assert!(found.iter().all(|width| *width == found[0]) && found.iter().sum::<u32>() <= 1_650);
    }
}
