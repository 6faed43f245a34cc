//! [`Cells`]: what the texts of a column look like: numbers, numbers with a decimal comma, dates of
//! the street, truth values.
//!
//! Not here: what a column is taken for (`quantity`). Invariant: everything is a count, so that one
//! odd value never hides among many.

/// How many texts look like what.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// JSON numbers, white space around them aside.
    pub(super) numbers: u64,
    /// Among those: integers.
    pub(super) integers: u64,
    /// Among those: below zero.
    pub(super) negative: u64,
    /// Among those: with more digits than most programs keep.
    pub(super) long: u64,
    /// Among those: with a zero at the end of its decimals.
    pub(super) trailing_zero: u64,
    /// Among those: such as `12E5`, which is rather a code.
    pub(super) bare_exponent: u64,
    /// Among those: such as `1.250`, which may be a thousand in Indonesian.
    pub(super) thousands: u64,
    /// Digits with a zero or a plus before them.
    pub(super) padded: u64,
    /// Such as `12,5` or `1.250.000,00`.
    pub(super) comma: u64,
    /// `true` and `false`.
    pub(super) booleans: u64,
    /// `31/01/2026`, `31-01-2026`, `2026/01/31`.
    pub(super) local_dates: u64,
    /// `2026-01-31 10:00`.
    pub(super) local_times: u64,
    /// Begin and end like a JSON array or object.
    pub(super) arrays: u64,
    /// As above.
    pub(super) objects: u64,
    /// The first text that is none of the above.
    pub(super) other: Option<Box<str>>,
}

/// How long a remembered text may be, in characters.
const SHOWN: usize = 24;

impl Cells {
    /// Takes one more text, which is not empty.
    pub(super) fn take(&mut self, text: &str) {
        let text = text.trim();
        let known = match text.bytes().next() {
            Some(b'0'..=b'9' | b'-' | b'+') => self.take_digits(text),
            Some(b'[') if text.ends_with(']') => add(&mut self.arrays),
            Some(b'{') if text.ends_with('}') => add(&mut self.objects),
            _ if matches!(text, "true" | "false") => add(&mut self.booleans),
            _ => false,
        };
        if !known && self.other.is_none() {
            self.other = Some(text.chars().take(SHOWN).collect());
        }
    }

    fn take_digits(&mut self, text: &str) -> bool {
        if let Some(number) = Literal::read(text) {
            self.take_number(&number);
            return true;
        }
        let bare = text.trim_start_matches(['-', '+']);
        let digits = bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if digits && (text.starts_with('+') || bare.starts_with('0')) {
            return add(&mut self.padded);
        }
        if is_comma_number(bare) {
            return add(&mut self.comma);
        }
        if is_local_date(text) {
            return add(&mut self.local_dates);
        }
        is_local_time(text) && add(&mut self.local_times)
    }

    fn take_number(&mut self, number: &Literal<'_>) {
        let (whole, decimals) = (number.whole.len(), number.decimals.map_or(0, str::len));
        let plain = number.exponent.is_none();
        self.numbers += 1;
        self.integers += u64::from(number.decimals.is_none() && plain);
        self.negative += u64::from(number.negative);
        self.long += u64::from(number.is_long());
        self.trailing_zero += u64::from(number.decimals.is_some_and(|text| text.ends_with('0')));
        let signed = number.exponent.is_some_and(|text| text.starts_with(['-', '+']));
        self.bare_exponent += u64::from(!plain && !signed && number.decimals.is_none());
        let thousand = plain && number.whole != "0" && whole <= 3 && decimals == 3;
        self.thousands += u64::from(thousand);
    }
}

fn add(count: &mut u64) -> bool {
    *count += 1;
    true
}

/// A number as JSON writes it (RFC 8259, section 6), taken apart.
pub(super) struct Literal<'t> {
    /// Whether it begins with a minus.
    pub(super) negative: bool,
    whole: &'t str,
    decimals: Option<&'t str>,
    exponent: Option<&'t str>,
}

