//! The header field `Link` (RFC 8288): where the next page is.
//!
//! Invariant: what can't be read is no link; nothing is guessed.

/// The target of the first link with the relation `next`.
pub(super) fn next(fields: &[&str]) -> Option<String> {
    fields.iter().find_map(|field| {
        let mut rest = *field;
        while let Some((target, parameters, behind)) = link(rest) {
            if is_next(parameters) {
                return Some(target.to_owned());
            }
            rest = behind;
        }
        None
    })
}

/// The first link of a field: its target, its parameters, and what stands behind it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let inside = text.trim_start_matches([' ', '\t', ',']).strip_prefix('<')?;
    let (target, behind) = inside.split_once('>')?;
    let (parameters, rest) = until(behind, ',');
    Some((target, parameters, rest))
}

/// Whether parameters say that the link has the relation `next`, perhaps among others.
fn is_next(parameters: &str) -> bool {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (parameter, behind) = until(rest, ';');
        rest = behind.strip_prefix(';').unwrap_or(behind);
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        // Only the first one counts (section 3.3).
        if name.trim().eq_ignore_ascii_case("rel") {
            let relations = value.trim().trim_matches('"');
            return relations
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case("next"));
        }
    }
    false
}

/// The text before the first `end` that stands in no quotes, and the text from there on.
fn until(text: &str, end: char) -> (&str, &str) {
    let (mut quoted, mut escaped) = (false, false);
    let found = text.find(|c: char| {
        let ends = c == end && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        ends
    });
    text.split_at_checked(found.unwrap_or(text.len()))
        .unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_other_links() {
        for (field, expected) in [
            ("<https://a/x?page=2>; rel=\"next\"", Some("https://a/x?page=2")),
            ("</x?p=1>; rel=\"prev\", </x?p=3>; rel=next", Some("/x?p=3")),
            (
                "</a>; title=\"one, two; rel=next\"; rel=last , </b>;rel=\"last next\"",
                Some("/b"),
            ),
            ("</a>; title=\"a \\\" ; rel=next\"; rel=prev", None),
            ("<?p=2>;REL=NEXT", Some("?p=2")),
            ("</a>; rel=prev; rel=next", None),
            ("</a>; rel=\"previous\"", None),
            ("/a; rel=next", None),
            ("</a; rel=next", None),
            ("", None),
        ] {
            assert_eq!(next(&[field]).as_deref(), expected, "{field}");
        }
        assert_eq!(next(&["</a>; rel=prev", "</b>; rel=next"]).as_deref(), Some("/b"));
    }
}
