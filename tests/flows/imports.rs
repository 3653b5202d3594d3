//! A list file is dropped into the intake channel.

use serde_json::json;

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, Stage, with_buttons};

crate::flows!(
    a_list_is_previewed_and_imported,
    unknown_columns_are_asked_for_and_remembered,
    what_is_no_list_is_refused,
    only_triage_may_import,
    a_short_list_is_an_addition_unless_confirmed,
    a_nearly_whole_list_replaces_the_last_one,
    a_list_that_changed_is_counted_again,
    the_preview_is_what_happens,
);

const LIST: &str = "account,domain,partner,our_population,their_population,owner,amount,currency,stage\n\
Acme Corp,acme.com,Northwind,open opportunity,customer,Alex,120000,USD,negotiation\n\
Globex Retail,globex-retail.com,Northwind,customer,prospect,,,,\n\
,nobody.com,Northwind,customer,prospect,,,,\n\
Hooli,hooli.com,Pied Piper,customer,prospect,,,,\n\
Initrode,initrode.com,Globex,prospect,customer,,not money,USD,\n";

pub async fn drop_list(stage: &Stage, by: &str, name: &str, bytes: impl Into<bytes::Bytes>) -> String {
    let (_, ts) = stage.person(by).upload(INTAKE, name, bytes).await.unwrap();
    stage.settle().await;
    stage.imports().await;
    ts
}

pub fn card(stage: &Stage, ts: &str) -> (String, String) {
    let replies = stage.sandbox.thread(INTAKE, ts);
    assert_eq!(replies.len(), 1, "one card, edited in place: {replies:#?}");
    (crate::support::stage::text(&replies[0]), replies[0]["ts"].as_str().unwrap().to_owned())
}

