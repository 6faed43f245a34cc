//! Access tokens for other systems: the client credentials grant (RFC 6749, 4.4).
//!
//! Not here: keeping them (`hub::connectors`). Invariant: neither the secret nor a token is part of a failure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::{Serializer, byte_serialize};
use serde::Deserialize;

use super::{Failure, FailureKind, Line};
use crate::connector::{BaseUrl, TokenAuth};
use crate::types::SecretBytes;

/// The longest answer of a server that gives out tokens, in bytes.
const MAX_ANSWER: u64 = 64 << 10;
/// How long a token holds whose server does not say, in seconds.
const USUAL_SECONDS: u64 = 300;

/// An access token of another system.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token itself.
    pub secret: SecretBytes,
    /// For how long it holds, in seconds.
    pub seconds: u64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<u64>,
}

impl Line {
    /// Asks for a token.
    ///
    /// # Errors
    /// Why none was given.
    pub async fn token(
        &self,
        from: &BaseUrl,
        (client_id, secret): (&str, &SecretBytes),
        scope: Option<&str>,
        by: TokenAuth,
    ) -> Result<Token, Failure> {
        let (sent, basic) = asking(client_id, secret, scope, by);
        let basic = basic.as_ref().map(|value| ("Basic ", value.as_bytes()));
        let answer = self.post_form(from, sent, basic).await?;
        let status = answer.status;
        let body = answer.whole(MAX_ANSWER).await?;
        granted(status, &body)
    }
}

/// The form that asks for a token, and what HTTP Basic carries beside it.
fn asking(
    client_id: &str,
    secret: &SecretBytes,
    scope: Option<&str>,
    by: TokenAuth,
) -> (String, Option<String>) {
    let text = String::from_utf8_lossy(secret.reveal());
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if let Some(scope) = scope {
        form.append_pair("scope", scope);
    }
    let basic = match by {
        TokenAuth::Post => {
            form.append_pair("client_id", client_id)
                .append_pair("client_secret", &text);
            None
        }
        TokenAuth::Basic => {
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encoded(client_id), encoded(&text));
            Some(STANDARD.encode(pair))
        }
    };
    (form.finish(), basic)
}

fn granted(status: u16, body: &[u8]) -> Result<Token, Failure> {
    let refused = |cause: String| Failure::new(FailureKind::Credentials, cause);
    if status != 200 {
        return Err(refused(format!("the token server answered {status}")));
    }
    let granted: Granted = serde_json::from_slice(body)
        .map_err(|_| refused("the token server's answer has no access_token".into()))?;
    let is_bearer = granted
        .token_type
        .as_deref()
        .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    if !is_bearer {
        return Err(refused(
            "the token server gives out tokens of another type than Bearer".into(),
        ));
    }
    Ok(Token {
        secret: SecretBytes::new(granted.access_token.into_bytes()),
        seconds: granted.expires_in.unwrap_or(USUAL_SECONDS),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_in_a_good_answer_is_taken() {
        let good = granted(
            200,
            br#"{"access_token":"abc","token_type":"Bearer","expires_in":60}"#,
        )
        .unwrap();
        assert_eq!((good.secret.reveal(), good.seconds), (&b"abc"[..], 60));
        for (status, body) in [
            (401, r#"{"error":"invalid_client"}"#),
            (200, "<html>"),
            (200, "{}"),
            (200, r#"{"access_token":"abc","token_type":"mac"}"#),
        ] {
            let failure = granted(status, body.as_bytes()).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Credentials);
            assert!(!failure.cause.contains("abc"), "{}", failure.cause);
        }
    }
}
