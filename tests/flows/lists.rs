//! Our own list and a partner's are dropped, matched and reviewed.

use serde_json::{Value, json};

use super::imports::{card, drop_list, import};
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, Stage, text, with_buttons};

crate::flows!(
    both_lists_become_overlaps_and_reviews,
    an_answer_counts_in_later_lists,
    two_people_answer_one_pair,
    the_second_drop_says_what_changed,
    a_wrong_match_is_taken_back,
    our_customer_moves_and_its_overlaps_with_it,
    a_list_without_a_name_is_ours_by_choice,
    without_ours_a_partners_list_is_overlaps,
    a_list_of_overlaps_takes_the_place_of_accounts,
    kinds_are_set_by_an_admin,
    a_stale_list_of_ours_is_said,
);

const OURS: &str = "id,name,domain,country,population,owner,amount,stage\n\
001,Acme Corp,acme.com,Sweden,Open opportunity,Alex,120000,negotiation\n\
002,Globex Retail,globex-retail.com,Sweden,Customer,Kim,,\n\
003,Quorvita Labs Inc,,Sweden,Prospect,,,\n\
004,Zephyron Bank,zephyron.de,Germany,Customer,,,\n\
005,Marrowell Foods,,,Customer,,,\n\
006,Tindrel Shipping,,Norway,Prospect,,,\n";

const THEIRS: &str = "account id,company,website,country,type,account owner\n\
a1,\"Acme, Inc.\",https://www.acme.com/about,SE,Customer,Sam\n\
a2,Globex Retail AB,globex-retail.com,SE,Prospect,Sam\n\
a3,Quorvitta Laboratories,,SE,Customer,Dana\n\
a4,Zephiron Bank AG,,Germany,Prospect,\n\
a5,Marrowel Food,,,Customer,\n\
a6,Nobody Known,nobody-known.com,SE,Customer,\n";

async fn ours(stage: &Stage) {
    import(stage, "ours.csv", OURS.to_owned(), "import.run").await;
}

async fn both(stage: &Stage) -> String {
    ours(stage).await;
    stage.advance_to("2026-03-06T09:00:00Z").await;
    import(stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await.1
}

/// What Northwind's overlaps are: account, ours, theirs, gone.
async fn overlaps(stage: &Stage) -> Vec<String> {
    let mut tx = stage.db.read().await.unwrap();
    let rows = tandem::sql_all!(
        &mut tx,
        (String, Option<String>, Option<String>, Option<i64>),
        "SELECT a.name, o.our_population, o.their_population, o.gone_at FROM account_overlaps o JOIN accounts a ON a.id = o.account_id \
         WHERE o.partner_id = 'p-northwind' ORDER BY a.name"
    )
    .unwrap();
    tx.rollback().await.unwrap();
    let word = |p: Option<String>| p.unwrap_or_else(|| "?".to_owned());
    rows.into_iter()
        .map(|(name, ours, theirs, gone)| {
            let gone = if gone.is_some() { ", gone" } else { "" };
            format!("{name}: our {}, their {}{gone}", word(ours), word(theirs))
        })
        .collect()
}

/// The newest private message of this person: where it stands, to be clicked in.
fn newest(stage: &Stage, user: &str) -> Value {
    stage.sandbox.ephemerals(user).pop().expect("a private message")
}

/// Opens the queue and gives what it says.
async fn review(stage: &Stage, user: &str) -> String {
    stage.say(user, OPS, "overlaps review").await
}

/// Presses a button of the newest private message; gives what stands there then.
async fn press(stage: &Stage, user: &str, action: &str) -> String {
    let message = newest(stage, user);
    let (channel, ts) = (message["channel"].as_str().unwrap_or(OPS), message["ts"].as_str().unwrap());
    stage.person(user).click(channel, ts, action).await.unwrap();
    stage.settle().await;
    with_buttons(&newest(stage, user))
}

async fn both_lists_become_overlaps_and_reviews(stage: Stage) {
    let (before, after) = import(&stage, "ours.csv", OURS.to_owned(), "import.run").await;
    insta::assert_snapshot!(before, @"");
    insta::assert_snapshot!(after, @"");
    stage.advance_to("2026-03-06T09:00:00Z").await;
    let (before, after) = import(&stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await;
    insta::assert_snapshot!(before, @"");
    insta::assert_snapshot!(after, @"");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @"");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "overlaps list acme").await, @"");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "status").await, @"");
    stage.end().await;
}

