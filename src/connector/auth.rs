//! [`Auth`]: how a system wants to know that it is the hub who asks.
//!
//! Invariant: what is secret is not here; it is the connector's credential, kept encrypted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::BaseUrl;

/// See the module. The credential is, in this order: nothing, the key, the password, the token, the secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = ConnectorAuth)]
pub enum Auth {
    /// It doesn't.
    #[default]
    None,
    /// By a key in a header field or a query parameter of this name.
    Key {
        /// Where the key goes.
        #[schema(value_type = String, pattern = "^(header|query)$")]
        place: KeyPlace,
        /// The name of the field or the parameter.
        name: String,
    },
    /// By name and password (RFC 7617).
    Basic {
        /// The name.
        username: String,
    },
    /// By a token that never changes (RFC 6750).
    Bearer,
    /// By access tokens of the client credentials grant (RFC 6749, 4.4).
    OAuth {
        /// Where tokens are given out.
        #[schema(value_type = String)]
        token_url: BaseUrl,
        /// The hub's name there.
        client_id: String,
        /// What is asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        scope: Option<String>,
        /// How the hub shows its secret there.
        #[serde(default)]
        #[schema(value_type = String, pattern = "^(basic|post)$", required = false)]
        client_auth: TokenAuth,
    },
}

/// Where a key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// Into a header field.
    Header,
    /// Into the query.
    Query,
}

/// How a client shows its secret where tokens are given out (RFC 6749, 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TokenAuth {
    /// By HTTP Basic.
    #[default]
    Basic,
    /// In the form.
    Post,
}

impl Auth {
    /// Whether a credential belongs to it.
    pub fn needs_credential(&self) -> bool {
        !matches!(self, Auth::None)
    }
}
