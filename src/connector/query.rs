//! Parameters in a query that a connector sets itself.

/// The query without the parameters that a system may take for the one of this name; `None` when nothing is
/// left.
///
/// Names are compared as they decode, in any case; PHP cuts a name at `[` and makes `_` of dots and blanks, and
/// some servers part parameters at `;` too.
pub fn without_parameter(query: &str, name: &str) -> Option<String> {
    let own = folded(name);
    let is_other = |part: &&str| !part.split(';').any(|one| folded(&decoded_name(one)) == own);
    let kept: Vec<&str> = query.split('&').filter(is_other).collect();
    let kept = kept.join("&");
    (!kept.is_empty()).then_some(kept)
}

/// The name of a parameter.
fn decoded_name(parameter: &str) -> String {
    let mut pairs = form_urlencoded::parse(parameter.as_bytes());
    pairs
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

/// A name as all those spell it who are taken for one.
fn folded(name: &str) -> String {
    let name = name.trim_start();
    let end = name.find('[').filter(|end| *end > 0).unwrap_or(name.len());
    let plain = name.get(..end).unwrap_or(name);
    plain.to_ascii_lowercase().replace(['.', ' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_the_own_parameter_is_left() {
        for (query, left) in [
            ("a=1&b=2", Some("a=1&b=2")),
            ("api_key=x", None),
            ("a=1&api_key=x&b=2", Some("a=1&b=2")),
            ("a=1&API_KEY", Some("a=1")),
            ("%61pi_key=x&a=%20+", Some("a=%20+")),
            (
                "api.key=x&api+key=y&api_key[]=z&api_key%5B0%5D=z&a=1",
                Some("a=1"),
            ),
            ("a=1;api_key=x&b=2", Some("b=2")),
            ("a=api_key", Some("a=api_key")),
        ] {
            assert_eq!(without_parameter(query, "api_key").as_deref(), left, "{query}");
        }
    }
}