async fn an_answer_counts_in_later_lists(stage: Stage) {
    both(&stage).await;
    insta::assert_snapshot!(review(&stage, OMAR).await, @"");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.skip").await, @"");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.same").await, @"");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.parent").await, @"");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.review").await, @"");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.different").await, @"");
    insta::assert_snapshot!(press(&stage, OMAR, "pair.answers").await, @"");
    let overlapping = overlaps(&stage).await;
    insta::assert_snapshot!(overlapping.join("\n"), @"");
    // Theirs comes anew, numbered otherwise and turned round; then ours without its ids.
    stage.advance_to("2026-03-07T09:00:00Z").await;
    let mut rows: Vec<&str> = THEIRS.lines().skip(1).collect();
    rows.reverse();
    let numbered: Vec<String> =
        rows.iter().enumerate().map(|(n, row)| format!("a{}{}", n + 1, &row[2..])).collect();
    let again = format!("{}\n{}\n", THEIRS.lines().next().unwrap(), numbered.join("\n"));
    let (_, after) = import(&stage, "northwind accounts.csv", again, "import.run").await;
    insta::assert_snapshot!(after, @"");
    stage.advance_to("2026-03-08T09:00:00Z").await;
    let bare: Vec<&str> = OURS.lines().map(|line| line.split_once(',').unwrap().1).collect();
    let (_, after) = import(&stage, "ours.csv", bare.join("\n") + "\n", "import.run").await;
    insta::assert_snapshot!(after, @"");
    assert_eq!(overlaps(&stage).await, overlapping, "the answers stand");
    insta::assert_snapshot!(review(&stage, OMAR).await, @"");
    // What was said is taken back: it is asked again, and the overlap that it made is gone.
    press(&stage, OMAR, "pair.answers").await;
    insta::assert_snapshot!(press(&stage, OMAR, "pair.take_back").await, @"");
    insta::assert_snapshot!(review(&stage, OMAR).await, @"");
    stage.end().await;
}

async fn two_people_answer_one_pair(stage: Stage) {
    both(&stage).await;
    review(&stage, OMAR).await;
    review(&stage, MAYA).await;
    let (omar, maya) = (newest(&stage, OMAR), newest(&stage, MAYA));
    let ts = |message: &Value| message["ts"].as_str().unwrap().to_owned();
    let (one, other) = (ts(&omar), ts(&maya));
    let (omar, maya) = (stage.person(OMAR), stage.person(MAYA));
    let (a, b) = tokio::join!(omar.click(OPS, &one, "pair.same"), maya.click(OPS, &other, "pair.different"));
    a.unwrap();
    b.unwrap();
    stage.settle().await;
    let said = [text(&newest(&stage, OMAR)), text(&newest(&stage, MAYA))];
    let second = said.iter().filter(|text| text.contains("was faster")).count();
    assert_eq!(second, 1, "one of the two is told: {said:#?}");
    let mut tx = stage.db.read().await.unwrap();
    let answers = tandem::map::lists::store::newest_answers(&mut tx, 10).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(answers.len(), 1);
    // Somebody who may not triage is not asked.
    insta::assert_snapshot!(review(&stage, ALEX).await, @"");
    stage.end().await;
}

async fn the_second_drop_says_what_changed(stage: Stage) {
    both(&stage).await;
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let changed = THEIRS
        .replace("a2,Globex Retail AB,globex-retail.com,SE,Prospect,Sam\n", "")
        .replace("SE,Customer,Sam", "SE,Prospect,Sam")
        + "a7,Zephyron Bank,zephyron.de,Germany,Customer,\n";
    let (before, after) = import(&stage, "northwind accounts.csv", changed, "import.run").await;
    insta::assert_snapshot!(before, @"");
    insta::assert_snapshot!(after, @"");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @"");
    stage.end().await;
}

async fn a_wrong_match_is_taken_back(stage: Stage) {
    both(&stage).await;
    let said = stage.say(OMAR, OPS, "overlaps list globex retail").await;
    assert!(said.contains("Globex Retail"), "{said}");
    let message = newest(&stage, OMAR);
    let menu = message["blocks"].as_array().unwrap().iter().find(|b| b["type"] == "actions").unwrap();
    let option = menu["elements"][0]["options"][0]["value"].as_str().unwrap().to_owned();
    let menu = json!({"action_id": "overlap.menu", "block_id": menu["block_id"], "type": "static_select",
        "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": option}});
    let surface = tandem::sandbox::Surface::Message {
        channel: OPS.to_owned(),
        ts: message["ts"].as_str().unwrap().to_owned(),
    };
    stage.person(OMAR).block_action(&surface, menu, &Value::Null).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(with_buttons(&newest(&stage, OMAR)), @"");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @"");
    // A later list does not bring it back.
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let (_, after) = import(&stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await;
    assert!(after.contains("0 new"), "{after}");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @"");
    stage.end().await;
}

