//! The real binary serves clients that are not ours: an independent signer, and a Socket Mode server that hands one
//! envelope to one connection.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tandem::store::{Db, Synchronous};

const SECRET: &str = "an independent secret";

fn fixture(name: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name));
    command
}

/// Ends with the test, whatever becomes of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

fn serve(data: &Path, api: &str, settings: &[(&str, &str)]) -> (Running, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.arg("serve").env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("TANDEM_DATA_DIR", data)
        .env("TANDEM_LISTEN", "127.0.0.1:0")
        .env("TANDEM_LOG__FORMAT", "json");
    command.env("TANDEM_SLACK__API_URL", api).env("TANDEM_SLACK__BOT_TOKEN", "xoxb-foreign");
    command.envs(settings.iter().copied());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().expect("it ended before it was ready").unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if line["message"] == "Tandem is ready" {
            break line["address"].as_str().unwrap().to_owned();
        }
    };
    // Read on, so that the pipe never fills.
    std::thread::spawn(move || lines.for_each(drop));
    (Running(child), format!("http://{address}"))
}

/// The keys in the inbox, after the process has ended.
async fn stored(data: &Path) -> Vec<String> {
    let db = Db::open_sqlite(&data.join("tandem.db"), Synchronous::Normal).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let keys = tandem::sql_all!(&mut tx, (String,), "SELECT key FROM inbox ORDER BY seq").unwrap();
    keys.into_iter().map(|k| k.0).collect()
}

fn terminate(mut child: Running) {
    Command::new("kill").args(["-TERM", &child.0.id().to_string()]).status().unwrap();
    assert!(child.0.wait().unwrap().success(), "a stop that was asked for ends with success");
}

fn web_api() -> (Running, String) {
    let mut child =
        fixture("socket_mode_server.py").args(["--timeout", "60"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (Running(child), line.trim().trim_start_matches("listening ").to_owned() + "/")
}

fn post(url: &str, secret: &str, kind: &str, body: &[u8]) -> String {
    use std::io::Write;
    let mut child = fixture("slack_sign.py")
        .args([url, "--secret", secret, "--type", kind])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    let out = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&out.stdout).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_independent_signer_is_served_over_http() {
    let data = tempfile::tempdir().unwrap();
    let (api, api_url) = web_api();
    let (tandem, url) = serve(data.path(), &api_url, &[("TANDEM_SLACK__SIGNING_SECRET", SECRET)]);
    let event = |id: &str| {
        let event =
            json!({"type": "message", "channel": "C1", "user": "U1", "text": "Good morning", "ts": "1.1"});
        json!({"type": "event_callback", "event_id": id, "team_id": "T1", "event": event})
            .to_string()
            .into_bytes()
    };
    let events = format!("{url}/slack/events");
    assert_eq!(post(&events, SECRET, "json", &event("Ev1")), "200");
    assert_eq!(post(&events, SECRET, "json", &event("Ev1")), "200", "a repetition is acknowledged");
    assert_eq!(post(&events, "another secret", "json", &event("Ev2")), "401");
    assert_eq!(post(&events, SECRET, "json", &vec![b'x'; 10 * 1024 * 1024]), "413");
    let command = format!("{url}/slack/commands");
    let binary = b"command=%2Fpartner&text=%FF%00%FE&trigger_id=1.2&user_id=U1&channel_id=C1&team_id=T1";
    assert_eq!(post(&command, SECRET, "form", binary), "200", "binary in a command");
    terminate(tandem);
    drop(api);
    assert_eq!(stored(data.path()).await, ["Ev1", "1.2"]);
}

#[tokio::test]
async fn a_socket_mode_server_is_served() {
    let data = tempfile::tempdir().unwrap();
    let (mut api, api_url) = web_api();
    let settings = [("TANDEM_SLACK__MODE", "socket"), ("TANDEM_SLACK__APP_TOKEN", "xapp-foreign")];
    let (tandem, _) = serve(data.path(), &api_url, &settings);
    let end = Instant::now() + Duration::from_secs(20);
    let status = loop {
        if let Some(status) = api.0.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < end, "the envelope was not acknowledged");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(status.success(), "acknowledged once, on the connection that it came by");
    terminate(tandem);
    assert_eq!(stored(data.path()).await, ["Ev0SOCKET01"]);
}
