//! What a path names, read from the raw request target.
//!
//! The framework decodes paths with loss, so keys are taken from the target as it was sent.

use actix_web::HttpRequest;

use crate::access::PersonName;
use crate::error::{Error, Malformed, Result, Unknown};
use crate::hub::Dataset;
use crate::integration::IntegrationNumber;
use crate::types::{DatasetId, DatasetName, Environment, OpdCode, RecordKey, Text, Version};

/// The path of a dataset, below which its resources are.
pub(super) fn of(dataset: &Dataset) -> String {
    match dataset.environment {
        Environment::Production => format!("/api/{}", dataset.id),
        Environment::Sandbox => format!("/sandbox/{}", dataset.id),
    }
}

/// The segments of the raw path behind `/api/` or `/sandbox/`, still encoded.
fn segments(request: &HttpRequest) -> impl Iterator<Item = &str> {
    request.uri().path().split('/').skip(2)
}

/// The dataset that `/api/{opd}/{dataset}/v{major}` names, or `/sandbox/...`; a page says by its resource's data
/// that it is about the sandbox.
///
/// # Errors
/// Unknown when it is not written so.
pub(super) fn dataset(request: &HttpRequest) -> Result<(Environment, DatasetId)> {
    let environment = match request.app_data::<Environment>() {
        Some(environment) => *environment,
        None if request.uri().path().starts_with("/sandbox/") => Environment::Sandbox,
        None => Environment::Production,
    };
    // Behind the slash at the beginning and the first segment.
    let below = request.uri().path().splitn(3, '/').nth(2).unwrap_or_default();
    let end = below
        .match_indices('/')
        .nth(2)
        .map_or(below.len(), |(end, _)| end);
    let text = below.get(..end).unwrap_or(below);
    let id = text
        .parse()
        .map_err(|_| Error::Unknown(Unknown::Dataset(text.chars().take(200).collect())))?;
    Ok((environment, id))
}

/// The number that a segment is, written as numbers are.
///
/// # Errors
/// Unknown when it is none.
pub(super) fn number(segment: &str, unknown: fn(String) -> Unknown) -> Result<i64> {
    let number = segment.parse::<i64>().ok().filter(|id| id.to_string() == segment);
    number.ok_or_else(|| Error::Unknown(unknown(segment.escape_debug().take(100).collect())))
}

/// The code of an agency.
///
/// # Errors
/// Unknown when it is none.
pub(super) fn opd(text: &str) -> Result<OpdCode> {
    let unknown = |_| Error::Unknown(Unknown::Opd(text.escape_debug().take(100).collect()));
    text.parse().map_err(unknown)
}

/// The name by which somebody signs in.
///
/// # Errors
/// Unknown when it is none.
pub(super) fn person(text: &str) -> Result<PersonName> {
    let unknown = |_| Error::Unknown(Unknown::Person(text.escape_debug().take(100).collect()));
    text.parse().map_err(unknown)
}

/// A version of a contract, as its owner, the dataset's name and the version.
///
/// # Errors
/// Unknown when they are none.
pub(super) fn contract(path: &(String, String, String)) -> Result<(OpdCode, DatasetName, Version)> {
    let (opd, name, version) = path;
    match (opd.parse(), name.parse(), version.parse()) {
        (Ok(opd), Ok(name), Ok(version)) => Ok((opd, name, version)),
        _ => {
            let shown = format!("{opd}/{name} {version}");
            let shown = shown.escape_debug().take(200).collect();
            Err(Error::Unknown(Unknown::ContractVersion(shown)))
        }
    }
}

/// The number of an integration, as its year and its number within that.
///
/// # Errors
/// Unknown when they are none.
pub(super) fn integration(year: &str, number: &str) -> Result<IntegrationNumber> {
    let text = format!("{year}/{number}");
    let unknown = |_| Error::Unknown(Unknown::Integration(text.escape_debug().take(60).collect()));
    text.parse().map_err(unknown)
}

/// The key that the sixth segment names.
///
/// # Errors
/// Malformed when it is no percent-encoded UTF-8 or no key.
pub(super) fn key(request: &HttpRequest) -> Result<RecordKey> {
    let raw = segments(request).nth(4).unwrap_or_default();
    let fault = || {
        Error::Malformed(Malformed::Key(Text::new(
            "Pengenal di alamat harus UTF-8 dengan percent-encoding, 1 sampai 512 bita.",
            "The key in the path must be percent-encoded UTF-8 of 1 to 512 bytes.",
        )))
    };
    decode(raw)
        .and_then(|text| RecordKey::parse(&text).ok())
        .ok_or_else(fault)
}

/// What the part of the path with this name says, decoded.
///
/// # Errors
/// Malformed when it is no percent-encoded UTF-8.
pub(super) fn text(request: &HttpRequest, name: &str) -> Result<String> {
    let fault = || {
        Error::Malformed(Malformed::Key(Text::new(
            "Pengenal di alamat harus UTF-8 dengan percent-encoding.",
            "The name in the path must be percent-encoded UTF-8.",
        )))
    };
    decode(request.match_info().get(name).unwrap_or_default()).ok_or_else(fault)
}

/// The number of a rejection that the sixth segment names.
///
/// # Errors
/// Unknown when it is not written as the hub writes numbers.
pub(super) fn rejection(request: &HttpRequest) -> Result<i64> {
    let raw = segments(request).nth(4).unwrap_or_default();
    let number = raw
        .parse()
        .ok()
        .filter(|number: &i64| *number > 0 && number.to_string() == raw);
    number.ok_or_else(|| Error::Unknown(Unknown::Rejection(raw.escape_debug().take(30).collect())))
}

/// Decodes percent-encoding (RFC 3986, section 2.1); `None` when it is broken or no UTF-8.
pub(super) fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Encodes a text for use as one path segment: all but unreserved characters.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for key in ["a b/ü:~%", "..", "64.10", "a+b&c=d", "\u{1f600}"] {
            assert_eq!(decode(&encode(key)).as_deref(), Some(key));
        }
        for broken in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
