//! What a partner may see, and the notes that would say more.

use serde_json::json;
use tandem::map::sharing::{Field, Level};
use tandem::map::store as map;

use super::drafts::{card, ground, propose, waiting};
use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SHARED, Stage};

crate::flows!(
    a_rule_is_set_on_the_card_by_who_may,
    a_note_about_what_is_hidden_is_not_written,
    a_note_that_waits_is_blocked_when_the_rule_changes,
    a_note_that_says_a_field_that_is_kept_is_blocked,
    of_two_rules_one_is_saved,
);

/// Opens the form from the partner's card.
async fn open(stage: &Stage, by: &str) {
    stage.say(by, OPS, "/partner partner show northwind").await;
    let card = stage.sandbox.ephemerals(by).pop().unwrap();
    stage.press(by, &(OPS.to_owned(), card["ts"].as_str().unwrap().to_owned()), "partner.sharing").await;
}

async fn a_rule_is_set_on_the_card_by_who_may(stage: Stage) {
    ground(&stage).await;
    let shown = stage.say(OMAR, OPS, "/partner partner show northwind").await;
    assert!(shown.contains("They may see: overlaps with account, domain, what it is to us"), "{shown}");
    assert!(!shown.contains("[Change sharing]"), "{shown}");
    stage.say(OMAR, OPS, "/partner partner sharing northwind").await;
    assert_eq!(
        stage.last_private(OMAR),
        "Only Northwind's manager or an admin decides what Northwind may see. That is <@U0MAYA>. Nothing was changed."
    );
    open(&stage, MAYA).await;
    let maya = stage.person(MAYA);
    let refused = maya.submit(json!({"level": "fields", "fields": []})).await.unwrap_err();
    assert_eq!(refused.fields()["fields"], "Choose at least one field.");
    let refused = maya.submit(json!({"fields": ["account", "amount"], "hidden": "acmee"})).await.unwrap_err();
    assert_eq!(refused.fields()["hidden"], "I don't know an account \"acmee\". Did you mean Acme Corp?");
    stage.submit(MAYA, json!({"hidden": "acme.com"})).await;
    assert_eq!(
        stage.last_private(MAYA),
        "Northwind may see overlaps with account, amount; 1 account hidden. A note that says more is blocked, those that wait now included."
    );
    let mut tx = stage.db.read().await.unwrap();
    let rule = map::sharing_rule(&mut tx, &"p-northwind".into()).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!((rule.version, rule.level, rule.hidden.len()), (1, Level::Fields, 1));
    assert_eq!(rule.fields.into_iter().collect::<Vec<_>>(), [Field::Account, Field::Amount]);
    let history = stage.say(MAYA, OPS, "/partner status audit").await;
    assert!(
        history.contains("changed what Northwind may see: overlaps with account, amount; 1 account hidden"),
        "{history}"
    );
    stage.end().await;
}

async fn a_note_about_what_is_hidden_is_not_written(stage: Stage) {
    ground(&stage).await;
    for (values, said) in [
        (
            json!({"level": "overlaps", "hidden": "Acme Corp"}),
            "Acme Corp is hidden from Northwind, so no note to them can be about it. Northwind's manager or an admin changes that on its card.",
        ),
        (
            json!({"level": "counts", "hidden": ""}),
            "Northwind may see counts only, so no note to them can be about Acme Corp. Northwind's manager or an admin changes that on its card.",
        ),
    ] {
        open(&stage, MAYA).await;
        stage.submit(MAYA, values).await;
        stage.say(OMAR, OPS, "/partner draft new acme").await;
        assert!(stage.sandbox.modal(OMAR).is_none());
        assert_eq!(stage.last_private(OMAR), said);
    }
    stage.end().await;
}

async fn a_note_that_waits_is_blocked_when_the_rule_changes(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    open(&stage, MAYA).await;
    stage.submit(MAYA, json!({"level": "hidden"})).await;
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.approve").await;
    assert_eq!(stage.texts(SHARED), [""; 0]);
    let shown = card(&stage, &ts);
    assert!(shown.contains("• *blocks*: It names Acme Corp, and that account is not shared with Northwind. _Fix:_ Leave Acme Corp out. What Northwind may see is set on its card, by its manager or an admin."), "{shown}");
    assert!(waiting(&stage).await.note.check.blocks().any(|rule| rule == "only-what-is-shared"));
    stage.end().await;
}

async fn a_note_that_says_a_field_that_is_kept_is_blocked(stage: Stage) {
    ground(&stage).await;
    let said = "Acme Corp (acme.com) with Northwind: $340k, negotiation";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    open(&stage, MAYA).await;
    stage.submit(MAYA, json!({"level": "fields", "fields": ["account", "our_population"]})).await;
    let ts = propose(&stage, json!({})).await;
    let at = (OPS.to_owned(), ts.clone());
    for (text, what) in [
        (
            "Hi Sam, Dana at Acme asked for you. I can introduce you this week; it is about 340k USD.",
            "the amount of Acme Corp",
        ),
        ("Hi Sam, I can introduce you to Dana at Acme. Acme is in negotiation.", "the stage of Acme Corp"),
        ("Hi Sam, I can introduce you to Dana at Acme, see acme.com.", "the domain of Acme Corp"),
    ] {
        stage.press(MAYA, &at, "draft.edit").await;
        stage.submit(MAYA, json!({"text": text})).await;
        let shown = card(&stage, &ts);
        assert!(shown.contains("• *blocks*") && shown.contains(what), "{text}: {shown}");
    }
    stage.press(MAYA, &at, "draft.edit").await;
    stage.submit(MAYA, json!({"text": "Hi Sam, I can introduce you to Dana at Acme this week."})).await;
    assert!(!card(&stage, &ts).contains("not shared"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn of_two_rules_one_is_saved(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    let (now, maya) = (stage.clock.now(), MAYA.into());
    let role = tandem::kernel::actor::Role::Admin;
    tandem::store::people::set_holders(&mut tx, now, &maya, role, &[MAYA.into(), EVE.into()]).await.unwrap();
    tx.commit().await.unwrap();
    open(&stage, MAYA).await;
    open(&stage, EVE).await;
    stage.submit(MAYA, json!({"level": "hidden"})).await;
    stage.submit(EVE, json!({"level": "fields", "fields": ["account"]})).await;
    assert_eq!(
        stage.last_private(EVE),
        "<@U0MAYA> changed what Northwind may see while your form was open, so yours was not saved. It is now: nothing."
    );
    stage.end().await;
}
