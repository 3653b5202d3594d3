//! Chromedriver, windows of a set size, and screenshots. No call of the driver can take longer than its limit.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::wd::PrintConfiguration;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one call of the driver may take.
const CALL: Duration = Duration::from_secs(10);
/// How long a browser may take to start.
const START: Duration = Duration::from_secs(40);
/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(30);
/// The key that the WebDriver standard gives to an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window's inner size in CSS pixels, and how many of the screen's pixels make one of them.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub width: u32,
    pub height: u32,
    pub scale: u32,
}

/// A laptop's window.
pub const WIDE: Size = Size { width: 1280, height: 860, scale: 1 };
/// A phone's.
pub const NARROW: Size = Size { width: 390, height: 844, scale: 1 };
/// For the pictures of the README: a whole message at once, in fine print.
pub const POSTER: Size = Size { width: 1060, height: 1600, scale: 2 };

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
        let mut stdout = BufReader::new(keeper.stdout.take().expect("a piped output")).lines();
        let port = stdout.by_ref().map_while(Result::ok).find_map(|line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver did not start: install chromium and chromium-driver");
        // What it says later is read and dropped, so that it never waits for a reader nor meets a closed pipe.
        std::thread::spawn(move || stdout.map_while(Result::ok).for_each(drop));
        Self { url: format!("http://127.0.0.1:{port}"), keeper }
    }

    /// Opens a browser of its own with one window.
    pub async fn window(&self, size: Size) -> Window {
        let Value::Object(capabilities) = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
                    "--no-first-run", "--disable-background-networking", "--disable-component-update",
                    "--disable-sync", "--force-color-profile=srgb", "--lang=en-GB", "--hide-scrollbars",
                    "--disable-renderer-backgrounding", "--disable-background-timer-throttling",
                ],
                // A headless window has a smallest size and room for a frame; this sets the page's own size.
                "mobileEmulation": {"deviceMetrics": {
                    "width": size.width, "height": size.height, "pixelRatio": size.scale, "mobile": false, "touch": false,
                }},
            },
            // The page keeps a stream open; that its scripts ran is seen by its own marks.
            "pageLoadStrategy": "eager",
            "timeouts": {"pageLoad": CALL.as_millis() as u64, "script": CALL.as_millis() as u64},
        }) else {
            unreachable!("an object was written");
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let connecting = builder.capabilities(capabilities).connect(&self.url);
        let client = timeout(START, connecting).await.expect("a browser within its time").expect("a browser");
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
    client: Client,
}

/// One call of the driver, in its time.
async fn call<T>(what: &str, of: impl Future<Output = Result<T, CmdError>>) -> Result<T, String> {
    match timeout(CALL, of).await {
        Ok(answer) => answer.map_err(|error| format!("{what}: {error}")),
        Err(_) => Err(format!("{what}: no answer within {CALL:?}")),
    }
}

impl Window {
    pub async fn open(&self, url: &str) {
        if let Err(error) = call("opening a page", self.client.goto(url)).await {
            panic!("{url}: {error}");
        }
    }

    /// Evaluates the body of a function of `args` until it returns something true, and answers that.
    pub async fn until(&self, what: &str, body: &str, args: &[Value]) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = call("a script", self.client.execute(body, args.to_vec())).await;
            match found {
                Ok(value) if !matches!(value, Value::Null | Value::Bool(false)) => return value,
                found if Instant::now() > deadline => {
                    let name = format!("failed-{}", what.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
                    let picture = self.picture(&name).await;
                    panic!("waited in vain for {what}: {found:?}; see {picture:?}");
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

    /// Writes `target/screenshots/<name>.png`, beside the build.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        self.picture(name).await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    async fn picture(&self, name: &str) -> Result<PathBuf, String> {
        let path = screenshots().join(format!("{}.png", name.trim_matches('-')));
        let picture = call("a screenshot", self.client.screenshot()).await?;
        std::fs::write(&path, picture).map_err(|error| error.to_string())?;
        Ok(path)
    }

    /// Prints the page on A4, as `target/screenshots/<name>.pdf`; answers on how many pages.
    pub async fn print(&self, name: &str) -> usize {
        let paper = call("printing", self.client.print(PrintConfiguration::default())).await;
        let paper = paper.unwrap_or_else(|error| panic!("{name}: {error}"));
        std::fs::write(screenshots().join(format!("{name}.pdf")), &paper).expect("a written file");
        // A page's object names its type; the list of pages is `/Pages`.
        let page = b"/Type /Page";
        paper.windows(page.len() + 1).filter(|w| w.starts_with(page) && w[page.len()] != b's').count()
    }

    /// A picture of one element.
    pub async fn crop(&self, what: &str, body: &str, args: &[Value]) -> Vec<u8> {
        let element = self.element(what, body, args).await;
        call("a picture of an element", element.screenshot()).await.unwrap_or_else(|e| panic!("{what}: {e}"))
    }

    /// Closes the browser; what is left of one that does not answer ends with its chromedriver.
    pub async fn close(self) {
        if let Err(error) = call("closing", self.client.close()).await {
            eprintln!("a browser did not close: {error}");
        }
    }
}

fn screenshots() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    std::fs::create_dir_all(&folder).expect("the folder of the screenshots");
    folder
}
