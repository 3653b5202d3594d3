//! A rep asks a partner's manager about an account, and both see how it stands until it is closed (B3).

use serde_json::{Value, json};
use tandem::kernel::ids::{ContactId, PartnerId};
use tandem::map::account_map;
use tandem::map::partner::{Contact, ContactRole};
use tandem::map::store as map;
use tandem::sql_all;

use crate::support::stage::{
    ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SAM, SHARED, Stage, fields, text, with_buttons,
};

crate::flows!(
    an_answer_comes_onto_the_map_and_is_seen_first,
    more_is_asked_for_until_it_is_closed,
    the_rep_chooses_another_partner,
    a_declined_question_goes_to_the_next_partner,
    an_introduction_is_agreed_in_an_answer,
    a_message_becomes_a_question,
    what_was_typed_is_checked,
    who_was_not_asked_is_refused,
    of_two_who_answer_one_does,
    both_are_reminded_until_it_is_closed,
    a_partner_without_an_agreement_is_not_named,
    who_answers_for_the_partner_now_is_asked_instead,
);

const MONDAY: &str = "2026-03-09T08:00:00Z";

async fn contact(stage: &Stage, id: &str, partner: &str, name: &str) {
    let contact = Contact {
        id: ContactId::from(id),
        partner: PartnerId::from(partner),
        name: name.into(),
        role: ContactRole::PartnerRep,
        email: None,
        slack_user: None,
        said_no_to: Vec::new(),
    };
    let mut tx = stage.db.begin().await.unwrap();
    map::save_contact(&mut tx, stage.clock.now(), &contact).await.unwrap();
    tx.commit().await.unwrap();
}

/// Acme with two partners; Sam at Northwind knows Dana there.
pub(super) async fn ground(stage: &Stage) {
    for said in [
        "Acme (acme.com) with Northwind: our open opp $120k, their customer, owner @alex",
        "Acme (acme.com) with Globex: our open opp $120k, their prospect, owner @alex",
    ] {
        stage.person(ALEX).post(INTAKE, said).await.unwrap();
        stage.settle().await;
    }
    contact(stage, "c-sam", "p-northwind", "Sam Whitfield").await;
    contact(stage, "c-gia", "p-globex", "Gia Conti").await;
    stage.say(OMAR, INTAKE, "/partner account show acme").await;
    fill(stage, OMAR, "account.person", json!({"name": "Dana Reyes", "title": "VP Sales"})).await;
    fill(stage, OMAR, "account.relate", json!({"contact": "c:c-sam", "strength": "5"})).await;
}

/// Where the newest private message stands that offers `action`.
pub(super) fn offered(stage: &Stage, user: &str, action: &str) -> (String, String) {
    let mut all = stage.sandbox.ephemerals(user);
    all.retain(|m| m["blocks"].to_string().contains(&format!("\"{action}\"")));
    let message = all.pop().unwrap_or_else(|| panic!("nobody offers {action}: {:?}", stage.private(user)));
    let part = |name: &str| message[name].as_str().unwrap().to_owned();
    (part("channel"), part("ts"))
}

async fn fill(stage: &Stage, user: &str, action: &str, values: Value) {
    stage.press(user, &offered(stage, user, action), action).await;
    stage.submit(user, values).await;
}

/// The direct message with this control, the newest of them.
pub(super) fn card(stage: &Stage, user: &str, action: &str) -> (String, String) {
    let im = stage.sandbox.im(user);
    let mut all = stage.sandbox.messages(&im);
    all.retain(|m| m["blocks"].to_string().contains(&format!("\"{action}\"")));
    let message = all.pop().unwrap_or_else(|| panic!("no card offers {action}:\n{}", stage.inbox(user)));
    (im, message["ts"].as_str().unwrap().to_owned())
}

fn value(stage: &Stage, at: &(String, String)) -> String {
    let message = stage.sandbox.message(&at.0, &at.1).unwrap();
    let actions = message["blocks"].as_array().unwrap().iter().find(|b| b["type"] == "actions").unwrap();
    actions["elements"][0]["value"].as_str().unwrap().to_owned()
}

async fn ask(stage: &Stage, tail: &str) {
    let answer = stage.say(ALEX, INTAKE, &format!("/partner ask {tail}")).await;
    assert_eq!(answer, "", "the form opens");
    stage.submit(ALEX, json!({})).await;
}

