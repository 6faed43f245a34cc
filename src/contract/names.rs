//! Names that are one slip away from another.
//!
//! Not here: which names are real. Invariant: two names are near when one slip (a letter too many,
//! too few, wrong, or two swapped) leads from one to the other; two slips count from seven letters
//! on.

/// The real name nearest to `name`, when it is near and not the same. Case never counts as a slip.
pub fn nearest<'n>(name: &str, real: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let lower = name.to_lowercase();
    let length = name.chars().count();
    if length > 64 {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in real {
        let long = candidate.chars().count();
        let slips = if length.min(long) >= 7 { 2 } else { 1 };
        // Of names with one or two letters, everything is near.
        if candidate == name || long.abs_diff(length) > slips || length.min(long) < 2 {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        let nearer = best.is_none_or(|(known, text)| (distance, candidate) < (known, text));
        if distance <= slips && nearer {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_near_and_two_only_in_longer_names() {
        let real = ["required", "type", "items", "properties", "if", "$ref"];
        let cases = [
            ("require", Some("required")),
            ("requried", Some("required")),
            ("tpye", Some("type")),
            ("Type", Some("type")),
            ("itmes", Some("items")),
            ("propertis", Some("properties")),
            ("poperteis", Some("properties")),
            ("porpperteis", None),
            ("ref", Some("$ref")),
            ("type", None),
            ("tp", None),
            ("x", None),
            ("colour", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, real).as_deref(), expected, "{name}");
        }
    }
}
