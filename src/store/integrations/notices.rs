//! What those who have a file are told, and who has read it.
//!
//! Invariant: after one move each of them is told each thing once.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::{integration, notice, notice_read};
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

/// A notice with the integration that it is about.
#[derive(Debug, Clone, Queryable)]
pub struct NoticeRow {
    /// Its number.
    pub id: i64,
    /// The year of the integration's number.
    pub year: i32,
    /// The integration's number within the year.
    pub number: i32,
    /// What the integration is about.
    pub subject: String,
    /// What is told.
    pub kind: String,
    /// The step.
    pub step: i32,
    /// The round.
    pub round: i32,
    /// The post that is told.
    pub post: String,
    /// Its agency, or nothing.
    pub opd: String,
    /// By when the step should end.
    pub due: Option<String>,
    /// When it was made, in milliseconds since the epoch.
    pub made_at: i64,
}

/// A notice to be made.
#[derive(Debug)]
pub struct NewNotice<'a> {
    /// The integration's row.
    pub integration_id: i64,
    /// What is told.
    pub kind: &'a str,
    /// After which move.
    pub after_move: i32,
    /// The step.
    pub step: i32,
    /// The round.
    pub round: i32,
    /// The post that is told.
    pub post: &'a str,
    /// Its agency, or nothing.
    pub opd: &'a str,
    /// By when the step should end.
    pub due: Option<&'a str>,
}

/// Makes a notice, unless it was made; tells whether it was.
///
/// # Errors
/// When the database fails.
pub fn make(connection: &mut DbConnection, new: &NewNotice<'_>, now: Timestamp) -> Result<bool> {
    let same = notice::table
        .filter(notice::integration_id.eq(new.integration_id))
        .filter(notice::after_move.eq(new.after_move))
        .filter(notice::kind.eq(new.kind))
        .filter(notice::post.eq(new.post))
        .filter(notice::opd.eq(new.opd));
    if diesel::select(exists(same)).get_result(connection)? {
        return Ok(false);
    }
    diesel::insert_into(notice::table)
        .values((
            notice::integration_id.eq(new.integration_id),
            notice::kind.eq(new.kind),
            notice::after_move.eq(new.after_move),
            notice::step.eq(new.step),
            notice::round.eq(new.round),
            notice::post.eq(new.post),
            notice::opd.eq(new.opd),
            notice::due.eq(new.due),
            notice::made_at.eq(now.0),
        ))
        .execute(connection)
        .map(|_| true)
        .map_err(unavailable)
}

/// Who was told this of an integration in a turn: posts, and agencies.
///
/// # Errors
/// When the database fails.
pub fn told(
    connection: &mut DbConnection,
    integration: i64,
    after_move: i32,
    kind: &str,
) -> Result<Vec<(String, String)>> {
    notice::table
        .filter(notice::integration_id.eq(integration))
        .filter(notice::after_move.eq(after_move))
        .filter(notice::kind.eq(kind))
        .select((notice::post, notice::opd))
        .load(connection)
        .map_err(unavailable)
}

/// What these posts were told and this person has not read, the newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn unread(
    connection: &mut DbConnection,
    person: i64,
    posts: &[(String, String)],
    limit: i64,
) -> Result<Vec<NoticeRow>> {
    let mut rows: Vec<NoticeRow> = Vec::new();
    for (post, code) in posts {
        let read = notice_read::table
            .filter(notice_read::person_id.eq(person))
            .filter(notice_read::notice_id.eq(notice::id));
        let found: Vec<NoticeRow> = notice::table
            .inner_join(integration::table)
            .filter(notice::post.eq(post))
            .filter(notice::opd.eq(code))
            .filter(diesel::dsl::not(exists(read)))
            .order(notice::id.desc())
            .limit(limit)
            .select((
                notice::id,
                integration::year,
                integration::number,
                integration::subject,
                notice::kind,
                notice::step,
                notice::round,
                notice::post,
                notice::opd,
                notice::due,
                notice::made_at,
            ))
            .load(connection)?;
        rows.extend(found);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    rows.dedup_by_key(|row| row.id);
    Ok(rows)
}

/// Writes down that a person has read these.
///
/// # Errors
/// When the database fails.
pub fn mark_read(connection: &mut DbConnection, person: i64, notices: &[i64], now: Timestamp) -> Result<()> {
    for number in notices {
        diesel::insert_into(notice_read::table)
            .values((
                notice_read::notice_id.eq(number),
                notice_read::person_id.eq(person),
                notice_read::read_at.eq(now.0),
            ))
            .execute(connection)?;
    }
    Ok(())
}
