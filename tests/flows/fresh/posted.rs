//! What is posted to the web hook.

use std::path::Path;

use serde_json::{Value, json};
use tandem::map::sources::hook;

use super::{march, play};
use crate::flows::fit;
use crate::flows::imports::overlaps;
use crate::support::list_server::ListServer;
use crate::support::stage::{INTAKE, Stage};

/// Who signs what is posted.
const SECRET: &str = "a secret of the web hook";

fresh!(
    what_is_posted_is_taken_once(posted, march),
    a_signal_is_one_line(posted, march),
    a_list_that_is_posted_is_imported(posted, march),
);

fn posted(_: &str, _: &Path) -> String {
    format!(
        "[[sources]]\nname = \"hook\"\nkind = \"webhook\"\nsecret = \"{SECRET}\"\n\
         [[sources]]\nname = \"northwind-hook\"\nkind = \"webhook\"\nsecret = \"{SECRET} 2\"\npartner = \"Northwind\"\nlist = \"whole\"\n"
    )
}

/// Posts to the web hook as a sender does; what it answers.
async fn post(stage: &Stage, names: &str, secret: &str, time: i64, body: &str) -> String {
    let signature = hook::sign(&secret.into(), time, body.as_bytes());
    send(stage, names, &time.to_string(), &signature, body).await
}

async fn send(stage: &Stage, names: &str, time: &str, signature: &str, body: &str) -> String {
    let request = reqwest::Client::new()
        .post(format!("{}/hooks/overlaps", stage.url))
        .header(format!("x-{names}-timestamp"), time)
        .header(format!("x-{names}-signature-256"), signature)
        .body(body.to_owned());
    let reply = request.send().await.unwrap();
    format!("{} {}", reply.status().as_u16(), reply.text().await.unwrap())
}

