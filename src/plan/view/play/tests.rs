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
    insta::assert_snapshot!(card(&whole(lacking)), @r"
    *Returns webinar* with Northwind · co-branded webinar
    An idea: it cannot start without an owner on their side and a ship date
    Theirs: nobody yet · Ours: <@UOWN>
    Targets: no account of the map yet (their customers that we want)
    [Start] [Edit] ⋯Add support ⋯Drop
    ");
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
    insta::assert_snapshot!(card(&full), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Ships Fri 27 Mar, in 18 days, 7 days later than first planned (Fri 20 Mar)
    Theirs: Sam Whitfield · Ours: <@UOWN> · Sends: <@UAM>
    Targets: 6 accounts: Acme, Globex &lt;Retail&gt;, Hooli, Initech, Umbrella and 1 more
    • send the case study: due Fri 13 Mar, in 4 days · <@UOWN>
    <@UOWN> said on Mon 9 Mar that it is on track
    <@UOWN> moved it from Fri 20 Mar to Fri 27 Mar on Fri 6 Mar: their landing page is late
    [Ship] [Mark on track] [Move the date] ⋯Add support ⋯Edit ⋯Drop
    ");
    insta::assert_snapshot!(card(&whole(shipped(date(2026, 3, 6), None))), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Shipped Fri 6 Mar, 14 days earlier than first planned (Fri 20 Mar) · no results yet
    Theirs: Sam Whitfield · Ours: <@UOWN>
    Targets: no account of the map yet (their customers that we want)
    [Record results]
    ");
    let results = Results { sent: Some(120), meetings: Some(5), ..Results::default() };
    insta::assert_snapshot!(card(&whole(shipped(date(2026, 3, 6), Some(results)))), @r"
    *Returns webinar* with Northwind · co-branded webinar
    Shipped Fri 6 Mar, 14 days earlier than first planned (Fri 20 Mar) · 120 sent · 5 meetings
    Theirs: Sam Whitfield · Ours: <@UOWN>
    Targets: no account of the map yet (their customers that we want)
    [Update results]
    ");
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
    insta::assert_snapshot!(all.map(lead).join("\n"), @r"
    How does this stand?
    This ships soon.
    This ships today.
    This was due to ship. Say that it shipped, move the date, or drop it.
    This has shipped. What came of it?
    ");
    insta::assert_snapshot!(reminder_lead(&running(date(2026, 3, 20)), &"UPM".into(), Reminder::Today), @"This ships today. <@UOWN> ran it and is no member any more: give it to somebody with Edit.");
    insta::assert_snapshot!(moved_lead(&running(date(2026, 3, 20)), &"UOWN".into(), "no <room>", TODAY), @"<@UOWN> moved this from Fri 20 Mar: no &lt;room&gt;.");
}

#[test]
fn answers() {
    let text = |error: Error| match error {
        Error::User(error) => error.text,
        other => panic!("{other}"),
    };
    let lacks = [Missing::TheirOwner, Missing::ShipDate];
    insta::assert_snapshot!(text(cannot_start(&idea(), &lacks)), @"*Returns webinar* stays an idea: it cannot start without an owner on their side and a ship date. *Edit* on its card is where that goes.");
    insta::assert_snapshot!(text(cannot_start(&running(date(2026, 3, 20)), &lacks[..1])), @"*Returns webinar* is running and cannot go on without an owner on their side. Nothing was changed.");
    insta::assert_snapshot!(text(changed_already(&running(date(2026, 3, 20)), at("2026-03-09T08:00:00Z"))), @"That changed before you pressed the button. *Returns webinar*: Ships Fri 20 Mar, in 11 days. `/partner play list` shows how it is now.");
    insta::assert_snapshot!(text(refusal(&running(date(2026, 3, 20)))), @"Only <@UOWN> or <@UPM> can change this play, or somebody who looks after Northwind: a partner manager, operations or an admin.");
    insta::assert_snapshot!(page_link("https://tandem.example/pages/plays?for=U1&until=1&seal=2", "24 hours").text, @"<https://tandem.example/pages/plays?for=U1&amp;until=1&amp;seal=2|All plays on a timeline>. The link is yours alone and opens for 24 hours.");
}

#[test]
fn lists() {
    let list = |found: &[Play]| shown(&list("Plays", found, TODAY, ("Show", action::SHOW)).expect("a list"));
    insta::assert_snapshot!(list(&[]), @r#"
    No play is under way. `/partner play start "Returns webinar" with northwind` starts one.
    [Start a play]
    "#);
    let lacking = Play { plan: Plan { their_owner: None, owner: None, ..idea().plan }, ..idea() };
    insta::assert_snapshot!(list(&[running(date(2026, 3, 6)), lacking, shipped(date(2026, 3, 5), None)]), @r"
    *Plays*
    *Returns webinar* with Northwind · co-branded webinar
    3 days late, was to ship Fri 6 Mar · Sam Whitfield and <@UOWN>
    *Returns webinar* with Northwind · co-branded webinar
    An idea: it cannot start without an owner on their side and an owner on our side · nobody of theirs and nobody yet
    *Returns webinar* with Northwind · co-branded webinar
    Shipped Thu 5 Mar, 15 days earlier than first planned (Fri 20 Mar) · no results yet · Sam Whitfield and <@UOWN>
    [See all on a timeline] [Start a play]
    ");
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
