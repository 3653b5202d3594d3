//! Overlaps arrive in the intake channel.

use crate::support::stage::{ALEX, Backend, INTAKE, OMAR, Stage, WayIn};

crate::flows!(
    a_message_becomes_an_overlap,
    an_edit_is_read_again,
    what_slack_brings_late_is_old_news,
    a_stranger_of_a_partner_is_asked_for,
    a_question_is_asked_once,
    what_was_typed_is_taken_apart,
    our_own_and_chatter_yield_nothing,
);

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

/// The same over Socket Mode: one decoder behind both ways in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_socket_mode_too() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let Some(stage) = Stage::on(backend, WayIn::Socket).await else { continue };
        let alex = stage.person(ALEX);
        let ts = alex
            .post(INTAKE, "New overlap with Globex: Hooli (hooli.com), our customer, their prospect")
            .await
            .unwrap();
        stage.settle().await;
        assert_eq!(stage.thread(INTAKE, &ts), ["Added Hooli (hooli.com) with Globex. Triage on Monday."]);
        alex.command(INTAKE, "/partner overlaps list").await.unwrap();
        stage.settle().await;
        assert!(
            stage.last_private(ALEX).contains("*Hooli (hooli.com)* with Globex"),
            "{}",
            stage.last_private(ALEX)
        );
        stage.end().await;
    }
}

async fn an_edit_is_read_again(stage: Stage) {
    let alex = stage.person(ALEX);
    let ts = alex.post(INTAKE, "Northwind: Hooli (hooli.com), our customer, their prospect").await.unwrap();
    stage.settle().await;
    alex.edit(INTAKE, &ts, "Northwind: Initrode (initrode.com), our customer, their prospect").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.thread(INTAKE, &ts).join("\n---\n"), @r"
    Added Initrode (initrode.com) with Northwind. Triage on Monday.
    1 no longer named here was taken back.
    ");
    alex.delete(INTAKE, &ts).await.unwrap();
    stage.settle().await;
    alex.command(INTAKE, "/partner overlaps list northwind").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"No overlaps for Northwind. Northwind's list is from today.");
    stage.end().await;
}

async fn what_slack_brings_late_is_old_news(stage: Stage) {
    let alex = stage.person(ALEX);
    let hooli = "Northwind: Hooli (hooli.com), our customer, their prospect";
    stage.sandbox.hold();
    let mended = alex.post(INTAKE, hooli).await.unwrap();
    alex.edit(INTAKE, &mended, "Northwind: Initrode (initrode.com), our customer, their prospect")
        .await
        .unwrap();
    let deleted = alex.post(INTAKE, hooli).await.unwrap();
    alex.delete(INTAKE, &deleted).await.unwrap();
    let chatter = alex.post(INTAKE, hooli).await.unwrap();
    alex.edit(INTAKE, &chatter, "never mind, wrong channel").await.unwrap();
    stage.sandbox.release(true).await;
    stage.settle().await;
    assert_eq!(
        stage.thread(INTAKE, &mended),
        ["Added Initrode (initrode.com) with Northwind. Triage on Monday."]
    );
    alex.command(INTAKE, "/partner overlaps list northwind").await.unwrap();
    stage.settle().await;
    let listed = stage.last_private(ALEX);
    assert!(listed.contains("Initrode") && !listed.contains("Hooli"), "{listed}");
    stage.end().await;
}

async fn a_stranger_of_a_partner_is_asked_for(stage: Stage) {
    let alex = stage.person(ALEX);
    alex.post(
        INTAKE,
        "New overlap: Hooli (hooli.com), our open opp $80k, their customer. Partner: Pied Piper",
    )
    .await
    .unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(ALEX), @r#"I read *Hooli* with "Pied Piper", and I don't know a partner of that name. The partners here are Globex, Northwind. Nothing is recorded yet."#);
    let ts = stage.sandbox.ephemerals(ALEX).last().unwrap()["ts"].as_str().unwrap().to_owned();
    alex.click(INTAKE, &ts, "overlap.add").await.unwrap();
    stage.settle().await;
    alex.submit(serde_json::json!({"partner": "p-globex"})).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Added Hooli (hooli.com) with Globex: their customer, our open deal ($80k). Triage on Monday.");
    alex.command(INTAKE, "/partner overlaps list nortwind").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.last_private(ALEX), "I don't know a partner \"nortwind\". Did you mean Northwind?");
    stage.end().await;
}

async fn a_question_is_asked_once(stage: Stage) {
    let alex = stage.person(ALEX);
    let said = "New overlap: Hooli (hooli.com), our open opp $80k, their customer. Partner: Pied Piper";
    let ts = alex.post(INTAKE, said).await.unwrap();
    stage.settle().await;
    // The preview of a link comes as an edit; then the writer mends something else.
    alex.edit(INTAKE, &ts, said).await.unwrap();
    alex.edit(INTAKE, &ts, &said.replace("$80k", "$90k")).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.private(ALEX).len(), 1, "{:?}", stage.private(ALEX));
    alex.edit(INTAKE, &ts, &said.replace("Hooli (hooli.com)", "Acme (acme.com)")).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.private(ALEX).len(), 2, "another account is another question");
    stage.end().await;
}

async fn what_was_typed_is_taken_apart(stage: Stage) {
    assert_eq!(stage.say(ALEX, INTAKE, "/partner overlaps add Acme (acme.com) with nortwind").await, "");
    insta::assert_snapshot!(stage.form(ALEX), @r#"
    I don't know a partner "nortwind". Did you mean Northwind?
    Account: Acme
    Domain: acme.com
    Partner: -
    For us it is: -
    For them it is: -
    Owner: -
    Amount: -
    Stage: -
    "#);
    assert_eq!(stage.say(ALEX, INTAKE, "/partner overlaps add Smith &amp; Sons with northwind").await, "");
    insta::assert_snapshot!(stage.form(ALEX), @r"
    Account: Smith & Sons
    Domain: -
    Partner: Northwind
    For us it is: -
    For them it is: -
    Owner: -
    Amount: -
    Stage: -
    ");
    stage.submit(ALEX, serde_json::json!({})).await;
    let listed = stage.say(ALEX, INTAKE, "/partner overlaps list smith &amp; sons").await;
    assert!(listed.contains("*Smith &amp; Sons* with Northwind"), "{listed}");
    let near = stage.say(OMAR, INTAKE, "/partner draft new nortwind").await;
    assert_eq!(near, "I don't know a partner \"nortwind\". Did you mean Northwind?");
    stage.end().await;
}

async fn our_own_and_chatter_yield_nothing(stage: Stage) {
    let alert = serde_json::json!({"bot_id": "B0TANDEM", "text": "Added Acme with Northwind: our customer, their prospect"});
    stage.sandbox.raw_event(serde_json::json!({
        "type": "message", "channel": INTAKE, "ts": "1772614800.000001", "bot_id": alert["bot_id"], "text": alert["text"],
    })).await;
    stage.person(ALEX).post(INTAKE, "Do we have any overlap with Acme at Northwind?").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(INTAKE).len(), 1, "{:?}", stage.texts(INTAKE));
    assert_eq!(stage.private(ALEX), Vec::<String>::new());
    stage.end().await;
}
