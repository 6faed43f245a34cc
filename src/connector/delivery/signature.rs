//! How messages are signed: Standard Webhooks, with one shared secret for each subscription.
//!
//! Invariant: what is signed is id, timestamp and body, exactly as they are sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::types::SecretBytes;

/// How many random bytes a secret has; the specification asks for 24 to 64.
pub const SECRET_BYTES: usize = 32;

/// What stands before a secret as people get it.
const PREFIX: &str = "whsec_";

/// A secret as it is given to its receiver, once.
pub fn secret_text(secret: &SecretBytes) -> Zeroizing<String> {
    Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(secret.reveal())))
}

/// The field `webhook-signature` of a message: one signature for each secret, by spaces. `at` is in seconds.
pub fn signatures<'s>(
    secrets: impl IntoIterator<Item = &'s SecretBytes>,
    id: &str,
    at: i64,
    body: &[u8],
) -> String {
    let signed: Vec<String> = secrets
        .into_iter()
        .filter_map(|secret| signature(secret, id, at, body))
        .collect();
    signed.join(" ")
}

/// HMAC takes keys of any length, so there always is one.
fn signature(secret: &SecretBytes, id: &str, at: i64, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal()).ok()?;
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretBytes {
        SecretBytes::new(STANDARD.decode(text.trim_start_matches(PREFIX)).unwrap())
    }

    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        // The example that the specification's own libraries are tested with.
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let made = signatures(
            [&secret],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(&*secret_text(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn while_secrets_are_exchanged_there_is_one_signature_for_each() {
        let (new, old) = (SecretBytes::new(vec![1; 32]), SecretBytes::new(vec![2; 32]));
        let both = signatures([&new, &old], "a", 1, b"{}");
        let parts: Vec<&str> = both.split(' ').collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts.first().copied(), Some(&*signatures([&new], "a", 1, b"{}")));
        assert_eq!(parts.last().copied(), Some(&*signatures([&old], "a", 1, b"{}")));
    }
}
