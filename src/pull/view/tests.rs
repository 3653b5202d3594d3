use slackblocks::MessagePayload;

use super::*;
use crate::map::account_map::decision::Intent;
use crate::map::account_map::suggest::Suggestion;
use crate::map::account_map::view::Offer;
use crate::pull::digest::{Commitments, Input, Sessions, compose};
use crate::pull::forms;
use crate::pull::testing::{at, overlap, partner};
use crate::store::settings::DigestTime;

fn valid(message: &Message) {
    let payload = serde_json::json!({"channel": "C0OPS", "text": message.text, "blocks": message.blocks});
    MessagePayload::try_from(payload).unwrap();
    assert!(!message.text.is_empty() && message.text.chars().count() <= 12_000);
    assert!(!message.text.contains("<@") && !serde_json::to_string(&message.blocks).unwrap().contains("<@"));
}

/// Seven overlaps with two partners.
fn week() -> (Digest, Scene) {
    let mut acme = overlap("acme", "Acme & Sons", "Northwind");
    acme.owner = Some("<@U0ALEX>".into());
    acme.stage = Some("Negotiation".into());
    acme.amount = crate::kernel::money::Money::parse("$300k");
    let mut globex = overlap("globex", "Globex Retail", "Initech");
    globex.our_population = Some(crate::map::overlap::Population::Customer);
    globex.their_population = Some(crate::map::overlap::Population::Prospect);
    globex.first_seen = at("2026-03-03T07:00:00Z");
    globex.amount = crate::kernel::money::Money::parse("$400k");
    let mut all = vec![acme, globex];
    all.extend((0..5).map(|i| overlap(&format!("n{i}"), &format!("Account {i}"), "Northwind")));
    let input = Input {
        now: at("2026-03-09T08:00:00Z"),
        zone: TimeZone::get("Europe/Stockholm").unwrap(),
        due: None,
        candidates: all.clone(),
        partners: vec![
            partner("Initech", Some("2026-01-20T08:00:00Z")),
            partner("Northwind", Some("2026-03-04T08:00:00Z")),
            partner("Umbrella", None),
        ],
        largest: ["acme".into()].into(),
        focus: HashMap::new(),
        waiting: [("northwind".into(), 9), ("initech".into(), 1)].into_iter().collect(),
        planned: [("initech".into(), vec![crate::map::overlap::Motion::Ask; 5])].into_iter().collect(),
        counts: Counts {
            new: 12,
            unclaimed: 3,
            open: 10,
            snoozed: 1,
            commitments: Commitments { due: 4, late: 1 },
            sessions: Sessions { ahead: 3, unprepared: 1, held: 12, in_time: 11 },
        },
        ours: None,
        kinds: crate::map::lists::kinds::Kinds::shipped(),
        counted: HashSet::new(),
        weights: crate::pull::weights::Weights::default(),
        trust: HashMap::new(),
        worked: HashMap::new(),
    };
    let scene = Scene {
        now: input.now,
        zone: input.zone.clone(),
        channel: Some("C0OPS".into()),
        overlaps: all.into_iter().map(|o| (o.id.clone(), o)).collect(),
        decided: HashMap::new(),
        names: [("U0ALEX", "Alex Rivera"), ("U0MAYA", "Maya"), ("U0OMAR", "Omar")]
            .into_iter()
            .map(|(id, name)| (id.into(), name.to_owned()))
            .collect(),
        holds: HashMap::new(),
        matched: std::collections::HashSet::new(),
        kin: HashMap::new(),
    };
    (compose(&input), scene)
}

fn make(scene: &mut Scene, id: &str, by: &str, what: Decision) {
    let made = Decided { what, by: by.into(), at: scene.now };
    let o = scene.overlaps.get_mut(&id.into()).unwrap();
    made.what.apply(o, &made.by, &scene.zone);
    scene.decided.insert(id.into(), made);
}

