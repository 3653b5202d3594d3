//! What people do while the process comes and goes. They see what Slack shows them and try again as people do.

use std::time::Duration;

use serde_json::Value;
use tandem::sandbox::Sandbox;

use super::ground::PARTNERS;
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
    let offers = |m: &Value| m["blocks"].to_string().contains(button);
    // Mostly looks at what is new: hundreds who read the whole channel each time leave the sandbox no time.
    let (mut seen, mut card): (usize, Option<String>) = (0, None);
    for look in 1u32.. {
        if look.is_multiple_of(10) && card.is_none() {
            seen = 0;
        }
        let (newest, now) = sandbox.newest(&channel, seen, |m| on(m) && offers(m));
        seen = now;
        card = newest.and_then(|m| Some(m["ts"].as_str()?.to_owned())).or(card);
        if let Some(ts) = &card {
            let is_there = sandbox.message(&channel, ts).is_some_and(|m| offers(&m));
            if !is_there || person.click(&channel, ts, button).await.is_ok() {
                return;
            }
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
