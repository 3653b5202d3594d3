use jiff::civil::date;
use slackblocks::{MessagePayload, ModalView};

use super::*;
use crate::map::account_map::hold::tests::hold;
use crate::map::account_map::involvement::{Involvement, Role};
use crate::map::account_map::sight::Sight;
use crate::map::account_map::suggest::suggest;
use crate::map::account_map::testing::{at, map};
use crate::map::account_map::{AccountMap, Settings};
use serde_json::{Value, json};

const NOW: &str = "2026-03-09T08:00:00Z";

fn look<T>(map: &AccountMap, what: impl Fn(&Sight<'_>) -> T) -> T {
    let now = at(NOW).in_tz("Europe/Stockholm").unwrap();
    what(&Sight { map, now: &now, settings: &Settings::default() })
}

fn valid(message: &Message) {
    let payload = json!({"channel": "C0OPS", "text": message.text, "blocks": message.blocks});
    MessagePayload::try_from(payload).unwrap();
    assert!(!message.text.is_empty() && message.text.chars().count() <= blocks::TEXT_LIMIT);
    assert!(!serde_json::to_string(&message.blocks).unwrap().contains("<@"), "nobody is mentioned");
}

fn valid_form(view: &Value) {
    ModalView::try_from(view.clone()).unwrap();
    assert!(view["private_metadata"].as_str().unwrap().chars().count() <= 3000);
}

/// A message as its reader sees it: each paragraph with its button.
fn seen(message: &Message) -> String {
    valid(message);
    let label = |e: &Value| e["text"]["text"].as_str().map(|l| format!(" [{l}]")).unwrap_or_default();
    message
        .blocks
        .iter()
        .map(|b| match b["type"].as_str().unwrap() {
            "section" => format!("{}{}\n", b["text"]["text"].as_str().unwrap(), label(&b["accessory"])),
            "context" => format!("({})\n", b["elements"][0]["text"].as_str().unwrap()),
            _ => format!(
                "{}\n",
                b["elements"].as_array().unwrap().iter().map(label).collect::<String>().trim()
            ),
        })
        .collect()
}

fn ops<'a>(user: &'a crate::kernel::ids::UserId) -> Reader<'a> {
    Reader::One { user, may_decide: true }
}

#[test]
fn the_whole_card_as_operations_reads_it() {
    let mut map = map();
    map.involvements.push(Involvement {
        partner: "northwind".into(),
        role: Some(Role::Services),
        words: Some("runs their returns <since 2024>".into()),
        changed_by: "U0MAYA".into(),
        changed_at: at(NOW),
    });
    let elsewhere = Elsewhere {
        commitments: vec![
            "Send the case study, for Northwind · due Fri 13 Mar, in 4 days · Alex Rivera".into(),
        ],
        session: Some(
            "With Northwind, asked by Alex Rivera, wanted by Fri 13 Mar: waits for an answer".into(),
        ),
        room: None,
        ..Elsewhere::default()
    };
    let omar = "U0OMAR".into();
    insta::assert_snapshot!(seen(&look(&map, |s| card(s, &elsewhere, ops(&omar)))));
}

#[test]
fn whoever_is_held_is_told_so_and_a_rep_decides_nothing() {
    let eve = "U0EVE".into();
    let held =
        look(&map(), |s| card(s, &Elsewhere::default(), Reader::One { user: &eve, may_decide: false }));
    let seen = seen(&held);
    assert!(
        seen.contains("*On hold, and it holds you*: No executive outreach until the introduction."),
        "{seen}"
    );
    assert!(!seen.contains("[Introduction made]") && !seen.contains("[Decide]"), "{seen}");
    let maya = "U0MAYA".into();
    let author =
        look(&map(), |s| card(s, &Elsewhere::default(), Reader::One { user: &maya, may_decide: false }));
    assert!(super::tests::seen(&author).contains("[Introduction made]"), "its author may lift it");
}

#[test]
fn an_empty_map_says_what_fills_it() {
    let mut map = map();
    map.people.clear();
    map.relationships.clear();
    map.steps.clear();
    map.log.clear();
    map.decisions.clear();
    map.holds.clear();
    let omar = "U0OMAR".into();
    insta::assert_snapshot!(seen(&look(&map, |s| card(s, &Elsewhere::default(), ops(&omar)))));
}

#[test]
fn a_shared_card_has_no_controls_but_the_way_to_the_map() {
    let shared = look(&map(), |s| card(s, &Elsewhere::default(), Reader::Channel("Maya Lindholm")));
    let seen = seen(&shared);
    assert!(
        seen.ends_with(
            "(Shared by Maya Lindholm. Internal: no partner reads this channel.)\n[Open the map]\n"
        ),
        "{seen}"
    );
    assert_eq!(seen.matches('[').count(), 1, "{seen}");
}

