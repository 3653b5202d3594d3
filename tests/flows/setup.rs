//! The set-up, from an empty workspace to sample data and back.

use serde_json::json;
use tandem::delivery::envelope::FrontDoor;
use tandem::kernel::actor::Role;
use tandem::map::store as map;
use tandem::sandbox::Fault;
use tandem::slack::decode::{self, Decoded};
use tandem::store::{people, settings};

use crate::support::stage::{ALEX, EVE, INTAKE, MAYA, OMAR, OPS, SAM, SHARED, Stage};

crate::flows!(
    the_first_who_sets_up_becomes_admin,
    only_an_admin_sets_up_again,
    channels_are_checked,
    of_two_who_set_up_one_is_saved,
    what_could_not_be_checked_is_not_saved,
    samples_come_and_go,
);

/// The stage is set up already: take that back.
async fn unset(stage: &Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    settings::save(&mut tx, stage.clock.now(), &settings::Workspace::default()).await.unwrap();
    for role in [Role::Admin, Role::PartnerManager, Role::Operations] {
        people::set_holders(&mut tx, stage.clock.now(), &MAYA.into(), role, &[]).await.unwrap();
    }
    tandem::sql_exec!(&mut tx, "DELETE FROM partners").unwrap();
    tx.commit().await.unwrap();
}

fn channels(intake: &str) -> serde_json::Value {
    json!({
        "intake": intake,
        "digest": OPS,
        "approvals": OPS,
        "zone": "europe/stockholm",
    })
}

