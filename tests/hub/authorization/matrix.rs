//! Everybody tries everything.

use mahakam::access::Role;
use mahakam::contract::contract_digest;
use serde_json::{Value, json};

use super::table::{CONTRACT, May, Row, filled, rows};
use crate::harness::{ADMIN_KEY, Answer, Call, TestHub, actor, assignment};

/// Somebody who tries.
struct Caller {
    /// As the table names them.
    name: String,
    credentials: Credentials,
    /// Whether they belong to another agency than the one it is about.
    elsewhere: bool,
}

enum Credentials {
    None,
    Key(String),
    Cookie(String),
}

impl Caller {
    fn calls(&self, call: Call) -> Call {
        match &self.credentials {
            Credentials::None => call,
            Credentials::Key(key) => call.key(key),
            Credentials::Cookie(cookie) => call.cookie(cookie),
        }
    }

    fn may(&self, row: &Row) -> bool {
        match row.may {
            May::Anybody => true,
            May::Known => !matches!(self.credentials, Credentials::None),
            May::SignedIn => matches!(self.credentials, Credentials::Cookie(_)),
            May::These(names) | May::Acts(names) => {
                !self.elsewhere && names.split(' ').any(|name| name == self.name)
            }
        }
    }
}

/// Everybody: without credentials, as an application, with the management key, in each role, and as
/// one who speaks for another agency.
async fn everybody(hub: &TestHub) -> Vec<Caller> {
    let mut all = Vec::new();
    let mut add = |name: &str, credentials, elsewhere| {
        let name = name.to_owned();
        all.push(Caller {
            name,
            credentials,
            elsewhere,
        });
    };
    add("nobody", Credentials::None, false);
    add("application", Credentials::Key(hub.key("bkd")), false);
    add("key", Credentials::Key(ADMIN_KEY.into()), false);
    for role in Role::ALL {
        let opd = (role == Role::Opd).then_some("bkd");
        let cookie = hub.person(&format!("x-{role}"), &[role], opd).await;
        add(role.as_str(), Credentials::Cookie(cookie), false);
    }
    let cookie = hub.person("x-elsewhere", &[Role::Opd], Some("dinkes")).await;
    add("opd", Credentials::Cookie(cookie), true);
    let cookie = hub.person("x-without", &[], Some("bkd")).await;
    add("no role", Credentials::Cookie(cookie), false);
    all
}

/// Whether an answer says that this caller may not do this.
fn refused(answer: &Answer) -> bool {
    let code = (answer.status >= 400).then(|| answer.json()["code"].clone());
    code.is_some_and(|code| ["credentials-missing", "forbidden"].iter().any(|no| code == *no))
}

fn body(row: &Row) -> Option<String> {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    let agreed = json!({
        "contract_digest": contract_digest(&contract).to_string(),
        "signers": [{"name": "Siti", "office": "Kepala BKD", "on": "2026-03-02"}]
    });
    let body = row.body.replace("{agreed}", &agreed.to_string());
    (!body.is_empty()).then_some(body)
}

/// A request to an operation, by nobody yet.
pub fn request(hub: &TestHub, row: &Row, method: &str, path: &str) -> Call {
    let call = hub.call(method, &format!("{path}{}", row.query));
    match body(row) {
        Some(body) => call.json(body),
        None => call,
    }
}

#[tokio::test]
async fn every_operation_is_for_those_whom_the_table_names_and_for_nobody_else() {
    let hub = TestHub::start().await;
    let everybody = everybody(&hub).await;
    let (application, _) = hub.new_application("bkd", "lain");
    hub.add_person("budi", &[Role::Viewer], None);
    let budi = "budi".parse().unwrap();
    let assigned = hub
        .hub
        .assign(&actor(), &budi, &assignment(Role::Steward))
        .unwrap();
    let mut wrong = Vec::new();
    for (row, method, path) in rows() {
        let path = filled(&path, application, assigned.id);
        super::prepare(&hub, row);
        // Those who may not come first: what they are refused is there to be had.
        let mut callers: Vec<&Caller> = everybody.iter().collect();
        callers.sort_by_key(|caller| caller.may(row));
        for caller in callers {
            let answer = caller.calls(request(&hub, row, &method, &path)).await;
            let about = [&path, row.query, row.body]
                .iter()
                .any(|text| text.contains("bkd"));
            let list = caller.elsewhere && !about;
            let hidden = caller.elsewhere && answer.status == 404;
            let expected = match caller.may(row) {
                true => !refused(&answer) && ![405, 500].contains(&answer.status),
                // A list is empty for them; what a number leads to is not told.
                false
                    if list
                        && matches!(row.may, May::These(names) | May::Acts(names) if names.contains("opd")) =>
                {
                    hidden || answer.status == 200
                }
                false => refused(&answer) || hidden,
            };
            if !expected {
                wrong.push(format!(
                    "{} as {}: {} {}",
                    row.id, caller.name, answer.status, answer.body
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
