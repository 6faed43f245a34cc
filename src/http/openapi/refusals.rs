//! Which problems an operation may answer with: sets of statuses for the handlers to name.
//!
//! Not here: when they are answered (`http/problem.rs`). Invariant: every set names only responses
//! of [`super::components`].

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{Ref, RefOr, Response};

use super::components::response_name;

/// The problems of an operation of management that reads.
pub(in crate::http) struct ReadRefusals;
/// The problems of an operation of management that takes a body.
pub(in crate::http) struct WriteRefusals;
/// The problems of an operation that everybody may call.
pub(in crate::http) struct PublicRefusals;
/// The problems of an operation of somebody who signs in or has signed in.
pub(in crate::http) struct SignInRefusals;
/// The problems of an operation that may be looked for in vain.
pub(in crate::http) struct NotThere;
/// The problems of a hub that can't do its work.
pub(in crate::http) struct Busy;

macro_rules! refusals {
    ($($name:ident: $($status:literal)*;)*) => {
        $(impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                references(&[$($status),*])
            }
        })*
    };
}

refusals! {
    ReadRefusals: 400 401 403 404 406 429 500 503;
    WriteRefusals: 400 401 403 404 406 408 409 413 415 422 429 500 503;
    PublicRefusals: 400 401 406 429 500 503;
    SignInRefusals: 400 401 403 406 408 413 415 422 429 500 503;
    NotThere: 404 429;
    Busy: 429 503;
}

fn references(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    statuses
        .iter()
        .map(|status| {
            let reference = Ref::new(format!("#/components/responses/{}", response_name(*status)));
            (status.to_string(), RefOr::Ref(reference))
        })
        .collect()
}
