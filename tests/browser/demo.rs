//! The demo as a newcomer starts it.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running `tandem demo`; it ends with this value.
pub struct Demo {
    /// Where its page is.
    pub url: String,
    _child: Option<Child>,
}

impl Demo {
    /// Starts it on a free port and waits for the address that it prints; or takes the one at `TANDEM_DEMO_URL`.
    pub async fn start() -> Self {
        if let Ok(url) = std::env::var("TANDEM_DEMO_URL") {
            return Self { url, _child: None };
        }
        let Some(program) = option_env!("CARGO_BIN_EXE_tandem") else { panic!("no program `tandem`") };
        let mut child = Command::new(program)
            .args(["demo", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a running demo");
        let mut lines = BufReader::new(child.stdout.take().expect("a piped output")).lines();
        let url = loop {
            let line = lines.next_line().await.expect("readable lines").expect("the demo's address");
            let Some(at) = line.find("http://") else { continue };
            break line[at..].split_whitespace().next().unwrap_or_default().to_owned();
        };
        // What it prints later is read and dropped, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url, _child: Some(child) }
    }
}
