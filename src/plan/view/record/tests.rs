use jiff::civil::date;

use super::super::super::session::{Moved, Outline, Shape, Slot, Trigger};
use super::*;
use crate::kernel::money::Money;

fn here() -> Zoned {
    "2026-03-12T11:00:00+01:00[Europe/Stockholm]".parse().unwrap()
}

fn session(stage: impl Fn(Slot, Moved) -> Stage) -> Session {
    let slot = Slot { start: "2026-03-12T09:00:00Z".parse().unwrap(), zone: "Europe/Stockholm".into() };
    let named = |id: &str, name: &str| super::super::super::session::Named {
        account_id: id.into(),
        name: name.to_owned(),
        domain: None,
        motion: None,
        goal: String::new(),
        why: String::new(),
    };
    Session {
        id: "s1".into(),
        partner_id: "p1".into(),
        partner: "North & Wind".into(),
        trigger: Trigger::Planned,
        outline: Outline {
            shape: Shape::Managers,
            minutes: 30,
            ours: vec!["U0MAYA".into()],
            theirs: Vec::new(),
            accounts: vec![named("a1", "Acme"), named("a2", "Globex"), named("a3", "Hooli")],
            place: String::new(),
        },
        because: Vec::new(),
        instruction: None,
        organiser: Some("U0MAYA".into()),
        stage: stage(slot, Moved { by: "U0MAYA".into(), at: here().timestamp() }),
        sequence: 0,
        version: 3,
        created_at: here().timestamp(),
    }
}

fn held() -> Session {
    session(|slot, moved| Stage::Held { slot, moved })
}

fn told(id: &str, name: &str, outcome: Outcome) -> Told {
    Told {
        account: id.into(),
        name: name.to_owned(),
        outcome,
        decided: String::new(),
        stall: None,
        amount: None,
        stage: None,
        introduction: None,
        commitments: Vec::new(),
        by: "U0MAYA".into(),
        at: here().timestamp(),
    }
}

fn record() -> Record {
    Record {
        session: "s1".into(),
        recording: Some("https://meet.example/rec?a=1&b=2".into()),
        said: Some("They reorganise <soon>.".into()),
        next: Some(date(2026, 3, 26)),
        by: "U0MAYA".into(),
        at: here().timestamp(),
    }
}

fn with_controls(message: &Message) -> String {
    let elements = message.blocks.iter().flat_map(|b| {
        let accessory = Some(&b["accessory"]).filter(|a| a.is_object());
        b["elements"].as_array().into_iter().flatten().chain(accessory)
    });
    let labels: Vec<String> =
        elements.filter_map(|e| e["text"]["text"].as_str()).map(|l| format!("[{l}]")).collect();
    format!("{}\n{}", message.text, labels.join(" "))
}

