use super::*;
use crate::map::partner::{Contact, ContactRole, Partner};
use crate::map::store as map;
use crate::store::{Db, Synchronous};
use crate::sustain::draft::tests::{now, sample, seen};
use crate::sustain::library::{Item, ItemKind};
use crate::sustain::relevance::Level;

async fn db() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&folder.path().join("t.db"), Synchronous::Normal).await.unwrap();
    (folder, db)
}

fn partner(id: &str, name: &str) -> Partner {
    Partner {
        id: id.into(),
        name: name.into(),
        domain: None,
        manager: None,
        channel: None,
        refresh_days: 45,
        list_seen_at: None,
        sample: false,
    }
}

async fn people(tx: &mut Tx) {
    for (id, name) in [("p1", "Northwind"), ("p2", "Globex")] {
        map::save_partner(tx, now(), &partner(id, name)).await.unwrap();
    }
    let contact = Contact {
        id: "c1".into(),
        partner: "p1".into(),
        name: "Sam".into(),
        role: ContactRole::PartnerRep,
        email: None,
        slack_user: None,
        said_no_to: Vec::new(),
    };
    map::save_contact(tx, now(), &contact).await.unwrap();
    let account =
        crate::map::account::Account { id: "a1".into(), name: "Acme Corp".into(), domain: None, owner: None };
    map::insert_accounts(tx, now(), &[account], false).await.unwrap();
}

#[tokio::test]
async fn every_stage_is_read_as_it_was_written_and_an_older_version_is_not_saved() {
    let (_folder, db) = db().await;
    let mut tx = db.begin().await.unwrap();
    people(&mut tx).await;
    let draft = sample(Level::Block, Route::Channel);
    insert(&mut tx, &draft).await.unwrap();
    assert_eq!(find(&mut tx, &draft.id).await.unwrap().unwrap(), draft);
    let s = seen(&draft);
    let over = draft.clone().overrule(&s, "U0MAYA".into(), "agreed".into(), now()).unwrap();
    let s = seen(&over);
    let sending = over.clone().approve(&s, "U0MAYA".into(), now()).unwrap();
    let lost = sending.clone().lost_sight("unknown".into()).unwrap();
    let arrival = Arrival { channel: Some("C1".into()), ts: Some("1.2".into()), link: None };
    let sent = Draft { version: lost.version, ..sending.clone() }.arrived(now(), arrival).unwrap();
    for next in [&over, &sending, &lost, &sent] {
        assert!(save(&mut tx, next, next.version - 1).await.unwrap());
        assert_eq!(find(&mut tx, &draft.id).await.unwrap().as_ref(), Some(next));
        assert!(!save(&mut tx, next, next.version - 1).await.unwrap(), "who comes second saves nothing");
    }
    assert_eq!(waiting(&mut tx).await.unwrap(), []);
    touch(&mut tx, now(), &sent).await.unwrap();
    touch(&mut tx, now(), &sent).await.unwrap();
    assert_eq!(touches(&mut tx, &"c1".into(), now()).await.unwrap(), 1);
    let later = now() + SignedDuration::from_hours(30 * 24);
    assert_eq!(touches(&mut tx, &"c1".into(), later).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_one_partners_is_no_other_partners_to_read() {
    let (_folder, db) = db().await;
    let mut tx = db.begin().await.unwrap();
    people(&mut tx).await;
    let item = |kind, title: &str| Item::new(kind, title);
    let by = UserId::from("U0MAYA");
    let northwind = partner("p1", "Northwind");
    for item in [
        item(ItemKind::TheirLaunch, "Returns API"),
        item(ItemKind::OurLaunch, "Connector"),
        item(ItemKind::Asset, "Northwind co-branded checklist"),
    ] {
        add_item(&mut tx, now(), &by, &northwind, &item).await.unwrap();
        add_item(&mut tx, now(), &by, &northwind, &item).await.unwrap();
    }
    let theirs: Vec<String> =
        library(&mut tx, &"p2".into()).await.unwrap().into_iter().map(|i| i.title).collect();
    assert_eq!(library(&mut tx, &"p1".into()).await.unwrap().len(), 3);
    assert_eq!(theirs, ["Connector"]);
}

#[tokio::test]
async fn an_approved_note_counts_before_it_has_arrived() {
    let (_folder, db) = db().await;
    let mut tx = db.begin().await.unwrap();
    people(&mut tx).await;
    let draft = sample(Level::Pass, Route::Channel);
    insert(&mut tx, &draft).await.unwrap();
    assert_eq!(touches(&mut tx, &"c1".into(), now()).await.unwrap(), 0);
    let s = seen(&draft);
    let sending = draft.approve(&s, "U0MAYA".into(), now()).unwrap();
    assert!(save(&mut tx, &sending, 1).await.unwrap());
    assert_eq!(touches(&mut tx, &"c1".into(), now()).await.unwrap(), 1);
    let sent = sending.arrived(now(), Arrival::default()).unwrap();
    assert!(save(&mut tx, &sent, 2).await.unwrap());
    touch(&mut tx, now(), &sent).await.unwrap();
    assert_eq!(touches(&mut tx, &"c1".into(), now()).await.unwrap(), 1, "once");
}
