//! What an integration is about, who takes part and who is responsible: changed while it runs.
//!
//! Not here: its steps (`moves`). Invariant: what is over does not change, and who has the file follows the parties.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Hub, Loaded, malformed, refused};
use crate::access::rules::Reach;
use crate::error::{Error, Forbidden, Result};
use crate::hub::Actor;
use crate::hub::access::find_opd;
use crate::integration::IntegrationNumber;
use crate::integration::file::{Party, Refusal};
use crate::integration::procedure::Side;
use crate::store::integrations::DecreeRow;
use crate::store::integrations::parts::ResponsibleRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, OpdCode};

/// The longest text of an integration, in characters.
const MAX_TEXT: usize = 500;

/// What changes of an integration; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it is about.
    pub subject: Option<String>,
    /// Who takes part.
    pub parties: Option<Vec<Party>>,
    /// The contracts that it is about.
    pub contracts: Option<Vec<DatasetId>>,
    /// Who is responsible.
    pub responsible: Option<Vec<Responsible>>,
    /// The decree that appoints the technical team: number, day, title.
    pub decree: Option<(String, Date, Option<String>)>,
}

/// Somebody responsible.
#[derive(Debug, Clone)]
pub struct Responsible {
    /// Their agency.
    pub opd: Option<OpdCode>,
    /// What they are called.
    pub name: String,
    /// Their number as a civil servant.
    pub nip: Option<String>,
    /// Their office.
    pub office: Option<String>,
    /// What they are responsible for.
    pub duty: String,
    /// How they are reached.
    pub contact: Option<String>,
}

impl Hub {
    /// Changes an integration.
    ///
    /// # Errors
    /// Forbidden to those who see their own agency's alone; unknown where an agency is; a conflict when it is over.
    pub fn change_integration(
        &self,
        actor: &Actor,
        reach: &Reach,
        number: IntegrationNumber,
        change: &Change,
    ) -> Result<()> {
        if *reach != Reach::All {
            return Err(Error::Forbidden(Forbidden::Role));
        }
        self.store.write(|connection| {
            let loaded = self.locked_file(connection, number, reach)?;
            if loaded.file.is_over() {
                return Err(refused(&Refusal::State(loaded.file.state)));
            }
            let before = self.described(connection, &loaded)?;
            self.keep_change(connection, &loaded, change)?;
            let loaded = self.loaded(connection, number, reach)?;
            let calendar = self.calendar(connection)?;
            self.keep_stand(connection, &loaded, &calendar)?;
            self.tell_new_holders(connection, &loaded)?;
            let after = self.described(connection, &loaded)?;
            self.audited_deed(
                connection,
                actor,
                "integration.change",
                number,
                (Some(before), after),
            )
        })
    }

    fn keep_change(&self, connection: &mut DbConnection, loaded: &Loaded, change: &Change) -> Result<()> {
        let id = loaded.row.id;
        let subject = change.subject.as_deref().map(checked_text).transpose()?;
        let decree = match &change.decree {
            None => loaded.row.decree.clone(),
            Some((number, on, title)) => DecreeRow {
                number: Some(checked_text(number)?.to_owned()),
                on: Some(on.to_string()),
                title: checked(title.as_deref())?,
            },
        };
        store::integrations::describe(connection, id, subject.unwrap_or(&loaded.row.subject), &decree)?;
        if let Some(parties) = &change.parties {
            if !parties.iter().any(|party| party.side == Side::Asker) {
                return Err(malformed(
                    "Harus ada OPD yang mengajukan (side: asker).",
                    "There must be an OPD that asks for it (side: asker).",
                ));
            }
            self.keep_parties(connection, id, parties)?;
        }
        if let Some(contracts) = &change.contracts {
            let datasets: Vec<String> = contracts.iter().map(ToString::to_string).collect();
            store::integrations::parts::replace_contracts(connection, id, &datasets)?;
        }
        if let Some(people) = &change.responsible {
            let mut rows = Vec::new();
            for person in people {
                rows.push(responsible_row(connection, person)?);
            }
            store::integrations::parts::replace_responsible(connection, id, &rows)?;
        }
        Ok(())
    }

    /// What an integration is about, for the audit log.
    fn described(&self, connection: &mut DbConnection, loaded: &Loaded) -> Result<Value> {
        let people = store::integrations::parts::responsible(connection, loaded.row.id)?;
        let people: Vec<Value> = people
            .iter()
            .map(|person| {
                json!({
                    "opd": person.opd, "name": person.name, "nip": person.nip, "office": person.office,
                    "duty": person.duty, "contact": person.contact,
                })
            })
            .collect();
        let decree = &loaded.row.decree;
        Ok(json!({
            "subject": loaded.row.subject,
            "parties": loaded.parties.iter().map(|party| json!([party.opd, party.side])).collect::<Vec<_>>(),
            "contracts": loaded.contracts.iter().map(|row| row.dataset.as_str()).collect::<Vec<_>>(),
            "responsible": people,
            "decree": [&decree.number, &decree.on, &decree.title],
        }))
    }
}

fn responsible_row(
    connection: &mut DbConnection,
    person: &Responsible,
) -> Result<(Option<i64>, ResponsibleRow)> {
    let opd = person
        .opd
        .as_ref()
        .map(|opd| find_opd(connection, opd))
        .transpose()?;
    let row = ResponsibleRow {
        opd: None,
        name: checked_text(&person.name)?.to_owned(),
        nip: checked(person.nip.as_deref())?,
        office: checked(person.office.as_deref())?,
        duty: checked_text(&person.duty)?.to_owned(),
        contact: checked(person.contact.as_deref())?,
    };
    Ok((opd.map(|opd| opd.id), row))
}

fn checked(text: Option<&str>) -> Result<Option<String>> {
    text.map(|text| checked_text(text).map(str::to_owned)).transpose()
}

/// A text for people: not empty, not endless, on one line.
pub(super) fn checked_text(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err(malformed(
            format!("Teks harus 1 sampai {MAX_TEXT} karakter dalam satu baris."),
            format!("A text must have 1 to {MAX_TEXT} characters on one line."),
        ));
    }
    Ok(text)
}
