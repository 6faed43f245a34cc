//! [`Settings`]: how a system is called, as an operator registers it.
//!
//! Invariant: settings that passed [`Settings::check`] can be used; nothing of them is found wrong later. A hub
//! that does not know a setting, because it is older, does not use the connector: it may be one that protects.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Origin;
use utoipa::ToSchema;

use super::auth::{Auth, KeyPlace};
use super::{BaseUrl, is_hop_by_hop, is_sendable};
use crate::types::{Network, Text};

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConnectorSettings)]
pub struct Settings {
    /// Where the system is; everything that is asked lies below.
    #[schema(value_type = String, example = "https://simpeg.example.go.id/api")]
    pub base_url: BaseUrl,
    /// How it wants to know who asks.
    #[serde(default)]
    #[schema(inline, required = false)]
    pub auth: Auth,
    /// Header fields that each request carries besides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub headers: BTreeMap<String, String>,
    /// How long it is waited for.
    #[serde(default)]
    #[schema(inline, required = false)]
    pub timeouts: Timeouts,
    /// How many requests at once, from each hub.
    #[serde(default = "max_concurrent")]
    #[schema(minimum = 1, maximum = 1_000, required = false)]
    pub max_concurrent: u32,
    /// How many requests a second, from each hub; as many as come when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000, nullable = false)]
    pub requests_per_second: Option<u32>,
    /// Certificates of authorities that are trusted beside those of the machine, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ca_certificates: Option<String>,
    /// Address ranges that may be called though they are not public, such as `10.1.0.0/16`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "networks")]
    #[schema(value_type = Vec<String>, required = false, example = json!(["10.1.0.0/16"]))]
    pub allow_networks: Vec<Network>,
    /// The longest answer that is read whole, in bytes, unpacked.
    #[serde(default = "max_answer_bytes")]
    #[schema(minimum = 1_024, maximum = 1_073_741_824, required = false)]
    pub max_answer_bytes: u64,
    /// After how many failures in a row the system is left alone.
    #[serde(default = "breaker_failures")]
    #[schema(minimum = 1, maximum = 1_000, required = false)]
    pub breaker_failures: u32,
    /// For how long, in seconds.
    #[serde(default = "breaker_seconds")]
    #[schema(minimum = 1, maximum = 3_600, required = false)]
    pub breaker_seconds: u32,
}

/// How long a system is waited for, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ConnectorTimeouts)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect_ms: u64,
    /// For the head of an answer.
    pub answer_ms: u64,
    /// For the next byte of a body.
    pub idle_ms: u64,
    /// For all of it.
    pub total_ms: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect_ms: 5_000,
            answer_ms: 15_000,
            idle_ms: 15_000,
            total_ms: 60_000,
        }
    }
}

/// What is wrong with a setting: its pointer in the document, and what to do.
pub type Fault = (String, Text);

impl Settings {
    /// What is wrong with them; nothing when they can be used.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (name, value) in &self.headers {
            if !is_sendable(name, value) || is_hop_by_hop(name) || name.eq_ignore_ascii_case("authorization")
            {
                faults.push(fault(
                    &format!("/headers/{name}"),
                    "bukan header yang dapat dikirim bersama setiap permintaan; kredensial ditulis di credential.",
                    "it is no header field that each request may carry; credentials belong into credential.",
                ));
            }
        }
        faults.extend(self.auth_faults());
        faults.extend(self.number_faults());
        if let Some(pem) = &self.ca_certificates
            && !pem.contains("-----BEGIN CERTIFICATE-----")
        {
            faults.push(fault(
                "/ca_certificates",
                "harus sertifikat PEM.",
                "it must be certificates in PEM.",
            ));
        }
        faults
    }

    /// Whether credentials given for `other` would be shown to the same origins as before.
    pub fn shows_credentials_as(&self, other: &Settings) -> bool {
        self.places() == other.places()
    }

    /// The origins of the system, and of where the secret itself is shown.
    fn places(&self) -> (Origin, Origin) {
        let base = self.base_url.url().origin();
        match &self.auth {
            Auth::OAuth { token_url, .. } => (base, token_url.url().origin()),
            Auth::None | Auth::Key { .. } | Auth::Basic { .. } | Auth::Bearer => (base.clone(), base),
        }
    }

    fn auth_faults(&self) -> Vec<Fault> {
        let unsendable = match &self.auth {
            Auth::None | Auth::Bearer => false,
            Auth::Key {
                place: KeyPlace::Header,
                name,
            } => !is_sendable(name, "") || is_hop_by_hop(name),
            Auth::Key {
                place: KeyPlace::Query,
                name,
            } => name.is_empty() || name.len() > 200,
            Auth::Basic { username } => username.contains(':') || username.chars().any(char::is_control),
            Auth::OAuth { client_id, .. } => client_id.is_empty(),
        };
        let fault = fault(
            "/auth",
            "nama header, parameter, atau pengguna tidak dapat dipakai.",
            "the name of the header, the parameter or the user can't be used.",
        );
        unsendable.then_some(fault).into_iter().collect()
    }

    fn number_faults(&self) -> Vec<Fault> {
        let Timeouts {
            connect_ms,
            answer_ms,
            idle_ms,
            total_ms,
        } = self.timeouts;
        let numbers = [
            ("/timeouts/connect_ms", connect_ms, 100, 60_000),
            ("/timeouts/answer_ms", answer_ms, 100, 600_000),
            ("/timeouts/idle_ms", idle_ms, 100, 600_000),
            ("/timeouts/total_ms", total_ms, 100, 3_600_000),
            ("/max_concurrent", u64::from(self.max_concurrent), 1, 1_000),
            (
                "/requests_per_second",
                self.requests_per_second.map_or(1, u64::from),
                1,
                100_000,
            ),
            ("/max_answer_bytes", self.max_answer_bytes, 1_024, 1 << 30),
            ("/breaker_failures", u64::from(self.breaker_failures), 1, 1_000),
            ("/breaker_seconds", u64::from(self.breaker_seconds), 1, 3_600),
        ];
        let outside = numbers
            .into_iter()
            .filter(|(_, value, least, most)| value < least || value > most);
        outside
            .map(|(pointer, _, least, most)| {
                let text = Text::new(
                    format!("harus antara {least} dan {most}."),
                    format!("it must lie between {least} and {most}."),
                );
                (pointer.to_owned(), text)
            })
            .collect()
    }
}

