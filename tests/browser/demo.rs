//! The demo as a newcomer starts it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long it may take to print its address.
const START: Duration = Duration::from_secs(20);

/// A running `tandem demo`; it ends with this value.
pub struct Demo {
    /// Where its page is.
    pub url: String,
    child: Option<Child>,
}

impl Demo {
    /// Starts it on a free port with its data in `folder` and waits for the address that it prints.
    pub async fn start(folder: &Path) -> Self {
        let Some(program) = option_env!("CARGO_BIN_EXE_tandem") else { panic!("no program `tandem`") };
        let mut child = Command::new(program)
            .args(["demo", "--port", "0", "--data"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("a running demo");
        let mut lines = BufReader::new(child.stdout.take().expect("a piped output")).lines();
        let url = timeout(START, async {
            loop {
                let line = lines.next_line().await.expect("readable lines").expect("the demo's address");
                let Some(at) = line.find("http://") else { continue };
                break line[at..].split_whitespace().next().unwrap_or_default().to_owned();
            }
        });
        let url = url.await.expect("the demo's address within its time");
        // What it prints later is read and dropped, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url, child: Some(child) }
    }

    /// Ends it, so that its data can be looked at.
    pub async fn stop(mut self) {
        if let Some(mut child) = self.child.take() {
            timeout(START, child.kill()).await.expect("a demo that ends").expect("an ended demo");
        }
    }
}
