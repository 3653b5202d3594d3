//! Lists from Crossbeam and PartnerTap.

use std::path::Path;

use serde_json::{Value, json};

use super::{go_to, last, play};
use crate::flows::imports::overlaps;
use crate::support::list_server::{Answer, Asked, ListServer};
use crate::support::stage::{INTAKE, OMAR, OPS, SHARED, Stage};

fresh!(
    crossbeam_is_read_page_by_page(crossbeam, crossbeams),
    crossbeam_that_has_changed_is_told(crossbeam, crossbeams),
    partnertap_is_read_page_by_page(partnertap, partnertaps),
);

fn crossbeam(url: &str, _: &Path) -> String {
    format!(
        "[[sources]]\nname = \"crossbeam\"\nkind = \"crossbeam\"\nurl = \"{url}\"\ntoken_url = \"{url}/oauth/token\"\n\
         client_id = \"id\"\nclient_secret = \"hidden\"\nrefresh_token = \"first\"\norganization = \"0-1-2\"\nprivate_addresses = true\n"
    )
}

fn partnertap(url: &str, _: &Path) -> String {
    format!(
        "[[sources]]\nname = \"partnertap\"\nkind = \"partnertap\"\npartner = \"Northwind\"\nurl = \"{url}\"\napi_key = \"hidden\"\n\
         private_addresses = true\n"
    )
}

fn overlap(n: usize, partner: &str) -> Value {
    json!({"partner_name": partner, "partner_id": "p", "populations": [{"id": 1, "name": "Prospects"}],
        "partner_populations": [{"id": 2, "name": "Customers"}], "partner_owner": {"owner_name": "Sam", "owner_email": "sam@example.com"},
        "record_id": format!("00{n}"), "record_name": format!("Account {n}"), "record_website": format!("https://www.account{n}.com"),
        "partner_record_name": format!("Account {n} Inc."), "is_deleted": n == 9})
}

/// Two pages and the token's desk; `Retry-After` once.
fn crossbeams(asked: &Asked) -> Answer {
    static LIMITED: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());
    if asked.line.starts_with("POST /oauth/token") {
        assert!(
            asked.body.contains("grant_type=refresh_token") && asked.body.contains("client_id=id"),
            "{}",
            asked.body
        );
        let next = if asked.body.contains("refresh_token=first") { "second" } else { "third" };
        return Answer::json(
            &json!({"access_token": format!("access of {next}"), "refresh_token": next, "expires_in": 86400}),
        );
    }
    assert_eq!(asked.header("xbeam-organization"), "0-1-2");
    if asked.header("authorization") != "Bearer access of second" {
        return Answer::status(401);
    }
    match asked.line.as_str() {
        "GET /v1/overlaps/accounts?limit=1000" => {
            let host = asked.header("host").to_owned();
            let mut limited = LIMITED.lock().unwrap();
            if !limited.contains(&host) {
                limited.push(host);
                return Answer::status(429).with("retry-after", "0");
            }
            let next = format!("http://{host}/v1/overlaps/accounts?limit=1000&cursor=two");
            Answer::json(
                &json!({"items": [overlap(1, "Northwind"), overlap(2, "Globex")], "pagination": {"has_more": true, "next_href": next, "next_cursor": "two"}}),
            )
        }
        "GET /v1/overlaps/accounts?limit=1000&cursor=two" => Answer::json(
            &json!({"data": [overlap(3, "Northwind"), overlap(4, "Pied Piper"), overlap(9, "Northwind")],
                "pagination": {"has_more": false, "next_href": null, "next_cursor": "mark"}}),
        ),
        "GET /v1/overlaps/accounts?limit=1000&cursor=mark" => {
            Answer::json(&json!({"items": [], "pagination": {"has_more": false, "next_cursor": "mark"}}))
        }
        _ => Answer::status(404),
    }
}

