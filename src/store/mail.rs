//! Addresses of people, and what is to be mailed to them.
//!
//! Invariant: one notice goes to one address once; a row is taken by one hub at a time.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::schema::{assignment, integration, mail, mail_address, notice, opd, overdue_notice, person};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// A notice of which nobody has seen yet to whom it is mailed.
#[derive(Debug, Clone, Queryable)]
pub struct UnmailedRow {
    /// Its number.
    pub id: i64,
    /// The post that is told.
    pub post: String,
    /// Its agency, or nothing.
    pub opd: String,
    /// When it was made.
    pub made_at: i64,
}

/// A mail that is due, with its notice.
#[derive(Debug, Clone, Queryable)]
pub struct MailRow {
    /// Its number.
    pub id: i64,
    /// The notice's number.
    pub notice_id: i64,
    /// The address.
    pub address: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when it is due.
    pub next_at: Option<i64>,
    /// What is told.
    pub kind: String,
    /// The step.
    pub step: i32,
    /// By when it should end.
    pub due: Option<String>,
    /// The kind of integration.
    pub variant: String,
    /// The year of the integration's number.
    pub year: i32,
    /// Its number within the year.
    pub number: i32,
    /// What it is about.
    pub subject: String,
}

/// The address of a person.
///
/// # Errors
/// When the database fails.
pub fn address(connection: &mut DbConnection, person: i64) -> Result<Option<String>> {
    mail_address::table
        .filter(mail_address::person_id.eq(person))
        .select(mail_address::address)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Sets, or with `None` forgets, the address of a person.
///
/// # Errors
/// When the database fails.
pub fn set_address(
    connection: &mut DbConnection,
    person: i64,
    address: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    diesel::delete(mail_address::table.filter(mail_address::person_id.eq(person))).execute(connection)?;
    let Some(address) = address else {
        return Ok(());
    };
    diesel::insert_into(mail_address::table)
        .values((
            mail_address::person_id.eq(person),
            mail_address::address.eq(address),
            mail_address::set_at.eq(now.0),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// At most `limit` notices of which nobody has seen yet to whom they are mailed, the oldest first.
///
/// # Errors
/// When the database fails.
pub fn unmailed(connection: &mut DbConnection, limit: i64) -> Result<Vec<UnmailedRow>> {
    notice::table
        .filter(notice::mailed_at.is_null())
        .order(notice::id)
        .limit(limit)
        .select((notice::id, notice::post, notice::opd, notice::made_at))
        .load(connection)
        .map_err(unavailable)
}

/// Says that it was seen to; tells whether nobody else had.
///
/// # Errors
/// When the database fails.
pub fn see_to(connection: &mut DbConnection, notice_id: i64, now: Timestamp) -> Result<bool> {
    let open = notice::table
        .filter(notice::id.eq(notice_id))
        .filter(notice::mailed_at.is_null());
    let changed = diesel::update(open)
        .set(notice::mailed_at.eq(Some(now.0)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// The addresses of those who hold a post on a day, of an agency where one is named.
///
/// # Errors
/// When the database fails.
pub fn addresses(connection: &mut DbConnection, post: &str, code: &str, today: &str) -> Result<Vec<String>> {
    let still = assignment::valid_until
        .is_null()
        .or(assignment::valid_until.ge(today));
    let mut held = assignment::table
        .inner_join(
            person::table
                .inner_join(mail_address::table)
                .left_join(opd::table),
        )
        .filter(assignment::role.eq(post))
        .filter(assignment::ended_at.is_null())
        .filter(assignment::valid_from.le(today))
        .filter(still)
        .filter(person::active.eq(true))
        .select(mail_address::address)
        .distinct()
        .into_boxed();
    if !code.is_empty() {
        held = held.filter(opd::code.eq(code));
    }
    held.load(connection).map_err(unavailable)
}

/// Adds what is to be mailed, unless it is there.
///
/// # Errors
/// When the database fails.
pub fn add(connection: &mut DbConnection, notice_id: i64, address: &str, now: Timestamp) -> Result<()> {
    diesel::insert_into(mail::table)
        .values((
            mail::notice_id.eq(notice_id),
            mail::address.eq(address),
            mail::attempts.eq(0),
            mail::next_at.eq(Some(now.0)),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// At most `limit` mails that are due, those that wait longest first.
///
/// # Errors
/// When the database fails.
pub fn due(connection: &mut DbConnection, now: Timestamp, limit: i64) -> Result<Vec<MailRow>> {
    mail::table
        .inner_join(notice::table.inner_join(integration::table))
        .filter(mail::next_at.le(now.0))
        .order((mail::next_at, mail::id))
        .limit(limit)
        .select((
            mail::id,
            mail::notice_id,
            mail::address,
            mail::attempts,
            mail::next_at,
            notice::kind,
            notice::step,
            notice::due,
            integration::variant,
            integration::year,
            integration::number,
            integration::subject,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// Makes due now what is planned for after `latest`, which only a clock that was ahead can have done.
///
/// # Errors
/// When the database fails.
pub fn plan_anew(connection: &mut DbConnection, latest: Timestamp, now: Timestamp) -> Result<usize> {
    diesel::update(mail::table.filter(mail::next_at.gt(latest.0)))
        .set(mail::next_at.eq(Some(now.0)))
        .execute(connection)
        .map_err(unavailable)
}

/// Whether a mail of a notice or of a miss is planned for after `latest`.
///
/// # Errors
/// When the database fails.
pub fn planned_after(connection: &mut DbConnection, latest: Timestamp) -> Result<bool> {
    let notices = mail::table.filter(mail::next_at.gt(latest.0));
    let misses = overdue_notice::table.filter(overdue_notice::next_at.gt(latest.0));
    diesel::select(exists(notices).or(exists(misses)))
        .get_result(connection)
        .map_err(unavailable)
}

/// Takes a mail to send it, up to `until`; tells whether nobody else has.
///
/// # Errors
/// When the database fails.
pub fn take(connection: &mut DbConnection, row: &MailRow, until: Timestamp) -> Result<bool> {
    let same = mail::table
        .filter(mail::id.eq(row.id))
        .filter(mail::next_at.eq(row.next_at));
    let changed = diesel::update(same)
        .set((
            mail::next_at.eq(Some(until.0)),
            mail::attempts.eq(mail::attempts + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Says that a mail was sent.
///
/// # Errors
/// When the database fails.
pub fn sent(connection: &mut DbConnection, id: i64, now: Timestamp) -> Result<()> {
    diesel::update(mail::table.filter(mail::id.eq(id)))
        .set((
            mail::sent_at.eq(Some(now.0)),
            mail::next_at.eq(None::<i64>),
            mail::failure.eq(None::<String>),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Says that a mail was not sent, and when it is tried again, if it is.
///
/// # Errors
/// When the database fails.
pub fn failed(connection: &mut DbConnection, id: i64, says: &str, again: Option<Timestamp>) -> Result<()> {
    diesel::update(mail::table.filter(mail::id.eq(id)))
        .set((
            mail::next_at.eq(again.map(|again| again.0)),
            mail::failure.eq(Some(says)),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
