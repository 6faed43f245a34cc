//! `mahakam user sessions` and `sign-out`: where somebody is signed in, and an end to it.

use serde_json::json;

use crate::access::{PersonName, SessionId};
use crate::cli::output::Output;
use crate::cli::{Desk, Failure};

/// Lists those that go on.
pub(super) fn list(name: &PersonName, desk: &Desk, output: Output) -> Result<(), Failure> {
    let sessions = desk.hub.sessions_of(name)?;
    if output.json {
        output.document(&json!({"sessions": sessions}));
        return Ok(());
    }
    let rows: Vec<_> = sessions
        .into_iter()
        .map(|session| {
            vec![
                session.id.to_string(),
                session.address,
                session.created_at.to_string(),
                session.seen_at.to_string(),
                session.ends_at.to_string(),
            ]
        })
        .collect();
    output.table(&["id", "address", "began", "last used", "ends"], &rows);
    Ok(())
}

/// Ends one of them, or all.
pub(super) fn end(
    name: &PersonName,
    session: Option<&SessionId>,
    desk: &Desk,
    output: Output,
) -> Result<(), Failure> {
    let (hub, actor) = (&desk.hub, &desk.actor);
    let ended = match session {
        Some(session) => hub.end_session(actor, name, session).map(|()| 1)?,
        None => hub.end_sessions(actor, name)?,
    };
    let text = format!("Ended {ended} sessions of {name}.");
    output.tell(&json!({"name": name, "ended": ended}), &text);
    Ok(())
}
