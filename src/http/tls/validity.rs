//! Until when a certificate is good: its `notAfter`, read out of its DER (RFC 5280, section 4.1).
//!
//! Not here: whether it is to be believed, which rustls judges. Invariant: what is no certificate gives nothing; no
//! length is believed that goes beyond the bytes there are.

use crate::types::Timestamp;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The moment after which the certificate is no longer good.
pub(super) fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = value(der, SEQUENCE)?;
    let (mut fields, _) = value(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = next(fields)?.2;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        fields = next(fields)?.2;
    }
    let (validity, _) = value(fields, SEQUENCE)?;
    let (_, _, after) = next(validity)?;
    let (tag, text, _) = next(after)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// What is in the element at the beginning, where that has this tag, and what follows it.
fn value(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    next(bytes)
        .filter(|(found, _, _)| *found == tag)
        .map(|(_, value, rest)| (value, rest))
}

/// The tag and the content of the element at the beginning, and what follows it.
fn next(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, bytes) = bytes.split_first()?;
    let (first, bytes) = bytes.split_first()?;
    let (length, bytes) = match first {
        short @ 0..=0x7f => (usize::from(*short), bytes),
        long @ 0x81..=0x84 => {
            let (digits, rest) = bytes.split_at_checked(usize::from(long & 0x7f))?;
            let length = digits
                .iter()
                .fold(0_usize, |length, digit| (length << 8) | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    let (value, rest) = bytes.split_at_checked(length)?;
    Some((*tag, value, rest))
}

/// A time as certificates have it: `YYMMDDhhmmssZ` up to 2049, `YYYYMMDDhhmmssZ` from then on.
fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let text = match tag {
        UTC_TIME => {
            let year: u8 = text.get(..2)?.parse().ok()?;
            format!("{}{text}", if year < 50 { "20" } else { "19" })
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| text.get(from..to);
    let (date, clock) = (
        format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?),
        format!("{}:{}:{}", part(8, 10)?, part(10, 12)?, part(12, 14)?),
    );
    Timestamp::parse(&format!("{date}T{clock}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_until(year: i32, month: u8, day: u8) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["hub.example".into()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, month, day);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_end_of_a_certificate_is_read() {
        for (year, month, day, end) in [
            (2030, 12, 31, "2030-12-31T00:00:00.000Z"),
            (2075, 1, 2, "2075-01-02T00:00:00.000Z"),
        ] {
            let der = made_until(year, month, day);
            assert_eq!(not_after(&der).unwrap().to_string(), end);
        }
    }

    #[test]
    fn what_is_no_certificate_gives_nothing() {
        let der = made_until(2030, 1, 1);
        for cut in 0..der.len() {
            assert!(not_after(der.get(..cut).unwrap()).is_none(), "{cut}");
        }
        assert!(not_after(b"\x30\x84\xff\xff\xff\xff\x00").is_none());
        assert!(not_after(b"").is_none());
    }
}
