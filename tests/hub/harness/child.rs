//! [`Child`]: the real program as a process of its own, to be killed.

use std::net::TcpListener;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::database::settings;
use super::{Api, Call, Database, client, eventually};

/// `mahakam serve` on a free port.
pub struct Child {
    process: std::process::Child,
    /// `http://127.0.0.1:<port>`.
    pub url: String,
}

/// The program with settings for `database` and none of the environment's own.
pub fn program(database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mahakam"));
    command
        .env_clear()
        .envs(settings(database))
        .current_dir(std::env::temp_dir());
    command
}

impl Child {
    /// Starts it and waits until it is ready.
    pub async fn start(database: &Database) -> Self {
        Self::start_as(program(database.url())).await
    }

    /// The same for a program that is set up already.
    pub async fn start_as(mut program: Command) -> Self {
        let url = format!("http://127.0.0.1:{}", free_port());
        let process = program
            .arg("serve")
            .env("MAHAKAM_LISTEN", url.trim_start_matches("http://"))
            .env("MAHAKAM_LOG", "error")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let child = Child { process, url };
        let client = client();
        eventually("the program is ready", || async {
            let ready = client.get(format!("{}/health/ready", child.url)).send().await;
            ready.ok().filter(|ready| ready.status() == 200)
        })
        .await;
        child
    }

    /// A dataset of it in the hands of whoever holds `key`.
    pub fn api(&self, dataset: &str, key: &str) -> Api {
        Api::new(client(), format!("{}/api/{dataset}", self.url), Some(key))
    }

    /// Any path of it.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(&client(), method, &format!("{}{path}", self.url))
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let status = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits until it has ended.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that nobody listens on, and that the system gives to no connection: it takes those from 32,768 on.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let next = std::process::id().wrapping_mul(97) + NEXT.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(10_000 + next % 20_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