impl<'t> Literal<'t> {
    /// Reads one; `None` when it is none.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let bare = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (bare, None),
        };
        let (whole, decimals) = match mantissa.split_once('.') {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (mantissa, None),
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let power = exponent.map(|text| text.strip_prefix(['-', '+']).unwrap_or(text));
        let fine = digits(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && decimals.is_none_or(digits)
            && power.is_none_or(digits);
        fine.then_some(Literal {
            negative: text.starts_with('-'),
            whole,
            decimals,
            exponent,
        })
    }

    /// Whether it is an integer as it is written.
    pub(super) fn is_integer(&self) -> bool {
        self.decimals.is_none() && self.exponent.is_none()
    }

    /// Whether it has more digits than most programs keep: 15 of an integer, 17 of a measured value.
    pub(super) fn is_long(&self) -> bool {
        let decimals = self.decimals.unwrap_or_default();
        let significant = match self.whole {
            "0" => decimals.trim_start_matches('0').len(),
            whole => whole.len() + decimals.len(),
        };
        self.whole.len() > 15 || significant > 17
    }
}

/// `12,5`, `1.250,75`, `1.250.000`.
fn is_comma_number(text: &str) -> bool {
    let (whole, decimals) = match text.split_once(',') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split('.');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.iter().all(|group| group.len() == 3 && digits(group));
    let fine = digits(first) && grouped && decimals.is_none_or(digits);
    fine && (decimals.is_some() || rest.len() > 1) && (rest.is_empty() || first.len() <= 3)
}

fn is_local_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let day_first = matches!(lengths.as_slice(), [1 | 2, 1 | 2, 4]);
    let year_first = matches!(lengths.as_slice(), [4, 1 | 2, 1 | 2]);
    let standard = lengths == [4, 2, 2] && text.contains('-');
    parts.iter().all(digits) && (day_first || (year_first && !standard))
}

fn is_local_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(' ') else {
        return false;
    };
    let standard = date.len() == 10 && date.split('-').map(str::len).eq([4, 2, 2]);
    let clock = time.contains(':')
        && time
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    clock && (standard || is_local_date(date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Cells {
        let mut cells = Cells::default();
        cells.take(text);
        cells
    }

    #[test]
    fn each_text_is_counted_by_its_look() {
        for text in ["0", "-5", "12.5", "1e-7", "1.5E3"] {
            assert_eq!(of(text).numbers, 1, "{text}");
        }
        assert_eq!(of("-5").negative, 1);
        for text in ["007", "+62", "00.1", "-01"] {
            assert_eq!((of(text).padded, of(text).numbers), (1, 0), "{text}");
        }
        assert_eq!(of("11.10").trailing_zero, 1);
        assert_eq!(of("12E5").bare_exponent, 1);
        assert_eq!(of("1234567890123456").long, 1);
        assert_eq!(
            (of("0.0611587982832618").long, of("0.12345678901234567890").long),
            (0, 1)
        );
        assert_eq!((of("1.250").thousands, of("0.250").thousands), (1, 0));
        for text in ["12,5", "1.250,75", "1.250.000"] {
            assert_eq!(of(text).comma, 1, "{text}");
        }
        for text in ["31/01/2026", "1-2-2026", "2026/01/31"] {
            assert_eq!(of(text).local_dates, 1, "{text}");
        }
        assert_eq!(of("2026-01-31 10:00:05").local_times, 1);
        for text in ["2026-01-31", "64.02.19", "1,2,3", "-", "n/a", "1 2"] {
            assert!(of(text).other.is_some(), "{text}");
        }
        assert_eq!(
            (of("true").booleans, of("[1]").arrays, of("{}").objects),
            (1, 1, 1)
        );
        assert!(of("1").other.is_none() && of("TRUE").other.is_some());
    }
}
