//! The fields of a connector's form: read as its settings, and filled in with those that stand.
//!
//! Invariant: what the form does not show stays as it is, and no credential is filled in.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::form::Form;
use super::networks;
use crate::connector::{Auth, BaseUrl, KeyPlace, Settings, TokenAuth};
use crate::error::{Error, Malformed};
use crate::hub::NewConnector;
use crate::types::{OpdCode, SecretBytes, Text};

/// The connector that a form asks for.
pub(super) fn new_connector(form: &Form) -> Result<NewConnector, Error> {
    let wanted = Text::new("pilih OPD-nya.", "choose its agency.");
    Ok(NewConnector {
        opd: form.parsed::<OpdCode>("opd", wanted)?,
        name: form.text("name").to_owned(),
        settings: settings(form, None)?,
        credential: credential(form),
    })
}

/// The credential as it was typed: white space belongs to it.
pub(super) fn credential(form: &Form) -> Option<SecretBytes> {
    let field = form.fields().iter().find(|(name, _)| name == "credential");
    let typed = field.map(|(_, value)| value).filter(|value| !value.is_empty());
    typed.map(|value| SecretBytes::new(value.clone().into_bytes()))
}

/// What the form says, on top of what stood `before`.
pub(super) fn settings(form: &Form, before: Option<&Settings>) -> Result<Settings, Error> {
    let base_url = address(form, "base_url")?;
    let mut settings = match before {
        Some(before) => before.clone(),
        None => serde_json::from_value(json!({"base_url": base_url}))
            .map_err(|error| Error::Internal(error.to_string()))?,
    };
    settings.base_url = base_url;
    settings.auth = auth(form)?;
    settings.headers = headers(form)?;
    settings.allow_networks = networks(form)?;
    settings.ca_certificates = form.said("ca_certificates");
    if form.said("max_concurrent").is_some() {
        settings.max_concurrent = number(form, "max_concurrent")?;
    }
    settings.requests_per_second = match form.said("requests_per_second") {
        None => None,
        Some(_) => Some(number(form, "requests_per_second")?),
    };
    if form.said("answer_ms").is_some() {
        settings.timeouts.answer_ms = u64::from(number(form, "answer_ms")?);
    }
    Ok(settings)
}

fn number(form: &Form, name: &'static str) -> Result<u32, Error> {
    form.parsed(
        name,
        Text::new("harus bilangan bulat.", "it must be a whole number."),
    )
}

fn address(form: &Form, name: &'static str) -> Result<BaseUrl, Error> {
    BaseUrl::parse(form.text(name)).map_err(|_| {
        let text = Text::new(
            "harus alamat https:// atau http:// tanpa kueri, nama pengguna, dan kata sandi.",
            "it must be an address https:// or http:// without a query, a user's name and a password.",
        );
        Error::Malformed(Malformed::Parameter(name, text))
    })
}

fn auth(form: &Form) -> Result<Auth, Error> {
    let key = |place| Auth::Key {
        place,
        name: form.text("auth_name").to_owned(),
    };
    Ok(match form.text("auth") {
        "key-header" => key(KeyPlace::Header),
        "key-query" => key(KeyPlace::Query),
        "basic" => Auth::Basic {
            username: form.text("auth_name").to_owned(),
        },
        "bearer" => Auth::Bearer,
        "oauth" => Auth::OAuth {
            token_url: address(form, "token_url")?,
            client_id: form.text("auth_name").to_owned(),
            scope: form.said("scope"),
            client_auth: match form.text("client_auth") {
                "post" => TokenAuth::Post,
                _ => TokenAuth::Basic,
            },
        },
        _ => Auth::None,
    })
}

/// Header fields, one a line.
fn headers(form: &Form) -> Result<BTreeMap<String, String>, Error> {
    let lines = form.text("headers").lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    lines
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
            None => {
                let text = Text::new(
                    "tulis satu header per baris, misalnya X-Instansi: bkd.",
                    "write one header field a line, such as X-Instansi: bkd.",
                );
                Err(Error::Malformed(Malformed::Parameter("headers", text)))
            }
        })
        .collect()
}

/// The form as it says what is set now.
pub(super) fn written(settings: &Settings) -> Form {
    let (auth, name) = match &settings.auth {
        Auth::None => ("none", ""),
        Auth::Key {
            place: KeyPlace::Header,
            name,
        } => ("key-header", name.as_str()),
        Auth::Key {
            place: KeyPlace::Query,
            name,
        } => ("key-query", name.as_str()),
        Auth::Basic { username } => ("basic", username.as_str()),
        Auth::Bearer => ("bearer", ""),
        Auth::OAuth { client_id, .. } => ("oauth", client_id.as_str()),
    };
    let headers = settings.headers.iter();
    let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
    let networks: Vec<String> = settings.allow_networks.iter().map(ToString::to_string).collect();
    let mut fields = vec![
        ("base_url", settings.base_url.to_string()),
        ("auth", auth.to_owned()),
        ("auth_name", name.to_owned()),
        ("headers", headers.join("\n")),
        ("networks", networks.join(", ")),
        (
            "ca_certificates",
            settings.ca_certificates.clone().unwrap_or_default(),
        ),
        ("max_concurrent", settings.max_concurrent.to_string()),
        (
            "requests_per_second",
            settings
                .requests_per_second
                .map(|most| most.to_string())
                .unwrap_or_default(),
        ),
        ("answer_ms", settings.timeouts.answer_ms.to_string()),
    ];
    if let Auth::OAuth {
        token_url,
        scope,
        client_auth,
        ..
    } = &settings.auth
    {
        let way = if *client_auth == TokenAuth::Post {
            "post"
        } else {
            "basic"
        };
        fields.push(("token_url", token_url.to_string()));
        fields.push(("scope", scope.clone().unwrap_or_default()));
        fields.push(("client_auth", way.to_owned()));
    }
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
    Form::new(fields.collect())
}
