//! Slack asks for patience while something that it sent us is handled: nothing is lost, and who waits is told.

use std::time::Duration;

use serde_json::json;
use tandem::sandbox::Fault;

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, Stage};

crate::flows!(
    an_overlap_and_a_list_wait_for_slack_and_are_not_lost,
    who_waits_is_told_early,
    a_form_that_slack_does_not_open_is_said_at_once,
);

async fn an_overlap_and_a_list_wait_for_slack_and_are_not_lost(stage: Stage) {
    let limited = || Fault::RateLimited { seconds: 0 };
    stage.sandbox.script("users.info", limited(), 7);
    stage.person(ALEX).post(INTAKE, "Acme Inc with Northwind: our customer, their prospect").await.unwrap();
    stage.settle().await;
    let said = stage.texts(INTAKE);
    assert!(said.len() == 2 && said[1].contains("Acme Inc"), "{said:?}");
    stage.sandbox.script("files.info", limited(), 7);
    let list = "account,partner\nBolt Inc,Northwind\n";
    let (_, ts) = stage.person(OMAR).upload(INTAKE, "list.csv", list).await.unwrap();
    stage.settle().await;
    stage.imports().await;
    let card = stage.thread(INTAKE, &ts);
    assert!(card.len() == 1 && card[0].contains("1 new"), "{card:?}");
    stage.end().await;
}

async fn who_waits_is_told_early(stage: Stage) {
    let typed = "/partner commit add \"send the deck\" to northwind by friday <@U0OMAR|omar>";
    assert_eq!(stage.say(ALEX, INTAKE, typed).await, "", "the form opens");
    // The form is checked and it is known who acts; who shall do it cannot be asked then.
    stage.sandbox.script("users.info", Fault::Slow(Duration::ZERO), 2);
    stage.sandbox.script("users.info", Fault::RateLimited { seconds: 3 }, 1);
    stage.submit(ALEX, json!({})).await;
    insta::assert_snapshot!(stage.private(ALEX).join("\n"), @r"
    Slack does not answer me just now. I have what you did and go on trying; there is no need to do it again.
    Logged: *send the deck*, for Northwind, due Fri 6 Mar, in 2 days. I remind <@U0OMAR> the working day before and on the day, at 09:00.
    ");
    stage.end().await;
}

async fn a_form_that_slack_does_not_open_is_said_at_once(stage: Stage) {
    stage.sandbox.script("views.open", Fault::RateLimited { seconds: 1 }, 1);
    let said = stage.say(MAYA, INTAKE, "/partner setup").await;
    assert_eq!(said, "Slack opens no form for me just now. Try again in a minute.");
    stage.end().await;
}
