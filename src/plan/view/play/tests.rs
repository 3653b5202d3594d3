use jiff::civil::date;

use super::super::super::play::tests::{at, idea, running, shipped};
use super::super::super::play::{Plan, Results};
use super::super::play_forms;
use super::*;
use crate::plan::commitment::tests::commitment;

const TODAY: Date = date(2026, 3, 9);

fn whole(play: Play) -> Whole {
    Whole { play, targets: Vec::new(), support: Vec::new(), said: Vec::new() }
}

fn account(name: &str) -> Account {
    Account { id: name.into(), name: name.to_owned(), domain: None, owner: None }
}

/// A card as its reader sees it.
fn shown(message: &Message) -> String {
    let elements = message.blocks.iter().flat_map(|b| b["elements"].as_array().cloned().unwrap_or_default());
    let labels: Vec<String> = elements
        .map(|e| match e["text"]["text"].as_str() {
            Some(label) => format!("[{label}]"),
            None => e["options"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|o| format!("⋯{}", o["text"]["text"].as_str().unwrap_or("?")))
                .collect::<Vec<_>>()
                .join(" "),
        })
        .collect();
    format!("{}\n{}", message.text, labels.join(" ")).trim().to_owned()
}

#[test]
fn cards() {
    let card = |whole: &Whole| shown(&card(whole, String::new(), TODAY, true).expect("a card"));
    let lacking = Play { plan: Plan { their_owner: None, ship: None, ..idea().plan }, ..idea() };
    insta::assert_snapshot!(card(&whole(lacking)), @"");
    let mut play = running(date(2026, 3, 27));
    play.stage = Stage::Running { since: at("2026-03-02T12:00:00Z"), first: date(2026, 3, 20) };
    play.plan.sender = Some("UAM".into());
    let names = ["Acme", "Globex <Retail>", "Hooli", "Initech", "Umbrella", "Stark"];
    let because = "their landing page is late".to_owned();
    let full = Whole {
        targets: names.map(account).to_vec(),
        support: vec![commitment(date(2026, 3, 13))],
        said: vec![
            (Said::OnTrack, "UOWN".into(), at("2026-03-09T08:00:00Z")),
            (
                Said::Moved { from: date(2026, 3, 20), to: date(2026, 3, 27), because },
                "UOWN".into(),
                at("2026-03-06T08:00:00Z"),
            ),
        ],
        play,
    };
    insta::assert_snapshot!(card(&full), @"");
    insta::assert_snapshot!(card(&whole(shipped(date(2026, 3, 6), None))), @"");
    let results = Results { sent: Some(120), meetings: Some(5), ..Results::default() };
    insta::assert_snapshot!(card(&whole(shipped(date(2026, 3, 6), Some(results)))), @"");
    let nobody = Play { plan: Plan { audience: Audience::Nobody, ..idea().plan }, ..idea() };
    assert!(!card(&whole(nobody)).contains("Targets"));
    // The longest that anybody can write fits.
    let mut long = running(date(2026, 3, 27));
    long.plan.title = "<".repeat(80);
    let many = Whole {
        targets: vec![account(&"&".repeat(200)); 200],
        support: vec![Commitment { text: ">".repeat(600), ..commitment(date(2026, 3, 13)) }; 30],
        said: vec![
            (
                Said::Moved { from: TODAY, to: TODAY, because: "<".repeat(600) },
                "UOWN".into(),
                at("2026-03-06T08:00:00Z"),
            );
            3
        ],
        play: long,
    };
    let message = super::card(&many, String::new(), TODAY, true).expect("a card");
    slackblocks_take(&message);
}

fn slackblocks_take(message: &Message) {
    let payload = serde_json::json!({"channel": "C1", "text": message.text, "blocks": message.blocks});
    slackblocks::MessagePayload::try_from(payload).expect("Slack takes it");
}

#[test]
fn reminders() {
    let lead = |why| reminder_lead(&running(date(2026, 3, 20)), &"UOWN".into(), why);
    let all = [Reminder::CheckIn, Reminder::Ahead, Reminder::Today, Reminder::Late(3), Reminder::Results];
    insta::assert_snapshot!(all.map(lead).join("\n"), @"");
    insta::assert_snapshot!(reminder_lead(&running(date(2026, 3, 20)), &"UPM".into(), Reminder::Today), @"");
    insta::assert_snapshot!(moved_lead(&running(date(2026, 3, 20)), &"UOWN".into(), "no <room>", TODAY), @"");
}

#[test]
fn answers() {
    let text = |error: Error| match error {
        Error::User(error) => error.text,
        other => panic!("{other}"),
    };
    let lacks = [Missing::TheirOwner, Missing::ShipDate];
    insta::assert_snapshot!(text(cannot_start(&idea(), &lacks)), @"");
    insta::assert_snapshot!(text(cannot_start(&running(date(2026, 3, 20)), &lacks[..1])), @"");
    insta::assert_snapshot!(text(changed_already(&running(date(2026, 3, 20)), at("2026-03-09T08:00:00Z"))), @"");
    insta::assert_snapshot!(text(refusal(&running(date(2026, 3, 20)))), @"");
    insta::assert_snapshot!(page_link("https://tandem.example/pages/plays?for=U1&until=1&seal=2", "24 hours").text, @"");
}

#[test]
fn lists() {
    let list = |found: &[Play]| shown(&list("Plays", found, TODAY, ("Show", action::SHOW)).expect("a list"));
    insta::assert_snapshot!(list(&[]), @"");
    let lacking = Play { plan: Plan { their_owner: None, owner: None, ..idea().plan }, ..idea() };
    insta::assert_snapshot!(list(&[running(date(2026, 3, 6)), lacking, shipped(date(2026, 3, 5), None)]), @"");
    let many = super::list("Plays", &vec![running(date(2026, 3, 20)); 30], TODAY, ("Show", action::SHOW))
        .expect("a list");
    assert!(many.text.ends_with("10 more are on the page."));
    slackblocks_take(&many);
}

#[test]
fn forms_fit() {
    let (play, metadata) = (running(date(2026, 3, 20)), serde_json::json!({}));
    let forms = [
        play_forms::start_modal(&Prefill::default(), None, "U1", &[], &["A doubt".to_owned()], &metadata),
        play_forms::edit_modal(&play, &metadata),
        play_forms::move_modal(&play, TODAY, &metadata),
        play_forms::ship_modal(&play, TODAY, &metadata),
        play_forms::results_modal(&shipped(TODAY, None), TODAY, &metadata),
        play_forms::support_modal(&play, TODAY, "U1", &metadata),
        play_forms::drop_modal(&play, TODAY, &metadata),
    ];
    for mut form in forms {
        // Without a partner there is no choice of one; the command says so before a form opens.
        if let Some(all) = form["blocks"].as_array_mut() {
            all.retain(|b| b["block_id"] != "partner");
        }
        slackblocks::ModalView::try_from(form.clone()).unwrap_or_else(|e| panic!("{e}: {form}"));
    }
}
