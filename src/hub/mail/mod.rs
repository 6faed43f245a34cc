//! Notices by mail: to whom each goes, when it is sent, when it is tried again.
//!
//! `words` says what stands in one. Not here: which notices there are (`hub::integrations`), nor how mail is given to a
//! server (`outbound`). Invariant: a notice goes to an address at least once, as long as the server takes it within three
//! days, and twice only where the hub ends between the server's answer and writing that down.

mod overdue;
mod words;

use serde_json::json;

use super::people::{find_person, locked};
use super::{Actor, Hub};
use crate::access::PersonName;
use crate::config::Config;
use crate::error::{Error, Malformed, Result};
use crate::outbound::{Mail, Mailer, is_mail_address};
use crate::store;
use crate::store::mail::{MailRow, UnmailedRow};
use crate::types::{CLOCKS_APART, Text, Timestamp};

/// How many are seen to at once.
const CHUNK: i64 = 50;

/// Older notices are not mailed: they come from a time without a mail server.
const OLD: i64 = 24 * 3_600_000;

/// For how long a hub has taken a mail that it sends: longer than a server may take for all its answers.
const TAKEN: i64 = 10 * 60_000;

/// How long to wait after each failure, in minutes; the last one goes on for three days.
const WAITS: [i64; 6] = [1, 5, 15, 60, 240, 720];

/// How often a mail is tried.
const ATTEMPTS: i32 = 11;

/// Makes sure that mail can be sent as the settings say, without sending any.
///
/// # Errors
/// Internal, with what is wrong with them.
pub fn check_mail(config: &Config) -> Result<()> {
    let mailer = config.mail.as_ref().map(Mailer::new).transpose();
    mailer.map(|_| ()).map_err(Error::Internal)
}

impl Hub {
    /// The address to which a person's notices are mailed.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name.
    pub fn mail_address(&self, name: &PersonName) -> Result<Option<String>> {
        self.store.read_at_once(|connection| {
            let person = find_person(connection, name)?;
            store::mail::address(connection, person.id)
        })
    }

    /// Sets, or with `None` forgets, the address to which a person's notices are mailed.
    ///
    /// # Errors
    /// Malformed for what is no address; unknown where nobody signs in by this name.
    pub fn set_mail_address(&self, actor: &Actor, name: &PersonName, address: Option<&str>) -> Result<()> {
        let address = address.map(str::trim);
        if address.is_some_and(|address| !is_mail_address(address)) {
            return Err(Error::Malformed(Malformed::Body(Text::new(
                "address harus alamat surel, misalnya siti@bkd.kaltimprov.go.id.",
                "address must be a mail address, such as siti@bkd.kaltimprov.go.id.",
            ))));
        }
        self.store.write(|connection| {
            let person = locked(connection, name)?;
            let before = store::mail::address(connection, person.id)?;
            store::mail::set_address(connection, person.id, address, self.clock.now())?;
            let before = json!({"address": before}).to_string();
            let after = json!({"address": address}).to_string();
            self.changed(
                connection,
                actor,
                "person.mail",
                name.to_string(),
                Some(before),
                Some(after),
            )
        })
    }

