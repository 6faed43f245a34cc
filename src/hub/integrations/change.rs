//! What an integration is about, who takes part and who is responsible: changed while it runs.
//!
//! Not here: its steps (`moves`). Invariant: what is over does not change, and who has the file follows the parties.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Hub, Loaded, malformed, refused, who};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Forbidden, Result};
use crate::hub::Actor;
use crate::hub::access::find_opd;
use crate::integration::IntegrationNumber;
use crate::integration::file::{Party, Refusal};
use crate::integration::procedure::{Post, Side};
use crate::store::integrations::DecreeRow;
use crate::store::integrations::parts::ResponsibleRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, OpdCode, Text};

/// Who says which agencies take part.
const PARTIES_BY: [Post; 3] = [Post::TechnicalTeam, Post::Supervisor, Post::Administrator];

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
    /// Why others take part.
    pub reason: Option<String>,
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
    /// Forbidden to those who see their own agency's alone; unknown where an agency is; a conflict when it is over, or
    /// holds to what would change.
    pub fn change_integration(
        &self,
        caller: &Caller,
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
            self.may_change(caller, &loaded, change)?;
            self.keep_change(connection, &loaded, change)?;
            let loaded = self.loaded(connection, number, reach)?;
            let calendar = self.calendar(connection)?;
            self.keep_stand(connection, &loaded, &calendar)?;
            self.tell_new_holders(connection, &loaded)?;
            let mut after = self.described(connection, &loaded)?;
            if let Some(members) = after.as_object_mut() {
                let reason = change.reason.as_deref().map(str::trim);
                members.insert("reason".into(), json!(reason));
            }
            self.audited_deed(
                connection,
                &Actor::of(caller),
                "integration.change",
                number,
                (Some(before), after),
            )
        })
    }

    /// Who takes part is changed by those who run the procedure, with a reason, and as long as nobody goes whose part is
    /// still to come; what it is about stays once a step was left that is tied to it.
    fn may_change(&self, caller: &Caller, loaded: &Loaded, change: &Change) -> Result<()> {
        if let Some(parties) = change
            .parties
            .as_ref()
            .filter(|parties| !same(parties, &loaded.parties))
        {
            let posts = match caller {
                Caller::Person(person) => who::posts(person),
                Caller::Anonymous | Caller::Application(_) | Caller::Management => Vec::new(),
            };
            if !posts.iter().any(|(post, _)| PARTIES_BY.contains(post)) {
                let names = PARTIES_BY.map(Post::title).join(", ");
                return Err(Error::Forbidden(Forbidden::Step(Text::new(
                    format!("OPD yang ikut serta (parties) diubah oleh: {names}."),
                    format!("Who takes part (parties) is changed by: {names}."),
                ))));
            }
            if change.reason.is_none() {
                return Err(refused(&Refusal::Reason));
            }
            let may = loaded
                .file
                .may_replace(self.step_of(loaded)?, &loaded.parties, parties);
            may.map_err(|refusal| refused(&refusal))?;
        }
        change.reason.as_deref().map(checked_text).transpose()?;
        let tied = self.variant(&loaded.row.variant)?.first_tied();
        if let Some(contracts) = change
            .contracts
            .as_ref()
            .filter(|_| tied.is_some_and(|tied| loaded.file.step() > tied))
        {
            let stands = |dataset: &DatasetId| {
                loaded
                    .contracts
                    .iter()
                    .any(|row| row.dataset == dataset.to_string())
            };
            if contracts.len() != loaded.contracts.len() || !contracts.iter().all(stands) {
                return Err(refused(&Refusal::Tied(tied.unwrap_or_default())));
            }
        }
        Ok(())
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

/// Whether these are the same parties, in whatever order.
fn same(one: &[Party], other: &[Party]) -> bool {
    one.iter().all(|party| other.contains(party)) && other.iter().all(|party| one.contains(party))
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