async fn crossbeam_is_read_page_by_page(stage: Stage, server: ListServer) {
    stage.sources().await;
    insta::assert_snapshot!(server.lines().join("\n"), @r"
    POST /oauth/token
    GET /v1/overlaps/accounts?limit=1000
    GET /v1/overlaps/accounts?limit=1000
    GET /v1/overlaps/accounts?limit=1000&cursor=two
    ");
    insta::assert_snapshot!(last(&stage, INTAKE), @r#"
    *Lists of Globex, Northwind*, from crossbeam
    3 new · 0 changed · 0 gone · 0 unchanged
    New: Account 1 (account1.com) with Northwind, Account 2 (account2.com) with Globex, Account 3 (account3.com) with Northwind
    1 row cannot be read:
    • Line 5: "Pied Piper" is no partner here. Add it with /partner partner add.
    "#);
    // Nothing has changed since.
    go_to(&stage, "2026-03-04T15:05:00Z").await;
    assert_eq!(server.lines(), ["GET /v1/overlaps/accounts?limit=1000&cursor=mark"]);
    // The token has run out, and the refresh token that came with it is used; something has changed.
    server.replies(|asked| match asked.line.as_str() {
        line if line.starts_with("POST") => {
            assert!(asked.body.contains("refresh_token=second"), "{}", asked.body);
            crossbeams(asked)
        }
        _ if asked.header("authorization") != "Bearer access of third" => Answer::status(401),
        line if line.ends_with("cursor=mark") => {
            Answer::json(&json!({"items": [overlap(1, "Northwind")], "pagination": {"has_more": false, "next_cursor": "mark2"}}))
        }
        _ => Answer::json(&json!({"items": [overlap(1, "Northwind"), overlap(2, "Globex"), overlap(3, "Northwind"), overlap(5, "Globex")],
            "pagination": {"has_more": false, "next_cursor": "mark2"}})),
    });
    go_to(&stage, "2026-03-05T15:05:00Z").await;
    insta::assert_snapshot!(server.lines().join("\n"), @r"
    GET /v1/overlaps/accounts?limit=1000&cursor=mark
    POST /oauth/token
    GET /v1/overlaps/accounts?limit=1000&cursor=mark
    GET /v1/overlaps/accounts?limit=1000
    ");
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *Lists of Globex, Northwind*, from crossbeam
    1 new · 0 changed · 0 gone · 3 unchanged
    New: Account 5 (account5.com) with Globex
    ");
    assert_eq!(overlaps(&stage).await, (2, 0), "the others are Globex's");
    assert!(stage.texts(SHARED).is_empty());
    let mut files = std::fs::read(stage.folder.path().join("tandem.db")).unwrap_or_default();
    files.extend(std::fs::read(stage.folder.path().join("tandem.db-wal")).unwrap_or_default());
    assert!(!String::from_utf8_lossy(&files).contains("access of"), "no token is stored in clear");
    stage.end().await;
}

async fn crossbeam_that_has_changed_is_told(stage: Stage, server: ListServer) {
    stage.sources().await;
    let tokens = |asked: &Asked| asked.line.starts_with("POST").then(|| crossbeams(asked));
    let shapes = [
        Answer::ok("<html>"),
        Answer::json(&json!({"results": []})),
        Answer::json(&json!({"items": [{"name": "Acme"}], "pagination": {"has_more": false}})),
        Answer::json(&json!({"items": [], "pagination": {"has_more": false}})),
    ];
    let mut said = Vec::new();
    for (day, shape) in shapes.into_iter().enumerate() {
        server.replies(crossbeams);
        go_to(&stage, &format!("2026-03-{:02}T12:00:00Z", 10 + 2 * day)).await;
        server.replies(move |asked| {
            // What was read last time has changed, and the whole is read.
            let shape = if asked.line.contains("cursor=") { Answer::status(400) } else { shape.clone() };
            tokens(asked).unwrap_or(shape)
        });
        go_to(&stage, &format!("2026-03-{:02}T12:00:00Z", 11 + 2 * day)).await;
        said.extend(stage.texts(OPS).pop());
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    *Lists do not come from crossbeam*: Crossbeam's answer has changed and cannot be read: it is no page of rows. I go on trying and say here when it works again. <@U0OMAR>
    *Lists do not come from crossbeam*: Crossbeam's answer has changed and cannot be read: there are no rows under items or data. I go on trying and say here when it works again. <@U0OMAR>
    *Lists do not come from crossbeam*: Crossbeam's answer has changed and cannot be read: its rows have no record_name. I go on trying and say here when it works again. <@U0OMAR>
    *Lists do not come from crossbeam*: The file has a header but no rows. Export the list again and check its filter. I go on trying and say here when it works again. <@U0OMAR>
    ");
    assert_eq!(overlaps(&stage).await, (2, 0), "an empty answer takes nothing away");
    stage.end().await;
}

fn partnertaps(asked: &Asked) -> Answer {
    assert_eq!(asked.header("api-key"), "hidden");
    assert_eq!(asked.body, r#"{"filters":{"partner_org_name":"Northwind"},"search":""}"#);
    let row = |n: usize, open: usize| {
        json!({"account_name": format!("Account {n}"), "website": format!("account{n}.com"), "account_type": "Prospect",
            "account_owner_name": "Alex Rivera", "account_owner_email": "alex@example.com", "crm_account_id": "001",
            "open_opp_count": open, "open_pipeline_amount": 75000.5, "partner_org_name": "Northwind", "partner_account_name": "A",
            "partner_account_type": "Customer", "partner_first_match_date": 1_758_921_277})
    };
    match asked.line.as_str() {
        "POST /v1/report-analytics/report/GLOBAL_VERTICAL_ACCOUNTS/records?page=0&size=2000" => Answer::json(
            &json!({"content": [row(1, 2), row(2, 0)], "last": false, "number": 0, "totalPages": 2}),
        ),
        "POST /v1/report-analytics/report/GLOBAL_VERTICAL_ACCOUNTS/records?page=1&size=2000" => {
            Answer::json(&json!({"content": [row(3, 0)], "last": true, "number": 1, "totalPages": 2}))
        }
        _ => Answer::status(404),
    }
}

async fn partnertap_is_read_page_by_page(stage: Stage, server: ListServer) {
    stage.sources().await;
    assert_eq!(server.lines().len(), 2);
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *Northwind's list*, from partnertap
    3 new · 0 changed · 0 gone · 0 unchanged
    New: Account 1 (account1.com), Account 2 (account2.com), Account 3 (account3.com)
    ");
    let list = stage.say(OMAR, OPS, "/partner overlaps list northwind").await;
    for line in [
        "*Account 1 (account1.com)* with Northwind · their customer, our open deal (75,000.50) · Alex Rivera",
        "*Account 2 (account2.com)* with Northwind · their customer, our prospect (75,000.50) · Alex Rivera",
    ] {
        assert!(list.contains(line), "{list}");
    }
    go_to(&stage, "2026-03-04T18:05:00Z").await;
    assert_eq!((server.lines().len(), stage.texts(INTAKE).len()), (2, 1), "the same again");
    stage.end().await;
}
