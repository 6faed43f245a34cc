//! Writing a move down, with everything that follows from it.
//!
//! Not here: whether it may be made (`moves`). Invariant: a move, where its file is then, who has it and the entry of the
//! audit log are one transaction.

use serde_json::Value;

use super::moves::Deed;
use super::who::Acting;
use super::{Hub, Loaded, action_of, audited, lead_text, read_move};
use crate::access::{Caller, Person};
use crate::error::{Error, Result};
use crate::hub::Actor;
use crate::integration::calendar::Calendar;
use crate::integration::file::{Act, File, Happened, Lead};
use crate::store::integrations::moves::MoveRow;
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// A move that was judged.
pub(super) struct Judged {
    pub(super) act: Act,
    pub(super) acting: Option<Acting>,
    pub(super) outcome: Option<String>,
    pub(super) lead: Lead,
    pub(super) evidence: Option<Value>,
}

impl Hub {
    /// Adds a move and everything that follows from it.
    pub(super) fn add_move(
        &self,
        connection: &mut DbConnection,
        (caller, person): (&Caller, &Person),
        loaded: &mut Loaded,
        (judged, deed, happened): (Judged, &Deed, Happened),
        calendar: &Calendar,
    ) -> Result<()> {
        let before = audited(loaded);
        let actor = Actor::of(caller);
        let mut row = move_row(loaded, &actor, &judged, happened, self.clock.now());
        row.person = Some(person.full_name.clone());
        row.reason.clone_from(&deed.reason);
        row.letter.clone_from(&deed.letter);
        row.evidence = with_paper(judged.evidence.as_ref(), deed).map(|evidence| evidence.to_string());
        store::integrations::moves::insert(connection, &row)?;
        loaded.moves.push(row);
        let moves = loaded.moves.iter().map(read_move).collect::<Result<Vec<_>>>()?;
        let file = File::fold(&moves);
        loaded.file = file.ok_or_else(|| Error::Internal("an integration without moves".into()))?;
        self.keep_stand(connection, loaded, calendar)?;
        self.tell_new_holders(connection, loaded)?;
        let after = audited_move(loaded);
        self.audited_deed(
            connection,
            &actor,
            action_of(judged.act),
            loaded.number,
            (Some(before), after),
        )
    }
}

/// What a move is tied to, with the signed paper by which it was written down.
fn with_paper(evidence: Option<&Value>, deed: &Deed) -> Option<Value> {
    let Some(paper) = deed.signed_paper else {
        return evidence.cloned();
    };
    let mut evidence = evidence.cloned().unwrap_or_else(|| serde_json::json!({}));
    if let Some(members) = evidence.as_object_mut() {
        members.insert("signed_paper".into(), paper.into());
    }
    Some(evidence)
}

/// The next move of a file as it is stored.
fn move_row(loaded: &Loaded, actor: &Actor, judged: &Judged, happened: Happened, now: Timestamp) -> MoveRow {
    let acting = judged.acting.as_ref();
    MoveRow {
        integration_id: loaded.row.id,
        seq: i32::try_from(loaded.moves.len()).unwrap_or(i32::MAX) + 1,
        act: judged.act.as_str().to_owned(),
        step: i32::from(loaded.file.step()),
        round: i32::try_from(loaded.file.round()).unwrap_or(i32::MAX),
        post: acting.map(|acting| acting.post.as_str().to_owned()),
        opd: acting.and_then(|acting| acting.opd.as_ref().map(ToString::to_string)),
        outcome: judged.outcome.clone(),
        happened_on: happened.on.to_string(),
        counted_on: happened.counted.to_string(),
        recorded_at: now.0,
        actor: actor.0.clone(),
        person: None,
        acting: acting.and_then(|acting| acting.how).map(str::to_owned),
        reason: None,
        letter: None,
        lead: lead_text(judged.lead),
        evidence: None,
    }
}

/// What the audit log keeps of the last move.
fn audited_move(loaded: &Loaded) -> Value {
    let mut after = audited(loaded);
    if let (Some(members), Some(last)) = (after.as_object_mut(), loaded.moves.last()) {
        for (name, text) in [
            ("post", &last.post),
            ("opd", &last.opd),
            ("outcome", &last.outcome),
            ("acting", &last.acting),
            ("reason", &last.reason),
            ("letter", &last.letter),
        ] {
            if let Some(text) = text {
                members.insert(name.into(), text.as_str().into());
            }
        }
        if let Some(paper) = last.signed_paper() {
            members.insert("signed_paper".into(), paper.into());
        }
        members.insert("happened_on".into(), last.happened_on.as_str().into());
    }
    after
}
