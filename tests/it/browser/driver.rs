//! A Chromium of one's own, driven through chromedriver.

use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::process::{Child, ChildStdout, Command, Stdio};

use axum::http::Method;
use base64::prelude::*;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use futures_util::FutureExt;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::{ParseError, Url};

const HINT: &str = "browser tests need chromium and chromedriver: run them through `make test`";

/// Two browsers at once would only slow each other down, and with them what is measured.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
];

/// Counts what the content security policy refuses, from before the page's first byte.
const WATCH_POLICY: &str = "window.policyViolations = [];
    document.addEventListener('securitypolicyviolation', event =>
        policyViolations.push(`${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`));";

/// Whether pages may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Script {
    On,
    Off,
}

/// An open browser.
pub struct Browser {
    pub client: Client,
    base: String,
}

/// Opens a browser, runs the test in it, and closes it however the test ends.
pub async fn with_browser(base: String, script: Script, test: impl AsyncFnOnce(&Browser)) {
    let _turn = ONE_AT_A_TIME.lock().await;
    let driver = Driver::start();
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities(script));
    let client = builder.connect(&format!("http://127.0.0.1:{}", driver.port)).await.expect(HINT);
    let browser = Browser { client: client.clone(), base };
    let watch = json!({"source": WATCH_POLICY});
    let watched = async { browser.devtools("Page.addScriptToEvaluateOnNewDocument", watch).await };
    let test = async {
        watched.await;
        test(&browser).await;
    };
    let outcome = AssertUnwindSafe(test).catch_unwind().await;
    client.close().await.expect("the browser closes");
    drop(driver);
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

impl Browser {
    pub async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("the page loads");
    }

    /// The path of the page that is shown.
    pub async fn path(&self) -> String {
        self.client.current_url().await.expect("a page is open").path().to_owned()
    }

    /// Evaluates the body of a function.
    pub async fn evaluate(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Clicks the first element that matches and can be seen.
    pub async fn click(&self, selector: &str) {
        let found = self.client.find_all(Locator::Css(selector)).await.expect("a selector");
        for element in found {
            if element.is_displayed().await.unwrap_or(false) {
                return element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
            }
        }
        panic!("there is no {selector} at {}", self.path().await);
    }

    /// Types into fields, by their names, instead of what stands there.
    pub async fn fill(&self, fields: &[(&str, &str)]) {
        for (name, text) in fields {
            let selector = format!("[name={name}]");
            let field = self.client.wait().for_element(Locator::Css(&selector)).await.expect(name);
            field.clear().await.expect("an empty field");
            field.send_keys(text).await.expect("it takes text");
        }
    }

    /// What the content security policy refused on this page.
    pub async fn policy_violations(&self) -> Vec<String> {
        let refused = self.evaluate("return window.policyViolations").await;
        let refused = refused.as_array().expect("the listener was there first").clone();
        refused.iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The theme that the system prefers.
    pub async fn prefer(&self, theme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Presses keys one after the other, wherever the focus is. The browser drops those that come before a page is
    /// painted.
    pub async fn press(&self, keys: &str) {
        self.evaluate("return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))").await;
        let strokes = keys.chars().flat_map(|key| [("keyDown", key), ("keyUp", key)]);
        let strokes: Vec<Value> = strokes.map(|(kind, key)| json!({"type": kind, "value": key.to_string()})).collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": strokes});
        self.issue("actions", json!({"actions": [keyboard]})).await;
    }

    /// Waits until an expression is true of a page that has loaded: what is opened while another page still loads may be
    /// taken for loaded with it.
    pub async fn wait_for(&self, expression: &str) {
        let script = format!("return document.readyState === 'complete' && Boolean({expression})");
        for _ in 0..200 {
            // Between two pages there is nothing to ask.
            if self.client.execute(&script, Vec::new()).await.is_ok_and(|found| found == true) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{expression} did not become true at {}", self.path().await);
    }

    /// Waits until a page is open whose path ends so.
    pub async fn wait_for_path(&self, part: &str) {
        for _ in 0..200 {
            if self.path().await.ends_with(part) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("it is still at {}, not at {part}", self.path().await);
    }

    /// The width of the window; narrower than a window can be made.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Plugs in a security key that answers every question.
    pub async fn plug_in_key(&self) {
        let key = json!({
            "protocol": "ctap2", "transport": "usb", "hasResidentKey": false, "hasUserVerification": false,
            "isUserConsenting": true,
        });
        self.issue("webauthn/authenticator", key).await;
    }

    /// What the browser complained about since the last time, violations of the content security policy above all.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.issue("se/log", json!({"type": "browser"})).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let serious = entries.iter().filter(|entry| entry["level"] == "SEVERE" || entry["source"] == "security");
        serious.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// A picture of the whole page.
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever wants to look at the pages")]
    pub async fn screenshot(&self, name: &str) {
        let Ok(folder) = std::env::var("PICKET_TEST_SCREENSHOTS") else { return };
        let whole = json!({"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": true}});
        let command = ChromeCommand { path: "goog/cdp/execute", body: whole };
        // A page that is just leaving has none.
        let Ok(picture) = self.client.issue_cmd(command).await else { return };
        let image = BASE64_STANDARD.decode(picture["data"].as_str().unwrap_or_default()).expect("a picture");
        std::fs::write(format!("{folder}/{name}.png"), image).expect("the folder can be written");
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        self.issue("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await;
    }

    async fn issue(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(ChromeCommand { path, body }).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// A command of Chromium's own.
#[derive(Debug)]
struct ChromeCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

fn capabilities(script: Script) -> serde_json::Map<String, Value> {
    let javascript = if script == Script::On { 1 } else { 2 };
    let capabilities = json!({
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {
            "args": ARGUMENTS,
            "prefs": {"profile.managed_default_content_settings.javascript": javascript},
        },
    });
    capabilities.as_object().cloned().expect("an object")
}

/// chromedriver on a port that it chose.
struct Driver {
    process: Child,
    port: u16,
    /// Kept open: the process would end at its next line otherwise.
    _output: BufReader<ChildStdout>,
}

impl Driver {
    /// It takes a port for IPv4 and for IPv6, and gives up if another program was faster with one of them.
    fn start() -> Self {
        (0..3).find_map(|_| Self::try_start()).expect(HINT)
    }

    fn try_start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect(HINT);
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        let Some(port) = started_port(&mut output) else {
            let _ = process.wait();
            return None;
        };
        Some(Self { process, port, _output: output })
    }
}

/// The port in the line that says that the driver listens.
fn started_port(output: &mut impl BufRead) -> Option<u16> {
    let mut lines = output.lines().map_while(Result::ok);
    lines.find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