async fn the_first_who_sets_up_becomes_admin(stage: Stage) {
    unset(&stage).await;
    let alex = stage.person(ALEX);
    alex.command(INTAKE, "/partner setup").await.unwrap();
    stage.settle().await;
    alex.submit(channels(INTAKE)).await.unwrap();
    assert_eq!(stage.sandbox.modal(ALEX).unwrap()["callback_id"], "setup.roles");
    alex.submit(json!({})).await.unwrap();
    assert_eq!(stage.sandbox.modal(ALEX).unwrap()["callback_id"], "setup.partner");
    let clash = json!({"name": "Northwind",
        "partner_channel": INTAKE});
    let refused = alex.submit(clash).await.unwrap_err();
    assert!(refused.fields()["partner_channel"].as_str().unwrap().contains("one of your own"), "{refused}");
    let right = json!({"name": "Northwind",
        "partner_channel": SHARED});
    alex.submit(right).await.unwrap();
    assert_eq!(stage.sandbox.modal_depth(ALEX), 0);
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(stage.last_private(ALEX), @r"
        *The set-up is saved.*
        Overlaps arrive in <#C0OVERLAPS>. The digest is posted in <#C0PARTNEROPS> on Monday at 09:00 (Europe/Stockholm). Notes to partners are approved in <#C0PARTNEROPS>.
        Admins: <@U0ALEX>. Partner managers: <@U0ALEX>. Operations: nobody. Executives: nobody.
        First partner: Northwind.
        ");
    }
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(people::holders(&mut tx, Role::Admin).await.unwrap(), [ALEX.into()]);
    assert_eq!(map::partners(&mut tx).await.unwrap()[0].channel, Some(SHARED.into()));
    assert!(settings::load(&mut tx).await.unwrap().digest_since.is_some());
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn only_an_admin_sets_up_again(stage: Stage) {
    stage.person(ALEX).command(INTAKE, "/partner setup").await.unwrap();
    stage.settle().await;
    assert_eq!(
        stage.last_private(ALEX),
        "Only an admin can change the set-up. `/partner status` says who that is."
    );
    assert_eq!(stage.sandbox.modal_depth(ALEX), 0);
    stage.end().await;
}

async fn channels_are_checked(stage: Stage) {
    let maya = stage.person(MAYA);
    maya.command(INTAKE, "/partner setup").await.unwrap();
    stage.settle().await;
    let refused = maya.submit(channels(SHARED)).await.unwrap_err();
    assert_eq!(refused.fields()["intake"], "Northwind reads that channel. Choose one of your own.");
    let mut wrong = channels(INTAKE);
    wrong["zone"] = json!("Stockholm");
    let refused = maya.submit(wrong).await.unwrap_err();
    assert_eq!(refused.fields()["zone"], "I don't know a time zone \"Stockholm\". Try Europe/Stockholm.");
    // A member of another company holds no role.
    maya.submit(channels(INTAKE)).await.unwrap();
    let refused = maya.submit(json!({"admins": [SAM]})).await.unwrap_err();
    assert!(refused.fields()["admins"].as_str().unwrap().contains("another company's account"), "{refused}");
    stage.end().await;
}

async fn of_two_who_set_up_one_is_saved(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    let admins = [MAYA.into(), OMAR.into()];
    people::set_holders(&mut tx, stage.clock.now(), &MAYA.into(), Role::Admin, &admins).await.unwrap();
    tx.commit().await.unwrap();
    for who in [MAYA, OMAR] {
        stage.person(who).command(INTAKE, "/partner setup").await.unwrap();
        stage.settle().await;
        stage.person(who).submit(channels(INTAKE)).await.unwrap();
    }
    stage.submit(MAYA, json!({"executives": [EVE]})).await;
    stage.submit(OMAR, json!({"managers": [ALEX]})).await;
    assert_eq!(
        stage.last_private(OMAR),
        "Somebody else changed the set-up while your form was open, so yours was not saved. `/partner setup` shows how it is now."
    );
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(people::holders(&mut tx, Role::Executive).await.unwrap(), [EVE.into()]);
    assert_eq!(people::holders(&mut tx, Role::PartnerManager).await.unwrap(), [MAYA.into()]);
    tx.rollback().await.unwrap();
    // What both saw is no obstacle to saving again.
    stage.person(MAYA).command(INTAKE, "/partner setup").await.unwrap();
    stage.settle().await;
    stage.person(MAYA).submit(channels(INTAKE)).await.unwrap();
    stage.submit(MAYA, json!({"managers": [ALEX]})).await;
    assert!(stage.last_private(MAYA).starts_with("*The set-up is saved.*"), "{}", stage.last_private(MAYA));
    stage.end().await;
}

async fn what_could_not_be_checked_is_not_saved(stage: Stage) {
    let maya = stage.person(MAYA);
    maya.command(INTAKE, "/partner setup").await.unwrap();
    stage.settle().await;
    stage.sandbox.script("conversations.info", Fault::Status(403), 3);
    let mut other = channels(INTAKE);
    other["digest"] = json!("C0GENERAL");
    let before = stage.private(MAYA).len();
    let mut refusals = 0;
    while let Err(refused) = maya.submit(other.clone()).await {
        assert_eq!(refused.fields()["intake"], "I couldn't check that. Press again.");
        refusals += 1;
    }
    assert!(refusals > 0);
    assert_eq!(stage.sandbox.modal(MAYA).unwrap()["callback_id"], "setup.roles");
    stage.settle().await;
    assert_eq!(stage.private(MAYA).len(), before, "nothing is saved before the last step");
    // A step that only leads on saves nothing, whatever is sent.
    let form = json!({"type": "view_submission", "user": {"id": MAYA, "team_id": "T0MERIDIAN"},
        "team": {"id": "T0MERIDIAN"}, "trigger_id": "1.2.3",
        "view": {"id": "V1", "type": "modal", "callback_id": "setup.channels", "state": {"values": {}},
            "private_metadata": stage.sandbox.modal(MAYA).unwrap()["private_metadata"]}});
    let Decoded::Envelope(envelope) = decode::json(form.to_string(), None) else { panic!("{form}") };
    stage.bot.accept(envelope).await.unwrap();
    stage.settle().await;
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(settings::load(&mut tx).await.unwrap().digest_channel, Some(OPS.into()));
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn samples_come_and_go(stage: Stage) {
    let maya = stage.person(MAYA);
    maya.command(INTAKE, "/partner setup").await.unwrap();
    stage.settle().await;
    maya.submit(channels(INTAKE)).await.unwrap();
    maya.submit(json!({})).await.unwrap();
    stage.settle().await;
    let saved = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    maya.click(INTAKE, saved["ts"].as_str().unwrap(), "setup.add_samples").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(MAYA).starts_with("Added 3 partners with 60 overlaps, marked SAMPLE."));
    let mut tx = stage.db.read().await.unwrap();
    let names: Vec<String> = map::partners(&mut tx).await.unwrap().into_iter().map(|p| p.name).collect();
    tx.rollback().await.unwrap();
    assert_eq!(names, ["Globex", "Globex (SAMPLE)", "Initech (SAMPLE)", "Northwind", "Northwind (SAMPLE)"]);
    maya.open_home().await.unwrap();
    stage.settle().await;
    maya.click_in_home("setup.remove_samples").await.unwrap();
    stage.settle().await;
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(map::partners(&mut tx).await.unwrap().len(), 2);
    assert!(map::account_names(&mut tx, 10).await.unwrap().is_empty());
    tx.rollback().await.unwrap();
    stage.end().await;
}