async fn our_customer_moves_and_its_overlaps_with_it(stage: Stage) {
    both(&stage).await;
    let said = "New overlap with Globex: Acme Corp (acme.com), our open opp, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    {
        let mut tx = stage.db.begin().await.unwrap();
        tandem::sql_exec!(
            &mut tx,
            "UPDATE account_overlaps SET triage = 'dismissed', dismissed_because = 'too early' WHERE partner_id = 'p-northwind'"
        )
        .unwrap();
        tx.commit().await.unwrap();
    }
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let won = OURS.replace("Open opportunity,Alex,120000,negotiation", "Customer,Alex,120000,closed won");
    let (before, after) = import(&stage, "ours.csv", won, "import.run").await;
    insta::assert_snapshot!(before, @"");
    insta::assert_snapshot!(after, @"");
    let mut tx = stage.db.read().await.unwrap();
    let rows = tandem::sql_all!(
        &mut tx,
        (String, String, String),
        "SELECT o.partner_id, o.triage, o.change_note FROM account_overlaps o JOIN accounts a ON a.id = o.account_id \
         WHERE a.name = 'Acme Corp' ORDER BY o.partner_id"
    )
    .unwrap();
    let left = tandem::sql_value!(
        &mut tx,
        i64,
        "SELECT COUNT(*) FROM account_overlaps WHERE triage = 'dismissed'"
    )
    .unwrap();
    tx.rollback().await.unwrap();
    insta::assert_snapshot!(rows.iter().map(|(p, t, n)| format!("{p} {t}: {n}")).collect::<Vec<_>>().join("\n"), @"");
    assert_eq!(left, 1, "what did not change stays dismissed");
    // The same list again changes nothing.
    stage.advance_to("2026-03-21T09:00:00Z").await;
    let same = OURS.replace("Open opportunity,Alex,120000,negotiation", "Customer,Alex,120000,closed won");
    let (_, after) = import(&stage, "ours.csv", same, "import.run").await;
    insta::assert_snapshot!(after, @"");
    stage.end().await;
}

async fn a_list_without_a_name_is_ours_by_choice(stage: Stage) {
    let list = "company,website,status\nAcme Corp,acme.com,Customer\n";
    let ts = drop_list(&stage, OMAR, "export.csv", list).await;
    let (said, at) = card(&stage, &ts);
    insta::assert_snapshot!(said, @"");
    let omar = stage.person(OMAR);
    omar.click(INTAKE, &at, "import.columns").await.unwrap();
    stage.settle().await;
    omar.submit(json!({"partner": "ours", "column0": "account", "column1": "domain", "column2": "our_population"}))
        .await
        .unwrap();
    stage.settle().await;
    stage.imports().await;
    insta::assert_snapshot!(card(&stage, &ts).0, @"");
    stage.end().await;
}

async fn without_ours_a_partners_list_is_overlaps(stage: Stage) {
    let ts = drop_list(&stage, OMAR, "northwind.csv", "company,website\nAcme Corp,acme.com\n").await;
    insta::assert_snapshot!(card(&stage, &ts).0, @"");
    stage.end().await;
}

async fn a_list_of_overlaps_takes_the_place_of_accounts(stage: Stage) {
    both(&stage).await;
    stage.advance_to("2026-03-20T09:00:00Z").await;
    let list = "account,domain,partner,our_population,their_population\nAcme Corp,acme.com,Northwind,customer,customer\n";
    import(&stage, "overlaps.csv", list.to_owned(), "import.run").await;
    let after = overlaps(&stage).await;
    stage.advance_to("2026-03-21T09:00:00Z").await;
    ours(&stage).await;
    insta::assert_snapshot!(after.join("\n"), @"");
    insta::assert_snapshot!(overlaps(&stage).await.join("\n"), @"");
    insta::assert_snapshot!(review(&stage, OMAR).await, @"");
    stage.end().await;
}

async fn kinds_are_set_by_an_admin(stage: Stage) {
    both(&stage).await;
    insta::assert_snapshot!(stage.say(OMAR, OPS, "overlaps kinds").await, @"");
    stage.say(MAYA, OPS, "overlaps kinds").await;
    insta::assert_snapshot!(stage.form(MAYA), @"");
    let mut values = json!({"our_refresh_days": "0"});
    for ours in ["customer", "prospect", "open_opportunity"] {
        for theirs in ["customer", "prospect", "open_opportunity"] {
            values[format!("kind_{ours}_{theirs}")] = json!("joint");
        }
    }
    let refused = stage.person(MAYA).submit(values.clone()).await.unwrap_err();
    insta::assert_snapshot!(crate::support::stage::fields(&refused), @"");
    values["our_refresh_days"] = json!("20");
    stage.submit(MAYA, values).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"");
    let digest = stage.say(OMAR, OPS, "digest preview").await;
    insta::assert_snapshot!(digest, @"");
    stage.end().await;
}

async fn a_stale_list_of_ours_is_said(stage: Stage) {
    both(&stage).await;
    stage.advance_to("2026-05-04T09:00:00Z").await;
    let digest = stage.say(OMAR, OPS, "digest preview").await;
    assert!(digest.contains("Our own list is 60 days old: drop a new one"), "{digest}");
    let status = stage.say(OMAR, OPS, "status").await;
    assert!(status.contains("Our own accounts: 60 days old, *stale*"), "{status}");
    stage.end().await;
}
