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
    let (mut quoted, mut escaped) = (false, false);
    let end = behind.find(|c: char| {
        let ends = c == ',' && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        ends
    });
    let (parameters, rest) = behind.split_at_checked(end.unwrap_or(behind.len()))?;
    Some((target, parameters, rest))
}

/// Whether parameters say that the link has the relation `next`, perhaps among others.
fn is_next(parameters: &str) -> bool {
    let mut relations = parameters.split(';').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("rel")
            .then(|| value.trim().trim_matches('"'))
    });
    // Only the first one counts (section 3.3).
    relations.next().is_some_and(|relations| {
        relations
            .split_ascii_whitespace()
            .any(|relation| relation.eq_ignore_ascii_case("next"))
    })
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
