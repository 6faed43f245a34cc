//! [`Browser::check`]: what every page is held to, wherever a test comes by it.
//!
//! Invariant: a page is looked at as it came over the wire, and as it stands now.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{Browser, markup};

/// What axe-core is asked: WCAG 2.2, A and AA, in the page as it stands. Nothing is fetched for it.
const AXE: &str = r"
    return axe.run(document, {
        runOnly: arguments[0], resultTypes: ['violations'], preload: false, iframes: false, elementRef: false,
    }).then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) =>
        `${rule.id} (${rule.help}) at ${node.target.join(' ')}: ${node.html.slice(0, 160)}: ${node.failureSummary}`)));
";

impl Browser {
    /// Fails unless the page is well formed, keeps what it shows where it is, is accessible in light and in
    /// dark, no wider than 360 px, and left the console of the browser silent.
    pub async fn check(&self) {
        let mut faults = self.markup_faults().await;
        self.scripts(true).await;
        faults.extend(self.shift_faults().await);
        faults.extend(self.axe_faults().await);
        self.scripts(self.with_scripts).await;
        faults.extend(self.sideways_faults().await);
        faults.extend(self.console_faults().await);
        if !faults.is_empty() {
            self.fail(&format!(
                "the page is not as it should be:\n- {}",
                faults.join("\n- ")
            ))
            .await;
        }
    }

    /// Reads the source and compares that with how the browser reads it. The browser has it no more where
    /// it went back; `again` fetches it.
    async fn markup_faults(&self) -> Vec<String> {
        let frame = self.session.chromium("Page.getFrameTree", json!({})).await;
        let wish = json!({"requestId": frame["frameTree"]["frame"]["loaderId"]});
        let source = self.session.chromium("Network.getResponseBody", wish).await;
        let source = source["body"].as_str().unwrap();
        let mut read = markup::read(source);
        let seen = self.ask("return reading(arguments[0])", &[source.into()]).await;
        let mut faults = std::mem::take(&mut read.faults);
        faults.extend(texts(&seen["misplaced"]));
        let tree = texts(&seen["tree"]);
        let common = tree.iter().zip(&read.tree).take_while(|(a, b)| a == b).count();
        if common < tree.len().max(read.tree.len()) {
            let written = read.tree.get(common.saturating_sub(4)..).unwrap_or_default();
            let seen = tree.get(common.saturating_sub(4)..).unwrap_or_default();
            faults.push(format!(
                "the browser reads it otherwise: written {:?}, read {:?}",
                &written[..written.len().min(8)],
                &seen[..seen.len().min(8)]
            ));
        }
        faults
    }

    /// What moved since the page was loaded without anybody having done something (Layout Instability).
    async fn shift_faults(&self) -> Vec<String> {
        let moved = self.ask("return shifts()", &[]).await;
        texts(&moved)
            .into_iter()
            .map(|fault| format!("moved after it was shown: {fault}"))
            .collect()
    }

    /// Runs axe-core; in the dark colours alone are another matter.
    async fn axe_faults(&self) -> Vec<String> {
        let tags = json!({"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]});
        let colours = json!({"type": "rule", "values": ["color-contrast"]});
        if self.ask("return typeof axe", &[]).await == "undefined" {
            self.ask(axe(), &[]).await;
        }
        let mut faults = texts(&self.ask(AXE, &[tags]).await);
        self.dark(true).await;
        let dark = texts(&self.ask(AXE, &[colours]).await);
        self.dark(false).await;
        faults.extend(dark.into_iter().map(|fault| format!("in the dark: {fault}")));
        faults
    }

    /// Looks whether one would have to scroll sideways on a small telephone (WCAG 1.4.10).
    async fn sideways_faults(&self) -> Vec<String> {
        let (width, height) = self.size.get();
        self.size(360, 740).await;
        let faults = texts(&self.ask("return sideways()", &[]).await);
        self.size(width, height).await;
        faults
            .into_iter()
            .map(|fault| format!("at 360 px: {fault}"))
            .collect()
    }

    /// What the browser had to say since it was last asked.
    async fn console_faults(&self) -> Vec<String> {
        let here = self.session.get("url").await.unwrap();
        let here = here.as_str().unwrap();
        let said = self
            .session
            .post("se/log", json!({"type": "browser"}))
            .await
            .unwrap();
        let said = said.as_array().unwrap();
        let bad = said.iter().filter(|line| line["level"] == "SEVERE");
        bad.filter_map(|line| line["message"].as_str())
            .filter(|message| !is_an_answer(message, here))
            .map(|message| format!("on the console: {message}"))
            .collect()
    }
}

/// Whether the browser only tells that the hub said no: of the page itself, of an earlier one, or of the
/// icon that it asks for unasked.
fn is_an_answer(message: &str, here: &str) -> bool {
    let Some((url, why)) = message.split_once(" - Failed to load resource") else {
        return false;
    };
    let parts = [".css", ".js", ".svg", ".png", ".woff2"];
    let part = parts.iter().any(|end| url.ends_with(end));
    url == here || url.ends_with("/favicon.ico") || (!part && why.contains("status of 4"))
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap();
    list.iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// The text of axe-core.
fn axe() -> &'static str {
    static AXE: OnceLock<String> = OnceLock::new();
    AXE.get_or_init(|| {
        let usual = || super::target().join("browser/node_modules/axe-core/axe.min.js");
        let path = crate::harness::setting("MAHAKAM_TEST_AXE").map_or_else(usual, PathBuf::from);
        std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "the tests in a browser need axe-core, and {} can't be read ({error}); \
                 tests/run installs it, or: npm install --no-save --prefix target/browser axe-core@4",
                path.display()
            )
        })
    })
}
