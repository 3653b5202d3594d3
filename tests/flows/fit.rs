//! Partner fit: what a partner would bring, in counts before there is an agreement.

use serde_json::json;
use tandem::map::sharing::Level;
use tandem::map::store as map;

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, Stage};

crate::flows!(before_an_agreement_there_are_counts_and_no_names);

/// Northwind is one to be, or it is not.
pub async fn is_prospective(stage: &Stage, is: bool) {
    let mut tx = stage.db.begin().await.unwrap();
    tandem::sql_exec!(
        &mut tx,
        "INSERT INTO partner_prospects (partner_id, prospective, version, set_by, set_at) VALUES ('p-northwind', $1, 1, 'U0MAYA', 1) \
         ON CONFLICT (partner_id) DO UPDATE SET prospective = excluded.prospective",
        i64::from(is)
    )
    .unwrap();
    tx.commit().await.unwrap();
}

async fn before_an_agreement_there_are_counts_and_no_names(stage: Stage) {
    for said in [
        "Acme Inc with Northwind: our open opp $120k, their customer",
        "Bolt Inc with Northwind: our customer, their prospect",
        "Acme Inc with Globex: our open opp $120k, their customer",
        "Corvid Inc with Globex: our open opp $80k, their customer",
        "Dynamo Inc with Globex: our customer, their customer",
    ] {
        stage.person(ALEX).post(INTAKE, said).await.unwrap();
    }
    stage.settle().await;
    // Northwind's focus list is agreed: Globex covers one of its accounts.
    stage.say(MAYA, OPS, "/partner partner focus northwind").await;
    let card = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    stage.press(MAYA, &(OPS.to_owned(), card["ts"].as_str().unwrap().to_owned()), "focus.agree").await;
    let shown = stage.say(MAYA, OPS, "/partner partner fit globex").await;
    insta::assert_snapshot!(shown, @r"
    *Globex as a partner*
    3 overlaps: 2 asks, 1 joint.
    • 2 · their customer, our open deal
    • 1 · their customer, our customer
    They cover 1 of 1 focus accounts (100%), 2 of 2 open deals (100%), 1 of 2 customers (50%). Ours are counted as far as any partner's list tells them.
    For instance: *Acme Inc* (their customer, our open deal ($120k)), *Corvid Inc* (their customer, our open deal ($80k)), *Dynamo Inc* (their customer, our customer).
    [No agreement yet]
    ");
    let card = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    let at = (OPS.to_owned(), card["ts"].as_str().unwrap().to_owned());
    stage.press(MAYA, &at, "partner.prospect").await;
    let before = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    insta::assert_snapshot!(before["text"].as_str().unwrap(), @r"
    *Globex as a partner* · no agreement yet
    3 overlaps: 2 asks, 1 joint.
    • 2 · their customer, our open deal
    • 1 · their customer, our customer
    They cover 1 of 1 focus accounts (100%), 2 of 2 open deals (100%), 1 of 2 customers (50%). Ours are counted as far as any partner's list tells them.
    Before there is an agreement, this shows counts and no names.
    ");
    for name in ["Acme", "Corvid", "Dynamo"] {
        assert!(!before.to_string().contains(name), "{before}");
    }
    // Nor are they named where overlaps are triaged, listed and put on focus lists.
    let preview = stage.say(OMAR, OPS, "/partner digest preview").await;
    assert!(preview.contains("*Bolt Inc* with Northwind") && !preview.contains("with Globex"), "{preview}");
    assert!(!preview.contains("Corvid") && !preview.contains("Dynamo"), "{preview}");
    let foot = preview.lines().find(|line| line.contains("until there is an agreement"));
    insta::assert_snapshot!(foot.unwrap(), @"Globex: 3 overlaps, counted only until there is an agreement. Globex's list is from 4 March. Northwind's list is from 4 March.");
    let listed = stage.say(OMAR, OPS, "/partner overlaps list").await;
    assert!(listed.contains("*Acme Inc* with Northwind") && !listed.contains("Globex"), "{listed}");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner overlaps list globex").await, @"There is no agreement with Globex yet, so what we share is counted and not named. `/partner partner fit globex` shows the counts, and its manager may show names there.");
    let focus = stage.say(MAYA, OPS, "/partner partner focus globex").await;
    assert!(focus.starts_with("There is no agreement with Globex yet"), "{focus}");
    // Nor on the account's map, which says that there is somebody.
    let map = stage.say(OMAR, OPS, "/partner account show acme").await;
    assert!(map.contains("Northwind") && !map.contains("Globex"), "{map}");
    assert!(map.contains("One partner-to-be has it too, and is named once there is an agreement."), "{map}");
    // They themselves see counts only, until somebody sets more.
    let mut tx = stage.db.read().await.unwrap();
    let rule = map::sharing_rule(&mut tx, &"p-globex".into()).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(rule.level, Level::Counts);
    // Names are its manager's to show, with a reason.
    let read = stage.say(OMAR, OPS, "/partner partner fit globex").await;
    assert!(!read.contains("[Show names]") && !read.contains("Acme"), "{read}");
    stage.press(MAYA, &at, "partner.names").await;
    stage.submit(MAYA, json!({"why": "they signed our NDA"})).await;
    let named = stage.last_private(MAYA);
    assert!(
        named.contains(
            "Names are shown before there is an agreement: <@U0MAYA> decided it, “they signed our NDA”."
        ),
        "{named}"
    );
    assert!(named.contains("*Acme Inc* (their customer, our open deal ($120k))"), "{named}");
    let preview = stage.say(OMAR, OPS, "/partner digest preview").await;
    assert!(preview.contains("*Acme Inc* with Globex") && !preview.contains("counted only"), "{preview}");
    let history = stage.say(MAYA, OPS, "/partner status audit").await;
    assert!(
        history.contains("showed names before an agreement with Globex: they signed our NDA"),
        "{history}"
    );
    stage.press(MAYA, &at, "partner.agreed").await;
    let card = stage.sandbox.ephemerals(MAYA).into_iter().find(|m| m["ts"] == at.1.as_str()).unwrap();
    assert!(!card["text"].as_str().unwrap().contains("no agreement yet"), "{card}");
    stage.end().await;
}
