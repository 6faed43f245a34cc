//! Data that was agreed and did not come is told to its owner: once for each miss, by mail to those who speak for the
//! agency and to the contract's contact. On the home page it stands for as long as it lasts (`hub::dashboard`).
//!
//! Invariant: who has sent is not told that nothing came: it is told some time after data was due, when the log is
//! summed.

use std::collections::{BTreeSet, HashSet};

use super::{CHUNK, TAKEN, after};
use crate::access::Role;
use crate::access::rules::Reach;
use crate::error::Result;
use crate::hub::{Freshness, Hub};
use crate::outbound::{Mail, Mailer, is_mail_address};
use crate::report::paper::date;
use crate::store;
use crate::store::overdue::OverdueRow;
use crate::types::Timestamp;

/// For how long data may be late before that is told, in milliseconds.
const GRACE: i64 = 10 * 60_000;

/// For how long it is kept that a miss was told which another followed, in milliseconds: ninety days.
const KEPT: i64 = 90 * 24 * 3_600_000;

impl Hub {
    /// Tells of agreed data that did not come; gives how many misses were told.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tell_of_overdue(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut late = self.out_of_date(&Reach::All)?;
        late.retain(|one| {
            one.late_since
                .is_some_and(|since| since.0.saturating_add(GRACE) <= now.0)
        });
        let Some(oldest) = late.iter().filter_map(|one| one.late_since).min() else {
            return Ok(0);
        };
        let told = self
            .store
            .read(|connection| store::overdue::told(connection, oldest, now))?;
        let told: HashSet<(i64, i64)> = told.into_iter().collect();
        let (catalog, mut count) = (self.catalog(), 0);
        for one in &late {
            let (Some(dataset), Some(since)) = (catalog.dataset(&one.dataset), one.late_since) else {
                continue;
            };
            if told.contains(&(dataset.number, since.0)) {
                continue;
            }
            let new = self.store.write(|connection| {
                let (today, _) = self.office_now();
                let (post, opd) = (Role::Opd.as_str(), one.dataset.opd.as_str());
                let mut addresses: BTreeSet<String> = BTreeSet::new();
                if self.config.mail.is_some() {
                    addresses.extend(store::mail::addresses(connection, post, opd, &today.to_string())?);
                    let contact = one.contact.as_ref().and_then(|contact| contact.email.clone());
                    addresses.extend(contact.filter(|email| is_mail_address(email)));
                }
                let addresses: Vec<String> = addresses.into_iter().collect();
                store::overdue::tell(connection, (dataset.number, since), &addresses, now)
            })?;
            if new {
                tracing::warn!(dataset = %one.dataset, since = %since, "agreed data did not come");
                count += 1;
            }
        }
        Ok(count)
    }

    /// Forgets one chunk of misses that are long over; tells how many rows went, 0 when nothing is left to forget.
    ///
    /// # Errors
    /// When the database fails; what was forgotten stays forgotten.
    pub fn forget_misses(&self) -> Result<usize> {
        let before = Timestamp(self.clock.now().0.saturating_sub(KEPT));
        let over = self
            .store
            .read(|connection| store::overdue::over(connection, before, CHUNK))?;
        match over.is_empty() {
            true => Ok(0),
            false => self
                .store
                .write(|connection| store::overdue::forget(connection, &over)),
        }
    }

    /// Mails what was told and not mailed yet.
    pub(super) fn send_overdue(&self, mailer: &Mailer) -> Result<()> {
        loop {
            let now = self.clock.now();
            let rows = self
                .store
                .read(|connection| store::overdue::due(connection, now, CHUNK))?;
            if rows.is_empty() {
                return Ok(());
            }
            let late = self.freshness(&Reach::All)?;
            for row in rows {
                if self.stopping() || !self.send_miss(mailer, &row, &late)? {
                    return Ok(());
                }
            }
        }
    }

    /// Sends one, unless another hub does; tells whether the server was reached.
    fn send_miss(&self, mailer: &Mailer, row: &OverdueRow, late: &[Freshness]) -> Result<bool> {
        let now = self.clock.now();
        let taken = self
            .store
            .write(|connection| store::overdue::take(connection, row, after(now, TAKEN)))?;
        if !taken {
            return Ok(true);
        }
        let catalog = self.catalog();
        let number = |one: &Freshness| catalog.dataset(&one.dataset).map(|known| known.number);
        let is_this = |one: &&Freshness| {
            number(one) == Some(row.dataset) && one.late_since == Some(Timestamp(row.since))
        };
        let Some(one) = late.iter().find(is_this) else {
            self.store.write(|connection| {
                let why = "it came meanwhile, or is agreed no longer";
                store::overdue::ended(connection, row.id, Err((why, None)))
            })?;
            return Ok(true);
        };
        let (subject, text) = self.miss_words(one, Timestamp(row.since));
        let mail = Mail {
            to: &row.address,
            subject: &subject,
            text,
            id: format!("overdue-{}", row.id),
            at: now,
        };
        let (outcome, reached) = self.hand_over(mailer, &mail, row.attempts);
        self.store.write(|connection| {
            let outcome = outcome.as_ref().map(|at| *at);
            store::overdue::ended(
                connection,
                row.id,
                outcome.map_err(|(says, again)| (says.as_str(), *again)),
            )
        })?;
        Ok(reached)
    }

    /// The subject and the text of the mail about a miss.
    fn miss_words(&self, one: &Freshness, since: Timestamp) -> (String, String) {
        let last = one.last_push.max(one.last_change);
        let last = last.map_or_else(|| "belum pernah".to_owned(), |at| self.day_and_time(at));
        let subject = format!("Data belum masuk: {}", one.dataset);
        let text = format!(
            "Data yang disepakati belum masuk.\n\n{} ({})\nSeharusnya masuk paling lambat: {}\nTerakhir masuk: {last}\n\n\
             Periksa aplikasi yang mengirimnya, lalu kirim datanya. Keadaannya ada di {}.\n",
            one.title,
            one.dataset,
            self.day_and_time(since),
            self.config.http.public_url
        );
        (subject, text)
    }

    /// A moment as people in the province write it.
    fn day_and_time(&self, at: Timestamp) -> String {
        let time = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MAX);
        let local = self.config.time.zone.to_datetime(time);
        format!(
            "{} pukul {:02}.{:02}",
            date(local.date()),
            local.hour(),
            local.minute()
        )
    }
}
