//! The weights of triage: their form, and what others would change.

use askama::Template;
use serde_json::{Value, json};

use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::kernel::text::escape;
use crate::pull::digest::TOP;
use crate::pull::dry_run::{DryRun, Place};
use crate::pull::weights::{Criterion, Level, Weights};

/// The controls.
pub mod action {
    /// Opens the form; the value is the weights that it begins with, or anything else for those of now. Also its callback.
    pub const WEIGHTS: &str = "digest.weights";
    /// Takes the weights that the value says.
    pub const WEIGH: &str = "digest.weigh";
}

/// The form: a choice of words for each.
pub fn form(weights: &Weights, from: Option<&ChannelId>) -> Value {
    let levels: Vec<Value> =
        Level::ALL.iter().map(|(_, stored, words)| blocks::choice(words, stored)).collect();
    let row = |(criterion, id, name, hint): &(Criterion, &str, &str, &str)| {
        let chosen = weights.level(*criterion).as_str();
        blocks::input(
            name,
            blocks::select(id, "How much it counts", &levels, Some(chosen)),
            Some(hint),
            false,
        )
    };
    let mut all = vec![blocks::context(
        "What the digest shows first. I show you what would change before anything does.",
    )];
    all.extend(Criterion::ALL.iter().map(row));
    let metadata = json!({"id": "weights", "channel": from});
    blocks::modal(action::WEIGHTS, "Weights of triage", Some("Try"), &metadata, all)
}

#[derive(Template)]
#[template(path = "pull/dry_run.mrkdwn")]
struct Text<'a> {
    weights: &'a str,
    summary: String,
    places: Vec<(usize, String, String, String, String)>,
    out: Vec<String>,
}

fn was(at: usize, place: &Place) -> String {
    match place.was {
        Some(was) if was == at => "as now".to_owned(),
        Some(was) => format!("now in place {was}"),
        None => "now further down".to_owned(),
    }
}

/// What other weights would change, in private; the buttons take them or go back to the form.
pub fn tried(run: &DryRun, weights: &Weights) -> Result<Message> {
    let words = weights.words();
    let summary = match (run.weighed, run.moved) {
        (0, _) => "Nothing waits for a decision, so there is nothing to put in order.".to_owned(),
        (weighed, 0) => format!("The order of the {weighed} that are weighed stays as it is."),
        (weighed, moved) => {
            format!("{moved} of the {weighed} that are weighed would stand elsewhere. The first ones:")
        }
    };
    let place = |(n, place): (usize, &Place)| {
        let why = place.why.join("; ");
        (n + 1, was(n + 1, place), clip(&place.account, 60), clip(&place.partner, 60), clip(&why, 400))
    };
    let places: Vec<_> = run.places.iter().enumerate().map(place).collect();
    let out: Vec<String> = run
        .out
        .iter()
        .map(|(account, partner, at)| {
            let (account, partner) = (clip(account, 60), clip(partner, 60));
            match at {
                Some(at) => format!("{account} with {partner} leaves the first {TOP}: it would be {at}."),
                None => format!("{account} with {partner} leaves the first {TOP}."),
            }
        })
        .collect();
    let text = Text { weights: &words, summary, places, out }.render()?;
    let text = text.trim().to_owned();
    let value = serde_json::to_string(weights)?;
    let mut all = blocks::sections(&text);
    all.push(blocks::actions(vec![
        blocks::primary(blocks::button("Use these weights", action::WEIGH, &value)),
        blocks::button("Change them", action::WEIGHTS, &value),
    ]));
    Ok(Message::new(text, all))
}

/// The weights were taken.
pub fn taken(weights: &Weights, next: Option<&str>) -> Message {
    let next = next.map(|next| format!(" The next digest comes {next}.")).unwrap_or_default();
    Message::text(format!("From now on the order of triage goes by: {}.{}", weights.words(), escape(&next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(account: &str, was: Option<usize>, why: &str) -> Place {
        Place {
            account: account.into(),
            partner: "Northwind".into(),
            was,
            why: vec![why.into(), "new on Monday".into()],
        }
    }

    #[test]
    fn what_would_change() {
        let mut weights = Weights::default();
        weights.set(Criterion::Amount, Level::High);
        weights.set(Criterion::Trust, Level::Off);
        let run = DryRun {
            places: vec![
                place("Acme <b>", Some(4), "an ask: Northwind can introduce us"),
                place("Globex", Some(2), "a give: we can introduce Northwind"),
                place("Hooli", None, "joint: both deals are open now"),
            ],
            out: vec![("Stark".into(), "Northwind".into(), Some(9))],
            moved: 7,
            weighed: 30,
        };
        let message = tried(&run, &weights).unwrap();
        insta::assert_snapshot!(message.text, @r"
        *What these weights would change* · amount high, trust off
        7 of the 30 that are weighed would stand elsewhere. The first ones:
        1. *Acme &lt;b&gt;* with Northwind · now in place 4 · an ask: Northwind can introduce us; new on Monday
        2. *Globex* with Northwind · as now · a give: we can introduce Northwind; new on Monday
        3. *Hooli* with Northwind · now further down · joint: both deals are open now; new on Monday
        Stark with Northwind leaves the first 5: it would be 9.
        Nothing has changed yet, and a digest that was posted stays as it is.
        ");
        let payload = json!({"channel": "C1", "text": message.text, "blocks": message.blocks});
        slackblocks::MessagePayload::try_from(payload).unwrap();
        let same = DryRun { out: vec![], moved: 0, places: vec![], ..run.clone() };
        insta::assert_snapshot!(tried(&same, &weights).unwrap().text, @r"
        *What these weights would change* · amount high, trust off
        The order of the 30 that are weighed stays as it is.
        Nothing has changed yet, and a digest that was posted stays as it is.
        ");
        let nothing = DryRun { weighed: 0, ..same };
        insta::assert_snapshot!(tried(&nothing, &Weights::default()).unwrap().text, @r"
        *What these weights would change* · everything normal
        Nothing waits for a decision, so there is nothing to put in order.
        Nothing has changed yet, and a digest that was posted stays as it is.
        ");
        insta::assert_snapshot!(taken(&weights, Some("Monday 16 March at 09:00")).text, @"From now on the order of triage goes by: amount high, trust off. The next digest comes Monday 16 March at 09:00.");
        // Ten places with everything that can be said of them fit.
        let long = "&".repeat(300);
        let full = DryRun {
            places: vec![
                Place {
                    account: long.clone(),
                    partner: long.clone(),
                    was: None,
                    why: vec![long.clone(); 4]
                };
                10
            ],
            out: vec![(long.clone(), long, None); 5],
            ..run
        };
        let message = tried(&full, &weights).unwrap();
        let payload = json!({"channel": "C1", "text": clip(&message.text, 12_000), "blocks": message.blocks});
        slackblocks::MessagePayload::try_from(payload).unwrap();
    }

    #[test]
    fn the_form_fits() {
        let view = form(&Weights::default(), None);
        slackblocks::ModalView::try_from(view).unwrap();
    }
}
