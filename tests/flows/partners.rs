//! Partners and their people.

use serde_json::json;
use tandem::kernel::actor::Role;
use tandem::map::store as map;
use tandem::store::people;

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, SAM, SHARED, Stage};

crate::flows!(
    a_partner_is_added_and_edited,
    a_contact_is_added,
    a_name_is_found_or_suggested,
    of_two_edits_one_is_saved,
    a_contact_is_nobody_of_another_partners,
);

async fn a_partner_is_added_and_edited(stage: Stage) {
    let maya = stage.person(MAYA);
    maya.command(INTAKE, "/partner partner add Initech").await.unwrap();
    stage.settle().await;
    let refused = maya.submit(json!({"name": "NORTHWIND Inc."})).await.unwrap_err();
    assert_eq!(refused.fields()["name"], "There is a partner Northwind already.");
    let refused = maya
        .submit(json!({"name": "Initech",
            "partner_channel": SHARED}))
        .await
        .unwrap_err();
    assert_eq!(
        refused.fields()["partner_channel"],
        "That channel belongs to Northwind. Each partner has a channel of its own."
    );
    let right = json!({"name": "Initech", "domain": "https://www.initech.com/",
        "partner_channel": "C0INITECH"});
    maya.submit(right).await.unwrap();
    stage.settle().await;
    assert_eq!(
        stage.last_private(MAYA),
        "Added the partner Initech. `/partner partner contact initech` adds a person there."
    );
    maya.command(INTAKE, "/partner partner show initech").await.unwrap();
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(stage.last_private(MAYA), @r"
        *Initech* · initech.com
        Manager: <@U0MAYA>
        Channel: <#C0INITECH>
        Open overlaps: 0
        List: none yet: drop one into the intake channel
        Focus list: none yet
        Give and ask: nothing in a year
        This season: focus not known · next on Wed 1 Apr
        Instructions: none yet, so no session is proposed
        They may see: overlaps with account, domain, what it is to us
        ");
    }
    let card = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    maya.click(INTAKE, card["ts"].as_str().unwrap(), "partner.edit").await.unwrap();
    stage.settle().await;
    maya.submit(json!({"refresh_days": "30"})).await.unwrap();
    stage.settle().await;
    let mut tx = stage.db.read().await.unwrap();
    let initech = map::partners(&mut tx).await.unwrap().into_iter().find(|p| p.name == "Initech").unwrap();
    assert_eq!((initech.refresh_days, initech.domain.as_deref()), (30, Some("initech.com")));
    tx.rollback().await.unwrap();
    // Partners are the admins'.
    stage.person(OMAR).command(INTAKE, "/partner partner add Hooli").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(OMAR).starts_with("Only an admin"));
    stage.end().await;
}

async fn a_contact_is_added(stage: Stage) {
    let omar = stage.person(OMAR);
    omar.command(INTAKE, "/partner partner contact northwind").await.unwrap();
    stage.settle().await;
    let wrong = json!({"name": "Sam Whitfield", "email": "sam at nw"});
    let refused = omar.submit(wrong).await.unwrap_err();
    assert_eq!(refused.fields()["email"], "\"sam at nw\" is no e-mail address.");
    omar.submit(json!({"email": "sam@northwind.com"})).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.last_private(OMAR), "Added Sam Whitfield at Northwind, sales rep.");
    // Contacts are for who triages.
    stage.person(ALEX).command(INTAKE, "/partner partner contact northwind").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(ALEX).starts_with("Only partner managers, operations and admins"));
    stage.end().await;
}

async fn a_name_is_found_or_suggested(stage: Stage) {
    let alex = stage.person(ALEX);
    alex.command(INTAKE, "/partner partner show nortwind").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.last_private(ALEX), "I don't know a partner \"nortwind\". Did you mean Northwind?");
    alex.command(INTAKE, "/partner partner").await.unwrap();
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(stage.last_private(ALEX), @r"
        *Globex* · 0 open overlaps · list from today · no channel
        *Northwind* · 0 open overlaps · list from today · <#C0NORTHWIND>
        ");
    }
    stage.end().await;
}

async fn of_two_edits_one_is_saved(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    let (now, maya) = (stage.clock.now(), MAYA.into());
    people::set_holders(&mut tx, now, &maya, Role::Admin, &[MAYA.into(), EVE.into()]).await.unwrap();
    tx.commit().await.unwrap();
    stage.say(OMAR, INTAKE, "/partner partner contact northwind").await;
    stage.submit(OMAR, json!({"name": "Sam Whitfield", "email": "sam@northwind.com"})).await;
    for (action, first, second) in [
        ("partner.edit", json!({"refresh_days": "30"}), json!({"refresh_days": "60"})),
        ("partner.edit_contact", json!({"name": "Samuel Whitfield"}), json!({"email": "sw@northwind.com"})),
    ] {
        for who in [MAYA, EVE] {
            stage.say(who, INTAKE, "/partner partner show northwind").await;
            let card = stage.sandbox.ephemerals(who).pop().unwrap();
            stage.press(who, &(INTAKE.to_owned(), card["ts"].as_str().unwrap().to_owned()), action).await;
        }
        stage.submit(MAYA, first).await;
        stage.submit(EVE, second).await;
        assert!(stage.last_private(MAYA).starts_with("Saved "), "{}", stage.last_private(MAYA));
        insta::assert_snapshot!(stage.last_private(EVE).replace("Samuel Whitfield", "Northwind"), @"Somebody else changed Northwind while your form was open, so yours was not saved. `/partner partner show northwind` shows how it is now.");
    }
    let mut tx = stage.db.read().await.unwrap();
    let northwind = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    let sam = map::contacts(&mut tx, &northwind.id).await.unwrap().remove(0);
    tx.rollback().await.unwrap();
    let saved = (northwind.refresh_days, sam.name.as_str(), sam.email.as_deref());
    assert_eq!(saved, (30, "Samuel Whitfield", Some("sam@northwind.com")));
    stage.end().await;
}

async fn a_contact_is_nobody_of_another_partners(stage: Stage) {
    // Northwind's people read its channel.
    stage.advance_to("2026-03-04T09:05:00Z").await;
    let omar = stage.person(OMAR);
    omar.command(INTAKE, "/partner partner contact globex").await.unwrap();
    stage.settle().await;
    let refused = omar.submit(json!({"name": "Sam Whitfield", "person": SAM})).await.unwrap_err();
    assert_eq!(
        refused.fields()["person"],
        "They belong to Northwind. Choose somebody of this partner's, or leave it empty."
    );
    omar.command(INTAKE, "/partner partner contact northwind").await.unwrap();
    stage.settle().await;
    omar.submit(json!({"name": "Sam Whitfield", "person": SAM})).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.last_private(OMAR), "Added Sam Whitfield at Northwind, sales rep.");
    stage.end().await;
}