#[test]
fn a_crowded_map_stays_within_slacks_limits() {
    let mut map = map();
    let long = "x".repeat(900);
    let one = map.people[0].clone();
    map.people.extend((0..40).map(|n| crate::map::account_map::stakeholder::Stakeholder {
        id: format!("p{n}").as_str().into(),
        name: format!("{long} {n}"),
        title: Some(long.clone()),
        ..one.clone()
    }));
    let step = map.steps[0].clone();
    map.steps.extend(
        (0..20).map(|_| crate::map::account_map::record::Step { text: long.clone(), ..step.clone() }),
    );
    map.holds.extend((0..20).map(|_| Hold { text: long.clone(), ..hold(Some(date(2026, 3, 20))) }));
    let (partner, overlap) = (map.partners[0].clone(), map.overlaps[0].clone());
    for n in 0..30 {
        let id: crate::kernel::ids::PartnerId = format!("partner{n}").as_str().into();
        map.partners.push(crate::map::partner::Partner {
            id: id.clone(),
            name: long.clone(),
            ..partner.clone()
        });
        map.overlaps.push(crate::map::overlap::Overlap { partner_id: id, ..overlap.clone() });
    }
    let elsewhere = Elsewhere {
        answers: vec![long.clone(); 20],
        asks: vec![long.clone(); 20],
        introductions: vec![long.clone(); 20],
        commitments: vec![long.clone(); 20],
        session: Some(long),
        room: None,
    };
    let omar = "U0OMAR".into();
    let message = look(&map, |s| card(s, &elsewhere, ops(&omar)));
    assert!(message.blocks.len() <= 50, "{}", message.blocks.len());
    valid(&message);
    let walk = Walk { id: "w".into(), accounts: vec!["a".repeat(20).as_str().into(); 10], at: 0 };
    valid_form(&look(&map, |s| review_form(s, &walk, &omar, json!({"channel": "C0OPS"}))));
    valid_form(&look(&map, |s| {
        let offer = Offer::of(s, suggest(s, None, None, &omar));
        decide_form(s, &offer, json!({"channel": "C0OPS"}))
    }));
    valid_form(&look(&map, |s| relationship_form(s, None, &omar, json!({}))));
}

