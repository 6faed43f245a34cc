//! `mahakam user` at a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Output, Stdio};
use std::sync::{Arc, Mutex};

use mahakam::types::Clock;
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::Value;

use crate::harness::{TestHub, eventually, program};

/// A command with a terminal in front, whose standard output goes elsewhere.
struct Typed {
    child: Child,
    terminal: File,
    shown: Arc<Mutex<String>>,
}

impl Typed {
    fn start(hub: &TestHub, arguments: &[&str]) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let side = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let child = program(hub.database.url())
            .arg("--json")
            .args(arguments)
            .stdin(side.try_clone().unwrap())
            .stderr(side)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let shown = Arc::default();
        let typed = Typed {
            child,
            terminal: terminal.into(),
            shown: Arc::clone(&shown),
        };
        let mut screen = typed.terminal.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            // It fails when the command has ended and nobody holds the other side any more.
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]);
                shown.lock().unwrap().push_str(&text);
            }
        });
        typed
    }

    /// Answers a question once it was asked, and what is typed is not shown any more.
    async fn answer(&mut self, question: &str, text: &str) {
        eventually(question, || async {
            let asked = self.shown.lock().unwrap().contains(question);
            let hidden = !tcgetattr(&self.terminal)
                .unwrap()
                .local_modes
                .contains(LocalModes::ECHO);
            (asked && hidden).then_some(())
        })
        .await;
        writeln!(self.terminal, "{text}").unwrap();
    }

    fn end(self) -> (Output, String) {
        let output = self.child.wait_with_output().unwrap();
        let shown = self.shown.lock().unwrap().clone();
        (output, shown)
    }
}

const ADD: [&str; 7] = ["user", "add", "siti", "--name", "Siti", "--role", "viewer"];

#[tokio::test]
async fn a_password_is_asked_for_twice_at_a_terminal_and_never_shown() {
    let hub = TestHub::builder().clock(Clock::System).start().await;
    let mut typed = Typed::start(&hub, &ADD);
    typed.answer("Password for siti", "ikan merah di laut").await;
    typed.answer("The same again", "ikan merah di laut").await;
    let (output, shown) = typed.end();
    assert!(output.status.success(), "{output:?} {shown}");
    assert!(!shown.contains("ikan"), "{shown}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["password"], Value::Null);
    hub.sign_in("siti", "ikan merah di laut").await.is(200);
    let mut typed = Typed::start(&hub, &["user", "password", "siti"]);
    typed.answer("Password for siti", "kuda hijau di laut").await;
    typed.answer("The same again", "kuda hijau di laut").await;
    assert!(typed.end().0.status.success());
    hub.sign_in("siti", "kuda hijau di laut").await.is(200);
}

#[tokio::test]
async fn two_passwords_that_differ_add_nobody() {
    let hub = TestHub::start().await;
    let mut typed = Typed::start(&hub, &ADD);
    typed.answer("Password for siti", "ikan merah di laut").await;
    typed.answer("The same again", "ikan merah di darat").await;
    let (output, _) = typed.end();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    // What may not be chosen is told before it is asked for again.
    let mut typed = Typed::start(&hub, &ADD);
    typed.answer("Password for siti", "pendek").await;
    let (output, shown) = typed.end();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!shown.contains("The same again"), "{shown}");
    assert!(hub.hub.people().unwrap().is_empty());
}
