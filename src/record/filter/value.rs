//! From the text of a filter to what must hold of a slot.
//!
//! A text is read as the field's schema allows it: `null`, `true`, `false`, a number, a string.
//! Equality holds of every reading that is allowed; `null` finds what is missing, too. A range compares
//! with numbers where the text is one and the field may hold some, else with strings, and only values
//! of that same type lie within. Invariant: what fits no type of the field is refused.

use serde_json::{Number, Value};

use super::{Condition, Edge, FilterField, Range};
use crate::contract::Types;
use crate::record::{prefix_slot, slot_of};
use crate::types::Text;

/// The longest text of a range or a prefix, in bytes; a longer one stands in no slot as a whole.
const MAX_BYTES: usize = 900;

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Equal,
    AtLeast,
    Above,
    AtMost,
    Below,
    Prefix,
}

impl Test {
    /// The test that stands in brackets.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gte" => Test::AtLeast,
            "gt" => Test::Above,
            "lte" => Test::AtMost,
            "lt" => Test::Below,
            "prefix" => Test::Prefix,
            _ => return None,
        })
    }

    /// Which there are.
    pub(super) fn known() -> Text {
        Text::new(
            "setelah kolom hanya boleh [gte], [gt], [lte], [lt] atau [prefix], atau tidak ada.",
            "only [gte], [gt], [lte], [lt] or [prefix] may stand behind the field, or nothing.",
        )
    }
}

/// Gathers what must hold of one field.
pub(super) struct Reader {
    types: Types,
    /// The texts that the slot may be; without any equality, all.
    equal: Option<Vec<String>>,
    range: Option<Range>,
    seen: Vec<Test>,
}

impl Reader {
    pub(super) fn new(field: &FilterField) -> Self {
        Reader {
            types: field.types,
            equal: None,
            range: None,
            seen: Vec::new(),
        }
    }

    /// Takes one more parameter in.
    ///
    /// # Errors
    /// What is allowed instead.
    pub(super) fn add(&mut self, test: Test, text: &str, most: usize) -> Result<(), Text> {
        if test == Test::Equal {
            let equal = self.equal.get_or_insert_default();
            equal.extend(readings(self.types, text)?);
            if equal.len() > most {
                return Err(Text::new(
                    format!("paling banyak {most} nilai."),
                    format!("at most {most} values."),
                ));
            }
            return Ok(());
        }
        if self.seen.contains(&test) {
            return Err(Text::new("hanya boleh satu kali.", "it may stand only once."));
        }
        self.seen.push(test);
        let range = range(self.types, test, text)?;
        self.range = Some(match self.range.take() {
            Some(other) => other.and(range),
            None => range,
        });
        Ok(())
    }

    /// What must hold.
    pub(super) fn condition(self) -> Condition {
        match (self.equal, self.range) {
            (Some(mut texts), range) => {
                texts.sort_unstable();
                texts.dedup();
                texts.retain(|text| range.as_ref().is_none_or(|range| range.holds(text)));
                Condition::AnyOf(texts)
            }
            (None, Some(range)) => Condition::Between(range),
            (None, None) => Condition::AnyOf(Vec::new()),
        }
    }
}

impl Range {
    /// What lies within both.
    fn and(self, other: Range) -> Range {
        let later = |one: Edge, two: Edge| {
            let two_wins = (&two.text, !two.within) > (&one.text, !one.within);
            if two_wins { two } else { one }
        };
        let sooner = |one: Edge, two: Edge| {
            let two_wins = (&two.text, two.within) < (&one.text, one.within);
            if two_wins { two } else { one }
        };
        Range {
            from: later(self.from, other.from),
            to: sooner(self.to, other.to),
        }
    }

    /// Whether `text` lies within.
    pub fn holds(&self, text: &str) -> bool {
        let (from, to) = (self.from.text.as_str(), self.to.text.as_str());
        (text > from || self.from.within && text == from) && (text < to || self.to.within && text == to)
    }
}

