//! Which fields of payloads a caller asks for: only granted ones.
//!
//! Not here: showing them (`mask`). Invariant: what is asked for lies within what is granted.

use super::is_granted;
use crate::error::{Error, Malformed, Result};
use crate::types::{Pointer, Text};

/// The most fields that may be asked for.
const MAX_FIELDS: usize = 100;

/// Reads `fields=/a,/b/c`: which fields are shown to whoever may read those `granted`; `None` means
/// all. The order in which they are asked for does not matter.
///
/// # Errors
/// Malformed when one is no pointer or was not granted; says which are.
pub fn asked_fields(text: &str, granted: Option<&[Pointer]>) -> Result<Vec<Pointer>> {
    let fault = |text| Error::Malformed(Malformed::Parameter("fields", text));
    let parts: Vec<&str> = text.split(',').collect();
    if parts.len() > MAX_FIELDS {
        return Err(fault(Text::new(
            format!("paling banyak {MAX_FIELDS} kolom."),
            format!("at most {MAX_FIELDS} fields."),
        )));
    }
    let mut fields = Vec::with_capacity(parts.len());
    for part in parts {
        let field = part.parse::<Pointer>().ok().filter(|field| !field.is_root());
        let Some(field) = field else {
            return Err(fault(Text::new(
                "harus JSON Pointer yang dipisahkan koma, misalnya /nip,/unit/kode.",
                "it must be JSON Pointers with commas between them, such as /nip,/unit/kode.",
            )));
        };
        if !is_granted(granted, &field) {
            let granted: Vec<String> = granted
                .unwrap_or_default()
                .iter()
                .map(Pointer::to_string)
                .collect();
            let granted = granted.join(", ");
            return Err(fault(Text::new(
                format!("Anda hanya diberi hak atas kolom {granted}."),
                format!("only these fields were granted to you: {granted}."),
            )));
        }
        fields.push(field);
    }
    fields.sort();
    fields.dedup();
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_granted_may_be_asked_for() {
        let granted: Vec<Pointer> = vec!["/a".parse().unwrap(), "/b/*/c".parse().unwrap()];
        let read = |text: &str, granted| {
            asked_fields(text, granted).map(|fields| {
                let fields: Vec<String> = fields.iter().map(Pointer::to_string).collect();
                fields.join(" ")
            })
        };
        assert_eq!(read("/b,/a,/b", None).unwrap(), "/a /b");
        assert_eq!(read("/a/x,/b/*/c", Some(&granted)).unwrap(), "/a/x /b/*/c");
        for bad in ["/b", "/c", "/b/0/c"] {
            let detail = read(bad, Some(&granted)).unwrap_err().detail();
            assert!(detail.to(crate::types::Lang::En).contains("/a, /b/*/c"), "{bad}");
        }
        for bad in ["", "a", "/a,", ",", "/a~"] {
            assert!(read(bad, None).is_err(), "{bad}");
        }
    }
}
