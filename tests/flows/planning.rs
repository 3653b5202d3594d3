//! Sessions from proposal to calendar: instructions, triggers, scheduling, moving, calling off.

use serde_json::{Value, json};
use tandem::kernel::actor::Role;
use tandem::kernel::ids::UserId;
use tandem::kernel::money::Money;
use tandem::map::lists::kinds::POPULATIONS;
use tandem::map::partner::{Contact, ContactRole};
use tandem::map::store as map;
use tandem::plan::session::{Move, Session, Stage as State};
use tandem::plan::{flow, store};
use tandem::store::people;

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SAM, Stage, fields, with_buttons};

crate::flows!(
    a_session_is_set_up_moved_and_called_off,
    a_partner_is_asked_for_first,
    what_does_not_fit_is_said_in_the_form,
    nobody_is_in_two_sessions_at_once,
    what_a_session_ahead_is_about_needs_no_decision,
    who_may_not_set_up_is_refused,
    an_accepted_request_becomes_a_session,
    of_two_who_schedule_one_proposal_one_does,
    one_overlap_above_the_bar_is_proposed_within_minutes,
    a_pile_is_changed_and_scheduled,
    the_cadence_proposes_and_slows_down_when_all_is_worked_through,
    instructions_have_versions_and_a_history,
    of_two_who_write_instructions_one_does,
    what_is_never_mentioned_is_blocked,
    a_proposal_waits_for_whoever_manages_the_partner,
    of_many_overlaps_the_newest_are_looked_at,
);

/// Sam is the manager at Northwind. The scheduler has had its first look, so that the next one is at the time that a flow
/// moves the clock to.
async fn contact(stage: &Stage) {
    stage.bot.rounds().await.unwrap();
    let sam = Contact {
        id: "c-sam".into(),
        partner: "p-northwind".into(),
        name: "Sam Whitfield".into(),
        role: ContactRole::PartnerManager,
        email: None,
        slack_user: Some(SAM.into()),
        said_no_to: Vec::new(),
    };
    let mut tx = stage.db.begin().await.unwrap();
    map::save_contact(&mut tx, stage.clock.now(), &sam).await.unwrap();
    tx.commit().await.unwrap();
}

async fn overlap(stage: &Stage, said: &str) {
    stage.person(ALEX).post(INTAKE, &format!("New overlap with Northwind: {said}")).await.unwrap();
    stage.settle().await;
}

/// Hooli and Initech stand in the map.
async fn ground(stage: &Stage) {
    contact(stage).await;
    overlap(stage, "Hooli (hooli.com), our open opp $80k, their customer").await;
    overlap(stage, "Initech (initech.com), our customer, their prospect").await;
}

fn at(stage: &Stage, user: &str, n: usize) -> (String, String) {
    let im = stage.sandbox.im(user);
    let ts = stage.sandbox.messages(&im)[n]["ts"].as_str().unwrap().to_owned();
    (im, ts)
}

fn last(stage: &Stage, user: &str) -> (String, String) {
    at(stage, user, stage.sandbox.messages(&stage.sandbox.im(user)).len() - 1)
}

fn shown(stage: &Stage, at: &(String, String)) -> String {
    with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap())
}

async fn sessions(stage: &Stage) -> Vec<Session> {
    let mut tx = stage.db.read().await.unwrap();
    let mut all = store::proposed_sessions(&mut tx, 50).await.unwrap();
    all.extend(store::sessions_ahead(&mut tx, stage.clock.now(), 50).await.unwrap());
    tx.rollback().await.unwrap();
    all
}

/// Maya writes the instructions for Northwind.
async fn instruct(stage: &Stage, sheet: Value) {
    stage.say(MAYA, OPS, "/partner partner instructions northwind").await;
    stage.submit(MAYA, sheet).await;
}

