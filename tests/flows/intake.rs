//! Overlaps arrive in the intake channel.

use crate::support::stage::{ALEX, INTAKE, Stage};

crate::flows!(a_message_becomes_an_overlap, chatter_yields_nothing);

async fn a_message_becomes_an_overlap(stage: Stage) {
    let alex = stage.person(ALEX);
    let ts = alex
        .post(INTAKE, "New overlap w/ Northwind: Acme Corp (<https://acme.com|acme.com>), our open opp $120k, their customer")
        .await
        .unwrap();
    stage.settle().await;
    let thread = stage.thread(INTAKE, &ts);
    assert_eq!(thread, ["Added Acme Corp (acme.com) with Northwind. Triage on Monday."]);
    // The same again, differently written: one account, one overlap.
    let again = alex
        .post(INTAKE, "ACME Corp., acme.com: Northwind says their customer, opp now $150k for us")
        .await
        .unwrap();
    stage.settle().await;
    let thread = stage.thread(INTAKE, &again);
    assert_eq!(thread, ["Acme Corp (acme.com) with Northwind: the amount went from $120k to $150k."]);
    stage.end().await;
}

async fn chatter_yields_nothing(stage: Stage) {
    let alex = stage.person(ALEX);
    alex.post(INTAKE, "Thanks all, great session today. Lunch?").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(INTAKE).len(), 1);
    stage.end().await;
}