#[test]
fn the_history_keeps_what_was_lifted() {
    let mut map = map();
    map.holds.push(Hold {
        lifted: Some(("U0OMAR".into(), at("2026-03-06T08:00:00Z"))),
        held: Vec::new(),
        ..hold(Some(date(2026, 3, 20)))
    });
    insta::assert_snapshot!(seen(&look(&map, history)), @r"
    *Decisions on Acme*, the newest first
    *Decided Thu 5 Mar by Maya Lindholm:* Alex Rivera reaches out, Sam Whitfield at Northwind introduces, Evelyn Osei stays out of the way · with Northwind
    Why this partner: Sam has known Dana for six years
    Why now: she decides on returns before the summer
    Why this person: Dana signs
    *Holds*
    No executive outreach until the introduction. Holds Evelyn Osei; put by Maya Lindholm on Thu 5 Mar, until the introduction is made.
    No executive outreach until the introduction. Holds everybody; put by Maya Lindholm on Thu 5 Mar, lifted by Omar Haddad on Fri 6 Mar.
    [Show map] [Export history]
    ");
}

#[test]
fn a_hold_that_ran_out_asks_its_author_and_is_settled_in_place() {
    let (map, held) = (map(), hold(Some(date(2026, 3, 6))));
    let (account, names, now) = (&map.account, &map.names, at(NOW));
    insta::assert_snapshot!(seen(&hold_ran_out(&held, account, names, now).unwrap()), @r"
    Your hold on *Acme* ran out on Fri 6 Mar. Does it go on?
    > No executive outreach until the introduction.
    It holds Evelyn Osei. It is shown on the map until you keep or lift it.
    [Keep until…] [Lift] [Show map]
    ");
    let kept = Hold { until: Some(date(2026, 3, 20)), ..held.clone() };
    insta::assert_snapshot!(seen(&hold_settled(&kept, account, names, now).unwrap()), @r"
    The hold on *Acme* goes on, until Fri 20 Mar.
    > No executive outreach until the introduction.
    It holds Evelyn Osei.
    ");
    let lifted = Hold { lifted: Some(("U0OMAR".into(), now)), ..held };
    insta::assert_snapshot!(seen(&hold_settled(&lifted, account, names, now).unwrap()), @r"
    The hold on *Acme* was lifted by Omar Haddad.
    > No executive outreach until the introduction.
    It holds Evelyn Osei.
    ");
}

#[test]
fn lists_answers_and_the_summary() {
    let account = map().account;
    let mut other = account.clone();
    other.name = "Globex <Retail>".into();
    insta::assert_snapshot!(seen(&list(&[(account.clone(), true), (other, false)], true)), @r"
    *Your accounts*
    Acme (acme.com) [Show map]
    *Maps that changed last*
    Globex &lt;Retail&gt; (acme.com) [Show map]
    [Start weekly mapping]
    ");
    insta::assert_snapshot!(seen(&list(&[], false)), @"No account has a map yet. `/partner account show acme` opens the map of Acme, and its buttons fill it.");
    let outcome = Outcome {
        done: 1,
        open: 2,
        dropped: 0,
        changed: vec!["Alex Rivera with Dana Reyes 4 of 5".into()],
        next: Some("Alex Rivera: send the brief, by Fri 13 Mar".into()),
    };
    let reviewed = [("Acme".to_owned(), outcome.words()), ("A & B".to_owned(), Outcome::default().words())];
    insta::assert_snapshot!(seen(&summary("Maya Lindholm", &reviewed)), @r"
    *Weekly mapping* · 2 accounts, by Maya Lindholm
    *Acme*: 1 step done; 2 steps still open; now Alex Rivera with Dana Reyes 4 of 5; next: Alex Rivera: send the brief, by Fri 13 Mar
    *A &amp; B*: nothing new
    ");
}

#[test]
fn what_is_stale_is_said_on_the_card() {
    let omar = "U0OMAR".into();
    let seen = seen(&look(&map(), |s| card(s, &Elsewhere::default(), ops(&omar))));
    assert!(
        seen.contains(
            "The list is 41 days old, due every 30 days: check first, or ask Globex for a new one."
        ),
        "{seen}"
    );
}

#[test]
fn the_card_of_a_room_has_no_control_that_would_draw_it_for_one_reader() {
    let shared = look(&map(), |s| card(s, &Elsewhere::default(), Reader::Room("Omar <Haddad>")));
    let seen = seen(&shared);
    let foot = "(The room of Acme, opened by Omar &lt;Haddad&gt;. Internal: no partner reads this channel. The card follows the map; talk in its thread.)\n[Open the map] [Add next step] [Export history]\n";
    assert!(seen.ends_with(foot), "{seen}");
    assert_eq!(seen.matches('[').count(), 3, "{seen}");
    let mut map = map();
    map.steps[0].link = Some("https://meridian.slack.com/archives/C0OPS/p1".into());
    let linked = look(&map, |s| card(s, &Elsewhere::default(), Reader::Room("Omar Haddad")));
    assert!(
        linked.text.contains("brief <https://meridian.slack.com/archives/C0OPS/p1|message>"),
        "{}",
        linked.text
    );
}

#[test]
fn the_private_map_tells_where_its_room_is() {
    let omar = "U0OMAR".into();
    let elsewhere = Elsewhere {
        room: Some("https://meridian.slack.com/archives/C0OPS/p1".into()),
        ..Elsewhere::default()
    };
    let seen = seen(&look(&map(), |s| card(s, &elsewhere, ops(&omar))));
    assert!(
        seen.contains("(Only you see this. <https://meridian.slack.com/archives/C0OPS/p1|Go to its room>)"),
        "{seen}"
    );
    assert!(!seen.contains("[Open room]"), "{seen}");
}

#[test]
fn what_is_said_of_a_room() {
    let account = map().account;
    let mut room = crate::map::account_map::room::Room {
        id: "r1".into(),
        account: account.id.clone(),
        channel: "C0OPS".into(),
        ts: None,
        opened_by: "U0OMAR".into(),
        opened_at: at(NOW),
    };
    valid_text(&welcome(&account, &["U0ALEX".into()]), "<@U0ALEX>: this thread is the room of *Acme*.");
    valid_text(&welcome(&account, &[]), "This thread is the room of *Acme*.");
    insta::assert_snapshot!(seen(&room_is(&room, &account, None, true)), @r"
    Opened the room of *Acme*: a thread in <#C0OPS>.
    [Show map] [Export history]
    ");
    insta::assert_snapshot!(seen(&room_is(&room, &account, None, false)), @r"
    The room of *Acme* is being opened in <#C0OPS>: its card is on its way.
    [Show map] [Export history]
    ");
    room.ts = Some("1.2".into());
    insta::assert_snapshot!(seen(&room_is(&room, &account, Some("https://meridian.slack.com/archives/C0OPS/p12"), false)), @r"
    The room of *Acme* is a thread in <#C0OPS>. <https://meridian.slack.com/archives/C0OPS/p12|Go to it>
    [Show map] [Export history]
    ");
    insta::assert_snapshot!(seen(&room_lost(&room, &account, "Slack refused it: message_not_found")), @r"
    The room of *Acme* in <#C0OPS> is closed: its card can't be brought up to date (Slack refused it: message_not_found). What was logged stays on the map.
    [Open a new room]
    ");
}

fn valid_text(message: &Message, begins: &str) {
    assert!(message.text.starts_with(begins) && message.blocks.is_empty(), "{}", message.text);
}
