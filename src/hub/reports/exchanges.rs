//! The monthly recap of exchanges, of one agency or of the province.
//!
//! Invariant: an agency's people are given their agency's alone.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Drafting, ReportView};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Forbidden, Result, Unknown};
use crate::hub::Hub;
use crate::report::ReportKind;
use crate::report::monthly::{Agency, Fact, Monthly, Recap};
use crate::report::paper::year_and_month;
use crate::store::exchanges::{Span, Total};
use crate::store::{self, DbConnection};
use crate::types::{OpdCode, Timestamp};

impl Hub {
    /// The recap of the month that begins with `month`, as the log is now. Whoever speaks for an agency and names none
    /// is given that of their own.
    ///
    /// # Errors
    /// Forbidden for another agency or the province, unknown where there is no such agency.
    pub fn exchange_recap(&self, reach: &Reach, month: Date, opd: Option<&OpdCode>) -> Result<Monthly> {
        let opd = match (reach, opd) {
            (Reach::Own(own), None) => Some(own),
            (_, opd) => opd,
        };
        if opd.is_some_and(|opd| !reach.covers(opd.as_str())) {
            return Err(Error::Forbidden(Forbidden::OtherOpd));
        }
        let now = self.clock.now();
        let next = month
            .checked_add(1.month())
            .map_err(|error| Error::Internal(error.to_string()))?;
        let span = Span {
            from: Timestamp::of_day_in(month, &self.config.time.zone),
            until: Timestamp::of_day_in(next, &self.config.time.zone),
        };
        self.store.read_at_once(|connection| {
            let names = names(connection)?;
            let agency = |code: &OpdCode| {
                let name = names.get(code.as_str()).cloned();
                let name = name.ok_or_else(|| Error::Unknown(Unknown::Opd(code.to_string())))?;
                let code = code.to_string();
                Ok::<_, Error>(Agency { code, name })
            };
            let recap = Recap {
                month,
                opd: opd.map(agency).transpose()?,
                as_of: now,
                over: now >= span.until,
            };
            let facts: Vec<Fact> = store::exchanges::totals(connection, span)?
                .into_iter()
                .map(fact)
                .collect();
            Ok(Monthly::of(recap, &facts, &names))
        })
    }

    /// Keeps the recap of a month as a draft.
    ///
    /// # Errors
    /// As [`Hub::exchange_recap`].
    pub fn draft_recap(&self, caller: &Caller, month: Date, opd: Option<&OpdCode>) -> Result<ReportView> {
        let figures = self.exchange_recap(&Reach::All, month, opd)?;
        let month = year_and_month(month);
        let drafting = Drafting {
            kind: ReportKind::Exchanges,
            subject: opd.map_or_else(|| month.clone(), |opd| format!("{month}/{opd}")),
            integration: None,
            opd: opd.map(ToString::to_string),
            run: None,
        };
        self.keep_draft(caller, &drafting, &figures)
    }
}

/// What agencies are called, by their codes.
fn names(connection: &mut DbConnection) -> Result<BTreeMap<String, String>> {
    let opds = store::opds::list(connection)?;
    Ok(opds.into_iter().map(|opd| (opd.code, opd.name)).collect())
}

fn fact(total: Total) -> Fact {
    let counts = (
        counted(total.calls),
        counted(total.records),
        counted(total.rejected),
        counted(total.bytes),
    );
    Fact {
        counts: Fact::counted(&total.action, &total.outcome, counts),
        opd: total.opd,
        dataset: total.dataset,
        action: total.action,
        outcome: total.outcome,
    }
}

/// A count as it comes from the database.
pub(super) fn counted(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
