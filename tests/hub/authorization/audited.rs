//! Everything that changes something leaves an entry in the audit log.

use std::collections::HashMap;

use mahakam::access::{Role, SessionId};

use super::matrix::request;
use super::table::{May, Row, SESSION, filled, rows};
use crate::harness::{ADMIN_KEY, PASSWORD, TestHub, actor, assignment};

/// What is sent with another method than GET and changes nothing.
const READS: [&str; 4] = [
    "check_contract",
    "test_connector",
    "preview_mapping",
    "read_notices",
];

/// What the table changes the password of whoever signed in to.
const CHANGED: &str = "ikan merah di laut";

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk through all operations")]
async fn every_operation_that_changes_something_is_in_the_audit_log() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().display();
    let hub = TestHub::builder()
        .setting("MAHAKAM_BACKUP_FOLDER", backups)
        .start()
        .await;
    let (application, key) = hub.new_application("bkd", "lain");
    let siti = hub.person("siti", &[Role::Viewer], None).await;
    hub.add_person("budi", &[], None);
    let budi = "budi".parse().unwrap();
    let assigned = hub
        .hub
        .assign(&actor(), &budi, &assignment(Role::Steward))
        .unwrap();
    let mut actors = HashMap::new();
    for role in [
        Role::Opd,
        Role::TechnicalTeam,
        Role::Supervisor,
        Role::Administrator,
    ] {
        let opd = (role == Role::Opd).then_some("bkd");
        let cookie = hub.person(&format!("x-{role}"), &[role], opd).await;
        actors.insert(role.as_str(), cookie);
    }
    let own = hub.hub.sessions_of(&"siti".parse().unwrap()).unwrap()[0]
        .id
        .clone();
    let mut beside = hub.database.beside();
    for (row, method, path) in rows() {
        let reads = method == "GET" || READS.contains(&row.id);
        assert_eq!(
            row.audited.is_none(),
            reads,
            "{} changes something, or does not",
            row.id
        );
        let Some(action) = row.audited else { continue };
        super::prepare(&hub, row);
        if row.id == "undo_dataset" {
            let fresh = hub.hub.rotate_key(&actor(), application).unwrap().key;
            assert_ne!(fresh, key);
            let baru = hub.api("bkd/baru/v1", Some(&fresh));
            baru.push(r#"{"id":"a"}"#).await.is(201);
        }
        let mut path = filled(&path, application, assigned.id);
        if row.id == "revoke_key" {
            let key = hub.hub.rotate_key(&actor(), application).unwrap().key;
            path = path.replace("0000000000000000", key.split('_').nth(1).unwrap());
        }
        if path.contains(SESSION) {
            path = path.replace(SESSION, &another_session(&hub, row, &own).await);
        }
        let (call, by) = match row.may {
            May::SignedIn => {
                let call = request(&hub, row, &method, &path);
                (call.cookie(&siti), "person:siti".to_owned())
            }
            May::Anybody => (hub.sign_in("siti", PASSWORD), "person:siti".to_owned()),
            May::Known | May::These(_) => {
                let call = request(&hub, row, &method, &path);
                (call.key(ADMIN_KEY), "admin-key".to_owned())
            }
            May::Acts(names) => {
                let role = names.split(' ').next().unwrap();
                let call = request(&hub, row, &method, &path);
                (call.cookie(&actors[role]), format!("person:x-{role}"))
            }
        };
        let count = format!("SELECT count(*) FROM audit WHERE action = '{action}' AND actor = '{by}'");
        let before = beside.number(&count);
        let answer = call.await;
        assert!((200..300).contains(&answer.status), "{}: {answer:?}", row.id);
        assert_eq!(
            beside.number(&count),
            before + 1,
            "{} leaves no '{action}' by {by}",
            row.id
        );
    }
}

/// The id of a session that may be ended: of whoever asks, beside the one by which they do, or of `budi`.
async fn another_session(hub: &TestHub, row: &Row, own: &SessionId) -> String {
    let (name, password) = match row.may {
        May::SignedIn => ("siti", CHANGED),
        May::Anybody | May::Known | May::These(_) | May::Acts(_) => ("budi", PASSWORD),
    };
    hub.sign_in(name, password).await.is(200);
    let sessions = hub.hub.sessions_of(&name.parse().unwrap()).unwrap();
    let fresh = sessions.iter().find(|one| one.id != *own).unwrap();
    fresh.id.to_string()
}