#[test]
fn one_card_sums_it_up() {
    let acme = Told {
        decided: "Alex Rivera reaches out, Sam Whitfield at North & Wind introduces".into(),
        introduction: Some("Sam Whitfield introduces Alex Rivera to Dana Reyes, by Fri 20 Mar".into()),
        amount: Money::parse("$120k"),
        stage: Some("Negotiation".into()),
        commitments: vec!["c1".into(), "c2".into()],
        ..told("a1", "Acme", Outcome::Introduction)
    };
    let globex = Told {
        decided: "Omar Haddad reaches out".into(),
        stall: Some("their <legal> team".into()),
        ..told("a2", "Globex", Outcome::Stalled)
    };
    let all = [acme, globex, told("a3", "Hooli", Outcome::NotReached)];
    let promised = [
        Promised {
            id: "c1".into(),
            text: "send the case study".into(),
            owner: "U0ALEX".into(),
            theirs: None,
            due: date(2026, 3, 13),
        },
        Promised {
            id: "c2".into(),
            text: "ask Dana for a day.".into(),
            owner: "U0MAYA".into(),
            theirs: Some("Sam Whitfield".into()),
            due: date(2026, 3, 16),
        },
    ];
    let names = Names::of(&[("U0ALEX", "Alex Rivera"), ("U0MAYA", "Maya Lindholm")]);
    let card = summary(&held(), &all, &record(), &promised, &names, &here()).unwrap();
    insta::assert_snapshot!(with_controls(&card), @r"
    *Logged: account planning with North &amp; Wind*
    Thu 12 Mar, 10:00 to 10:30 · logged by Maya Lindholm
    *Acme* · an introduction was agreed · $120k, negotiation
    Alex Rivera reaches out, Sam Whitfield at North &amp; Wind introduces
    *Introduction:* Sam Whitfield introduces Alex Rivera to Dana Reyes, by Fri 20 Mar
    *Promised:* Alex Rivera: send the case study, by Fri 13 Mar
    *Promised:* Sam Whitfield of North &amp; Wind: ask Dana for a day, by Mon 16 Mar
    *Globex* · it waits for something
    Omar Haddad reaches out
    *Waits for:* their &lt;legal&gt; team
    Not reached: Hooli. It comes back on the next agenda.
    They reorganise &lt;soon&gt;.
    Recording: https://meet.example/rec?a=1&amp;b=2
    Next session: Thu 26 Mar, to be set up.
    [Log commitment]
    ");
}

#[test]
fn it_is_asked_for_three_times_and_shown_to_operations() {
    let held = held();
    let mut all: Vec<String> = [Chase::Over, Chase::First, Chase::Second]
        .into_iter()
        .map(|chase| with_controls(&asked(&held, &here(), chase, true)))
        .collect();
    all.push(with_controls(&asked(&held, &here(), Chase::Over, false)));
    all.push(with_controls(&unlogged(&held, &here(), &["U0MAYA".into()])));
    all.push(with_controls(&unlogged(&held, &here(), &[])));
    all.push(with_controls(&logged(&held, &here(), &record())));
    all.push(with_controls(&was_missed(&held, &here(), &"U0MAYA".into(), "nobody of theirs came.")));
    insta::assert_snapshot!(all.join("\n---\n"), @r"
    *Account planning: Acme, Globex, Hooli with North &amp; Wind*
    It is over: Thu 12 Mar, 10:00 to 10:30. What came of it?
    [Log session] [It did not take place]
    ---
    *Account planning: Acme, Globex, Hooli with North &amp; Wind*
    It was Thu 12 Mar, 10:00 to 10:30, and nothing is logged yet. What came of it?
    [Log session] [It did not take place]
    ---
    *Account planning: Acme, Globex, Hooli with North &amp; Wind*
    It was Thu 12 Mar, 10:00 to 10:30, and nothing is logged. This is the last time I ask: on the next working day I show it to operations.
    [Log session] [It did not take place]
    ---
    *Account planning: Acme, Globex, Hooli with North &amp; Wind*
    It is over: Thu 12 Mar, 10:00 to 10:30. What came of it?

    ---
    *Not logged: Account planning: Acme, Globex, Hooli with North &amp; Wind*
    Thu 12 Mar, 10:00 to 10:30. <@U0MAYA> was asked three times.
    [Log session]
    ---
    *Not logged: Account planning: Acme, Globex, Hooli with North &amp; Wind*
    Thu 12 Mar, 10:00 to 10:30. Nobody who ran it is left.
    [Log session]
    ---
    *Account planning: Acme, Globex, Hooli with North &amp; Wind*
    Thu 12 Mar, 10:00 to 10:30 · logged by <@U0MAYA>.
    [Show log]
    ---
    *Account planning: Acme, Globex, Hooli with North &amp; Wind*
    It did not take place, says <@U0MAYA>: nobody of theirs came. It would have been Thu 12 Mar, 10:00 to 10:30.
    ");
}

#[test]
fn why_there_is_nothing_to_log() {
    let zone = TimeZone::get("Europe/Stockholm").unwrap();
    let now = "2026-03-11T09:00:00Z".parse().unwrap();
    let all = [
        session(|slot, moved| Stage::Closed { slot, moved }),
        session(|slot, moved| Stage::Cancelled { slot: Some(slot), because: String::new(), moved }),
        session(|slot, moved| Stage::Prepared { slot, moved }),
    ];
    let texts: Vec<String> = all.iter().map(|s| not_to_log(s, now, &zone).to_string()).collect();
    insta::assert_snapshot!(texts.join("\n"), @r"
    *Account planning: Acme, Globex, Hooli with North &amp; Wind* is logged already, by <@U0MAYA>.
    *Account planning: Acme, Globex, Hooli with North &amp; Wind* was called off, so there is nothing to log.
    *Account planning: Acme, Globex, Hooli with North &amp; Wind* is still ahead: it is Thu 12 Mar, 10:00 to 10:30. Log it once it has begun.
    ");
    insta::assert_snapshot!(told_already(&told("a1", "Acme", Outcome::NextStep)), @"<@U0MAYA> logged *Acme* already (a next step was agreed), so yours was not saved.");
}