async fn what_is_posted_is_taken_once(stage: Stage, _: ListServer) {
    let now = stage.clock.now().as_second();
    let body = r#"{"partner": "Northwind", "overlaps": [{"account": "Acme", "domain": "acme.com", "their_population": "customer", "our_population": "prospect"}]}"#;
    let signature = hook::sign(&SECRET.into(), now, body.as_bytes());
    let mut said = vec![
        post(&stage, "tandem", "a stranger's secret", now, body).await,
        post(&stage, "tandem", SECRET, now - 400, body).await,
        post(&stage, "tandem", SECRET, now + 400, body).await,
        send(&stage, "tandem", &now.to_string(), &signature, &body.replace("Acme", "Acmf")).await,
        send(&stage, "other", &now.to_string(), &signature, body).await,
        post(&stage, "tandem", SECRET, now, "not json").await,
        post(&stage, "tandem", SECRET, now, r#"{"overlaps": [{"account": "Acme"}]}"#).await,
        post(&stage, "tandem", &format!("{SECRET} 2"), now, &body.replace("Northwind", "Globex")).await,
        post(
            &stage,
            "tandem",
            SECRET,
            now,
            &body.replace("{\"partner\"", "{\"list\": \"whole\", \"partner\""),
        )
        .await,
    ];
    assert_eq!(overlaps(&stage).await, (0, 0));
    said.push(post(&stage, "tandem", SECRET, now, body).await);
    stage.imports().await;
    // Who listened in cannot send it again, and the sender need not.
    said.push(send(&stage, "tandem", &now.to_string(), &signature, body).await);
    said.push(post(&stage, "tandem", SECRET, now + 1, body).await);
    stage.imports().await;
    insta::assert_snapshot!(said.join("\n"), @r#"
    401 {"ok":false,"said":"The signature is not valid."}
    401 {"ok":false,"said":"The signature is not valid."}
    401 {"ok":false,"said":"The signature is not valid."}
    401 {"ok":false,"said":"The signature is not valid."}
    401 {"ok":false,"said":"The signature is not valid."}
    422 {"ok":false,"said":"The body is no JSON: expected ident at line 1 column 2."}
    422 {"ok":false,"said":"overlaps[0] names no partner."}
    422 {"ok":false,"said":"overlaps[0] names Globex, and this source is Northwind's."}
    422 {"ok":false,"said":"This source adds to lists. With list = \"whole\" in its configuration it can send whole ones."}
    200 {"ok":true,"said":"Taken."}
    409 {"ok":false,"said":"This delivery was taken before."}
    200 {"ok":true,"said":"The same list as before."}
    "#);
    assert_eq!(overlaps(&stage).await, (1, 0));
    insta::assert_snapshot!(stage.texts(INTAKE).join("\n---\n"), @r"
    *Northwind's list*, from hook
    1 new · 0 changed · 0 unchanged
    New: Acme (acme.com)
    ");
    let huge = reqwest::Client::new()
        .post(format!("{}/hooks/overlaps", stage.url))
        .body("x".repeat(9 * 1024 * 1024));
    if let Ok(reply) = huge.send().await {
        assert_eq!(reply.status().as_u16(), 413);
    }
    stage.end().await;
}

async fn a_signal_is_one_line(stage: Stage, _: ListServer) {
    let now = stage.clock.now().as_second();
    let signal = |id: &str, kind: &str, account: &str, partner: &str| {
        json!({"event_id": id, "event_type": kind, "triggered_at": "2026-03-04T08:59:00Z", "record_type": "account", "record_id": "001",
            "record_name": account, "partner_id": "p", "partner_name": partner, "populations": [{"id": 1, "name": "Customers", "segment": "customers"}],
            "partner_populations": [{"id": 2, "name": "Open Opportunities", "segment": "open_opportunities"}],
            "partner_data": {"deal": {"name": "Platform <!channel>", "stage": "Proposal", "is_closed": false, "is_won": false}}})
        .to_string()
    };
    let opened = signal("e1", "partner_deal_opened", "Acme", "Northwind");
    let won = signal("e2", "partner_deal_closed_won", "Acme", "Northwind");
    let stranger = signal("e3", "partner_deal_opened", "Acme", "Pied Piper");
    let mut said = Vec::new();
    for (late, body) in [(0, &opened), (1, &opened), (2, &won), (3, &stranger)] {
        said.push(post(&stage, "crossbeam", SECRET, now + late, body).await);
    }
    let globex = signal("e4", "partner_deal_opened", "Acme", "Globex");
    said.push(post(&stage, "crossbeam", &format!("{SECRET} 2"), now, &globex).await);
    said.push(post(&stage, "crossbeam", SECRET, now, r#"{"test": true}"#).await);
    stage.settle().await;
    insta::assert_snapshot!(said.join("\n"), @r#"
    200 {"ok":true,"said":"Taken."}
    200 {"ok":true,"said":"Taken."}
    200 {"ok":true,"said":"Taken."}
    200 {"ok":true,"said":"Taken."}
    200 {"ok":true,"said":"Taken."}
    200 {"ok":true,"said":"Nothing to do."}
    "#);
    insta::assert_snapshot!(stage.texts(INTAKE).join("\n"), @r"
    Northwind opened a deal with Acme, Platform &lt;!channel&gt; (Proposal). A new overlap: their open deal, our customer.
    Northwind won a deal with Acme, Platform &lt;!channel&gt;. The overlap changed: their open deal became a customer.
    ");
    assert_eq!(overlaps(&stage).await, (1, 0));
    fit::is_prospective(&stage, true).await;
    let unnamed = signal("e5", "partner_deal_opened", "Hooli", "Northwind");
    post(&stage, "crossbeam", SECRET, now + 3, &unnamed).await;
    stage.settle().await;
    insta::assert_snapshot!(stage.texts(INTAKE).pop().unwrap(), @"Northwind opened a deal with an account that we share. It is counted, and named once there is an agreement.");
    stage.end().await;
}

/// As its partner's whole list.
async fn a_list_that_is_posted_is_imported(stage: Stage, _: ListServer) {
    let secret = format!("{SECRET} 2");
    let rows = |numbers: std::ops::Range<usize>| -> String {
        let rows: Vec<Value> = numbers.map(|n| json!({"account": format!("Account {n}"), "domain": format!("account{n}.com"), "amount": n * 1000})).collect();
        json!({"list": "whole", "overlaps": rows}).to_string()
    };
    let now = stage.clock.now().as_second();
    let first = post(&stage, "tandem", &secret, now, &rows(0..6)).await;
    assert!(first.starts_with("200"), "{first}");
    stage.imports().await;
    let second = post(&stage, "tandem", &secret, now, &rows(1..8)).await;
    assert!(second.starts_with("200"), "{second}");
    stage.imports().await;
    insta::assert_snapshot!(stage.texts(INTAKE).join("\n---\n"), @r"
    *Northwind's list*, from northwind-hook
    6 new · 0 changed · 0 gone · 0 unchanged
    New: Account 5 (account5.com), Account 4 (account4.com), Account 3 (account3.com), Account 2 (account2.com), Account 1 (account1.com), 1 more
    ---
    *Northwind's list*, from northwind-hook
    2 new · 0 changed · 1 gone · 5 unchanged
    New: Account 7 (account7.com), Account 6 (account6.com)
    Gone: Account 0 (account0.com)
    ");
    assert_eq!(overlaps(&stage).await, (7, 1));
    stage.end().await;
}