async fn a_session_is_set_up_moved_and_called_off(stage: Stage) {
    ground(&stage).await;
    let typed = "/partner session schedule hooli, initech with northwind on 12 march";
    assert_eq!(stage.say(MAYA, INTAKE, typed).await, "");
    insta::assert_snapshot!(stage.form(MAYA), @r"
    With *Northwind*
    Accounts: Hooli: ask
    Initech: give
    Day: 2026-03-12
    Begins at: -
    Length: 45 minutes
    From us: -
    From them: -
    Where: -
    Who meets whom: Manager with manager
    ");
    let values = json!({"accounts": "Hooli: ask, meet their VP Sales\nInitech", "time": "14:30", "ours": [MAYA, ALEX],
        "theirs": ["c-sam"], "place": "https://meet.example.com/nw", "minutes": "30"});
    stage.submit(MAYA, values).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Account planning: Hooli, Initech with Northwind · Thu 12 Mar, 14:30 to 15:00 · set by <@U0MAYA>. The card is with <@U0MAYA> and <@U0ALEX>.");
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning: Hooli, Initech with Northwind*
    Thu 12 Mar, 14:30 to 15:00 · set by <@U0MAYA>
    1. *Hooli* · ask · meet their VP Sales
    2. *Initech* · give
    With: <@U0MAYA>, <@U0ALEX>, Sam Whitfield of Northwind
    Where: https://meet.example.com/nw
    [Show agenda] [Add to calendar] [Change] [Move] [Call off]
    ");
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Account planning: Hooli, Initech with Northwind*
    Thu 12 Mar, 14:30 to 15:00 · set by <@U0MAYA>
    1. *Hooli* · ask · meet their VP Sales
    2. *Initech* · give
    With: <@U0MAYA>, <@U0ALEX>, Sam Whitfield of Northwind
    Where: https://meet.example.com/nw
    [Show agenda] [Add to calendar]
    ");
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.move").await;
    stage.submit(MAYA, json!({"date": "2026-03-13", "time": "09:00"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Account planning: Hooli, Initech with Northwind*
    Fri 13 Mar, 09:00 to 09:30 · set by <@U0MAYA>
    1. *Hooli* · ask · meet their VP Sales
    2. *Initech* · give
    With: <@U0MAYA>, <@U0ALEX>, Sam Whitfield of Northwind
    Where: https://meet.example.com/nw
    [Show agenda] [Add to calendar]
    ---
    Account planning: Hooli, Initech with Northwind · Fri 13 Mar, 09:00 to 09:30 · set by <@U0MAYA>
    ");
    // What only its runner sees changes leaves the others' calendars alone.
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.change").await;
    stage.submit(MAYA, json!({"accounts": "Initech: give\nHooli: ask", "ours": [MAYA]})).await;
    insta::assert_snapshot!(shown(&stage, &last(&stage, ALEX)), @"Account planning: Initech, Hooli with Northwind · <@U0MAYA> took you off it.");
    let found = sessions(&stage).await;
    assert_eq!((found[0].sequence, found[0].version), (2, 3));
    insta::assert_snapshot!(stage.say(MAYA, OPS, "/partner session list").await, @r"
    *Coming up*
    *Account planning: Initech, Hooli with Northwind* · Fri 13 Mar, 09:00 to 09:30 · set by <@U0MAYA>
    No session is asked for. `/partner session request acme with northwind by friday` asks for one.
    [Show]
    ");
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.cancel").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Account planning: Initech, Hooli with Northwind*
    Fri 13 Mar, 09:00 to 09:30.
    Why: -
    ");
    stage.submit(MAYA, json!({"reason": "Their office is closed"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning: Initech, Hooli with Northwind*
    Called off by <@U0MAYA>: Their office is closed. It was Fri 13 Mar, 09:00 to 09:30.
    1. *Initech* · give
    2. *Hooli* · ask
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Where: https://meet.example.com/nw
    ");
    let history = stage.say(MAYA, OPS, "/partner status audit").await;
    insta::assert_snapshot!(history.lines().take(5).collect::<Vec<_>>().join("\n"), @r"
    *Wednesday 4 March 2026*
    Maya Lindholm called off Account planning: Initech, Hooli with Northwind · 10:00
    Maya Lindholm changed Account planning: Initech, Hooli with Northwind · 10:00
    Maya Lindholm moved Account planning: Initech, Hooli with Northwind · 10:00
    Maya Lindholm scheduled Account planning: Initech, Hooli with Northwind · 10:00
    ");
    let mut tx = stage.db.read().await.unwrap();
    let moves = store::session_moves(&mut tx, &found[0].id).await.unwrap();
    tx.rollback().await.unwrap();
    let verbs: Vec<&str> = moves.iter().map(|m| m.verb.as_str()).collect();
    assert_eq!(verbs, ["session.schedule", "session.move", "session.change", "session.cancel"]);
    stage.end().await;
}

async fn a_partner_is_asked_for_first(stage: Stage) {
    ground(&stage).await;
    let omar = stage.person(OMAR);
    omar.open_home().await.unwrap();
    stage.settle().await;
    omar.click_in_home("session.schedule").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(OMAR), @"Partner: -");
    let refused = omar.submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"partner: Please complete this required field.");
    stage.submit(OMAR, json!({"partner": "p-northwind"})).await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    With *Northwind*
    Accounts: -
    Day: 2026-03-10
    Begins at: -
    Length: 45 minutes
    From us: -
    From them: -
    Where: -
    Who meets whom: Manager with manager
    ");
    stage.submit(OMAR, json!({"accounts": "hooli.com"})).await;
    omar.open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(OMAR).unwrap().to_string();
    assert!(
        home.contains("Your sessions") && home.contains("Account planning: Hooli with Northwind"),
        "{home}"
    );
    omar.click_in_home("session.show").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(shown(&stage, &last(&stage, OMAR)), @r"
    *Account planning: Hooli with Northwind*
    Tue 10 Mar, 10:00 to 10:45 · set by <@U0OMAR>
    1. *Hooli* · ask
    With: <@U0MAYA>, <@U0OMAR>, Sam Whitfield of Northwind
    [Show agenda] [Add to calendar] [Change] [Move] [Call off]
    ");
    stage.end().await;
}

async fn what_does_not_fit_is_said_in_the_form(stage: Stage) {
    ground(&stage).await;
    overlap(&stage, "Globex Retail (globex-retail.com), our customer, their prospect").await;
    stage.say(MAYA, INTAKE, "/partner session schedule with northwind").await;
    let maya = stage.person(MAYA);
    let mut said = String::new();
    for values in [
        json!({"accounts": "Hooly"}),
        json!({"accounts": "Hooli\nhooli.com: give"}),
        json!({"accounts": "Hooli\nInitech", "minutes": "15"}),
        json!({"accounts": "", "date": "2026-03-04", "time": "09:59"}),
        json!({"date": "2026-03-12", "ours": []}),
    ] {
        said.push_str(&fields(&maya.submit(values).await.unwrap_err()));
    }
    insta::assert_snapshot!(said, @r#"
    accounts: I don't know an account "Hooly". Did you mean Hooli?
    accounts: Hooli stands there twice.
    accounts: Only 1 account fits into 15 minutes. Choose a longer time, or leave some out.
    time: That time is over. Choose a later one.
    ours: Please complete this required field.
    "#);
    maya.close_view().await.unwrap();
    stage.say(MAYA, INTAKE, "/partner session schedule hooly with nortwind").await;
    insta::assert_snapshot!(stage.form(MAYA), @r#"
    I don't know a partner "nortwind". Did you mean Northwind?
    Partner: -
    "#);
    maya.close_view().await.unwrap();
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner session schedule hooli with northwind by fryday").await, @r#"I can't read "fryday" as a date. Try `friday`, `12 dec` or `2026-12-12`."#);
    stage.end().await;
}

/// Pressed twice, or by somebody who forgot the first.
async fn nobody_is_in_two_sessions_at_once(stage: Stage) {
    ground(&stage).await;
    let maya = stage.person(MAYA);
    let set_up = "/partner session schedule hooli with northwind";
    stage.say(MAYA, INTAKE, set_up).await;
    stage.submit(MAYA, json!({})).await;
    stage.say(MAYA, INTAKE, set_up).await;
    let refused = maya.submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"time: You have Account planning: Hooli with Northwind at that time. Choose another, or close the form.");
    stage.submit(MAYA, json!({"time": "11:00"})).await;
    assert_eq!(sessions(&stage).await.len(), 2, "at another time it is another session");
    stage.end().await;
}

async fn what_a_session_ahead_is_about_needs_no_decision(stage: Stage) {
    ground(&stage).await;
    let preview = "/partner digest preview";
    assert!(stage.say(MAYA, OPS, preview).await.contains("*Hooli* with Northwind"));
    stage.say(MAYA, INTAKE, "/partner session schedule hooli with northwind").await;
    stage.submit(MAYA, json!({})).await;
    let planned = stage.say(MAYA, OPS, preview).await;
    assert!(!planned.contains("Hooli") && planned.contains("1 session this week"), "{planned}");
    let start = sessions(&stage).await[0].stage.slot().unwrap().start;
    stage.advance_to(&(start + jiff::SignedDuration::from_hours(1)).to_string()).await;
    assert!(stage.say(MAYA, OPS, preview).await.contains("*Hooli* with Northwind"), "nobody logged anything");
    stage.end().await;
}

async fn who_may_not_set_up_is_refused(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner session schedule hooli with northwind").await, @"Only partner managers and operations set up sessions with Northwind. The manager is <@U0MAYA>. `/partner session request` asks for one. Nothing was changed.");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner session schedule").await, @"Only partner managers and operations set up sessions. `/partner session request` asks one of them.");
    stage.say(MAYA, INTAKE, "/partner session schedule hooli with northwind").await;
    stage.submit(MAYA, json!({"ours": [MAYA, ALEX]})).await;
    assert!(!stage.inbox(ALEX).contains("[Move]"), "{}", stage.inbox(ALEX));
    let id = &sessions(&stage).await[0].id;
    let forged = stage.forged(INTAKE, "session.cancel", &format!("{id}:1")).await;
    stage.press(ALEX, &forged, "session.cancel").await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Only partner managers and operations set up sessions with Northwind. The manager is <@U0MAYA>. `/partner session request` asks for one. Nothing was changed.");
    stage.say(OMAR, INTAKE, "/partner session schedule").await;
    assert_eq!(stage.form(OMAR), "Partner: -\n");
    let mut tx = stage.db.begin().await.unwrap();
    people::set_holders(&mut tx, stage.clock.now(), &MAYA.into(), Role::Operations, &[]).await.unwrap();
    tx.commit().await.unwrap();
    stage.submit(OMAR, json!({"partner": "p-northwind"})).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"Only partner managers and operations set up sessions with Northwind. The manager is <@U0MAYA>. `/partner session request` asks for one. Nothing was changed.");
    stage.end().await;
}

async fn an_accepted_request_becomes_a_session(stage: Stage) {
    ground(&stage).await;
    stage
        .say(ALEX, INTAKE, "/partner session request hooli with northwind by 10 march for the renewal")
        .await;
    stage.submit(ALEX, json!({})).await;
    stage.press(MAYA, &at(&stage, MAYA, 0), "request.accept").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Tue 10 Mar.
    For: the renewal
    [Schedule]
    ");
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.schedule").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    With *Northwind*
    Accounts: Hooli: ask, the renewal
    Day: 2026-03-10
    Begins at: -
    Length: 15 minutes
    From us: -
    From them: -
    Where: -
    Who meets whom: Manager with manager
    ");
    stage.submit(MAYA, json!({})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Tue 10 Mar.
    For: the renewal
    Account planning: Hooli with Northwind · Tue 10 Mar, 10:00 to 10:15 · set by <@U0MAYA>
    ---
    *Account planning: Hooli with Northwind*
    Tue 10 Mar, 10:00 to 10:15 · set by <@U0MAYA>
    1. *Hooli* · ask · the renewal
    With: <@U0MAYA>, <@U0ALEX>, Sam Whitfield of Northwind
    [Show agenda] [Add to calendar] [Change] [Move] [Call off]
    ");
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Session on Hooli (hooli.com) with Northwind*
    Accepted by <@U0MAYA>: a session by Tue 10 Mar.
    For: the renewal
    Account planning: Hooli with Northwind · Tue 10 Mar, 10:00 to 10:15 · set by <@U0MAYA>
    ---
    Hooli (hooli.com) with Northwind · Accepted by <@U0MAYA>: a session by Tue 10 Mar.
    ---
    *Account planning: Hooli with Northwind*
    Tue 10 Mar, 10:00 to 10:15 · set by <@U0MAYA>
    1. *Hooli* · ask · the renewal
    With: <@U0MAYA>, <@U0ALEX>, Sam Whitfield of Northwind
    [Show agenda] [Add to calendar]
    ");
    // Called off, it can be scheduled again.
    stage.press(MAYA, &last(&stage, MAYA), "session.cancel").await;
    stage.submit(MAYA, json!({})).await;
    assert!(shown(&stage, &at(&stage, MAYA, 0)).ends_with("[Schedule]"));
    stage.end().await;
}

async fn of_two_who_schedule_one_proposal_one_does(stage: Stage) {
    contact(&stage).await;
    instruct(&stage, json!({"bar": "$100k", "cadence": "none"})).await;
    overlap(&stage, "Hooli (hooli.com), our open opp $180k, their customer").await;
    stage.advance_to("2026-03-04T09:10:00Z").await;
    let card = last(&stage, MAYA);
    let before = stage.sandbox.message(&card.0, &card.1).unwrap();
    let maya = stage.person(MAYA);
    stage.press(MAYA, &card, "session.schedule").await;
    stage.press(MAYA, &card, "session.set_aside").await;
    maya.submit(json!({})).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.direct(MAYA).join("\n---\n"), @r"
    *Account planning: Hooli with Northwind*
    Set aside by <@U0MAYA>. Each account is proposed again when something about it changes.
    1. *Hooli* · ask · their customer, our open deal ($180k) · new on 4 March
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: Hooli is at $100k or more, so it gets a session of its own. Instruction v1: every overlap where one can help the other.
    ");
    insta::assert_snapshot!(stage.last_private(MAYA), @"That changed before you pressed the button (Wed 4 Mar, 10:10). Account planning: Hooli with Northwind · Set aside by <@U0MAYA>. Each account is proposed again when something about it changes.");
    stage.press_late(MAYA, &card, &before, "session.set_aside").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That changed before you pressed the button (Wed 4 Mar, 10:10). Account planning: Hooli with Northwind · Set aside by <@U0MAYA>. Each account is proposed again when something about it changes.");
    stage.end().await;
}

async fn one_overlap_above_the_bar_is_proposed_within_minutes(stage: Stage) {
    contact(&stage).await;
    overlap(&stage, "Umbrella (umbrella.com), our open opp $900k, their customer").await;
    instruct(&stage, json!({"least": "$50k", "bar": "$100k", "cadence": "none"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Saved the instructions for Northwind as version 1. What counts: amount over $50k. Sessions: when something comes up, 45 minutes, manager with manager. One overlap from $100k on is proposed at once.");
    stage.advance_to("2026-03-04T09:06:00Z").await;
    assert_eq!(stage.inbox(MAYA), "", "what was there before the instructions is no news");
    overlap(&stage, "Hooli (hooli.com), our open opp $180k, negotiation, their customer").await;
    overlap(&stage, "Initech (initech.com), our open opp $20k, their customer").await;
    stage.advance_to("2026-03-04T09:11:00Z").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning: Hooli with Northwind*
    Proposed: 15 minutes, Tue 10 Mar or later.
    1. *Hooli* · ask · their customer, our open deal ($180k, negotiation) · new on 4 March; soon: Northwind knows them and our deal is nearly decided
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: Hooli is at $100k or more, so it gets a session of its own. Instruction v1: amount over $50k.
    [Schedule] [Change] [Not now]
    ");
    assert_eq!(stage.inbox(OMAR), "", "nobody but its manager decides");
    stage.press(MAYA, &last(&stage, MAYA), "session.set_aside").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning: Hooli with Northwind*
    Set aside by <@U0MAYA>. Each account is proposed again when something about it changes.
    1. *Hooli* · ask · their customer, our open deal ($180k, negotiation) · new on 4 March; soon: Northwind knows them and our deal is nearly decided
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: Hooli is at $100k or more, so it gets a session of its own. Instruction v1: amount over $50k.
    ");
    stage.advance_to("2026-03-05T09:00:00Z").await;
    assert_eq!(sessions(&stage).await, [], "nothing is proposed twice for one account");
    overlap(&stage, "Hooli (hooli.com), our open opp $250k, their customer").await;
    stage.advance_to("2026-03-05T09:06:00Z").await;
    assert_eq!(sessions(&stage).await.len(), 1, "it changed");
    stage.end().await;
}

async fn a_pile_is_changed_and_scheduled(stage: Stage) {
    contact(&stage).await;
    instruct(&stage, json!({"bar": "$500k", "cadence": "none", "kinds": ["open_opportunity:customer", "customer:prospect"]})).await;
    for said in [
        "Hooli (hooli.com), our open opp $180k, their customer",
        "Initech (initech.com), our customer, their prospect",
    ] {
        overlap(&stage, said).await;
    }
    stage.advance_to("2026-03-04T09:06:00Z").await;
    assert_eq!(stage.inbox(MAYA), "");
    overlap(&stage, "Globex Retail (globex-retail.com), our open opp $20k, their customer").await;
    overlap(&stage, "Acme Foods (acmefoods.com), our prospect, their customer").await;
    stage.advance_to("2026-03-04T09:11:00Z").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning with Northwind*
    Proposed: 45 minutes, Tue 10 Mar or later.
    1. *Hooli* · ask · their customer, our open deal ($180k) · new on 4 March
    2. *Globex Retail* · ask · their customer, our open deal ($20k) · new on 4 March
    3. *Initech* · give · their prospect, our customer · new on 4 March
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: 3 accounts that count wait for a session. Instruction v1: our customer, their prospect or our open deal, their customer.
    [Schedule] [Change] [Not now]
    ");
    stage.press(MAYA, &last(&stage, MAYA), "session.change").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    With *Northwind*
    Accounts: Hooli: ask
    Globex Retail: ask
    Initech: give
    Length: 45 minutes
    From us: -
    From them: -
    Where: -
    Who meets whom: Manager with manager
    ");
    stage
        .submit(MAYA, json!({"accounts": "Globex Retail: ask, find the buyer\nHooli: ask", "minutes": "30"}))
        .await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning: Globex Retail, Hooli with Northwind*
    Proposed, changed by <@U0MAYA>: 30 minutes, Tue 10 Mar or later.
    1. *Globex Retail* · ask · find the buyer · their customer, our open deal ($20k) · new on 4 March
    2. *Hooli* · ask · their customer, our open deal ($180k) · new on 4 March
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: 3 accounts that count wait for a session. Instruction v1: our customer, their prospect or our open deal, their customer.
    [Schedule] [Change] [Not now]
    ");
    let maya = stage.person(MAYA);
    maya.open_home().await.unwrap();
    stage.settle().await;
    maya.click_in_home("session.schedule").await.unwrap();
    stage.settle().await;
    stage.submit(MAYA, json!({"time": "15:00"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning: Globex Retail, Hooli with Northwind*
    Tue 10 Mar, 15:00 to 15:30 · set by <@U0MAYA>
    1. *Globex Retail* · ask · find the buyer · their customer, our open deal ($20k) · new on 4 March
    2. *Hooli* · ask · their customer, our open deal ($180k) · new on 4 March
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: 3 accounts that count wait for a session. Instruction v1: our customer, their prospect or our open deal, their customer.
    [Show agenda] [Add to calendar] [Change] [Move] [Call off]
    ");
    stage.end().await;
}

async fn the_cadence_proposes_and_slows_down_when_all_is_worked_through(stage: Stage) {
    contact(&stage).await;
    for said in [
        "Hooli (hooli.com), our open opp $180k, their customer",
        "Initech (initech.com), our customer, their prospect",
    ] {
        overlap(&stage, said).await;
    }
    instruct(&stage, json!({"cadence": "fortnightly"})).await;
    stage.advance_to("2026-03-04T09:06:00Z").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Account planning: Hooli, Initech with Northwind*
    Proposed: 30 minutes, Tue 10 Mar or later.
    1. *Hooli* · ask · their customer, our open deal ($180k) · new on 4 March
    2. *Initech* · give · their prospect, our customer · new on 4 March
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: Sessions are every two weeks, and there was none yet. Instruction v1: every overlap where one can help the other.
    [Schedule] [Change] [Not now]
    ");
    stage.press(MAYA, &last(&stage, MAYA), "session.schedule").await;
    stage.submit(MAYA, json!({})).await;
    let ahead = sessions(&stage).await.remove(0);
    assert!(matches!(ahead.stage, State::Scheduled { .. }));
    stage.advance_to("2026-03-10T10:00:00Z").await;
    let mut tx = stage.db.begin().await.unwrap();
    flow::advance(&mut tx, stage.clock.now(), &UserId::from(MAYA), &ahead, Move::Hold)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    stage.advance_to("2026-03-10T10:06:00Z").await;
    insta::assert_snapshot!(shown(&stage, &last(&stage, MAYA)), @r"
    All 2 accounts that count with Northwind are planned. Sessions are proposed every month instead of every two weeks until three new accounts wait.
    [Edit instructions]
    ");
    // That its log is asked for is another matter.
    let told = || {
        let all = stage.direct(MAYA);
        all.iter().filter(|t| !t.contains("What came of it?") && !t.contains("nothing is logged")).count()
    };
    let before = told();
    stage.advance_to("2026-03-11T10:00:00Z").await;
    overlap(&stage, "Globex Retail (globex-retail.com), our open opp $20k, their customer").await;
    // Every two weeks would be the 24th; every month is the 10th of April.
    stage.advance_to("2026-03-24T10:00:00Z").await;
    assert_eq!(told(), before, "{:?}", stage.direct(MAYA));
    stage.advance_to("2026-04-01T10:00:00Z").await;
    let proposed = stage.direct(MAYA).iter().rposition(|t| t.contains("Proposed: ")).unwrap();
    insta::assert_snapshot!(shown(&stage, &at(&stage, MAYA, proposed)), @r"
    *Account planning: Globex Retail with Northwind*
    Proposed: 15 minutes, Fri 10 Apr or later.
    1. *Globex Retail* · ask · their customer, our open deal ($20k)
    With: <@U0MAYA>, Sam Whitfield of Northwind
    Because: Sessions are every month while there is little left, and the last was on 10 Mar. Instruction v1: every overlap where one can help the other.
    [Schedule] [Change] [Not now]
    ");
    stage.end().await;
}

async fn instructions_have_versions_and_a_history(stage: Stage) {
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner partner instructions northwind").await, @"Northwind has no instructions yet, so no session is proposed. Its manager or an admin writes them with `/partner partner instructions northwind`.");
    stage.say(MAYA, OPS, "/partner partner instructions northwind").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Northwind* has no instructions yet, so no session is proposed. Say what counts and how often to meet; what is proposed then says which version it stands on.
    Kinds that count: -
    From which amount: -
    Amount for a session of its own: -
    Countries: -
    Their role on the account: -
    Segments: -

    Sessions: Every month
    Who meets whom: Manager with manager
    Length: 45 minutes

    Tone of notes: -
    Who approves: -
    How to reach them: -
    Never mention: -
    ");
    let maya = stage.person(MAYA);
    let mut said = String::new();
    for values in [
        json!({"least": "a lot"}),
        json!({"least": "$100k", "bar": "$50k"}),
        json!({"bar": "", "never": "x"}),
        json!({"never": "", "approvers": [OMAR]}),
    ] {
        said.push_str(&fields(&maya.submit(values).await.unwrap_err()));
    }
    insta::assert_snapshot!(said, @r#"
    least: I can't read "a lot" as an amount. Try $50k or 250000.
    bar: This is below $100k, from which an overlap counts at all.
    never: "x" would be found in any note. Write a word or a name.
    approvers: Omar Haddad is neither a partner manager nor an admin, so can't approve.
    "#);
    let first = json!({"least": "$50k", "bar": "$100k", "regions": "Sweden, Norway", "roles": ["services"],
        "tone": "first names, two sentences", "approvers": [MAYA], "ways": ["slack"], "never": "Project Falcon"});
    stage.submit(MAYA, first).await;
    stage.say(MAYA, OPS, "/partner partner instructions northwind").await;
    stage.submit(MAYA, json!({"cadence": "weekly", "minutes": "30"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Saved the instructions for Northwind as version 2. What counts: amount over $50k; in Sweden or Norway; services partner there. Sessions: every week, 30 minutes, manager with manager. One overlap from $100k on is proposed at once.");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner partner instructions northwind").await, @r"
    *Northwind* · version 2, <@U0MAYA>, Wed 4 Mar
    What counts: amount over $50k; in Sweden or Norway; services partner there
    Amount for a session of its own: $100k
    Sessions: every week, 30 minutes, manager with manager
    Tone of notes: first names, two sentences
    How to reach them: Slack message
    Never mention: Project Falcon
    Who approves: <@U0MAYA>
    What changed:
    v2 by <@U0MAYA>, Wed 4 Mar: cadence, length
    v1 by <@U0MAYA>, Wed 4 Mar: the first
    ");
    let card = stage.say(OMAR, OPS, "/partner partner show northwind").await;
    assert!(card.contains("Instructions: v2: amount over $50k; in Sweden or Norway"), "{card}");
    let history = stage.say(MAYA, OPS, "/partner status audit").await;
    assert!(history.contains("changed the instructions for Northwind: v2: cadence, length"), "{history}");
    stage.end().await;
}

async fn of_two_who_write_instructions_one_does(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    let both = [MAYA.into(), EVE.into()];
    people::set_holders(&mut tx, stage.clock.now(), &MAYA.into(), Role::Admin, &both).await.unwrap();
    tx.commit().await.unwrap();
    for who in [MAYA, EVE] {
        stage.say(who, OPS, "/partner partner instructions northwind").await;
    }
    stage.submit(MAYA, json!({"bar": "$100k"})).await;
    stage.submit(EVE, json!({"bar": "$900k"})).await;
    insta::assert_snapshot!(stage.last_private(EVE), @"<@U0MAYA> saved version 1 of the instructions for Northwind while your form was open, so yours was not saved. `/partner partner instructions northwind` opens it as it is now.");
    stage.end().await;
}

/// What Maya says is never to be mentioned stands in the way of a note, and the tone above its form.
async fn what_is_never_mentioned_is_blocked(stage: Stage) {
    super::drafts::ground(&stage).await;
    instruct(&stage, json!({"never": "acme corp", "tone": "first names, short", "approvers": [MAYA]})).await;
    let ts = super::drafts::propose(&stage, json!({})).await;
    let card = super::drafts::card(&stage, &ts);
    assert!(card.contains("“Acme Corp” is never to be mentioned to Northwind."), "{card}");
    stage.person(OMAR).command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    let form = stage.sandbox.modal(OMAR).unwrap().to_string();
    assert!(form.contains("Tone, by instruction v1: first names, short"), "{form}");
    stage.end().await;
}

/// A proposal that nobody decides on is brought back, once; and goes over to whoever manages the partner by then.
async fn a_proposal_waits_for_whoever_manages_the_partner(stage: Stage) {
    contact(&stage).await;
    instruct(&stage, json!({"bar": "$100k", "cadence": "none"})).await;
    overlap(&stage, "Hooli (hooli.com), our open opp $180k, their customer").await;
    stage.advance_to("2026-03-04T09:10:00Z").await;
    for at in ["2026-03-06T09:00:00Z", "2026-03-09T08:00:00Z", "2026-03-09T09:00:00Z", "2026-03-10T09:00:00Z"]
    {
        stage.advance_to(at).await;
    }
    let told = stage.direct(MAYA);
    assert_eq!(told.len(), 2, "{told:?}");
    insta::assert_snapshot!(told[1], @"Account planning: Hooli with Northwind has waited 3 working days. Above you can schedule it, change it or say not now.");
    let mut tx = stage.db.begin().await.unwrap();
    let northwind = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    let omars = tandem::map::partner::Partner { manager: Some(OMAR.into()), ..northwind };
    map::save_partner(&mut tx, stage.clock.now(), &omars).await.unwrap();
    tx.commit().await.unwrap();
    stage.advance_to("2026-03-10T10:00:00Z").await;
    assert!(stage.inbox(OMAR).ends_with("[Schedule] [Change] [Not now]"), "{}", stage.inbox(OMAR));
    assert_eq!(stage.direct(MAYA).len(), 2);
    stage.press(OMAR, &last(&stage, OMAR), "session.schedule").await;
    stage.submit(OMAR, json!({})).await;
    assert!(matches!(sessions(&stage).await[0].stage, State::Scheduled { .. }));
    stage.end().await;
}

async fn of_many_overlaps_the_newest_are_looked_at(stage: Stage) {
    contact(&stage).await;
    overlap(&stage, "Hooli (hooli.com), our open opp $180k, their customer").await;
    stage.advance_to("2026-03-04T10:00:00Z").await;
    overlap(&stage, "Initech (initech.com), our open opp $20k, their customer").await;
    let kinds = POPULATIONS.iter().flat_map(|a| POPULATIONS.map(|b| (*a, b))).collect();
    let newest = store::Wanted { kinds, most: 1, ..store::Wanted::default() };
    let largest = store::Wanted { least: Money::parse("$100k"), ..newest.clone() };
    let none = store::Wanted { kinds: Vec::new(), ..newest.clone() };
    let mut tx = stage.db.read().await.unwrap();
    let mut names = Vec::new();
    for wanted in [newest, largest, none] {
        let found = store::candidates(&mut tx, stage.clock.now(), &"p-northwind".into(), &wanted).await;
        names.push(found.unwrap().into_iter().map(|c| c.name).collect::<Vec<_>>());
    }
    tx.rollback().await.unwrap();
    assert_eq!(names, [vec!["Initech"], vec!["Hooli"], Vec::new()]);
    stage.end().await;
}
