//! For whom somebody acts: for their own post, as a superior, or for an agency that has no account.
//!
//! Not here: whose turn it is (`integration/file`). Invariant: nobody but a person acts in the procedure.

use super::{Hub, Loaded, malformed, moves::Deed};
use crate::access::{Caller, Person, Role};
use crate::error::{Conflict, Error, Forbidden, Result};
use crate::integration::procedure::Post;
use crate::store::{self, DbConnection};
use crate::types::{OpdCode, Text};

/// Somebody who may act, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Acting {
    /// The post for which.
    pub(super) post: Post,
    /// Its agency, where it is one's.
    pub(super) opd: Option<OpdCode>,
    /// `superior` or `behalf`, where it is not their own.
    pub(super) how: Option<&'static str>,
}

/// The person behind a caller.
pub(in crate::hub) fn person(caller: &Caller) -> Result<&Person> {
    match caller {
        Caller::Person(person) => Ok(person),
        Caller::Anonymous | Caller::Application(_) | Caller::Management => {
            Err(Error::Forbidden(Forbidden::PersonOnly))
        }
    }
}

/// The posts that somebody holds today, with the agency of the one that speaks for it.
pub(super) fn posts(person: &Person) -> Vec<(Post, Option<OpdCode>)> {
    let mut posts = Vec::new();
    for role in &person.roles {
        let post = match role {
            Role::Opd => Post::Opd,
            Role::TechnicalTeam => Post::TechnicalTeam,
            Role::Supervisor => Post::Supervisor,
            Role::Administrator => Post::Administrator,
            Role::Steward => Post::Steward,
            Role::Operator | Role::Viewer | Role::Auditor => continue,
        };
        match (post, &person.opd) {
            (Post::Opd, Some(opd)) => posts.push((post, Some(opd.clone()))),
            (Post::Opd, None) => {}
            _ => posts.push((post, None)),
        }
    }
    posts
}

impl Hub {
    /// As whom somebody may act by what they sent, the likeliest first.
    pub(super) fn acting(
        &self,
        connection: &mut DbConnection,
        person: &Person,
        loaded: &Loaded,
        deed: &Deed,
    ) -> Result<Vec<Acting>> {
        let own = posts(person);
        if let Some(opd) = &deed.behalf_of {
            self.may_speak_for(connection, &own, loaded, (opd, deed.signed_paper))?;
            return Ok(vec![Acting {
                post: Post::Opd,
                opd: Some(opd.clone()),
                how: Some("behalf"),
            }]);
        }
        if let Some(post) = deed.acting_for {
            let above = own.iter().any(|(own, _)| self.procedure.is_superior(*own, post));
            if !above {
                return Err(Error::Forbidden(Forbidden::Step(Text::new(
                    format!(
                        "Hanya atasan {} yang dapat bertindak untuknya (acting_for).",
                        post.title()
                    ),
                    format!("Only a superior of the {post} acts for it (acting_for)."),
                ))));
            }
            if deed.reason.is_none() {
                return Err(malformed(
                    "Atasan yang bertindak untuk bawahan menyebutkan alasannya (reason).",
                    "A superior who acts for a subordinate says why (reason).",
                ));
            }
            return Ok(vec![Acting {
                post,
                opd: None,
                how: Some("superior"),
            }]);
        }
        let acting = |(post, opd)| Acting { post, opd, how: None };
        let own: Vec<Acting> = own.into_iter().map(acting).collect();
        match own.is_empty() {
            true => Err(Error::Forbidden(Forbidden::Role)),
            false => Ok(own),
        }
    }

    /// Whether somebody with these posts may write down what an agency did that has no account.
    fn may_speak_for(
        &self,
        connection: &mut DbConnection,
        own: &[(Post, Option<OpdCode>)],
        loaded: &Loaded,
        (opd, paper): (&OpdCode, Option<i64>),
    ) -> Result<()> {
        let may = own
            .iter()
            .any(|(post, _)| self.procedure.on_behalf.contains(post));
        if !may {
            let names: Vec<&str> = self.procedure.on_behalf.iter().map(|post| post.title()).collect();
            let names = names.join(", ");
            return Err(Error::Forbidden(Forbidden::Step(Text::new(
                format!("Yang mencatat atas nama OPD (on_behalf_of): {names}."),
                format!("Those who write down for an OPD (on_behalf_of): {names}."),
            ))));
        }
        let (today, _) = self.office_now();
        let speaks = Role::Opd.as_str();
        if store::people::speaks_for(connection, opd.as_str(), speaks, &today.to_string())? {
            return Err(Error::Conflict(Conflict::Procedure(Text::new(
                format!("OPD {opd} punya akun; ia menyelesaikan bagiannya sendiri."),
                format!("The OPD {opd} has an account; it does its part itself."),
            ))));
        }
        let serves = match paper {
            Some(id) => self.signed_paper_serves(connection, loaded, id)?,
            None => false,
        };
        if !serves {
            return Err(Error::Conflict(Conflict::Procedure(Text::new(
                format!(
                    "Unggah surat bertanda tangan OPD {opd} (signed-paper) pada tahap dan putaran ini, lalu sebutkan nomor dokumennya (signed_paper); satu surat untuk satu langkah."
                ),
                format!(
                    "Upload the signed paper of the OPD {opd} (signed-paper) in this step and round, then name that document (signed_paper); one paper serves one move."
                ),
            ))));
        }
        Ok(())
    }
}
