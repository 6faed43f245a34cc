//! What people are called here.

use crate::access::{Capacity, Role};
use crate::http::pages::say::Say;

/// What somebody is.
pub(in crate::http::pages) fn role(say: Say, role: Role) -> &'static str {
    match role {
        Role::Opd => "OPD",
        Role::TechnicalTeam => say.it("Tim Teknis", "Technical team"),
        Role::Supervisor => say.it("Pejabat Pengawas", "Supervisor"),
        Role::Administrator => say.it("Pejabat Administrator", "Head of division"),
        Role::Operator => say.it("Pengelola Sistem", "Operator"),
        Role::Steward => say.it("Walidata", "Data steward"),
        Role::Viewer => say.it("Pimpinan", "Leadership"),
        Role::Auditor => say.it("Auditor (Inspektorat)", "Auditor"),
    }
}

/// In which manner somebody holds an office.
pub(in crate::http::pages) fn capacity(say: Say, capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Definitive => say.it("Definitif", "Definitive"),
        Capacity::Plt => say.it("Plt. (jabatan kosong)", "Plt. (the office is vacant)"),
        Capacity::Plh => say.it("Plh. (pejabat berhalangan)", "Plh. (its holder is away)"),
    }
}