async fn an_answer_comes_onto_the_map_and_is_seen_first(stage: Stage) {
    ground(&stage).await;
    stage.say(ALEX, INTAKE, "/partner ask acme \"who runs RevOps there?\"").await;
    insta::assert_snapshot!(stage.form(ALEX), @"");
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    insta::assert_snapshot!(stage.form(MAYA), @"");
    let found = json!({"text": "Rita Holm runs it since January", "contact": "c-sam", "name": "Rita Holm",
        "title": "VP RevOps", "strength": "4"});
    stage.submit(MAYA, found).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    // Whoever looks the account up sees it before everything else, and Rita on the map.
    let shown = stage.say(EVE, INTAKE, "/partner account show acme").await;
    let top: Vec<&str> = shown.lines().take(12).collect();
    insta::assert_snapshot!(top.join("\n"), @"");
    assert!(shown.contains("*Rita Holm*, VP RevOps\nKnown by Sam Whitfield at Northwind, 4 of 5"), "{shown}");
    // So does whoever asks again.
    stage.say(EVE, INTAKE, "/partner ask acme what do they spend").await;
    insta::assert_snapshot!(stage.form(EVE), @"");
    stage.press(ALEX, &card(&stage, ALEX, "ask.close"), "ask.close").await;
    let refused = stage.person(ALEX).submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"");
    stage.submit(ALEX, json!({"text": "We meet Rita on Tuesday", "deal": "moved"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner ask list").await, @"");
    let mut tx = stage.db.read().await.unwrap();
    let account = map::accounts_like(&mut tx, &["acme.com".to_owned()], &[]).await.unwrap();
    let people = account_map::store::people(&mut tx, &account[0].0.id).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(people.len(), 2, "nobody twice");
    assert!(stage.sandbox.messages(SHARED).is_empty(), "the partner is not written to");
    stage.end().await;
}

async fn more_is_asked_for_until_it_is_closed(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.asked"), "ask.asked").await;
    stage.submit(MAYA, json!({"contact": "c-sam"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner ask answer acme").await, @"");
    insta::assert_snapshot!(stage.form(MAYA), @"");
    // Who is on the map already is not added a second time, and keeps the title.
    stage.submit(MAYA, json!({"text": "Dana signs", "name": "dana reyes", "title": "CRO"})).await;
    stage.press(ALEX, &card(&stage, ALEX, "ask.missing"), "ask.missing").await;
    stage.submit(ALEX, json!({"text": "her number"})).await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card(&stage, MAYA, "ask.answer"))), @"");
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    stage.submit(MAYA, json!({"text": "555 0100", "contact": "c-sam", "date": "2026-03-03"})).await;
    stage.press(ALEX, &card(&stage, ALEX, "ask.close"), "ask.close").await;
    stage.submit(ALEX, json!({"text": "Nobody picks up", "deal": "not_moved"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.messages(&stage.sandbox.im(ALEX))[0]), @"");
    let shown = stage.say(OMAR, INTAKE, "/partner account show acme").await;
    assert!(shown.contains("*Dana Reyes*, VP Sales"), "{shown}");
    assert!(!shown.contains("CRO"), "{shown}");
    stage.end().await;
}

fn shown(stage: &Stage, at: &(String, String)) -> Value {
    stage.sandbox.message(&at.0, &at.1).unwrap()
}

async fn the_rep_chooses_another_partner(stage: Stage) {
    ground(&stage).await;
    stage.say(ALEX, INTAKE, "/partner ask acme").await;
    stage.submit(ALEX, json!({"topic": "stack", "partner": "p-globex"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    // The same question waits already.
    stage.say(ALEX, INTAKE, "/partner ask acme").await;
    stage.submit(ALEX, json!({"topic": "stack", "partner": "p-globex"})).await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"");
    assert_eq!(stage.direct(MAYA).len(), 1);
    stage.end().await;
}

async fn a_declined_question_goes_to_the_next_partner(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.decline"), "ask.decline").await;
    assert!(stage.person(MAYA).submit(json!({})).await.is_err(), "a reason is asked for");
    stage.submit(MAYA, json!({"reason": "They lost <the> account"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
    stage.press(ALEX, &card(&stage, ALEX, "ask.new"), "ask.new").await;
    insta::assert_snapshot!(stage.form(ALEX), @"");
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card(&stage, MAYA, "ask.answer"))), @"");
    stage.end().await;
}

async fn an_introduction_is_agreed_in_an_answer(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme \"can Sam introduce us to their CFO?\"").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    let maya = stage.person(MAYA);
    let refused =
        maya.submit(json!({"text": "Yes", "due": "2026-03-02", "strength": "3"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"");
    let yes = json!({"text": "Yes, gladly", "contact": "c-sam", "name": "Carla Brandt", "title": "CFO",
        "strength": "4", "due": "2026-03-13"});
    stage.submit(MAYA, yes).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @"");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner intro mine").await, @"");
    stage.end().await;
}

async fn a_message_becomes_a_question(stage: Stage) {
    ground(&stage).await;
    let ts = stage.person(OMAR).post(OPS, "Does anybody know what *Acme* spends with them?").await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("ask.new", OPS, &ts).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(OMAR), @"");
    stage.submit(OMAR, json!({})).await;
    let said = text(&shown(&stage, &card(&stage, MAYA, "ask.answer")));
    assert!(said.contains("|The message it came from>"), "{said}");
    stage.end().await;
}

async fn what_was_typed_is_checked(stage: Stage) {
    ground(&stage).await;
    stage.say(ALEX, INTAKE, "/partner ask acmee \"who runs RevOps there?\"").await;
    insta::assert_snapshot!(stage.form(ALEX), @"");
    let refused = stage.person(ALEX).submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"");
    let refused = stage.person(ALEX).submit(json!({"account": "acme", "topic": "other", "text": ""})).await;
    insta::assert_snapshot!(fields(&refused.unwrap_err()), @"");
    // An account that no partner has to do with: somebody is to be chosen.
    let mut tx = stage.db.begin().await.unwrap();
    let hooli = tandem::map::account::Account {
        id: "a-hooli".into(),
        name: "Hooli".into(),
        domain: None,
        owner: None,
    };
    map::insert_accounts(&mut tx, stage.clock.now(), &[hooli], false).await.unwrap();
    tx.commit().await.unwrap();
    stage.say(ALEX, INTAKE, "/partner ask").await;
    insta::assert_snapshot!(stage.form(ALEX), @"");
    let refused = stage.person(ALEX).submit(json!({"account": "hooli"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"");
    stage.submit(ALEX, json!({"account": "hooli", "partner": "p-globex"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @"");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner ask answer").await, @"");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner ask answer acme").await, @"");
    stage.end().await;
}

async fn who_was_not_asked_is_refused(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    let value = value(&stage, &card(&stage, MAYA, "ask.answer"));
    let forged = stage.forged(SHARED, "ask.answer", &value).await;
    for who in [EVE, SAM] {
        stage.press(who, &forged, "ask.answer").await;
    }
    insta::assert_snapshot!(stage.last_private(EVE), @"");
    insta::assert_snapshot!(stage.last_private(SAM), @"");
    let withdraw = stage.forged(OPS, "ask.withdraw", &value).await;
    stage.press(MAYA, &withdraw, "ask.withdraw").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    let nonsense = stage.forged(OPS, "ask.close", "no such question:1").await;
    stage.press(MAYA, &nonsense, "ask.close").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    let mut tx = stage.db.read().await.unwrap();
    let sql = "SELECT actor, action FROM audit WHERE outcome = 'refused' ORDER BY seq";
    let refused = sql_all!(&mut tx, (String, String), sql).unwrap();
    tx.rollback().await.unwrap();
    let refused: Vec<String> = refused.iter().map(|(who, what)| format!("{who} {what}")).collect();
    assert_eq!(refused, ["U0EVE ask.answer", "U0SAM ask.answer", "U0MAYA ask.withdraw"]);
    stage.end().await;
}

/// Operations has the form open as well, while the manager answers.
async fn of_two_who_answer_one_does(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    let at = card(&stage, MAYA, "ask.answer");
    let before = shown(&stage, &at);
    let forged = stage.forged(OPS, "ask.answer", &value(&stage, &at)).await;
    stage.press(OMAR, &forged, "ask.answer").await;
    stage.press(MAYA, &at, "ask.answer").await;
    stage.submit(MAYA, json!({"text": "Dana does"})).await;
    stage.submit(OMAR, json!({"text": "Rita does"})).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"");
    stage.press_late(MAYA, &at, &before, "ask.decline").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    let mut tx = stage.db.read().await.unwrap();
    let answers = sql_all!(&mut tx, (String,), "SELECT text FROM ask_answers").unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(answers, [("Dana does".to_owned(),)]);
    stage.end().await;
}

/// From Wednesday on, looked at every hour of the morning.
async fn both_are_reminded_until_it_is_closed(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    let (mayas, alexs) = (card(&stage, MAYA, "ask.answer"), card(&stage, ALEX, "ask.withdraw"));
    let mut seen = Vec::new();
    let mornings =
        async |stage: &Stage, from: i64, until: i64, at: &(String, String), seen: &mut Vec<String>| {
            let zone = jiff::tz::TimeZone::get("Europe/Stockholm").unwrap();
            let start: jiff::Timestamp = "2026-03-04T07:00:00Z".parse().unwrap();
            for day in from..until {
                for hour in 0..3 {
                    let now = start + jiff::SignedDuration::from_hours(day * 24 + hour);
                    let before = stage.sandbox.thread(&at.0, &at.1).len();
                    stage.advance_to(&now.to_string()).await;
                    for message in &stage.sandbox.thread(&at.0, &at.1)[before..] {
                        let local = now.to_zoned(zone.clone()).strftime("%a %-d %H:%M").to_string();
                        seen.push(format!("{local} {}", text(message)));
                    }
                }
            }
        };
    mornings(&stage, 1, 6, &mayas, &mut seen).await;
    stage.press(MAYA, &mayas, "ask.asked").await;
    stage.submit(MAYA, json!({"contact": "c-sam"})).await;
    mornings(&stage, 6, 9, &mayas, &mut seen).await;
    stage.press(MAYA, &mayas, "ask.answer").await;
    stage.submit(MAYA, json!({"text": "Dana does"})).await;
    seen.push("answered".to_owned());
    mornings(&stage, 9, 24, &alexs, &mut seen).await;
    insta::assert_snapshot!(seen.join("\n"), @"");
    stage.press(ALEX, &alexs, "ask.close").await;
    stage.submit(ALEX, json!({"text": "We met", "deal": "no_deal"})).await;
    let before = stage.sandbox.thread(&alexs.0, &alexs.1).len();
    stage.advance_to("2026-04-20T08:00:00Z").await;
    assert_eq!(stage.sandbox.thread(&alexs.0, &alexs.1).len(), before, "it is over");
    stage.end().await;
}

async fn a_partner_without_an_agreement_is_not_named(stage: Stage) {
    ground(&stage).await;
    let mut tx = stage.db.begin().await.unwrap();
    tandem::sql_exec!(
        &mut tx,
        "INSERT INTO partner_prospects (partner_id, prospective, version, set_by, set_at) VALUES ('p-northwind', 1, 1, 'U0MAYA', 1)"
    )
    .unwrap();
    tx.commit().await.unwrap();
    stage.say(ALEX, INTAKE, "/partner ask acme who decides there?").await;
    insta::assert_snapshot!(stage.form(ALEX), @"");
    stage.submit(ALEX, json!({})).await;
    assert!(stage.inbox(MAYA).contains("asked of Globex"), "{}", stage.inbox(MAYA));
    stage.end().await;
}

async fn who_answers_for_the_partner_now_is_asked_instead(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    let mut tx = stage.db.begin().await.unwrap();
    let northwind = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    let northwind = tandem::map::partner::Partner { manager: Some(EVE.into()), ..northwind };
    map::save_partner(&mut tx, stage.clock.now(), &northwind).await.unwrap();
    tx.commit().await.unwrap();
    stage.advance_to(MONDAY).await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card(&stage, EVE, "ask.answer"))), @"");
    let first = stage.sandbox.messages(&stage.sandbox.im(MAYA))[0].clone();
    insta::assert_snapshot!(with_buttons(&first), @"");
    stage.end().await;
}
