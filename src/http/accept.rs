//! Which of several forms of an answer a caller likes best (RFC 9110, section 12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT;

use super::problem::Problem;

/// The media type among `offered` that `Accept` ranks highest: by its quality, then by how exactly it
/// is named, then by the order of the offer. Where nothing is said, the first.
///
/// # Errors
/// Not acceptable, with `all` of what is offered, when no range of `Accept` covers any.
pub(super) fn preferred(
    request: &HttpRequest,
    offered: &[&'static str],
    all: &'static str,
) -> Result<&'static str, Problem> {
    let accept = request.headers().get(ACCEPT).map(|value| value.to_str());
    let accept = match accept {
        Some(Ok(text)) if !text.trim().is_empty() => text.to_ascii_lowercase(),
        Some(Err(_)) => return Err(Problem::accept(all)),
        _ => "*/*".to_owned(),
    };
    let ranked = offered.iter().rev().filter_map(|media| {
        let (exactness, quality) = rank(&accept, media)?;
        (quality > 0).then_some(((quality, exactness), *media))
    });
    // Of equals the last counts, which is the first of the offer.
    ranked
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, media)| media)
        .ok_or_else(|| Problem::accept(all))
}

/// How exactly the ranges of `accept` name `media`, and the quality in thousandths that the most exact
/// of them gives it; `None` when none covers it.
fn rank(accept: &str, media: &str) -> Option<(u8, u16)> {
    let family = media.split('/').next().unwrap_or_default();
    accept
        .split(',')
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let exactness = if name == media {
                2
            } else if name.strip_suffix("/*") == Some(family) {
                1
            } else if name == "*/*" {
                0
            } else {
                return None;
            };
            let quality = parts.find_map(|part| part.strip_prefix("q="));
            Some((exactness, quality.map_or(1_000, thousandths)))
        })
        .max_by_key(|(exactness, _)| *exactness)
}

/// A quality such as `0.5` in thousandths; what is none counts as 1.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "0" if digits => format!("{fraction:0<3}").parse().unwrap_or(1_000),
        _ => 1_000,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_form_that_is_liked_best_is_chosen() {
        let (json, lines, events) = ("application/json", "application/x-ndjson", "text/event-stream");
        for (accept, expected) in [
            ("", Some(json)),
            ("*/*", Some(json)),
            ("application/*", Some(json)),
            ("text/event-stream", Some(events)),
            ("Text/*", Some(events)),
            ("application/x-ndjson, */*", Some(lines)),
            ("application/x-ndjson, */*;q=0.1", Some(lines)),
            ("application/x-ndjson;q=0.5, application/json;q=0.4", Some(lines)),
            ("application/x-ndjson;q=0.05, application/json; q=0.4", Some(json)),
            ("application/json;q=0, */*", Some(lines)),
            ("text/event-stream;q=0", None),
            ("text/html, application/xml", None),
        ] {
            let request = TestRequest::get()
                .insert_header((ACCEPT, accept))
                .to_http_request();
            let chosen = preferred(&request, &[json, lines, events], "all").ok();
            assert_eq!(chosen, expected, "{accept}");
        }
        assert_eq!(
            preferred(&TestRequest::get().to_http_request(), &[json], "all").ok(),
            Some(json)
        );
    }
}