#[test]
fn a_full_digest() {
    let (plan, scene) = week();
    let message = digest(&plan, &scene).unwrap();
    valid(&message);
    insta::assert_snapshot!(message.text, @r"
    *Partner triage, week of 9 March*
    12 new overlaps · 3 unclaimed over 5 days · 4 commitments due, 1 late
    3 sessions this week, 1 not prepared yet · 11 of 12 held this quarter were prepared in time

    *Needs a decision*
    *Globex Retail* with Initech · their prospect, our customer ($400k)
    A give: the last 5 with Initech were our asks; Initech's list is 48 days old, so check first · open for 6 days and nobody has it
    *Acme &amp; Sons* with Northwind · their customer, our open deal ($300k, negotiation)
    An ask, and soon: Northwind knows them and our deal is nearly decided; the largest amount waiting with Northwind · Alex Rivera · 2 days
    *Account 0* with Northwind · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · unassigned · 2 days
    *Account 1* with Northwind · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · unassigned · 2 days
    *Account 2* with Northwind · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · unassigned · 2 days

    2 more in the thread. 3 more wait and are not shown: `/partner overlaps list` with a partner's name. 1 is snoozed. Initech's list is 48 days old: ask for a new one. Northwind's list is from 4 March. Umbrella has sent no list yet. For the people in <#C0OPS>.
    ");
    let replies: Vec<Message> = plan.groups.iter().map(|g| group(g, &scene).unwrap()).collect();
    replies.iter().for_each(valid);
    insta::assert_snapshot!(replies[0].text, @r"
    *Northwind*
    *Account 3* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · unassigned · 2 days
    *Account 4* · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · unassigned · 2 days
    3 more with Northwind wait: `/partner overlaps list Northwind`
    ");
    let kinds: Vec<&str> = message.blocks.iter().map(|b| b["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 17, "{kinds:?}");
    assert_eq!(message.blocks[5]["elements"][0]["value"], "globex:1");
    assert_eq!(message.blocks[5]["elements"][2]["options"][3]["value"], "draft:globex:1");
}

#[test]
fn after_decisions_each_row_says_who_and_what() {
    let (plan, mut scene) = week();
    make(&mut scene, "acme", "U0MAYA", Decision::Agenda);
    let until = jiff::civil::date(2026, 3, 16);
    make(
        &mut scene,
        "globex",
        "U0OMAR",
        Decision::Snooze(until, Some("they decide <after> the fair".into())),
    );
    make(&mut scene, "n0", "U0MAYA", Decision::Dismiss("No fit: too small".into()));
    make(&mut scene, "n1", "U0MAYA", Decision::Assign("U0ALEX".into()));
    make(&mut scene, "n2", "U0OMAR", Decision::Session(until));
    let message = digest(&plan, &scene).unwrap();
    valid(&message);
    insta::assert_snapshot!(message.text, @r"
    *Partner triage, week of 9 March*
    12 new overlaps · 3 unclaimed over 5 days · 4 commitments due, 1 late
    3 sessions this week, 1 not prepared yet · 11 of 12 held this quarter were prepared in time

    *Needs a decision*
    *Globex Retail* with Initech · their prospect, our customer ($400k)
    _Snoozed until 16 March by Omar: they decide &lt;after&gt; the fair_
    *Acme &amp; Sons* with Northwind · their customer, our open deal ($300k, negotiation)
    _Planned by Maya · 9 March: on the next agenda with Northwind_
    *Account 0* with Northwind · their customer, our open deal ($120k)
    _Dismissed by Maya · 9 March: No fit: too small_
    *Account 1* with Northwind · their customer, our open deal ($120k)
    An ask: Northwind can open doors for our deal · Alex Rivera · 2 days
    _Given to Alex Rivera by Maya · 9 March_
    *Account 2* with Northwind · their customer, our open deal ($120k)
    _Planned by Omar · 9 March: a session with Northwind by 16 March_

    2 more in the thread. 3 more wait and are not shown: `/partner overlaps list` with a partner's name. 1 is snoozed. Initech's list is 48 days old: ask for a new one. Northwind's list is from 4 March. Umbrella has sent no list yet. For the people in <#C0OPS>.
    ");
    let json = serde_json::to_string(&message.blocks).unwrap();
    assert!(!json.contains("plan:") && json.contains("reopen:acme:2"));
    assert_eq!(json.matches(action::PLAN).count(), 1, "only what still waits has its controls");
}

#[test]
fn an_empty_week_is_one_line() {
    let (mut plan, scene) = week();
    plan.top.clear();
    plan.groups.clear();
    let message = digest(&plan, &scene).unwrap();
    valid(&message);
    insta::assert_snapshot!(message.text, @"*Partner triage, week of 9 March:* nothing waits for a decision. 4 commitments due, 1 late · 1 overlap snoozed. 3 sessions this week, 1 not prepared yet · 11 of 12 held this quarter were prepared in time. Initech's list is 48 days old: ask for a new one.");
    assert!(message.blocks.is_empty());
}

#[test]
fn a_catch_up_says_so() {
    let (mut plan, scene) = week();
    let mut said = |weeks, downtime: Option<(&str, &str)>| {
        plan.late = Some(Late {
            due: "Monday 16 March at 09:00".into(),
            weeks,
            downtime: downtime.map(|(a, b)| (a.into(), b.into())),
        });
        let message = digest(&plan, &scene).unwrap();
        valid(&message);
        message.text.lines().nth(1).unwrap().to_owned()
    };
    let down = Some(("Friday 6 March at 17:00", "Wednesday 18 March at 10:12"));
    insta::assert_snapshot!(said(1, None), @"This digest is late: it was due on Monday 16 March at 09:00.");
    insta::assert_snapshot!(said(1, down), @"This digest is late: it was due on Monday 16 March at 09:00, and Tandem was not running from Friday 6 March at 17:00 to Wednesday 18 March at 10:12.");
    insta::assert_snapshot!(said(2, down), @"This digest covers two weeks, because Tandem was not running from Friday 6 March at 17:00 to Wednesday 18 March at 10:12.");
    insta::assert_snapshot!(said(3, None), @"This digest covers three weeks: none came since the last one, and this one was due on Monday 16 March at 09:00.");
}

#[test]
fn a_preview_has_no_controls_and_says_when_the_next_one_comes() {
    let (plan, scene) = week();
    let message = preview(&plan, &scene, Some("Monday 16 March at 09:00, Europe/Stockholm".into())).unwrap();
    valid(&message);
    assert!(!message.blocks.iter().any(|b| b["type"] == "actions" || b["accessory"].is_object()));
    insta::assert_snapshot!(message.text.lines().next().unwrap(), @"Only you see this preview. The next digest comes Monday 16 March at 09:00, Europe/Stockholm, in <#C0OPS>.");
    insta::assert_snapshot!(message.text.lines().last().unwrap(), @"2 more in the thread: Northwind 2. 3 more wait and are not shown: `/partner overlaps list` with a partner's name. 1 is snoozed. Initech's list is 48 days old: ask for a new one. Northwind's list is from 4 March. Umbrella has sent no list yet.");
    let unset = preview(&plan, &scene, None).unwrap();
    insta::assert_snapshot!(unset.text.lines().next().unwrap(), @"Only you see this preview. No digest is posted until `/partner digest settings` has chosen a channel.");
}

#[test]
fn the_second_is_told_who_was_first() {
    let (_, mut scene) = week();
    make(&mut scene, "acme", "U0MAYA", Decision::Agenda);
    let o = scene.overlaps[&"acme".into()].clone();
    insta::assert_snapshot!(second(&o, &scene, &TimeZone::UTC).unwrap().text, @r"
    *Acme &amp; Sons* with Northwind was changed at 08:00, before you.
    _Planned by Maya · 9 March: on the next agenda with Northwind_
    Nothing else was changed.
    ");
    let mut changed = o;
    changed.changed_at = Some(at("2026-03-09T09:00:00Z"));
    changed.change_note = Some("the stage is closing".into());
    insta::assert_snapshot!(second(&changed, &scene, &TimeZone::UTC).unwrap().text, @"*Acme &amp; Sons* with Northwind changed in the meantime: the stage is closing. Nothing was decided: look at it again.");
}

#[test]
fn private_words() {
    let (_, scene) = week();
    let o = &scene.overlaps[&"acme".into()];
    insta::assert_snapshot!(given(o, "Maya", &"C0OPS".into()).unwrap().text, @"Maya gave you *Acme &amp; Sons* with Northwind to look after: their customer, our open deal ($300k, negotiation). It waits for a decision in <#C0OPS>.");
    let next = "Monday 16 March at 09:00, UTC";
    insta::assert_snapshot!(saved(next, "Monday", &"C0OPS".into()).unwrap().text, @"The digest comes Monday 16 March at 09:00, UTC, in <#C0OPS>, and then every Monday. `/partner digest preview` shows it as it would be now.");
}

/// What the form of a plan asks of an account of which nothing is known.
fn offer() -> Offer {
    let suggestion = Suggestion {
        partner: Some("northwind".into()),
        reaches_out: "U0ALEX".into(),
        introducer: None,
        intent: Intent::default(),
    };
    Offer { suggestion, introducers: Vec::new(), holds: vec!["*Hold:* no outreach".to_owned()] }
}

#[test]
fn what_is_on_hold_stands_on_the_row() {
    let (_, mut scene) = week();
    let o = scene.overlaps.values().find(|o| o.account.name.starts_with("Acme")).unwrap().clone();
    let row = crate::pull::digest::Row { overlap: o.id.clone(), why: "back from its snooze".to_owned() };
    let hold = "*Hold:* no &lt;executive&gt; outreach (until Fri 20 Mar; holds Evelyn Osei)";
    scene.holds.insert(o.account.id.clone(), vec![hold.to_owned()]);
    let shown = super::row::row(&row, &scene, true).unwrap().unwrap();
    insta::assert_snapshot!(shown.text, @r"
    *Acme &amp; Sons* with Northwind · their customer, our open deal ($300k, negotiation)
    Back from its snooze · Alex Rivera · 2 days
    *Hold:* no &lt;executive&gt; outreach (until Fri 20 Mar; holds Evelyn Osei)
    ");
    make(&mut scene, "acme", "U0MAYA", Decision::Agenda);
    scene.overlaps.get_mut(&o.id).unwrap().triage = crate::map::overlap::Triage::Planned;
    let shown = super::row::row(&row, &scene, true).unwrap().unwrap();
    insta::assert_snapshot!(shown.text, @r"
    *Acme &amp; Sons* with Northwind · their customer, our open deal ($300k, negotiation)
    _Planned by Maya · 9 March: on the next agenda with Northwind_
    *Hold:* no &lt;executive&gt; outreach (until Fri 20 Mar; holds Evelyn Osei)
    ");
}

#[test]
fn every_form_is_valid() {
    let o = overlap("acme", "Acme", "Northwind");
    let channel = ChannelId::from("C0OPS");
    let from = (Some(&channel), None);
    let day = jiff::civil::date(2026, 3, 16);
    let time = DigestTime::default();
    for view in [
        forms::plan(&o, from, day, &offer()),
        forms::assign(&o, from, &"U0OMAR".into()),
        forms::snooze(&o, from, day),
        forms::dismiss(&o, from),
        forms::settings(&time, Some(&channel), Some(&channel)),
        forms::settings(&time, None, None),
    ] {
        slackblocks::ModalView::try_from(view).unwrap();
    }
}

#[test]
fn long_names_do_not_break_the_message() {
    let (plan, mut scene) = week();
    for o in scene.overlaps.values_mut() {
        o.account.name = "<!channel> & ".repeat(80);
        o.stage = Some("x".repeat(4000));
        o.owner = Some("y".repeat(4000));
    }
    valid(&digest(&plan, &scene).unwrap());
    for g in &plan.groups {
        valid(&group(g, &scene).unwrap());
    }
    assert!(!digest(&plan, &scene).unwrap().text.contains("<!"));
}

#[test]
fn a_user_is_told_from_a_name() {
    assert_eq!(user_of("<@U0ALEX|alex>"), Some("U0ALEX".into()));
    assert_eq!(user_of("U0ALEX"), Some("U0ALEX".into()));
    assert_eq!(user_of("Uma Thorn"), None);
    assert_eq!(user_of("alex@meridian.example"), None);
}
