//! Introductions from the asking to what came of it, and what somebody owes and is owed.

use serde_json::json;
use tandem::kernel::actor::Role;
use tandem::kernel::ids::UserId;
use tandem::map::account_map::Names;
use tandem::map::partner::Partner;
use tandem::map::store as map;
use tandem::plan::store as plan;
use tandem::plan::view::introduction;
use tandem::store::people;

use super::asks::{card, ground, offered};
use crate::support::stage::{
    ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SAM, SHARED, Stage, fields, text, with_buttons,
};

crate::flows!(
    an_introduction_that_we_receive_from_the_asking_to_its_outcome,
    an_introduction_that_we_make,
    nobody_acts_and_the_manager_is_told,
    an_introduction_is_snoozed_and_dropped,
    who_may_not_is_refused_and_of_two_one_moves_it,
    what_was_typed_is_checked,
    what_a_partner_promised_is_asked_after,
    the_week_begins_with_what_is_owed,
    what_was_given_and_asked_is_counted,
    an_admin_who_stands_in_is_told_of_the_week,
    who_asks_after_a_promise_changes_with_the_partners_manager,
    who_made_it_stays_known_when_others_move_on,
);

fn direct(stage: &Stage, user: &str) -> Vec<String> {
    stage.sandbox.messages(&stage.sandbox.im(user)).iter().map(with_buttons).collect()
}

/// What came to somebody since then.
fn since(stage: &Stage, user: &str, before: usize) -> String {
    direct(stage, user)[before..].join("\n---\n")
}

async fn log(stage: &Stage, by: &str, tail: &str, values: serde_json::Value) {
    let answer = stage.say(by, INTAKE, &format!("/partner intro add {tail}")).await;
    assert_eq!(answer, "", "the form opens");
    stage.submit(by, values).await;
}

