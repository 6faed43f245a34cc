//! What people are called here.

use crate::access::Role;
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
