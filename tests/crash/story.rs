//! What people do while the process comes and goes. They see what Slack shows them and try again as people do.

use std::time::Duration;

use serde_json::Value;
use tandem::sandbox::Sandbox;

use crate::ground::PARTNERS;
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, text};

const GLANCE: Duration = Duration::from_millis(10);

/// The accounts of the messages that are posted.
pub const ACCOUNTS: [&str; 4] = ["Bolt", "Corvid", "Dynamo", "Ember"];
/// What the edited message says in the end.
pub const LAST_WORD: &str = "Garnet";

/// Everything that people do; it ends when all of it was acknowledged.
pub async fn play(sandbox: &Sandbox) {
    tokio::join!(
        overlaps(sandbox),
        second_thoughts(sandbox),
        approvals(sandbox),
        press(sandbox, ALEX, sandbox.im(ALEX), "commitment.done", |_| true),
        question(sandbox),
    );
}

/// Overlaps are written into the channel, some milliseconds apart.
async fn overlaps(sandbox: &Sandbox) {
    for account in ACCOUNTS {
        let said = format!("New overlap with Northwind: {account} Inc, our customer, their prospect");
        sandbox.person(ALEX).post(INTAKE, &said).await.unwrap();
        tokio::time::sleep(GLANCE).await;
    }
}

/// One message is edited twice: the last word counts.
async fn second_thoughts(sandbox: &Sandbox) {
    let said = |account: &str| format!("{account} Inc with Globex: our open opp $120k, their customer");
    let omar = sandbox.person(OMAR);
    let ts = omar.post(INTAKE, &said("Fathom")).await.unwrap();
    omar.edit(INTAKE, &ts, &said("Fathoms")).await.unwrap();
    omar.edit(INTAKE, &ts, &said(LAST_WORD)).await.unwrap();
}

async fn approvals(sandbox: &Sandbox) {
    let approve = |partner: &'static str| {
        let channel = OPS.to_owned();
        press(sandbox, MAYA, channel, "draft.approve", move |card| text(card).contains(partner))
    };
    let [a, b, c] = PARTNERS.map(|(partner, _)| approve(partner));
    tokio::join!(a, b, c);
}

/// Presses a button until Slack says that the app took it, or the button is gone.
pub async fn press(sandbox: &Sandbox, who: &str, channel: String, button: &str, on: impl Fn(&Value) -> bool) {
    press_at_a_glance(sandbox, who, channel, button, GLANCE, on).await;
}

/// The same, looking that seldom: hundreds who look often keep the sandbox busy.
pub async fn press_at_a_glance(
    sandbox: &Sandbox,
    who: &str,
    channel: String,
    button: &str,
    glance: Duration,
    on: impl Fn(&Value) -> bool,
) {
    let person = sandbox.person(who);
    let mut seen = false;
    loop {
        let message = sandbox.newest(&channel, |m| on(m) && m["blocks"].to_string().contains(button));
        match message.as_ref().and_then(|m| m["ts"].as_str()) {
            Some(ts) => {
                seen = true;
                if person.click(&channel, ts, button).await.is_ok() {
                    return;
                }
            }
            None if seen => return,
            None => {}
        }
        tokio::time::sleep(glance).await;
    }
}

/// A command, until it is taken.
async fn question(sandbox: &Sandbox) {
    while sandbox.person(OMAR).command(OPS, "/partner overlaps").await.is_err() {
        tokio::time::sleep(GLANCE).await;
    }
}
