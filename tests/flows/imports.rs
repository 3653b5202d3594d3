//! A list file is dropped into the intake channel.

use serde_json::json;

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, Stage};

crate::flows!(
    a_list_is_previewed_and_imported,
    unknown_columns_are_asked_for_and_remembered,
    what_is_no_list_is_refused,
    only_triage_may_import,
);

const LIST: &str = "account,domain,partner,our_population,their_population,owner,amount,currency,stage\n\
Acme Corp,acme.com,Northwind,open opportunity,customer,Alex,120000,USD,negotiation\n\
Globex Retail,globex-retail.com,Northwind,customer,prospect,,,,\n\
,nobody.com,Northwind,customer,prospect,,,,\n\
Hooli,hooli.com,Pied Piper,customer,prospect,,,,\n\
Initrode,initrode.com,Globex,prospect,customer,,not money,USD,\n";

async fn drop_list(stage: &Stage, by: &str, name: &str, bytes: impl Into<bytes::Bytes>) -> String {
    let (_, ts) = stage.person(by).upload(INTAKE, name, bytes).await.unwrap();
    stage.settle().await;
    stage.imports().await;
    ts
}

fn card(stage: &Stage, ts: &str) -> (String, String) {
    let replies = stage.sandbox.thread(INTAKE, ts);
    assert_eq!(replies.len(), 1, "one card, edited in place: {replies:#?}");
    (crate::support::stage::text(&replies[0]), replies[0]["ts"].as_str().unwrap().to_owned())
}

async fn a_list_is_previewed_and_imported(stage: Stage) {
    let ts = drop_list(&stage, OMAR, "overlaps.csv", LIST).await;
    let (text, at) = card(&stage, &ts);
    insta::assert_snapshot!(text, @r#"
    *overlaps.csv* · Northwind
    3 new · 0 changed · 0 unchanged · 0 gone from the last list · 2 unreadable
    • Line 5: "Pied Piper" is no partner here. Add it with /partner partner add.
    • Line 6: I can't read "not money" as an amount. Write it as 120000 or 120,000 USD.
    The other rows can be imported. Mend these and drop the file again: rows that are known are only confirmed.
    "#);
    stage.person(OMAR).click(INTAKE, &at, "import.run").await.unwrap();
    stage.settle().await;
    stage.imports().await;
    let (text, _) = card(&stage, &ts);
    insta::assert_snapshot!(text, @r#"
    *overlaps.csv* · Northwind: imported by <@U0OMAR>.
    3 new · 0 changed · 0 unchanged · 0 gone from the last list · 2 unreadable
    • Line 5: "Pied Piper" is no partner here. Add it with /partner partner add.
    • Line 6: I can't read "not money" as an amount. Write it as 120000 or 120,000 USD.
    "#);
    // The same file again: nothing new, nothing lost.
    let again = drop_list(&stage, OMAR, "overlaps.csv", LIST).await;
    let (text, _) = card(&stage, &again);
    insta::assert_snapshot!(text, @r#"
    *overlaps.csv* · Northwind
    0 new · 0 changed · 3 unchanged · 0 gone from the last list · 2 unreadable
    • Line 5: "Pied Piper" is no partner here. Add it with /partner partner add.
    • Line 6: I can't read "not money" as an amount. Write it as 120000 or 120,000 USD.
    The other rows can be imported. Mend these and drop the file again: rows that are known are only confirmed.
    "#);
    stage.end().await;
}

async fn unknown_columns_are_asked_for_and_remembered(stage: Stage) {
    let list = "Kundenname,Netzseite,Egal\nAcme Corp,acme.com,x\nGlobex Retail,globex-retail.com,y\n";
    let ts = drop_list(&stage, OMAR, "northwind-liste.csv", list).await;
    let (text, at) = card(&stage, &ts);
    insta::assert_snapshot!(text, @"*northwind-liste.csv*: I can't tell which column is the account. Nothing is imported yet.");
    let omar = stage.person(OMAR);
    omar.click(INTAKE, &at, "import.columns").await.unwrap();
    stage.settle().await;
    omar.submit(
        json!({"partner": "p-northwind", "column0": "account", "column1": "domain", "column2": "ignore"}),
    )
    .await
    .unwrap();
    stage.settle().await;
    stage.imports().await;
    let (text, _) = card(&stage, &ts);
    insta::assert_snapshot!(text, @r"
    *northwind-liste.csv* · Northwind
    2 new · 0 changed · 0 unchanged · 0 gone from the last list · 0 unreadable
    ");
    // A list with the same columns is understood at once.
    let next = drop_list(&stage, OMAR, "northwind-april.csv", list).await;
    let (text, _) = card(&stage, &next);
    insta::assert_snapshot!(text, @r"
    *northwind-april.csv* · Northwind
    2 new · 0 changed · 0 unchanged · 0 gone from the last list · 0 unreadable
    ");
    stage.end().await;
}

async fn what_is_no_list_is_refused(stage: Stage) {
    let maya = stage.person(MAYA);
    maya.upload(INTAKE, "plan.pdf", &b"%PDF-1.7"[..]).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"I read lists as CSV, TSV or XLSX. *plan.pdf* is none of these, so nothing was read from it.");
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(LIST.encode_utf16().flat_map(u16::to_le_bytes));
    let mut latin = b"account,domain,partner\nM\xfcller GmbH,mueller.de,Northwind\n".to_vec();
    latin.extend(b"Soci\xe9t\xe9 G,sg.fr,Northwind\n");
    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend(vec![0_u8; 400]);
    let cases: [(&str, Vec<u8>); 6] = [
        ("empty.csv", Vec::new()),
        ("headers.csv", b"account,domain,partner\n".to_vec()),
        ("utf16.csv", utf16),
        ("latin1.csv", latin),
        ("workbook.xlsx", zip),
        ("binary.csv", (0_u8..=255).cycle().take(5000).collect()),
    ];
    let mut seen = Vec::new();
    for (name, bytes) in cases {
        let ts = drop_list(&stage, MAYA, name, bytes).await;
        seen.push(card(&stage, &ts).0);
    }
    insta::assert_snapshot!(seen.join("\n---\n"), @r#"
    *empty.csv*: The file is empty. Export the list again and check that it has rows. Nothing was imported.
    ---
    *headers.csv*: The file has a header but no rows. Export the list again and check its filter. Nothing was imported.
    ---
    *utf16.csv* · Northwind
    3 new · 0 changed · 0 unchanged · 0 gone from the last list · 2 unreadable
    • Line 5: "Pied Piper" is no partner here. Add it with /partner partner add.
    • Line 6: I can't read "not money" as an amount. Write it as 120000 or 120,000 USD.
    The other rows can be imported. Mend these and drop the file again: rows that are known are only confirmed.
    ---
    *latin1.csv* · Northwind
    2 new · 0 changed · 0 unchanged · 0 gone from the last list · 0 unreadable
    ---
    *workbook.xlsx*: The spreadsheet is damaged. Open it, save it again as .xlsx or CSV, and send that. Nothing was imported.
    ---
    *binary.csv*: The file has a header but no rows. Export the list again and check its filter. Nothing was imported.
    "#);
    stage.end().await;
}

async fn only_triage_may_import(stage: Stage) {
    let ts = drop_list(&stage, ALEX, "overlaps.csv", LIST).await;
    let (_, at) = card(&stage, &ts);
    stage.person(ALEX).click(INTAKE, &at, "import.run").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Only partner managers, operations and admins can decide on overlaps. Ask one of them, or an admin for the role.");
    stage.end().await;
}
