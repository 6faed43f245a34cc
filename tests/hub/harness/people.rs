//! People of a test: added beside HTTP, signed in through it.

use std::sync::OnceLock;

use mahakam::access::{Capacity, PersonName, Role, StoredPassword};
use mahakam::hub::{NewAssignment, NewPerson};
use mahakam::types::OpdCode;
use serde_json::json;

use super::{Answer, Call, TestHub, actor};

/// The password of everybody in the suite.
pub const PASSWORD: &str = "kuda biru di sungai";

impl TestHub {
    /// Adds a person with these roles, and their agency where there is none.
    pub fn add_person(&self, name: &str, roles: &[Role], opd: Option<&str>) {
        // Hashing is slow on purpose; one hash serves all.
        static HASH: OnceLock<StoredPassword> = OnceLock::new();
        let name: PersonName = name.parse().unwrap();
        let hash = HASH.get_or_init(|| self.hub.new_password(&name, PASSWORD).unwrap());
        let opd: Option<OpdCode> = opd.map(|opd| {
            self.key(opd);
            opd.parse().unwrap()
        });
        let new = NewPerson {
            full_name: format!("Saudara {name}"),
            name,
            nip: None,
            rank: None,
            office: None,
            opd,
        };
        let roles: Vec<NewAssignment> = roles.iter().map(|role| assignment(*role)).collect();
        self.hub.add_person(&actor(), &new, hash, &roles).unwrap();
    }

    /// A request to sign in.
    pub fn sign_in(&self, name: &str, password: &str) -> Call {
        let body = json!({"name": name, "password": password});
        self.call("POST", "/session").json(body)
    }

    /// Adds a person and signs them in; gives the cookie.
    pub async fn person(&self, name: &str, roles: &[Role], opd: Option<&str>) -> String {
        self.add_person(name, roles, opd);
        cookie(&self.sign_in(name, PASSWORD).await)
    }
}

impl Call {
    /// With the cookie of somebody who signed in, from a program.
    pub fn cookie(self, cookie: &str) -> Self {
        self.header("Cookie", cookie).header("X-Requested-With", "test")
    }
}

/// The cookie that an answer sets, as a browser sends it back.
pub fn cookie(answer: &Answer) -> String {
    answer.is(200);
    let set = answer.header("set-cookie");
    set.split(';').next().unwrap().to_owned()
}

/// A role from today on, for as long as one likes.
pub fn assignment(role: Role) -> NewAssignment {
    NewAssignment {
        role,
        capacity: Capacity::Definitive,
        order_number: None,
        from: None,
        until: None,
    }
}
