use jiff::tz::TimeZone;
use slackblocks::{MessagePayload, ModalView};

use super::*;
use crate::kernel::money::Money;
use crate::map::focus::{Agreed, LONGEST, Mark, Wish};
use crate::map::overlap::Population;
use crate::pull::focus::propose;
use crate::pull::testing::{at, overlap, partner};

const ALL: Rights = Rights { may_mark: true, may_agree: true };

fn ground(side: Side, overlaps: Vec<Overlap>) -> Ground {
    let northwind = partner("Northwind", Some("2026-03-04T08:00:00Z"));
    Ground {
        now: at("2026-03-09T08:00:00Z"),
        zone: TimeZone::UTC,
        list: List::new(&northwind.id, side),
        partner: northwind,
        agreed: Vec::new(),
        marks: Vec::new(),
        overlaps,
        planned: Vec::new(),
        kinds: crate::map::lists::kinds::Kinds::shipped(),
        trust: std::collections::HashMap::new(),
    }
}

fn now() -> Zoned {
    at("2026-03-09T08:00:00Z").to_zoned(TimeZone::UTC)
}

fn shown(sides: Vec<Ground>, rights: Rights) -> Message {
    let sides: Vec<_> = sides
        .into_iter()
        .map(|ground| {
            let proposal = propose(&ground);
            (ground, proposal)
        })
        .collect();
    let message = card(&sides, rights, &now()).unwrap();
    let payload = json!({"channel": "C0OPS", "text": message.text, "blocks": message.blocks});
    MessagePayload::try_from(payload).unwrap();
    message
}

fn two() -> Vec<Overlap> {
    let mut acme = overlap("acme", "Acme & Sons", "Northwind");
    acme.account.domain = Some("acme.com".into());
    acme.stage = Some("Negotiation".into());
    acme.owner = Some("<@U0ALEX>".into());
    vec![acme, overlap("bolt", "Bolt <!channel>", "Northwind")]
}

fn give() -> Overlap {
    let mut give = overlap("cora", "Cora", "Northwind");
    give.our_population = Some(Population::Customer);
    give.their_population = Some(Population::Prospect);
    give.amount = Money::parse("$40k");
    give
}

fn labels(message: &Message) -> Vec<String> {
    let elements = message.blocks.iter().flat_map(|b| b["elements"].as_array().cloned().unwrap_or_default());
    elements.filter_map(|e| e["text"]["text"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_proposal_says_why_and_asks_to_agree() {
    let message = shown(vec![ground(Side::Ours, two()), ground(Side::Theirs, vec![give()])], ALL);
    insta::assert_snapshot!(message.text);
    assert_eq!(labels(&message), ["Agree on these two", "Add account", "Agree on this one", "Add account"]);
    let accents = message.blocks.iter().flat_map(|b| b["elements"].as_array().cloned().unwrap_or_default());
    assert_eq!(accents.filter(|e| e["style"] == "primary").count(), 1);
}

#[test]
fn a_difference_is_shown_and_replaces_nothing() {
    let mut ground = ground(Side::Ours, two());
    let gone = give();
    ground.agreed = vec![gone.account.clone(), ground.overlaps[1].account.clone()];
    ground.overlaps.push(Overlap { gone_at: Some(ground.now), ..gone });
    ground.list.agreed = Some(Agreed { number: 2, by: "U0MAYA".into(), at: at("2026-03-01T08:00:00Z") });
    ground.marks = vec![Mark {
        account: ground.overlaps[0].account.id.clone(),
        wish: Wish::Pinned,
        by: "U0OMAR".into(),
    }];
    let message = shown(vec![ground], ALL);
    insta::assert_snapshot!(message.text);
    assert_eq!(labels(&message), ["Agree on the change", "Add account"]);
}

#[test]
fn whoever_only_reads_has_no_controls_and_an_empty_side_says_so() {
    let rights = Rights { may_mark: false, may_agree: false };
    let message = shown(vec![ground(Side::Ours, Vec::new()), ground(Side::Theirs, vec![give()])], rights);
    insta::assert_snapshot!(message.text);
    assert!(!message.blocks.iter().any(|b| b["type"] == "actions" || b.get("accessory").is_some()));
}

#[test]
fn the_longest_lists_fit_a_message() {
    let long = |side| {
        let all = (0..60).map(|i| {
            let mut o = overlap(&format!("o{i}"), &"Very long name ".repeat(20), "Northwind");
            o.their_population = Some(Population::OpenOpportunity);
            o.stage = Some("negotiation ".repeat(20));
            o
        });
        let mut ground = ground(side, all.collect());
        ground.list.size = LONGEST;
        ground.list.insisted = Some(("U0MAYA".into(), "two regions ".repeat(20)));
        ground
    };
    let message = shown(vec![long(Side::Ours), long(Side::Theirs)], ALL);
    assert!(message.blocks.len() <= 50, "{}", message.blocks.len());
    assert!(message.text.chars().count() <= blocks::TEXT_LIMIT);
}

#[test]
fn the_forms_are_valid() {
    let ground = ground(Side::Ours, two());
    let others: Vec<Overlap> =
        (0..120).map(|i| overlap(&format!("o{i}"), &"Name ".repeat(40), "Northwind")).collect();
    for view in [
        add_modal(&ground.partner, &Seen::of(&ground.list), &others, None),
        add_modal(&ground.partner, &Seen::of(&ground.list), &[], None),
        insist_modal(&ground.partner, &ground.list, None),
    ] {
        ModalView::try_from(view).unwrap();
    }
}

#[test]
fn home_and_the_partners_card_say_how_lists_stand() {
    let mut ours = List::new(&"northwind".into(), Side::Ours);
    ours.agreed = Some(Agreed { number: 1, by: "U0MAYA".into(), at: at("2026-03-04T08:00:00Z") });
    let theirs = List::new(&"northwind".into(), Side::Theirs);
    insta::assert_snapshot!(summary(&[(ours, 10), (theirs, 0)], &now()), @"ours 10, agreed on 4 March; theirs none yet");
    let row = home_row(
        (&"northwind".into(), "Northwind"),
        &[
            (Side::Ours, "agreed 95 days ago".into()),
            (Side::Theirs, "nothing agreed yet, 12 accounts to choose from".into()),
        ],
    );
    insta::assert_snapshot!(row["text"]["text"].as_str().unwrap());
}
