//! Chromedriver, windows of a set size, and screenshots.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::{Element, ElementRef};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(25);
/// The key that the WebDriver standard gives to an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window's inner size in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// A laptop's window.
pub const WIDE: Size = Size { width: 1280, height: 800 };
/// A phone's.
pub const NARROW: Size = Size { width: 390, height: 844 };

/// A running chromedriver; it and its browsers end with this value, and with this process at the latest.
pub struct Driver {
    url: String,
    keeper: Child,
}

impl Driver {
    /// Starts chromedriver on a free port.
    pub fn start() -> Self {
        let mut keeper = Command::new("sh")
            .args(["-c", include_str!("chromedriver.sh"), "chromedriver_keeper"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("sh");
        let stdout = BufReader::new(keeper.stdout.take().expect("a piped output"));
        let port = stdout.lines().map_while(Result::ok).find_map(|line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver did not start: install chromium and chromium-driver");
        Self { url: format!("http://127.0.0.1:{port}"), keeper }
    }

    /// Opens a browser of its own with one window.
    pub async fn window(&self, size: Size) -> Window {
        let Value::Object(capabilities) = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
                    "--no-first-run", "--disable-background-networking", "--disable-component-update",
                    "--disable-sync", "--force-color-profile=srgb", "--lang=en-GB",
                ],
                // A headless window has a smallest size and room for a frame; this sets the page's own size.
                "mobileEmulation": {"deviceMetrics": {
                    "width": size.width, "height": size.height, "pixelRatio": 1, "mobile": false, "touch": false,
                }},
            },
            "timeouts": {"pageLoad": PATIENCE.as_millis() as u64, "script": PATIENCE.as_millis() as u64},
        }) else {
            unreachable!("an object was written");
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.url)
            .await
            .expect("a browser");
        Window { client }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// One browser window. Everything waits for its condition and panics with the condition when it stays false.
#[derive(Clone)]
pub struct Window {
    pub client: Client,
}

impl Window {
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect(url);
    }

    /// Evaluates the body of a function of `args` until it returns something true, and answers that.
    pub async fn until(&self, what: &str, body: &str, args: &[Value]) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = timeout(PATIENCE, self.client.execute(body, args.to_vec())).await;
            match found {
                Ok(Ok(value)) if !matches!(value, Value::Null | Value::Bool(false)) => return value,
                found if Instant::now() > deadline => {
                    let name = format!("failed-{}", what.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
                    let picture = self.screenshot(&name).await;
                    panic!("waited in vain for {what}: {found:?}; see {}", picture.display());
                }
                _ => sleep(LOOK).await,
            }
        }
    }

    /// Like [`Window::until`], for a function that returns an element.
    pub async fn element(&self, what: &str, body: &str, args: &[Value]) -> Element {
        let found = self.until(what, body, args).await;
        let id = found[ELEMENT].as_str().unwrap_or_else(|| panic!("{what}: no element but {found}"));
        Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()))
    }

    /// Clicks what the function returns, again while the page draws it anew under the pointer.
    pub async fn click(&self, what: &str, body: &str, args: &[Value]) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(refused) = self.element(what, body, args).await.click().await {
            assert!(Instant::now() < deadline, "cannot click {what}: {refused}");
            sleep(LOOK).await;
        }
    }

    /// Writes `target/screenshots/<name>.png`, beside the build.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .parent()
            .expect("the target folder")
            .join("screenshots");
        std::fs::create_dir_all(&folder).expect("the folder of the screenshots");
        let path = folder.join(format!("{}.png", name.trim_matches('-')));
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::write(&path, picture).expect("a written picture");
        path
    }

    pub async fn close(self) {
        self.client.close().await.expect("a closed browser");
    }
}