/// The slots of everything that `text` may mean.
fn readings(types: Types, text: &str) -> Result<Vec<String>, Text> {
    let mut slots = Vec::new();
    let mut take = |value: Value| slots.push(slot_of(&value));
    match text {
        "null" if types.cover(Types::NULL) => take(Value::Null),
        "true" if types.cover(Types::BOOLEAN) => take(Value::Bool(true)),
        "false" if types.cover(Types::BOOLEAN) => take(Value::Bool(false)),
        _ => {}
    }
    if let Some(number) = number(types, text) {
        take(Value::Number(number));
    }
    if types.cover(Types::STRING) {
        take(Value::from(text));
    }
    if slots.is_empty() {
        return Err(wanted(types));
    }
    Ok(slots)
}

/// `text` as a number that the field may hold.
fn number(types: Types, text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let literal = digits.starts_with(|first: char| first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit());
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let allowed = types.cover(Types::NUMBER) || whole && types.cover(Types::INTEGER);
    (literal && allowed)
        .then(|| serde_json::from_str(text).ok())
        .flatten()
}

/// The slots that pass a test other than equality.
fn range(types: Types, test: Test, text: &str) -> Result<Range, Text> {
    if text.len() > MAX_BYTES {
        return Err(Text::new(
            format!("paling panjang {MAX_BYTES} bita."),
            format!("at most {MAX_BYTES} bytes."),
        ));
    }
    let strings = types.cover(Types::STRING);
    if test == Test::Prefix {
        return match strings {
            true => Ok(beginning_with(prefix_slot(text))),
            false => Err(Text::new(
                "[prefix] hanya untuk kolom teks.",
                "[prefix] is for fields that hold texts.",
            )),
        };
    }
    let (slot, of_its_type) = match number(types, text) {
        Some(number) => (slot_of(&Value::Number(number)), beginning_with("n".into())),
        None if strings => (slot_of(&Value::from(text)), beginning_with("s".into())),
        None if types.cover(Types::INTEGER) => return Err(wanted(types)),
        None => {
            return Err(Text::new(
                "kolom ini tidak berurutan; gunakan tanpa [..].",
                "the values of this field have no order; leave out the [..].",
            ));
        }
    };
    let edge = |within| Edge { text: slot, within };
    let Range { from, to } = of_its_type;
    Ok(match test {
        Test::AtLeast => Range { from: edge(true), to },
        Test::Above => Range {
            from: edge(false),
            to,
        },
        Test::AtMost => Range { from, to: edge(true) },
        Test::Below | Test::Equal | Test::Prefix => Range {
            from,
            to: edge(false),
        },
    })
}

/// All texts that begin with `beginning`, which is never empty.
fn beginning_with(beginning: String) -> Range {
    // The next text that does not: its last character that has a successor raised by one. The order
    // of bytes is that of characters (RFC 3629, section 1).
    let mut next = beginning.clone();
    while let Some(last) = next.pop() {
        let raised = u32::from(last) + 1;
        let raised = if raised == 0xd800 { 0xe000 } else { raised };
        if let Some(raised) = char::from_u32(raised) {
            next.push(raised);
            break;
        }
    }
    Range {
        from: Edge {
            text: beginning,
            within: true,
        },
        to: Edge {
            text: next,
            within: false,
        },
    }
}

/// Which values the field may have.
fn wanted(wanted: Types) -> Text {
    let words = [
        (Types::NUMBER, "bilangan", "a number"),
        (Types::INTEGER, "bilangan bulat", "a whole number"),
        (Types::BOOLEAN, "true atau false", "true or false"),
        (Types::NULL, "null", "null"),
    ];
    let (mut id, mut en) = (Vec::new(), Vec::new());
    for (types, in_id, in_en) in words {
        let told = types == Types::INTEGER && wanted.cover(Types::NUMBER);
        if wanted.cover(types) && !told {
            id.push(in_id);
            en.push(in_en);
        }
    }
    Text::new(
        format!("harus {}.", id.join(", ")),
        format!("it must be {}.", en.join(" or ")),
    )
}