fn fault(pointer: &str, indonesian: &'static str, english: &'static str) -> Fault {
    (pointer.to_owned(), Text::new(indonesian, english))
}

fn max_concurrent() -> u32 {
    20
}

fn max_answer_bytes() -> u64 {
    16 << 20
}

fn breaker_failures() -> u32 {
    5
}

fn breaker_seconds() -> u32 {
    30
}

/// Networks as the texts that people write.
mod networks {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::types::Network;

    pub(super) fn serialize<S: Serializer>(networks: &[Network], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(networks.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Network>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts
            .iter()
            .map(|text| text.parse().map_err(serde::de::Error::custom))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(more: &str) -> Result<Settings, serde_json::Error> {
        serde_json::from_str(&format!("{{\"base_url\": \"https://a.example/api\"{more}}}"))
    }

    #[test]
    fn an_address_is_enough_and_everything_comes_back_as_it_was_given() {
        let plain = settings("").unwrap();
        assert_eq!(plain.check(), []);
        let full = settings(
            r#", "auth": {"kind": "oauth", "token_url": "https://a.example/token", "client_id": "hub"},
               "headers": {"X-Versi": "2"}, "allow_networks": ["10.1.0.0/16"], "requests_per_second": 5"#,
        )
        .unwrap();
        assert_eq!(full.check(), []);
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), full);
    }

    #[test]
    fn another_origin_is_seen_wherever_it_is_written() {
        let oauth = |base: &str, token: &str| {
            let auth = format!(r#"{{"kind": "oauth", "token_url": "{token}", "client_id": "hub"}}"#);
            serde_json::from_str::<Settings>(&format!(r#"{{"base_url": "{base}", "auth": {auth}}}"#)).unwrap()
        };
        let before = oauth("https://a.example/api", "https://t.example/token");
        for (base, token, same) in [
            ("https://a.example/v2", "https://t.example/lain", true),
            ("https://b.example/api", "https://t.example/token", false),
            ("https://a.example:8443/api", "https://t.example/token", false),
            ("http://a.example/api", "https://t.example/token", false),
            ("https://a.example/api", "https://b.example/token", false),
        ] {
            assert_eq!(
                oauth(base, token).shows_credentials_as(&before),
                same,
                "{base} {token}"
            );
        }
        assert!(!settings("").unwrap().shows_credentials_as(&before));
    }

    #[test]
    fn what_could_not_be_used_is_named() {
        for (more, pointer) in [
            (r#", "headers": {"Host": "b"}"#, "/headers/Host"),
            (r#", "headers": {"authorization": "x"}"#, "/headers/authorization"),
            (r#", "headers": {"X": "a\r\nb"}"#, "/headers/X"),
            (
                r#", "auth": {"kind": "key", "place": "header", "name": "a b"}"#,
                "/auth",
            ),
            (r#", "auth": {"kind": "basic", "username": "a:b"}"#, "/auth"),
            (r#", "max_concurrent": 0"#, "/max_concurrent"),
            (r#", "timeouts": {"total_ms": 1}"#, "/timeouts/total_ms"),
            (r#", "ca_certificates": "x""#, "/ca_certificates"),
        ] {
            let faults = settings(more).unwrap().check();
            assert_eq!(
                faults
                    .iter()
                    .map(|(pointer, _)| pointer.as_str())
                    .collect::<Vec<_>>(),
                [pointer]
            );
        }
    }
}
