//! A rep asks a partner's manager about an account, and both see how it stands until it is closed (B3).

use serde_json::{Value, json};
use tandem::kernel::ids::{ContactId, PartnerId};
use tandem::map::account_map;
use tandem::map::partner::{Contact, ContactRole};
use tandem::map::store as map;
use tandem::plan::store as plan;
use tandem::sql_all;

use super::fit;
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
    an_answer_is_kept_where_its_introduction_is_under_way,
    who_answered_closes_it_where_the_requester_has_left,
    a_day_is_told_by_its_readers_clock,
    what_was_moved_meanwhile_is_not_passed_on,
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
    insta::assert_snapshot!(stage.form(ALEX), @r"
    *Northwind* is best placed: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer.
    Account: acme
    About: Whom to talk to
    Question: who runs RevOps there?
    Ask the manager of: Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their c…
    ");
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    <@U0ALEX> asks <@U0MAYA>.
    Why Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer
    [Answer] [Say whom you asked] [Decline]
    ");
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    <@U0ALEX> asks <@U0MAYA>.
    Why Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer
    [Withdraw]
    ");
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Acme (acme.com)*, through Northwind
    >who runs RevOps there?
    Answer: -
    Who said it: -
    Said on: 2026-03-04
    Person at the account: -
    Their title: -
    How well do they know this person: -
    ");
    let found = json!({"text": "Rita Holm runs it since January", "contact": "c-sam", "name": "Rita Holm",
        "title": "VP RevOps", "strength": "4"});
    stage.submit(MAYA, found).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Rita Holm runs it since January (Sam Whitfield at Northwind, Wed 4 Mar)
    Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.
    [Say what came of it] [Ask for more] [Withdraw]
    ---
    Acme (acme.com), through Northwind · Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.
    Rita Holm runs it since January (Sam Whitfield at Northwind, Wed 4 Mar)
    ");
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Rita Holm runs it since January (Sam Whitfield at Northwind, Wed 4 Mar)
    Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.
    ");
    // Whoever looks the account up sees it before everything else, and Rita on the map.
    let shown = stage.say(EVE, INTAKE, "/partner account show acme").await;
    let top: Vec<&str> = shown.lines().take(12).collect();
    insta::assert_snapshot!(top.join("\n"), @r"
    *Acme* · acme.com
    *Asked and answered*
    who runs RevOps there? Rita Holm runs it since January (Sam Whitfield at Northwind, Wed 4 Mar; from Maya Lindholm)
    *Deal owner:* @alex
    *Relationship owner:* nobody yet
    *Globex* · their prospect, our open deal ($120k) · joint
    *Northwind* · their customer, our open deal ($120k) · an ask: we need their path in
    *Dana Reyes*, VP Sales
    Known by Sam Whitfield at Northwind, 5 of 5 (says Omar Haddad, Wed 4 Mar)
    *Rita Holm*, VP RevOps
    Known by Sam Whitfield at Northwind, 4 of 5 (says Maya Lindholm, Wed 4 Mar)
    *Ways in, the best first*
    ");
    assert!(shown.contains("*Rita Holm*, VP RevOps\nKnown by Sam Whitfield at Northwind, 4 of 5"), "{shown}");
    // So does whoever asks again.
    stage.say(EVE, INTAKE, "/partner ask acme what do they spend").await;
    insta::assert_snapshot!(stage.form(EVE), @r"
    *Answered before*
    who runs RevOps there? Rita Holm runs it since January (Sam Whitfield at Northwind, Wed 4 Mar; from Maya Lindholm)
    *Northwind* is best placed: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer.
    Account: acme
    About: What they spend
    Question: what do they spend
    Ask the manager of: Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their c…
    ");
    stage.press(ALEX, &card(&stage, ALEX, "ask.close"), "ask.close").await;
    let refused = stage.person(ALEX).submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r"
    text: Please complete this required field.
    deal: Please complete this required field.
    ");
    stage.submit(ALEX, json!({"text": "We meet Rita on Tuesday", "deal": "moved"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who runs RevOps there?
    Rita Holm runs it since January (Sam Whitfield at Northwind, Wed 4 Mar)
    Closed by <@U0ALEX>: We meet Rita on Tuesday; the deal moved.
    ---
    Acme (acme.com), through Northwind · Closed by <@U0ALEX>: We meet Rita on Tuesday; the deal moved.
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner ask list").await, @r"
    *Questions to partner managers*
    *Acme (acme.com)* · who runs RevOps there? · Northwind · Closed by <@U0ALEX>: We meet Rita on Tuesday; the deal moved.
    ");
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
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    <@U0MAYA> asked Sam Whitfield at Northwind on Wed 4 Mar, and waits.
    Why Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer
    [Withdraw]
    ---
    Acme (acme.com), through Northwind · <@U0MAYA> asked Sam Whitfield at Northwind on Wed 4 Mar, and waits.
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner ask answer acme").await, @"");
    insta::assert_snapshot!(stage.form(MAYA), @r"
    *Acme (acme.com)*, through Northwind
    >who decides there?
    Answer: -
    Who said it: Sam Whitfield, Northwind
    Said on: 2026-03-04
    Person at the account: -
    Their title: -
    How well do they know this person: -
    ");
    // Who is on the map already is not added a second time, and keeps the title.
    stage.submit(MAYA, json!({"text": "Dana signs", "name": "dana reyes", "title": "CRO"})).await;
    stage.press(ALEX, &card(&stage, ALEX, "ask.missing"), "ask.missing").await;
    stage.submit(ALEX, json!({"text": "her number"})).await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card(&stage, MAYA, "ask.answer"))), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    Dana signs (Sam Whitfield at Northwind, Wed 4 Mar)
    <@U0ALEX> still needs: her number. <@U0MAYA> is asked again.
    [Answer] [Say whom you asked] [Decline]
    ");
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    stage.submit(MAYA, json!({"text": "555 0100", "contact": "c-sam", "date": "2026-03-03"})).await;
    stage.press(ALEX, &card(&stage, ALEX, "ask.close"), "ask.close").await;
    stage.submit(ALEX, json!({"text": "Nobody picks up", "deal": "not_moved"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.messages(&stage.sandbox.im(ALEX))[0]), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    Dana signs (Sam Whitfield at Northwind, Wed 4 Mar)
    555 0100 (Sam Whitfield at Northwind, Tue 3 Mar)
    Closed by <@U0ALEX>: Nobody picks up; the deal did not move yet.
    ");
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
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Acme (acme.com)* · Their tech stack · through Globex
    > What does Acme run today, and what stands against us there?
    <@U0ALEX> asks <@U0MAYA>.
    Why Globex: their prospect
    [Answer] [Say whom you asked] [Decline]
    ");
    // The same question waits already.
    stage.say(ALEX, INTAKE, "/partner ask acme").await;
    stage.submit(ALEX, json!({"topic": "stack", "partner": "p-globex"})).await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"That is asked already, so nobody was asked again. Acme (acme.com), through Globex · <@U0ALEX> asks <@U0MAYA>.");
    assert_eq!(stage.direct(MAYA).len(), 1);
    stage.end().await;
}

async fn a_declined_question_goes_to_the_next_partner(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.decline"), "ask.decline").await;
    assert!(stage.person(MAYA).submit(json!({})).await.is_err(), "a reason is asked for");
    stage.submit(MAYA, json!({"reason": "They lost <the> account"})).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    Declined by <@U0MAYA>: They lost &lt;the&gt; account.
    Why Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer
    [Ask another partner]
    ---
    Acme (acme.com), through Northwind · Declined by <@U0MAYA>: They lost &lt;the&gt; account.
    ");
    stage.press(ALEX, &card(&stage, ALEX, "ask.new"), "ask.new").await;
    insta::assert_snapshot!(stage.form(ALEX), @r"
    *Globex* is best placed: their prospect.
    Account: acme.com
    About: Whom to talk to
    Question: who decides there?
    Ask the manager of: Globex: their prospect
    ");
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card(&stage, MAYA, "ask.answer"))), @r"
    *Acme (acme.com)* · Whom to talk to · through Globex
    > who decides there?
    <@U0ALEX> asks <@U0MAYA>.
    Why Globex: their prospect
    [Answer] [Say whom you asked] [Decline]
    ");
    stage.end().await;
}

async fn an_introduction_is_agreed_in_an_answer(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme \"can Sam introduce us to their CFO?\"").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    let maya = stage.person(MAYA);
    let refused =
        maya.submit(json!({"text": "Yes", "due": "2026-03-02", "strength": "3"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r"
    name: Write to whom they introduce you.
    contact: Choose who knows them.
    due: That day is over. Choose a later one.
    ");
    let yes = json!({"text": "Yes, gladly", "contact": "c-sam", "name": "Carla Brandt", "title": "CFO",
        "strength": "4", "due": "2026-03-13"});
    stage.submit(MAYA, yes).await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    *Acme (acme.com)* · An introduction · through Northwind
    > can Sam introduce us to their CFO?
    Yes, gladly (Sam Whitfield at Northwind, Wed 4 Mar)
    Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.
    [Say what came of it] [Ask for more] [Withdraw]
    ---
    Acme (acme.com), through Northwind · Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.
    Yes, gladly (Sam Whitfield at Northwind, Wed 4 Mar)
    ---
    <@U0MAYA> logged an introduction.
    *Introduction to Carla Brandt, CFO* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · agreed, to be made by Fri 13 Mar
    I don't write to Northwind.
    [Mark made] [Snooze] [Drop]
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner intro mine").await, @r"
    *Your introductions*
    *Introduction to Carla Brandt, CFO* at Acme (acme.com) · By Sam Whitfield at Northwind, for <@U0ALEX> · agreed, to be made by Fri 13 Mar
    [Mark made]
    ");
    stage.end().await;
}

async fn a_message_becomes_a_question(stage: Stage) {
    ground(&stage).await;
    let ts = stage.person(OMAR).post(OPS, "Does anybody know what *Acme* spends with them?").await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("ask.new", OPS, &ts).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    *Northwind* is best placed: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer.
    Account: Acme
    About: What they spend
    Question: Does anybody know what Acme spends with them?
    Ask the manager of: Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their c…
    ");
    stage.submit(OMAR, json!({})).await;
    let said = text(&shown(&stage, &card(&stage, MAYA, "ask.answer")));
    assert!(said.contains("|The message it came from>"), "{said}");
    stage.end().await;
}

async fn what_was_typed_is_checked(stage: Stage) {
    ground(&stage).await;
    stage.say(ALEX, INTAKE, "/partner ask acmee \"who runs RevOps there?\"").await;
    insta::assert_snapshot!(stage.form(ALEX), @r#"
    I don't know an account "acmee". Did you mean Acme?
    Account: acmee
    About: Whom to talk to
    Question: who runs RevOps there?
    Ask the manager of: -
    "#);
    let refused = stage.person(ALEX).submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r#"account: I don't know an account "acmee". Did you mean Acme?"#);
    let refused = stage.person(ALEX).submit(json!({"account": "acme", "topic": "other", "text": ""})).await;
    insta::assert_snapshot!(fields(&refused.unwrap_err()), @"text: Write what you want to know.");
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
    insta::assert_snapshot!(stage.form(ALEX), @r"
    Account: -
    About: Whom to talk to
    Question: -
    Ask the manager of: -
    ");
    let refused = stage.person(ALEX).submit(json!({"account": "hooli"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"partner: No partner is on record with Hooli. Choose whose manager to ask.");
    stage.submit(ALEX, json!({"account": "hooli", "partner": "p-globex"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    *Hooli* · Whom to talk to · through Globex
    > Who decides at Hooli, and who should we talk to first?
    <@U0ALEX> asks <@U0MAYA>.
    [Answer] [Say whom you asked] [Decline]
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner ask answer").await, @"No question waits for your answer.");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner ask answer acme").await, @"No question waits for your answer.");
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
    insta::assert_snapshot!(stage.last_private(EVE), @"Only <@U0MAYA> can answer this question. Nothing was changed.");
    insta::assert_snapshot!(stage.last_private(SAM), @"Only members of the workspace that runs Tandem can do that. Nothing was changed.");
    let withdraw = stage.forged(OPS, "ask.withdraw", &value).await;
    stage.press(MAYA, &withdraw, "ask.withdraw").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Only <@U0ALEX>, who asked, can do that. Nothing was changed.");
    let nonsense = stage.forged(OPS, "ask.close", "no such question:1").await;
    stage.press(MAYA, &nonsense, "ask.close").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That question is gone: its account or partner was removed.");
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
    insta::assert_snapshot!(stage.last_private(OMAR), @"That changed before you pressed the button (Wed 4 Mar, 10:00). Acme (acme.com), through Northwind · Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.");
    stage.press_late(MAYA, &at, &before, "ask.decline").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That changed before you pressed the button (Wed 4 Mar, 10:00). Acme (acme.com), through Northwind · Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.");
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
    insta::assert_snapshot!(seen.join("\n"), @r"
    Fri 6 09:00 Acme (acme.com), through Northwind · <@U0ALEX> has waited 2 working days for your answer. Above you can answer, say whom you asked, or decline.
    Mon 9 09:00 Acme (acme.com), through Northwind · <@U0ALEX> has waited 3 working days for your answer. Above you can answer, say whom you asked, or decline.
    Wed 11 09:00 Acme (acme.com), through Northwind · Sam Whitfield was asked 2 working days ago, and <@U0ALEX> waits. Above you can answer or decline.
    Thu 12 09:00 Acme (acme.com), through Northwind · Sam Whitfield was asked 3 working days ago, and <@U0ALEX> waits. Above you can answer or decline.
    answered
    Thu 19 09:00 Acme (acme.com), through Northwind · answered 5 working days ago. What came of it, and did the deal move? Above you can say so, or ask for more.
    Thu 26 09:00 Acme (acme.com), through Northwind · answered 10 working days ago. What came of it, and did the deal move? Above you can say so, or ask for more.
    ");
    stage.press(ALEX, &alexs, "ask.close").await;
    stage.submit(ALEX, json!({"text": "We met", "deal": "no_deal"})).await;
    let before = stage.sandbox.thread(&alexs.0, &alexs.1).len();
    stage.advance_to("2026-04-20T08:00:00Z").await;
    assert_eq!(stage.sandbox.thread(&alexs.0, &alexs.1).len(), before, "it is over");
    stage.end().await;
}

async fn a_partner_without_an_agreement_is_not_named(stage: Stage) {
    ground(&stage).await;
    fit::is_prospective(&stage, true).await;
    stage.say(ALEX, INTAKE, "/partner ask acme who decides there?").await;
    insta::assert_snapshot!(stage.form(ALEX), @r"
    *Globex* is best placed: their prospect.
    Account: acme
    About: Whom to talk to
    Question: who decides there?
    Ask the manager of: Globex: their prospect
    ");
    stage.submit(ALEX, json!({})).await;
    assert!(stage.inbox(MAYA).contains("through Globex"), "{}", stage.inbox(MAYA));
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
    insta::assert_snapshot!(with_buttons(&shown(&stage, &card(&stage, EVE, "ask.answer"))), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    <@U0ALEX> asks <@U0EVE>.
    Why Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer
    [Answer] [Say whom you asked] [Decline]
    ");
    let first = stage.sandbox.messages(&stage.sandbox.im(MAYA))[0].clone();
    insta::assert_snapshot!(with_buttons(&first), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    <@U0ALEX> asks <@U0EVE>.
    Why Northwind: Sam Whitfield there knows Dana Reyes, VP Sales, 5 of 5; their customer
    ");
    stage.end().await;
}

/// Maya has written the introduction down before the question about it is answered.
async fn an_answer_is_kept_where_its_introduction_is_under_way(stage: Stage) {
    ground(&stage).await;
    stage.say(MAYA, INTAKE, "/partner intro add acme with northwind by 13 march").await;
    stage.submit(MAYA, json!({"owner": ALEX, "contact": "c-sam", "whom": "Carla Brandt, CFO"})).await;
    ask(&stage, "acme \"can Sam introduce us to their CFO?\"").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    let yes = json!({"text": "Yes, gladly", "contact": "c-sam", "name": "Carla Brandt", "title": "CFO",
        "strength": "4", "due": "2026-03-20"});
    stage.submit(MAYA, yes).await;
    let card = with_buttons(&shown(&stage, &card(&stage, ALEX, "ask.close")));
    assert!(card.contains("Yes, gladly (Sam Whitfield at Northwind, Wed 4 Mar)"), "{card}");
    // There is one, and the partner has agreed to it.
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner intro mine").await, @r"
    *Your introductions*
    *Introduction to Carla Brandt, CFO* at Acme (acme.com) · By Sam Whitfield at Northwind, for <@U0ALEX> · agreed, to be made by Fri 13 Mar
    [Mark made]
    ");
    let mut tx = stage.db.read().await.unwrap();
    let linked =
        sql_all!(&mut tx, (i64,), "SELECT COUNT(*) FROM introductions i JOIN asks q ON q.id = i.ask_id");
    tx.rollback().await.unwrap();
    assert_eq!(linked.unwrap(), [(1,)], "it is the one that the question led to");
    // Whoever writes it down once more is told.
    stage.say(MAYA, INTAKE, "/partner intro add acme with northwind by 13 march").await;
    stage.submit(MAYA, json!({"owner": ALEX, "contact": "c-sam", "whom": "Carla Brandt, CFO"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"That introduction to Carla Brandt, CFO is under way already, so nothing was added: agreed, to be made by Fri 13 Mar.");
    stage.end().await;
}

/// Slack does not know somebody any more.
pub(super) async fn leaves(stage: &Stage, user: &str) {
    let mut tx = stage.db.begin().await.unwrap();
    let sql = "UPDATE people SET outside = 'a deactivated account' WHERE id = $1";
    assert_eq!(tandem::sql_exec!(&mut tx, sql, user).unwrap(), 1, "{user} is known");
    tx.commit().await.unwrap();
}

async fn who_answered_closes_it_where_the_requester_has_left(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.answer"), "ask.answer").await;
    stage.submit(MAYA, json!({"text": "Dana does"})).await;
    let at = card(&stage, ALEX, "ask.close");
    let forged = stage.forged(OPS, "ask.close", &value(&stage, &at)).await;
    stage.press(EVE, &forged, "ask.close").await;
    insta::assert_snapshot!(stage.last_private(EVE), @"Only <@U0ALEX>, who asked, can do that, or somebody who looks after Northwind. Nothing was changed.");
    leaves(&stage, ALEX).await;
    let before = stage.sandbox.thread(&at.0, &at.1).len();
    stage.advance_to("2026-03-11T09:00:00Z").await;
    assert_eq!(stage.sandbox.thread(&at.0, &at.1).len(), before, "nobody is reminded who is not there");
    let mayas = card(&stage, MAYA, "ask.close");
    insta::assert_snapshot!(with_buttons(&shown(&stage, &mayas)), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    Dana does (Wed 4 Mar)
    Answered by <@U0MAYA>. <@U0ALEX> says what comes of it.
    [Say what came of it]
    ");
    let lines = stage.thread(&mayas.0, &mayas.1);
    insta::assert_snapshot!(lines.join("\n---\n"), @"Acme (acme.com), through Northwind · answered 5 working days ago. <@U0ALEX>, who asked, is a deactivated account now. Above you can say what came of it.");
    stage.press(MAYA, &mayas, "ask.close").await;
    stage.submit(MAYA, json!({"text": "Eve goes on with Dana", "deal": "moved"})).await;
    insta::assert_snapshot!(with_buttons(&shown(&stage, &mayas)), @r"
    *Acme (acme.com)* · Whom to talk to · through Northwind
    > who decides there?
    Dana does (Wed 4 Mar)
    Closed by <@U0MAYA>: Eve goes on with Dana; the deal moved.
    ");
    stage.advance_to("2026-03-18T09:00:00Z").await;
    assert_eq!(stage.thread(&mayas.0, &mayas.1), lines, "it is over");
    stage.end().await;
}

/// Half past midnight in Stockholm, while it is Wednesday in Greenwich.
async fn a_day_is_told_by_its_readers_clock(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    stage.advance_to("2026-03-04T23:30:00Z").await;
    stage.press(MAYA, &card(&stage, MAYA, "ask.asked"), "ask.asked").await;
    stage.submit(MAYA, json!({"contact": "c-sam"})).await;
    let told = with_buttons(&shown(&stage, &card(&stage, ALEX, "ask.withdraw")));
    assert!(told.contains("<@U0MAYA> asked Sam Whitfield at Northwind on Thu 5 Mar, and waits."), "{told}");
    let values = json!({"direction": "made", "contact": "c-sam", "whom": "Tom Falk"});
    stage.say(ALEX, INTAKE, "/partner intro add acme with northwind by 13 march").await;
    stage.submit(ALEX, values).await;
    stage.press(ALEX, &offered(&stage, ALEX, "introduction.made"), "introduction.made").await;
    let told = stage.say(ALEX, INTAKE, "/partner intro mine").await;
    assert!(told.contains("made, to meet by Thu 19 Mar"), "two weeks after Thursday: {told}");
    stage.end().await;
}

/// It was read before somebody moved it.
async fn what_was_moved_meanwhile_is_not_passed_on(stage: Stage) {
    ground(&stage).await;
    ask(&stage, "acme who decides there?").await;
    stage.say(ALEX, INTAKE, "/partner session request acme with northwind by 13 march").await;
    stage.submit(ALEX, json!({})).await;
    stage.say(ALEX, INTAKE, "/partner commit add \"send their price list\" to northwind by friday").await;
    stage.submit(ALEX, json!({"contact": "c-sam"})).await;
    let mut tx = stage.db.begin().await.unwrap();
    let mut ask = plan::open_asks(&mut tx).await.unwrap().pop().unwrap();
    let mut request = plan::open_requests(&mut tx).await.unwrap().pop().unwrap();
    let mut commitment = plan::open_commitments(&mut tx, 9).await.unwrap().pop().unwrap();
    (ask.asked, request.asked) = (vec![EVE.into()], vec![EVE.into()]);
    commitment.owner = EVE.into();
    for table in ["asks", "session_requests", "commitments"] {
        let sql = format!("UPDATE {table} SET version = version + 1");
        tandem::sql_exec!(&mut tx, sqlx::AssertSqlSafe(sql.clone())).unwrap();
    }
    assert!(!plan::save_whom_asked(&mut tx, &ask).await.unwrap());
    assert!(!plan::save_asked(&mut tx, &request).await.unwrap());
    assert!(!plan::save_commitment_owner(&mut tx, &commitment).await.unwrap());
    (ask.version, request.version, commitment.version) = (2, 2, 2);
    assert!(plan::save_whom_asked(&mut tx, &ask).await.unwrap());
    assert!(plan::save_asked(&mut tx, &request).await.unwrap());
    assert!(plan::save_commitment_owner(&mut tx, &commitment).await.unwrap());
    tx.rollback().await.unwrap();
    stage.end().await;
}