async fn a_list_is_previewed_and_imported(stage: Stage) {
    let ts = drop_list(&stage, OMAR, "overlaps.csv", LIST).await;
    let (text, at) = card(&stage, &ts);
    insta::assert_snapshot!(text, @r#"
    *overlaps.csv* · Northwind
    3 new · 0 changed · 0 unchanged · 2 unreadable
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
    0 new · 0 changed · 3 unchanged · 2 unreadable
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
    2 new · 0 changed · 0 unchanged · 0 unreadable
    Each row counts as an overlap. If these are all of Northwind's accounts, keep them as accounts: they are matched once our own list is here.
    ");
    // A list with the same columns is understood at once.
    let next = drop_list(&stage, OMAR, "northwind-april.csv", list).await;
    let (text, _) = card(&stage, &next);
    insta::assert_snapshot!(text, @r"
    *northwind-april.csv* · Northwind
    2 new · 0 changed · 0 unchanged · 0 unreadable
    Each row counts as an overlap. If these are all of Northwind's accounts, keep them as accounts: they are matched once our own list is here.
    ");
    stage.end().await;
}

async fn what_is_no_list_is_refused(stage: Stage) {
    let maya = stage.person(MAYA);
    maya.upload(INTAKE, "plan.pdf", &b"%PDF-1.7"[..]).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"I read lists as CSV, TSV or XLSX, and calendars as ICS. *plan.pdf* is none of these, so nothing was read from it.");
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
    3 new · 0 changed · 0 unchanged · 2 unreadable
    • Line 5: "Pied Piper" is no partner here. Add it with /partner partner add.
    • Line 6: I can't read "not money" as an amount. Write it as 120000 or 120,000 USD.
    The other rows can be imported. Mend these and drop the file again: rows that are known are only confirmed.
    ---
    *latin1.csv* · Northwind
    2 new · 0 changed · 0 unchanged · 0 unreadable
    ---
    *workbook.xlsx*: The spreadsheet is damaged. Open it, save it again as .xlsx or CSV, and send that. Nothing was imported.
    ---
    *binary.csv*: This is not a list: it holds binary data. Send a CSV, TSV or XLSX file. Nothing was imported.
    "#);
    stage.end().await;
}

async fn only_triage_may_import(stage: Stage) {
    let ts = drop_list(&stage, ALEX, "overlaps.csv", LIST).await;
    let (_, at) = card(&stage, &ts);
    stage.person(ALEX).click(INTAKE, &at, "import.run").await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.last_private(ALEX), @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    stage.end().await;
}

/// A list of Northwind's with these accounts.
pub fn list(accounts: impl IntoIterator<Item = usize>) -> String {
    let rows =
        accounts.into_iter().map(|n| format!("Account {n},account{n}.com,Northwind,customer,prospect\n"));
    std::iter::once("account,domain,partner,our_population,their_population\n".to_owned())
        .chain(rows)
        .collect()
}

/// Drops a list, presses, and gives what the card said before and after.
pub async fn import(stage: &Stage, name: &str, list: String, action: &str) -> (String, String) {
    let ts = drop_list(stage, OMAR, name, list).await;
    let at = card(stage, &ts).1;
    let before = with_buttons(&stage.sandbox.message(INTAKE, &at).unwrap());
    stage.press(OMAR, &(INTAKE.to_owned(), at.clone()), action).await;
    stage.imports().await;
    (before, with_buttons(&stage.sandbox.message(INTAKE, &at).unwrap()))
}

/// Overlaps with Northwind that are on a list or said, and those that are gone.
pub async fn overlaps(stage: &Stage) -> (i64, i64) {
    let mut tx = stage.db.read().await.unwrap();
    let count = tandem::sql_all!(
        &mut tx,
        (i64, i64),
        "SELECT COUNT(*), COUNT(gone_at) FROM account_overlaps WHERE partner_id = 'p-northwind'"
    )
    .unwrap()[0];
    tx.rollback().await.unwrap();
    (count.0 - count.1, count.1)
}

async fn list_seen(stage: &Stage) -> i64 {
    let mut tx = stage.db.read().await.unwrap();
    let partner = tandem::map::store::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    tx.rollback().await.unwrap();
    partner.list_age_days(&stage.clock.now().to_zoned(jiff::tz::TimeZone::UTC)).unwrap()
}

async fn a_short_list_is_an_addition_unless_confirmed(stage: Stage) {
    import(&stage, "march.csv", list(0..12), "import.run").await;
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let (before, after) = import(&stage, "few.csv", list(10..14), "import.add").await;
    insta::assert_snapshot!(before, @r"
    *few.csv* · Northwind
    2 new · 0 changed · 2 unchanged · 0 unreadable
    It lacks 10 of the 12 overlaps of the last list. As the whole list, it marks these 10 as gone; as an addition, nothing goes.
    [Add only] [Import as the whole list] [Change columns] [Cancel]
    ");
    insta::assert_snapshot!(after, @r"
    *few.csv* · Northwind: imported by <@U0OMAR>.
    2 new · 0 changed · 2 unchanged · 0 unreadable
    Added to the last list: nothing of it is gone.
    ");
    assert_eq!(
        (overlaps(&stage).await, list_seen(&stage).await),
        ((14, 0), 2),
        "nothing goes, the list ages on"
    );
    // The whole list, after the confirm that repeats the number.
    let ts = drop_list(&stage, OMAR, "few-again.csv", list(10..14)).await;
    let (_, at) = card(&stage, &ts);
    let message = stage.sandbox.message(INTAKE, &at).unwrap();
    let buttons = message["blocks"][1]["elements"].as_array().unwrap().clone();
    assert_eq!(buttons[0]["style"], "primary");
    let confirm = &buttons.iter().find(|b| b["action_id"] == "import.run").unwrap()["confirm"];
    let words = ["title", "text", "confirm", "deny"].map(|part| confirm[part]["text"].as_str().unwrap());
    insta::assert_snapshot!(words.join("\n"), @r"
    Replace the last list
    The file lacks 10 of the 14 overlaps of the last list. These 10 are marked as gone and leave triage.
    Mark 10 as gone
    Back
    ");
    stage.press(OMAR, &(INTAKE.to_owned(), at), "import.run").await;
    stage.imports().await;
    insta::assert_snapshot!(card(&stage, &ts).0, @r"
    *few-again.csv* · Northwind: imported by <@U0OMAR>.
    0 new · 0 changed · 4 unchanged · 10 gone from the last list · 0 unreadable
    ");
    assert_eq!((overlaps(&stage).await, list_seen(&stage).await), ((4, 10), 0));
    stage.end().await;
}

async fn a_nearly_whole_list_replaces_the_last_one(stage: Stage) {
    import(&stage, "march.csv", list(0..12), "import.run").await;
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let (before, after) = import(&stage, "april.csv", list(2..13), "import.run").await;
    insta::assert_snapshot!(before, @r"
    *april.csv* · Northwind
    1 new · 0 changed · 10 unchanged · 0 unreadable
    It lacks 2 of the 12 overlaps of the last list. As the whole list, it marks these 2 as gone; as an addition, nothing goes.
    [Import as the whole list] [Add only] [Change columns] [Cancel]
    ");
    insta::assert_snapshot!(after, @r"
    *april.csv* · Northwind: imported by <@U0OMAR>.
    1 new · 0 changed · 10 unchanged · 2 gone from the last list · 0 unreadable
    ");
    assert_eq!(overlaps(&stage).await, (11, 2));
    stage.end().await;
}

async fn a_list_that_changed_is_counted_again(stage: Stage) {
    import(&stage, "march.csv", list(0..6), "import.run").await;
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let ts = drop_list(&stage, OMAR, "april.csv", list(0..5)).await;
    let (_, at) = card(&stage, &ts);
    // Before it is decided on, another list adds to the last one.
    import(&stage, "more.csv", list(6..9), "import.add").await;
    stage.press(OMAR, &(INTAKE.to_owned(), at.clone()), "import.run").await;
    stage.imports().await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"The last list has changed since this was counted. I count again; nothing is imported yet.");
    insta::assert_snapshot!(card(&stage, &ts).0, @r"
    *april.csv* · Northwind
    0 new · 0 changed · 5 unchanged · 0 unreadable
    It lacks 4 of the 9 overlaps of the last list. As the whole list, it marks these 4 as gone; as an addition, nothing goes.
    ");
    assert_eq!(overlaps(&stage).await, (9, 0), "nothing was imported yet");
    stage.end().await;
}

/// What only messages spoke of is not on the last list, whoever meets it; what a row repeats counts once.
async fn the_preview_is_what_happens(stage: Stage) {
    import(&stage, "march.csv", list(0..9), "import.run").await;
    for n in 20..24 {
        let said =
            format!("New overlap with Northwind: Account {n} (account{n}.com), our customer, their prospect");
        stage.person(ALEX).post(INTAKE, &said).await.unwrap();
        stage.settle().await;
    }
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let mut rows = list([0, 1, 2, 3, 4, 5, 20, 21, 22]);
    // The same account without its domain, and again.
    rows.push_str(
        "Account 3,,Northwind,customer,prospect\nACCOUNT 4 Inc,account4.com,Northwind,customer,prospect\n",
    );
    let (before, after) = import(&stage, "april.csv", rows, "import.run").await;
    assert!(before.contains("It lacks 3 of the 9 overlaps of the last list"), "{before}");
    assert!(after.contains(" 3 gone from the last list"), "{after}");
    assert_eq!(overlaps(&stage).await, (10, 3));
    stage.end().await;
}