async fn an_introduction_that_we_receive_from_the_asking_to_its_outcome(stage: Stage) {
    ground(&stage).await;
    stage.say(MAYA, INTAKE, "/partner intro add acme with northwind by 13 march").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    Account: acme
    Partner: Northwind
    Who introduces whom: The partner introduces one of ours
    Who of ours: -
    Who at the partner: -
    To whom at the account: -
    Introduction due by: 2026-03-13
    ");
    stage.submit(MAYA, json!({"owner": ALEX, "contact": "c-sam", "whom": "Dana Reyes, VP Sales"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.ephemerals(MAYA).pop().unwrap()), @r"
    Logged.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · asked for, to be made by Fri 13 Mar
    Whoever answers for the partner is reminded to ask, and nobody there is written to.
    [Mark agreed] [Mark made] [Snooze] [Drop]
    ");
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    <@U0MAYA> logged an introduction.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · asked for, to be made by Fri 13 Mar
    I don't write to Northwind.
    [Mark agreed] [Mark made] [Snooze] [Drop]
    ");
    let at = offered(&stage, MAYA, "introduction.agree");
    stage.press(MAYA, &at, "introduction.agree").await;
    insta::assert_snapshot!(direct(&stage, ALEX).join("\n---\n"), @r"
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · agreed, to be made by Fri 13 Mar
    I don't write to Northwind.
    [Mark made] [Snooze] [Drop]
    ---
    <@U0MAYA> marked an introduction as agreed.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · agreed, to be made by Fri 13 Mar
    I don't write to Northwind.
    ");
    // It is made: Alex is to meet her, and the account moves.
    let before = direct(&stage, ALEX).len();
    stage.press(MAYA, &offered(&stage, MAYA, "introduction.made"), "introduction.made").await;
    insta::assert_snapshot!(since(&stage, ALEX, before), @r"
    <@U0MAYA> marked an introduction as made.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · made, to meet by Wed 18 Mar
    ");
    let shown = stage.say(OMAR, INTAKE, "/partner account show acme").await;
    let told: Vec<&str> =
        shown.lines().filter(|l| l.contains("introduc") || l.starts_with("*Introductions")).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    Velocity: active, last touch Wed 4 Mar: Sam Whitfield at Northwind introduced Alex Rivera to Dana Reyes, VP Sales
    *Introductions*
    Sam Whitfield at Northwind introduces Alex Rivera to Dana Reyes, VP Sales · made, to meet by Wed 18 Mar
    *Last touch:* Wed 4 Mar, Sam Whitfield at Northwind introduced Alex Rivera to Dana Reyes, VP Sales (Maya Lindholm)
    ");
    stage.press(ALEX, &card(&stage, ALEX, "introduction.met"), "introduction.met").await;
    stage.press(ALEX, &card(&stage, ALEX, "introduction.close"), "introduction.close").await;
    let refused = stage.person(ALEX).submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r"
    text: Please complete this required field.
    deal: Please complete this required field.
    ");
    stage.submit(ALEX, json!({"text": "A pilot in April", "deal": "moved"})).await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    <@U0ALEX> says that they met.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · they met, outcome by Wed 11 Mar
    ---
    <@U0ALEX> said what came of an introduction.
    *Introduction to Dana Reyes, VP Sales* at Acme (acme.com)
    By Sam Whitfield at Northwind, for <@U0ALEX> · came of it: A pilot in April; the deal moved
    ");
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner intro").await, @"No introduction is under way. `/partner intro add acme with northwind by friday` logs one.");
    assert!(stage.sandbox.messages(SHARED).is_empty(), "the partner is not written to");
    stage.end().await;
}

async fn an_introduction_that_we_make(stage: Stage) {
    ground(&stage).await;
    let values = json!({"direction": "made", "contact": "c-sam", "whom": "Tom Falk"});
    log(&stage, ALEX, "acme with northwind by 13 march", values).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.ephemerals(ALEX).pop().unwrap()), @r"
    Logged.
    *Introduction to Tom Falk* at Acme (acme.com)
    By <@U0ALEX>, for Sam Whitfield at Northwind · agreed, to be made by Fri 13 Mar
    I remind you the working day before and on the day.
    [Mark made] [Snooze] [Drop]
    ");
    stage.press(ALEX, &offered(&stage, ALEX, "introduction.made"), "introduction.made").await;
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    <@U0ALEX> marked an introduction as made.
    *Introduction to Tom Falk* at Acme (acme.com)
    By <@U0ALEX>, for Sam Whitfield at Northwind · made, to meet by Wed 18 Mar
    I don't write to Northwind.
    [Mark met] [Snooze] [Drop]
    ");
    // Nobody is asked twice for one thing, but for another one.
    let values = json!({"direction": "made", "contact": "c-sam", "whom": "tom falk "});
    log(&stage, ALEX, "acme with northwind by 20 march", values).await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"That introduction to Tom Falk is under way already, so nothing was added: made, to meet by Wed 18 Mar.");
    stage.end().await;
}

/// Alex is to make one; looked at every morning.
async fn nobody_acts_and_the_manager_is_told(stage: Stage) {
    ground(&stage).await;
    let values = json!({"direction": "made", "contact": "c-sam", "whom": "Tom Falk"});
    log(&stage, ALEX, "acme with northwind by 10 march", values).await;
    let mut seen = Vec::new();
    for day in 5..=20 {
        let counts = [ALEX, MAYA].map(|user| direct(&stage, user).len());
        stage.advance_to(&format!("2026-03-{day:02}T09:00:00Z")).await;
        for (user, before) in [ALEX, MAYA].into_iter().zip(counts) {
            let new = since(&stage, user, before);
            if !new.is_empty() && !new.starts_with("*The week of") {
                seen.push(format!("{day} March, {user}: {}", new.lines().next().unwrap_or_default()));
            }
        }
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    9 March, U0ALEX: This is due soon. Is it made?
    10 March, U0ALEX: This is for today. Is it made?
    13 March, U0ALEX: This is late. Is it made? Or is it off?
    16 March, U0ALEX: This is late. Is it made? Or is it off?
    16 March, U0MAYA: <@U0ALEX> was reminded twice, and it is still open.
    19 March, U0ALEX: This is late. Is it made? Or is it off?
    ");
    insta::assert_snapshot!(direct(&stage, MAYA).last().unwrap(), @r"
    <@U0ALEX> was reminded twice, and it is still open.
    *Introduction to Tom Falk* at Acme (acme.com)
    By <@U0ALEX>, for Sam Whitfield at Northwind · agreed, 6 days late, to be made by Tue 10 Mar
    [Mark made] [Snooze] [Drop]
    ");
    stage.end().await;
}

async fn an_introduction_is_snoozed_and_dropped(stage: Stage) {
    ground(&stage).await;
    let values = json!({"direction": "made", "contact": "c-sam", "whom": "Tom Falk"});
    log(&stage, ALEX, "acme with northwind by 6 march", values).await;
    stage.advance_to("2026-03-05T08:00:00Z").await;
    let at = card(&stage, ALEX, "introduction.snooze");
    stage.press(ALEX, &at, "introduction.snooze").await;
    let refused = stage.person(ALEX).submit(json!({"date": "2026-03-02"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"date: Mon 2 Mar is in the past. Choose today or later.");
    stage.submit(ALEX, json!({"date": "2026-03-17"})).await;
    let before = direct(&stage, ALEX).len();
    stage.advance_to("2026-03-16T05:00:00Z").await;
    let quiet = since(&stage, ALEX, before);
    assert!(quiet.is_empty() || quiet.starts_with("*The week of"), "{quiet}");
    stage.advance_to("2026-03-17T08:00:00Z").await;
    let at = card(&stage, ALEX, "introduction.drop");
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    This is late. Is it made? Or is it off?
    *Introduction to Tom Falk* at Acme (acme.com)
    By <@U0ALEX>, for Sam Whitfield at Northwind · agreed, 11 days late, to be made by Fri 6 Mar
    [Mark made] [Snooze] [Drop]
    ");
    stage.press(ALEX, &at, "introduction.drop").await;
    assert!(stage.person(ALEX).submit(json!({})).await.is_err(), "a reason is asked for");
    stage.submit(ALEX, json!({"reason": "Tom has left"})).await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    *Introduction to Tom Falk* at Acme (acme.com)
    By <@U0ALEX>, for Sam Whitfield at Northwind · dropped by <@U0ALEX>: Tom has left
    ");
    stage.end().await;
}

async fn who_may_not_is_refused_and_of_two_one_moves_it(stage: Stage) {
    ground(&stage).await;
    let values = json!({"direction": "made", "contact": "c-sam", "whom": "Tom Falk"});
    log(&stage, ALEX, "acme with northwind by 13 march", values).await;
    let at = offered(&stage, ALEX, "introduction.made");
    let message = stage.sandbox.ephemerals(ALEX).pop().unwrap();
    let actions = message["blocks"].as_array().unwrap().iter().find(|b| b["type"] == "actions").unwrap();
    let value = actions["elements"][0]["value"].as_str().unwrap().to_owned();
    let forged = stage.forged(SHARED, "introduction.made", &value).await;
    for who in [EVE, SAM] {
        stage.press(who, &forged, "introduction.made").await;
    }
    insta::assert_snapshot!(stage.last_private(EVE), @"Only <@U0ALEX> can move this introduction, or somebody who looks after Northwind: a partner manager, operations or an admin.");
    insta::assert_snapshot!(stage.last_private(SAM), @"Only members of the workspace that runs Tandem can do that. Nothing was changed.");
    let drop = stage.forged(OPS, "introduction.drop", &value).await;
    stage.press(OMAR, &drop, "introduction.drop").await;
    stage.press(ALEX, &at, "introduction.made").await;
    stage.submit(OMAR, json!({"reason": "too late"})).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"That changed before you pressed the button (Wed 4 Mar, 10:00). Introduction to Tom Falk: made, to meet by Wed 18 Mar.");
    stage.end().await;
}

async fn what_was_typed_is_checked(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner intro add acme with nortwind by yesterday").await, @r#"
    Tue 3 Mar is in the past. Choose today or later.
    I don't know a partner "nortwind". Did you mean Northwind?
    [Go on in a form]
    "#);
    stage.say(ALEX, INTAKE, "/partner intro add acme with northwind").await;
    let refused = stage.person(ALEX).submit(json!({"contact": "c-gia", "owner": SAM})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r"
    whom: Please complete this required field.
    date: Please complete this required field.
    ");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner intro list").await, @"No introduction is under way. `/partner intro add acme with northwind by friday` logs one.");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner intro mine").await, @"You are in no introduction that is under way.");
    stage.end().await;
}

/// Sam promised it: Maya, who manages Northwind, asks how it stands, and Sam is not written to.
async fn what_a_partner_promised_is_asked_after(stage: Stage) {
    ground(&stage).await;
    stage.say(ALEX, INTAKE, "/partner commit add \"send their price list\" to northwind by friday").await;
    let refused = stage.person(ALEX).submit(json!({"contact": "c-gia"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"contact: Gia Conti is at Globex. Choose somebody at the partner above, or nobody.");
    stage.submit(ALEX, json!({"contact": "c-sam", "account": "acme"})).await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Logged: *send their price list*, from Sam Whitfield at Northwind, about Acme (acme.com), due Fri 6 Mar, in 2 days. I remind <@U0MAYA> to ask how it stands, the working day before and on the day, at 09:00.");
    insta::assert_snapshot!(stage.inbox(MAYA), @r"
    <@U0ALEX> logged what Sam Whitfield at Northwind promised. I remind you to ask; I don't write to them.
    *send their price list*
    From Sam Whitfield at Northwind, about Acme (acme.com) · due Fri 6 Mar, in 2 days
    [Mark done] [Snooze] [Drop]
    ");
    let before = direct(&stage, MAYA).len();
    stage.advance_to("2026-03-06T08:00:00Z").await;
    insta::assert_snapshot!(since(&stage, MAYA, before), @r"
    This is for today. Ask Sam Whitfield at Northwind.
    *send their price list*
    From Sam Whitfield at Northwind, about Acme (acme.com) · due today, Fri 6 Mar
    [Mark done] [Snooze] [Drop]
    ");
    stage.press(MAYA, &card(&stage, MAYA, "commitment.done"), "commitment.done").await;
    insta::assert_snapshot!(stage.inbox(ALEX), @r"
    <@U0MAYA> closed a commitment.
    *send their price list*
    From Sam Whitfield at Northwind, about Acme (acme.com) · done, says <@U0MAYA>
    ");
    assert!(stage.sandbox.messages(SHARED).is_empty(), "the partner is not written to");
    stage.end().await;
}

async fn the_week_begins_with_what_is_owed(stage: Stage) {
    ground(&stage).await;
    let made = json!({"direction": "made", "contact": "c-sam", "whom": "Tom Falk"});
    log(&stage, ALEX, "acme with northwind by 20 march", made).await;
    stage.say(ALEX, INTAKE, "/partner commit add \"send the case study\" to northwind by 9 march").await;
    stage.submit(ALEX, json!({})).await;
    stage.say(ALEX, INTAKE, "/partner commit add \"send their price list\" to northwind by 18 march").await;
    stage.submit(ALEX, json!({"contact": "c-sam"})).await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner commit owed").await, @r"
    *You owe*
    *send the case study* for Northwind · due Mon 9 Mar, in 5 days
    *Introduction to Tom Falk* at Acme (acme.com) · By <@U0ALEX>, for Sam Whitfield at Northwind · agreed, to be made by Fri 20 Mar
    *You are owed*
    *send their price list* from Sam Whitfield at Northwind · due Wed 18 Mar, in 14 days
    [Mark done] [Mark made]
    ");
    let alex = stage.person(ALEX);
    alex.open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(ALEX).unwrap();
    let texts: Vec<&str> =
        home["blocks"].as_array().unwrap().iter().filter_map(|b| b["text"]["text"].as_str()).collect();
    let at = texts.iter().position(|t| t.starts_with("Waiting")).unwrap();
    let until = texts.iter().position(|t| *t == "Partners").unwrap();
    insta::assert_snapshot!(texts[at..until].join("\n"), @r"
    Waiting for you
    *Introduction to Tom Falk* at Acme (acme.com) · By <@U0ALEX>, for Sam Whitfield at Northwind · agreed, to be made by Fri 20 Mar
    *send the case study*
    Northwind · due Mon 9 Mar, in 5 days
    *What you owe, what you are owed*
    You owe 2 things, and are owed 1 thing.
    ");
    let before = direct(&stage, ALEX).len();
    stage.advance_to("2026-03-09T07:55:00Z").await;
    assert_eq!(since(&stage, ALEX, before), "", "not before nine");
    stage.advance_to("2026-03-09T08:00:00Z").await;
    // What is due today has a message of its own, and is not told twice.
    insta::assert_snapshot!(since(&stage, ALEX, before), @r"
    This is for today.
    *send the case study*
    For Northwind · due today, Mon 9 Mar
    [Mark done] [Snooze] [Drop]
    ---
    *The week of 9 March*
    *You owe*
    *Introduction to Tom Falk* at Acme (acme.com) · By <@U0ALEX>, for Sam Whitfield at Northwind · agreed, to be made by Fri 20 Mar
    *You are owed*
    *send their price list* from Sam Whitfield at Northwind · due Wed 18 Mar, in 9 days
    1 more has a reminder of its own today.
    [Mark made]
    ");
    let before = direct(&stage, ALEX).len();
    stage.advance_to("2026-03-10T12:00:00Z").await;
    assert_eq!(since(&stage, ALEX, before), "", "once a week");
    assert!(
        !direct(&stage, EVE).iter().any(|m| m.starts_with("*The week")),
        "who owes nothing is left alone"
    );
    stage.end().await;
}

async fn what_was_given_and_asked_is_counted(stage: Stage) {
    ground(&stage).await;
    let said = "Hooli (hooli.com) with Northwind: our customer $90k, their prospect";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.say(MAYA, INTAKE, "/partner partner ledger northwind").await, @r"
    *Give and ask with Northwind*
    Nothing was given or asked with Northwind in a year.
    *Give next:* Hooli, their prospect, our customer ($90k).
    [Log introduction] [Draft note]
    ");
    for question in ["who decides?", "what do they spend?", "what is next?", "who signs?", "which CRM?"] {
        stage.say(ALEX, INTAKE, &format!("/partner ask acme \"{question}\"")).await;
        stage.submit(ALEX, json!({})).await;
    }
    let shown = stage.say(MAYA, INTAKE, "/partner partner show northwind").await;
    let line = shown.lines().find(|l| l.starts_with("Give and ask")).unwrap();
    insta::assert_snapshot!(line, @"Give and ask: 0 gives, 5 asks; the last five were all asks");
    stage.press(MAYA, &offered(&stage, MAYA, "partner.ledger"), "partner.ledger").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.ephemerals(MAYA).pop().unwrap()), @r"
    *Give and ask with Northwind*
    0 gives, 5 asks in the last year · introductions: 0 made, 0 received
    5 more asks than gives.
    *The last five were all asks.*
    *Give next:* Hooli, their prospect, our customer ($90k).
    *By person*
    Alex Rivera: 0 gives, 5 asks
    *Latest*
    Wed 4 Mar · ask · Acme (acme.com): which CRM?
    Wed 4 Mar · ask · Acme (acme.com): who signs?
    Wed 4 Mar · ask · Acme (acme.com): what is next?
    Wed 4 Mar · ask · Acme (acme.com): what do they spend?
    Wed 4 Mar · ask · Acme (acme.com): who decides?
    [Log introduction] [Draft note]
    ");
    // The give that is suggested is one click away, and ends the habit.
    stage.press(MAYA, &offered(&stage, MAYA, "introduction.add"), "introduction.add").await;
    insta::assert_snapshot!(stage.form(MAYA), @r"
    Account: hooli.com
    Partner: Northwind
    Who introduces whom: One of ours introduces somebody at the partner
    Who of ours: -
    Who at the partner: -
    To whom at the account: -
    Introduction due by: -
    ");
    let made = json!({"direction": "made", "contact": "c-sam", "whom": "Ida Berg", "date": "2026-03-13"});
    stage.submit(MAYA, made).await;
    stage.press(MAYA, &offered(&stage, MAYA, "introduction.made"), "introduction.made").await;
    let ledger = stage.say(MAYA, INTAKE, "/partner partner ledger northwind").await;
    insta::assert_snapshot!(ledger, @r"
    *Give and ask with Northwind*
    1 give, 5 asks in the last year · introductions: 1 made, 0 received
    4 more asks than gives.
    No give is on the map with Northwind just now.
    *By person*
    Sam Whitfield: 1 give, 0 asks
    Alex Rivera: 0 gives, 5 asks
    Maya Lindholm: 1 give, 0 asks
    *Latest*
    Wed 4 Mar · give · Hooli (hooli.com): introduction to Ida Berg
    Wed 4 Mar · ask · Acme (acme.com): which CRM?
    Wed 4 Mar · ask · Acme (acme.com): who signs?
    Wed 4 Mar · ask · Acme (acme.com): what is next?
    Wed 4 Mar · ask · Acme (acme.com): what do they spend?
    [Log introduction]
    ");
    let told = text(&stage.sandbox.ephemerals(MAYA).pop().unwrap());
    assert!(!told.contains("all asks"), "{told}");
    stage.end().await;
}

/// Nobody manages partners: the admins answer for them.
async fn an_admin_who_stands_in_is_told_of_the_week(stage: Stage) {
    ground(&stage).await;
    let (now, eve) = (stage.clock.now(), UserId::from(EVE));
    let mut tx = stage.db.begin().await.unwrap();
    people::set_holders(&mut tx, now, &eve, Role::PartnerManager, &[]).await.unwrap();
    people::set_holders(&mut tx, now, &eve, Role::Admin, std::slice::from_ref(&eve)).await.unwrap();
    let northwind = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    map::save_partner(&mut tx, now, &Partner { manager: None, ..northwind }).await.unwrap();
    tx.commit().await.unwrap();
    stage.advance_to("2026-03-06T13:00:00Z").await;
    stage.say(ALEX, INTAKE, "/partner ask acme \"who decides?\"").await;
    stage.submit(ALEX, json!({})).await;
    stage.say(ALEX, INTAKE, "/partner intro add acme with northwind by 20 march").await;
    stage.submit(ALEX, json!({"contact": "c-sam", "whom": "Dana Reyes"})).await;
    let before = direct(&stage, EVE).len();
    stage.advance_to("2026-03-09T08:00:00Z").await;
    insta::assert_snapshot!(since(&stage, EVE, before), @r"
    *The week of 9 March*
    *You owe*
    *Acme (acme.com)* · who decides? · Northwind · <@U0ALEX> asks <@U0EVE>.
    *You are owed*
    *Introduction to Dana Reyes* at Acme (acme.com) · By Sam Whitfield at Northwind, for <@U0ALEX> · asked for, to be made by Fri 20 Mar
    [Answer]
    ");
    stage.end().await;
}

async fn who_asks_after_a_promise_changes_with_the_partners_manager(stage: Stage) {
    ground(&stage).await;
    stage.say(ALEX, INTAKE, "/partner commit add \"send their price list\" to northwind by friday").await;
    stage.submit(ALEX, json!({"contact": "c-sam", "account": "acme"})).await;
    let at = card(&stage, MAYA, "commitment.done");
    let mut tx = stage.db.begin().await.unwrap();
    let northwind = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    let northwind = Partner { manager: Some(EVE.into()), ..northwind };
    map::save_partner(&mut tx, stage.clock.now(), &northwind).await.unwrap();
    tx.commit().await.unwrap();
    stage.advance_to("2026-03-06T08:00:00Z").await;
    insta::assert_snapshot!(stage.inbox(EVE), @r"
    This is for today. Ask Sam Whitfield at Northwind.
    *send their price list*
    From Sam Whitfield at Northwind, about Acme (acme.com) · due today, Fri 6 Mar
    [Mark done] [Snooze] [Drop]
    ");
    // Who asked so far has a card that says so, without controls.
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(&at.0, &at.1).unwrap()), @r"
    <@U0EVE> asks how this stands from now on.
    *send their price list*
    From Sam Whitfield at Northwind, about Acme (acme.com) · due today, Fri 6 Mar
    ");
    let audit = stage.say(MAYA, INTAKE, "/partner status audit").await;
    insta::assert_snapshot!(audit.lines().find(|l| l.contains("handed")).unwrap_or_default(), @"Tandem handed “send their price list” over · 09:00");
    stage.end().await;
}

/// Maya made it; that Alex says what came of it makes it nobody else's.
async fn who_made_it_stays_known_when_others_move_on(stage: Stage) {
    ground(&stage).await;
    stage.say(MAYA, INTAKE, "/partner intro add acme with northwind by 13 march").await;
    stage.submit(MAYA, json!({"owner": ALEX, "contact": "c-sam", "whom": "Dana Reyes"})).await;
    stage.press(MAYA, &offered(&stage, MAYA, "introduction.made"), "introduction.made").await;
    stage.press(ALEX, &card(&stage, ALEX, "introduction.met"), "introduction.met").await;
    let mut tx = stage.db.read().await.unwrap();
    let found = plan::open_introductions(&mut tx).await.unwrap();
    tx.rollback().await.unwrap();
    let told = introduction::past(&found, &Names::default());
    let made = told.iter().find(|h| h.what == "Touchpoint").unwrap();
    assert_eq!(made.by, UserId::from(MAYA));
    stage.end().await;
}
