//! [`Nginx`]: the proxy as `deploy/nginx.conf` sets it up, before hubs of a test.
//!
//! Only what a test can't have is replaced in that file: ports, and where the certificate lies.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustls::pki_types::CertificateDer;

use super::child::free_port;
use super::open_to_all;

/// See the module. It ends when this is dropped.
pub struct Nginx {
    process: std::process::Child,
    /// The port on which it speaks TLS, on 127.0.0.1.
    pub port: u16,
    /// Its certificate, for `hub.example`.
    pub certificate: CertificateDer<'static>,
    #[expect(dead_code, reason = "it is removed when this is dropped")]
    folder: tempfile::TempDir,
}

/// The program, where it is installed.
fn program() -> Option<PathBuf> {
    let places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
    places.iter().map(PathBuf::from).find(|path| path.exists())
}

impl Nginx {
    /// Starts it before these hubs, each `127.0.0.1:<port>`; `None` where it is not installed.
    pub fn start(hubs: &[&str]) -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().unwrap();
        // Its workers may run as somebody else.
        open_to_all(folder.path());
        let place = |name: &str| folder.path().join(name).display().to_string();
        let made = rcgen::generate_simple_self_signed(["hub.example".to_owned()]).unwrap();
        std::fs::write(place("cert.pem"), made.cert.pem()).unwrap();
        std::fs::write(place("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let (port, plain) = (free_port(), free_port());
        let text =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/nginx.conf")).unwrap();
        let servers: Vec<String> = hubs.iter().map(|hub| format!("server {hub};")).collect();
        let mut site: String = text
            .lines()
            .filter(|line| !line.contains("[::]"))
            .map(|line| format!("{line}\n"))
            .collect();
        for (from, to) in [
            ("server 127.0.0.1:8080;", servers.join(" ")),
            ("listen 80;", format!("listen 127.0.0.1:{plain};")),
            ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
            ("/etc/ssl/certs/hub.example.pem", place("cert.pem")),
            ("/etc/ssl/private/hub.example.key", place("key.pem")),
        ] {
            assert!(site.contains(from), "{from} is not in deploy/nginx.conf");
            site = site.replace(from, &to);
        }
        std::fs::write(place("site.conf"), site).unwrap();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {};\n", place(name)))
            .collect();
        let main = format!(
            "daemon off; pid {}; error_log stderr error;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}include {};\n}}\n",
            place("pid"),
            place("site.conf")
        );
        std::fs::write(place("nginx.conf"), main).unwrap();
        let process = Command::new(program)
            .args(["-p", &place(""), "-c", &place("nginx.conf")])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Some(Nginx {
            process,
            port,
            certificate: made.cert.der().clone(),
            folder,
        })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // In order, so that its workers end with it.
        let asked = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status();
        if asked.is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
