//! [`Browser`]: a hub as somebody sees it who opens it in Chromium.
//!
//! Not here: what a test expects of a page, but for what all pages are held to (`check`). Invariant:
//! nothing sleeps for a time: what is not there yet is asked for again, for [`PATIENCE`].

mod check;
mod driver;
mod markup;
mod proof;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::harness::TestHub;
use driver::{Refusal, Session};

/// How long a page may take to show what it is asked for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the tests ask a page.
const PAGE: &str = include_str!("page.js");

/// The name under which WebDriver hands out an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with nothing remembered, on one hub. Where a control is called by its `label` or by `what`
/// stands on it, that is the whole text, else its beginning, else a CSS selector.
pub struct Browser {
    session: Session,
    /// `http://127.0.0.1:<port>` of the hub.
    url: String,
    /// Where uploads come from and downloads land.
    folder: tempfile::TempDir,
    with_scripts: bool,
    size: Cell<(u32, u32)>,
}

impl Browser {
    /// Opens one; it is on no page yet.
    pub async fn open(hub: &TestHub) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let browser = Browser {
            session: Session::start(folder.path().to_str().unwrap()).await,
            url: hub.url.clone(),
            folder,
            with_scripts: true,
            size: Cell::default(),
        };
        // From here on it keeps the sources of pages, for `check`.
        browser.session.chromium("Network.enable", json!({})).await;
        browser.size(1280, 800).await;
        browser
    }

    /// Opens one that runs no script of any page.
    pub async fn without_scripts(hub: &TestHub) -> Self {
        let mut browser = Browser::open(hub).await;
        browser.with_scripts = false;
        browser.scripts(false).await;
        browser
    }

    /// The cookie of whoever signed in, to be carried again.
    pub async fn cookie(&self) -> String {
        let cookies = self.session.get("cookie").await.unwrap();
        let cookies = cookies.as_array().unwrap().iter();
        let pair = |one: &Value| {
            Some((
                one["name"].as_str()?.to_owned(),
                one["value"].as_str()?.to_owned(),
            ))
        };
        let session = cookies
            .filter_map(pair)
            .find(|(name, _)| name.ends_with("mahakam"));
        let (name, value) = session.unwrap();
        format!("{name}={value}")
    }

    /// Forgets who signed in, without telling the hub.
    pub async fn forget(&self) -> &Self {
        self.session
            .chromium("Network.clearBrowserCookies", json!({}))
            .await;
        self
    }

    /// Carries the cookie of somebody who signed in (`TestHub::person`).
    pub async fn carry(&self, cookie: &str) -> &Self {
        let (name, value) = cookie.split_once('=').unwrap();
        let wish =
            json!({"name": name, "value": value, "url": self.url, "httpOnly": true, "sameSite": "Strict"});
        let done = self.session.chromium("Network.setCookie", wish).await;
        assert_eq!(done["success"], true, "{cookie}");
        self
    }

    /// Sends the key of an application with everything it asks for.
    pub async fn carry_key(&self, key: &str) -> &Self {
        let wish = json!({"headers": {"Authorization": format!("Bearer {key}")}});
        self.session.chromium("Network.setExtraHTTPHeaders", wish).await;
        self
    }

    /// Opens a page of the hub and waits until it is loaded.
    pub async fn go(&self, path: &str) -> &Self {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.url),
            false => path.to_owned(),
        };
        let done = self.session.post("url", json!({"url": url})).await;
        done.unwrap_or_else(|refusal| panic!("{url}: {refusal:?}"));
        self
    }

    /// Goes back as the browser's button does.
    pub async fn back(&self) -> &Self {
        self.session.post("back", json!({})).await.unwrap();
        self
    }

    /// Loads the page again.
    pub async fn again(&self) -> &Self {
        self.session.post("refresh", json!({})).await.unwrap();
        self
    }

    /// The path of the page it is on, with its query.
    pub async fn path(&self) -> String {
        let url = self.session.get("url").await.unwrap();
        url.as_str().unwrap().trim_start_matches(&self.url).to_owned()
    }

    /// Clicks a link or a button.
    pub async fn click(&self, what: &str) -> &Self {
        self.act(
            &format!("click {what:?}"),
            "return clickable(...arguments)",
            &[what],
            "click",
            json!({}),
        )
        .await
    }

    /// Clicks the link or button that stands nearest to a text, such as the one in its row.
    pub async fn click_beside(&self, near: &str, what: &str) -> &Self {
        let wish = format!("click {what:?} beside {near:?}");
        self.act(
            &wish,
            "return beside(...arguments)",
            &[near, what],
            "click",
            json!({}),
        )
        .await
    }

    /// Ticks a box, or takes its tick away.
    pub async fn tick(&self, label: &str) -> &Self {
        self.act(
            &format!("tick {label:?}"),
            "return field(...arguments)",
            &[label],
            "click",
            json!({}),
        )
        .await
    }

    /// Chooses from a list, or from a group of buttons under a legend.
    pub async fn choose(&self, label: &str, option: &str) -> &Self {
        let wish = format!("choose {option:?} of {label:?}");
        self.act(
            &wish,
            "return option(...arguments)",
            &[label, option],
            "click",
            json!({}),
        )
        .await
    }

    /// Replaces what stands in a field by a text, key by key; dates and long texts at once.
    pub async fn fill(&self, label: &str, text: &str) -> &Self {
        let wish = format!("fill {label:?}");
        let script = "const node = field(arguments[0]);
            if (!node) return null;
            const keys = arguments[1].length < 500 && /^(text|search|email|password|tel|url|number|textarea)$/.test(node.type);
            return [node, keys || typed(node, arguments[1])];";
        let found = self.wait(&wish, script, &[label, text]).await;
        if found[1] != true {
            assert_eq!(found[1], text, "{label} takes no such value");
            return self;
        }
        self.act(&wish, "return field(...arguments)", &[label], "clear", json!({}))
            .await;
        if text.is_empty() {
            return self;
        }
        self.act(
            &wish,
            "return field(...arguments)",
            &[label],
            "value",
            json!({"text": text}),
        )
        .await
    }

    /// Presses keys where the focus is; the private letters of WebDriver stand for the keys without one
    /// (`\u{e004}` tab, `\u{e007}` enter, `\u{e00c}` escape).
    pub async fn press(&self, keys: &str) -> &Self {
        let focus = self.session.get("element/active").await.unwrap();
        let path = format!("element/{}/value", focus[ELEMENT].as_str().unwrap());
        self.session.post(&path, json!({"text": keys})).await.unwrap();
        self
    }

    /// Hands a file to a field.
    pub async fn upload(&self, label: &str, name: &str, bytes: &[u8]) -> &Self {
        let file = self.folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let path = json!({"text": file.to_str().unwrap()});
        self.act(
            &format!("upload to {label:?}"),
            "return field(...arguments)",
            &[label],
            "value",
            path,
        )
        .await
    }

    /// Waits for a file that the page lets one download; gives what is in it.
    pub async fn downloaded(&self, name: &str) -> Vec<u8> {
        let file = self.folder.path().join(name);
        let deadline = Instant::now() + PATIENCE;
        while !file.exists() {
            if Instant::now() > deadline {
                self.fail(&format!("{name} was not downloaded")).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::fs::read(file).unwrap()
    }

    /// Waits until the page shows a text, white space aside.
    pub async fn see(&self, text: &str) -> &Self {
        let script = "return page().includes(plain(arguments[0])) || null";
        self.wait(&format!("see {text:?}"), script, &[text]).await;
        self
    }

    /// Waits until the page shows a text no more.
    pub async fn miss(&self, text: &str) -> &Self {
        let script = "return !page().includes(plain(arguments[0])) || null";
        self.wait(&format!("miss {text:?}"), script, &[text]).await;
        self
    }

    /// What the page shows, white space aside.
    pub async fn text(&self) -> String {
        let text = self.ask("return page()", &[]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Asks the page something; `script` returns it.
    pub async fn ask(&self, script: &str, args: &[Value]) -> Value {
        match self.run(script, args).await {
            Ok(value) => value,
            Err(refusal) => self.fail(refusal.why()).await,
        }
    }

    /// Makes the window so large, in px of CSS.
    pub async fn size(&self, width: u32, height: u32) -> &Self {
        let wish = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.session
            .chromium("Emulation.setDeviceMetricsOverride", wish)
            .await;
        self.size.set((width, height));
        self
    }

    /// Asks for dark colours, or for light ones.
    pub async fn dark(&self, dark: bool) -> &Self {
        let value = if dark { "dark" } else { "light" };
        let wish = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.session.chromium("Emulation.setEmulatedMedia", wish).await;
        self
    }

    /// Keeps what the window shows as `target/screenshots/{name}.png`.
    pub async fn screenshot(&self, name: &str) -> &Self {
        let image = self.session.get("screenshot").await.unwrap();
        let image = base64::prelude::BASE64_STANDARD
            .decode(image.as_str().unwrap())
            .unwrap();
        let file = target().join("screenshots").join(format!("{name}.png"));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, image).unwrap();
        self
    }

    /// Whether pages may run scripts.
    async fn scripts(&self, may: bool) {
        let wish = json!({"value": !may});
        self.session
            .chromium("Emulation.setScriptExecutionDisabled", wish)
            .await;
    }

    async fn run(&self, script: &str, args: &[Value]) -> Result<Value, Refusal> {
        self.session.run(&format!("{PAGE}\n{script}"), args).await
    }

    /// Runs a script until it returns something.
    async fn wait(&self, wish: &str, script: &str, args: &[&str]) -> Value {
        let args: Vec<Value> = args.iter().map(|arg| (*arg).into()).collect();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let why = match self.run(script, &args).await {
                Ok(Value::Null) => "it is not there".to_owned(),
                Ok(value) => return value,
                Err(refusal) if refusal.passes() => refusal.why().to_owned(),
                Err(refusal) => self.fail(&format!("can't {wish}: {}", refusal.why())).await,
            };
            self.pause(deadline, wish, &why).await;
        }
    }

    /// Waits for the element that a script returns, and gives it a command.
    async fn act(&self, wish: &str, script: &str, args: &[&str], command: &str, body: Value) -> &Self {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let element = self.wait(wish, script, args).await;
            let path = format!("element/{}/{command}", element[ELEMENT].as_str().unwrap());
            match self.session.post(&path, body.clone()).await {
                Ok(_) => return self,
                Err(refusal) if refusal.passes() => self.pause(deadline, wish, refusal.why()).await,
                Err(refusal) => self.fail(&format!("can't {wish}: {}", refusal.why())).await,
            }
        }
    }

    async fn pause(&self, deadline: Instant, wish: &str, why: &str) {
        if Instant::now() > deadline {
            self.fail(&format!("can't {wish}: {why}")).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    /// Fails the test, and says what the page shows; its image is `target/screenshots/failed/{test}.png`.
    async fn fail(&self, why: &str) -> ! {
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        self.screenshot(&format!("failed/{test}")).await;
        let text = match self.run("return page()", &[]).await {
            Ok(text) => text.as_str().unwrap_or_default().to_owned(),
            Err(refusal) => refusal.why().to_owned(),
        };
        panic!("{}: {why}\nThe page shows: {text}", self.path().await);
    }
}

/// The folder of what is built.
fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target")
}
