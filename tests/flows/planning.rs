//! Sessions from proposal to calendar: instructions, triggers, scheduling, moving, calling off.

use serde_json::{Value, json};
use tandem::kernel::actor::Role;
use tandem::kernel::ids::UserId;
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
    who_may_not_set_up_is_refused,
    an_accepted_request_becomes_a_session,
    of_two_who_schedule_one_proposal_one_does,
    one_overlap_above_the_bar_is_proposed_within_minutes,
    a_pile_is_changed_and_scheduled,
    the_cadence_proposes_and_slows_down_when_all_is_worked_through,
    instructions_have_versions_and_a_history,
    of_two_who_write_instructions_one_does,
);

/// Sam is the manager at Northwind.
async fn contact(stage: &Stage) {
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
    all.extend(store::sessions_ahead(&mut tx, 50).await.unwrap());
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
    insta::assert_snapshot!(stage.form(MAYA), @"");
    let values = json!({"accounts": "Hooli: ask, meet their VP Sales\nInitech", "time": "14:30", "ours": [MAYA, ALEX],
        "theirs": ["c-sam"], "place": "https://meet.example.com/nw", "minutes": "30"});
    stage.submit(MAYA, values).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.move").await;
    stage.submit(MAYA, json!({"date": "2026-03-13", "time": "09:00"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
    // What only its runner sees changes leaves the others' calendars alone.
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.change").await;
    stage.submit(MAYA, json!({"accounts": "Initech: give\nHooli: ask", "ours": [MAYA]})).await;
    insta::assert_snapshot!(shown(&stage, &last(&stage, ALEX)), @"");
    let found = sessions(&stage).await;
    assert_eq!((found[0].sequence, found[0].version), (2, 3));
    insta::assert_snapshot!(stage.say(MAYA, OPS, "/partner session list").await, @"");
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.cancel").await;
    insta::assert_snapshot!(stage.form(MAYA), @"");
    stage.submit(MAYA, json!({"reason": "Their office is closed"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    let history = stage.say(MAYA, OPS, "/partner status audit").await;
    insta::assert_snapshot!(history.lines().take(5).collect::<Vec<_>>().join("\n"), @"");
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
    insta::assert_snapshot!(stage.form(OMAR), @"");
    let refused = omar.submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"");
    stage.submit(OMAR, json!({"partner": "p-northwind"})).await;
    insta::assert_snapshot!(stage.form(OMAR), @"");
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
    insta::assert_snapshot!(shown(&stage, &last(&stage, OMAR)), @"");
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
        json!({"date": "2026-03-04", "time": "09:59"}),
        json!({"ours": []}),
    ] {
        said.push_str(&fields(&maya.submit(values).await.unwrap_err()));
    }
    insta::assert_snapshot!(said, @"");
    maya.close_view().await.unwrap();
    stage.say(MAYA, INTAKE, "/partner session schedule hooly with nortwind").await;
    insta::assert_snapshot!(stage.form(MAYA), @"");
    maya.close_view().await.unwrap();
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner session schedule hooli with northwind on fryday").await, @"");
    stage.end().await;
}

async fn who_may_not_set_up_is_refused(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner session schedule hooli with northwind").await, @"");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner session schedule").await, @"");
    stage.say(MAYA, INTAKE, "/partner session schedule hooli with northwind").await;
    stage.submit(MAYA, json!({"ours": [MAYA, ALEX]})).await;
    assert!(!stage.inbox(ALEX).contains("[Move]"), "{}", stage.inbox(ALEX));
    let id = &sessions(&stage).await[0].id;
    let forged = stage.forged(INTAKE, "session.cancel", &format!("{id}:1")).await;
    stage.press(ALEX, &forged, "session.cancel").await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"");
    stage.end().await;
}

async fn an_accepted_request_becomes_a_session(stage: Stage) {
    ground(&stage).await;
    stage
        .say(ALEX, INTAKE, "/partner session request hooli with northwind by 10 march for the renewal")
        .await;
    stage.submit(ALEX, json!({})).await;
    stage.press(MAYA, &at(&stage, MAYA, 0), "request.accept").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    stage.press(MAYA, &at(&stage, MAYA, 0), "session.schedule").await;
    insta::assert_snapshot!(stage.form(MAYA), @"");
    stage.submit(MAYA, json!({})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
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
    insta::assert_snapshot!(stage.direct(MAYA).join("\n---\n"), @"");
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    stage.press_late(MAYA, &card, &before, "session.set_aside").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    stage.end().await;
}

async fn one_overlap_above_the_bar_is_proposed_within_minutes(stage: Stage) {
    contact(&stage).await;
    overlap(&stage, "Umbrella (umbrella.com), our open opp $900k, their customer").await;
    instruct(&stage, json!({"least": "$50k", "bar": "$100k", "cadence": "none"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    stage.advance_to("2026-03-04T09:06:00Z").await;
    assert_eq!(stage.inbox(MAYA), "", "what was there before the instructions is no news");
    overlap(&stage, "Hooli (hooli.com), our open opp $180k, negotiation, their customer").await;
    overlap(&stage, "Initech (initech.com), our open opp $20k, their customer").await;
    stage.advance_to("2026-03-04T09:11:00Z").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    assert_eq!(stage.inbox(OMAR), "", "nobody but its manager decides");
    stage.press(MAYA, &last(&stage, MAYA), "session.set_aside").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
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
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    stage.press(MAYA, &last(&stage, MAYA), "session.change").await;
    insta::assert_snapshot!(stage.form(MAYA), @"");
    stage
        .submit(MAYA, json!({"accounts": "Globex Retail: ask, find the buyer\nHooli: ask", "minutes": "30"}))
        .await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    let maya = stage.person(MAYA);
    maya.open_home().await.unwrap();
    stage.settle().await;
    maya.click_in_home("session.schedule").await.unwrap();
    stage.settle().await;
    stage.submit(MAYA, json!({"time": "15:00"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
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
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
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
    insta::assert_snapshot!(shown(&stage, &last(&stage, MAYA)), @"");
    let told = stage.direct(MAYA).len();
    stage.advance_to("2026-03-11T10:00:00Z").await;
    overlap(&stage, "Globex Retail (globex-retail.com), our open opp $20k, their customer").await;
    // Every two weeks would be the 24th; every month is the 10th of April.
    stage.advance_to("2026-03-24T10:00:00Z").await;
    assert_eq!(stage.direct(MAYA).len(), told, "{:?}", stage.direct(MAYA));
    stage.advance_to("2026-04-01T10:00:00Z").await;
    insta::assert_snapshot!(shown(&stage, &last(&stage, MAYA)), @"");
    stage.end().await;
}

async fn instructions_have_versions_and_a_history(stage: Stage) {
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner partner instructions northwind").await, @"");
    stage.say(MAYA, OPS, "/partner partner instructions northwind").await;
    insta::assert_snapshot!(stage.form(MAYA), @"");
    let maya = stage.person(MAYA);
    let mut said = String::new();
    for values in [
        json!({"least": "a lot"}),
        json!({"least": "$100k", "bar": "$50k"}),
        json!({"never": "x"}),
        json!({"approvers": [OMAR]}),
    ] {
        said.push_str(&fields(&maya.submit(values).await.unwrap_err()));
    }
    insta::assert_snapshot!(said, @"");
    let first = json!({"least": "$50k", "bar": "$100k", "regions": "Sweden, Norway", "roles": ["services"],
        "tone": "first names, two sentences", "approvers": [MAYA], "ways": ["slack"], "never": "Project Falcon"});
    stage.submit(MAYA, first).await;
    stage.say(MAYA, OPS, "/partner partner instructions northwind").await;
    stage.submit(MAYA, json!({"cadence": "weekly", "minutes": "30"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner partner instructions northwind").await, @"");
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
    insta::assert_snapshot!(stage.last_private(EVE), @"");
    stage.end().await;
}