    /// Mails the notices that are due. Does nothing without a mail server; one that fails is told of in the log.
    ///
    /// # Errors
    /// When the database fails, or the settings name no server that could be.
    pub fn send_notices(&self) -> Result<()> {
        let Some(config) = &self.config.mail else {
            return Ok(());
        };
        let mailer = Mailer::new(config).map_err(Error::Internal)?;
        self.plan_mails_anew()?;
        while !self.stopping() && self.see_to_notices()? {}
        self.send_overdue(&mailer)?;
        loop {
            let now = self.clock.now();
            let rows = self
                .store
                .read(|connection| store::mail::due(connection, now, CHUNK))?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                if self.stopping() || !self.send_one(&mailer, &row)? {
                    return Ok(());
                }
            }
        }
    }

    /// Makes due now what a clock that was ahead planned for later than any mail can wait.
    fn plan_mails_anew(&self) -> Result<()> {
        let now = self.clock.now();
        let longest = WAITS.iter().max().copied().unwrap_or_default() * 60_000;
        let latest = after(now, longest + CLOCKS_APART);
        let is_far = |connection: &mut _| store::mail::planned_after(connection, latest);
        if !self.store.read(is_far)? {
            return Ok(());
        }
        let mails = self.store.write(|connection| {
            let notices = store::mail::plan_anew(connection, latest, now)?;
            Ok(notices + store::overdue::plan_anew(connection, latest, now)?)
        })?;
        tracing::warn!(mails, "mails that a clock planned that was ahead are due now");
        Ok(())
    }

    /// Sees to it to whom the next notices are mailed; tells whether there may be more.
    fn see_to_notices(&self) -> Result<bool> {
        let rows = self
            .store
            .read(|connection| store::mail::unmailed(connection, CHUNK))?;
        if rows.is_empty() {
            return Ok(false);
        }
        self.store.write(|connection| {
            let (now, (today, _)) = (self.clock.now(), self.office_now());
            for UnmailedRow {
                id,
                post,
                opd,
                made_at,
            } in &rows
            {
                if !store::mail::see_to(connection, *id, now)? || now.0.saturating_sub(*made_at) > OLD {
                    continue;
                }
                for address in store::mail::addresses(connection, post, opd, &today.to_string())? {
                    store::mail::add(connection, *id, &address, now)?;
                }
            }
            Ok(true)
        })
    }

    /// Sends a mail, unless another hub does; tells whether the server was reached.
    fn send_one(&self, mailer: &Mailer, row: &MailRow) -> Result<bool> {
        let now = self.clock.now();
        let taken = self
            .store
            .write(|connection| store::mail::take(connection, row, after(now, TAKEN)))?;
        if !taken {
            return Ok(true);
        }
        let (subject, text) = self.mail_words(row)?;
        let mail = Mail {
            to: &row.address,
            subject: &subject,
            text,
            id: format!("notice-{}-{}", row.notice_id, row.id),
            at: now,
        };
        let (outcome, reached) = self.hand_over(mailer, &mail, row.attempts);
        self.store.write(|connection| match &outcome {
            Ok(at) => store::mail::sent(connection, row.id, *at),
            Err((says, again)) => store::mail::failed(connection, row.id, says, *again),
        })?;
        Ok(reached)
    }

    /// Hands a mail to the server that was tried `attempts` times before; tells also whether the server was reached.
    fn hand_over(&self, mailer: &Mailer, mail: &Mail<'_>, attempts: i32) -> (Outcome, bool) {
        match mailer.send(mail) {
            Ok(()) => (Ok(self.clock.now()), true),
            Err(failure) => {
                let again = again_at(mail.at, attempts + 1).filter(|_| !failure.is_final);
                tracing::warn!(
                    mail = mail.id,
                    cause = failure.says,
                    gives_up = again.is_none(),
                    "a notice could not be mailed"
                );
                (Err((failure.says, again)), !failure.is_unreached)
            }
        }
    }
}

/// What became of a mail: when the server took it, or what it said and when it is tried again, if it is.
type Outcome = std::result::Result<Timestamp, (String, Option<Timestamp>)>;

/// When a mail that failed so often is tried again.
fn again_at(now: Timestamp, attempts: i32) -> Option<Timestamp> {
    let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or_default();
    let minutes = WAITS.get(place).or(WAITS.last()).copied()?;
    (attempts < ATTEMPTS).then(|| after(now, minutes * 60_000))
}

fn after(now: Timestamp, milliseconds: i64) -> Timestamp {
    Timestamp(now.0.saturating_add(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_fails_is_tried_again_with_growing_waits_for_three_days() {
        let mut now = Timestamp(0);
        let mut waits = Vec::new();
        for attempt in 1.. {
            let Some(again) = again_at(now, attempt) else {
                break;
            };
            waits.push((again.0 - now.0) / 60_000);
            now = again;
        }
        assert_eq!(waits, [1, 5, 15, 60, 240, 720, 720, 720, 720, 720]);
        assert!(now.0 > 2 * 24 * 3_600_000 && now.0 < 4 * 24 * 3_600_000);
    }
}
