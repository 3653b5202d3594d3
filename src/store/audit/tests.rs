use super::*;
use crate::store::{Db, Synchronous};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_772_614_800 + minute * 60).unwrap()
}

async fn log() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&folder.path().join("t.db"), Synchronous::Normal).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    sql_exec!(
        &mut tx,
        "INSERT INTO people (id, team_id, name, fetched_at) VALUES ('U0SAM', 'T0NORTHWIND', 'Sam', 0)"
    )
    .unwrap();
    done(&mut tx, at(0), "U0MAYA", "draft.approve", "draft:1", "version 3");
    refused(&mut tx, at(1), "U0SAM", "draft.approve", "draft:1", "Only \0 members");
    assert_eq!(of(&mut tx, "draft:1").await.unwrap().len(), 2, "seen by the transaction itself");
    tx.commit().await.unwrap();
    let mut tx = db.begin().await.unwrap();
    done(&mut tx, at(2), "tandem", "draft.sent", "draft:1", "");
    tx.commit().await.unwrap();
    (folder, db)
}

async fn verdict(db: &Db, noted: Option<(i64, String)>) -> Verdict {
    let mut tx = db.read().await.unwrap();
    verify(&mut tx, noted).await.unwrap()
}

/// As somebody with the file in their hands would: the triggers are taken away first.
async fn tamper(db: &Db, sql: &'static str) {
    let mut tx = db.begin().await.unwrap();
    for trigger in ["audit_never_changes", "audit_never_shrinks", "audit_only_grows"] {
        sql_exec!(&mut tx, sqlx::AssertSqlSafe(format!("DROP TRIGGER IF EXISTS {trigger}"))).unwrap();
    }
    assert_eq!(sql_exec!(&mut tx, sql).unwrap(), 1, "{sql}");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn entries_are_chained_with_the_team_of_who_acted() {
    let (_folder, db) = log().await;
    let mut tx = db.read().await.unwrap();
    let links = page(&mut tx, 0).await.unwrap();
    assert_eq!(links.iter().map(|l| l.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(links.iter().map(|l| l.team.as_str()).collect::<Vec<_>>(), ["", "T0NORTHWIND", ""]);
    assert_eq!((links[1].outcome.as_str(), links[1].detail.as_str()), ("refused", "Only  members"));
    let head = head(&mut tx).await.unwrap();
    assert_eq!(head, Some((3, links[2].hash.clone())));
    tx.rollback().await.unwrap();
    assert_eq!(verdict(&db, None).await, Verdict::Whole(head.clone()));
    assert_eq!(verdict(&db, Some((1, links[0].hash.clone()))).await, Verdict::Whole(head));
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_leaves_no_entry() {
    let (_folder, db) = log().await;
    let mut tx = db.begin().await.unwrap();
    done(&mut tx, at(3), "U0MAYA", "draft.reject", "draft:2", "");
    tx.rollback().await.unwrap();
    assert!(matches!(verdict(&db, None).await, Verdict::Whole(Some((3, _)))));
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_an_entry() {
    let (_folder, db) = log().await;
    for sql in [
        "UPDATE audit SET detail = 'nothing' WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 3",
        "INSERT OR REPLACE INTO audit SELECT 1, at, actor, team, action, subject, outcome, detail, hash FROM audit WHERE seq = 2",
        "INSERT INTO audit SELECT 9, at, actor, team, action, subject, outcome, detail, hash FROM audit WHERE seq = 2",
    ] {
        let mut tx = db.begin().await.unwrap();
        let error = sql_exec!(&mut tx, sql).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{sql}: {error}");
    }
    assert!(matches!(verdict(&db, None).await, Verdict::Whole(Some((3, _)))));
}

#[tokio::test]
async fn every_change_is_found_at_its_entry() {
    for column in ["actor", "team", "action", "subject", "outcome", "detail", "hash"] {
        let (_folder, db) = log().await;
        let sql = format!("UPDATE audit SET {column} = {column} || 'x' WHERE seq = 2");
        tamper(&db, sql.leak()).await;
        let found = verdict(&db, None).await;
        assert!(matches!(&found, Verdict::Changed(link) if link.seq == 2), "{column}: {found:?}");
    }
    let (_folder, db) = log().await;
    tamper(&db, "UPDATE audit SET at = at + 1 WHERE seq = 3").await;
    assert!(matches!(verdict(&db, None).await, Verdict::Changed(link) if link.seq == 3));
}

#[tokio::test]
async fn a_removed_entry_is_found_and_so_is_a_cut_off_end() {
    let (_folder, db) = log().await;
    let noted = head(&mut db.read().await.unwrap()).await.unwrap();
    tamper(&db, "DELETE FROM audit WHERE seq = 3").await;
    assert!(matches!(verdict(&db, None).await, Verdict::Whole(Some((2, _)))), "the chain alone cannot tell");
    assert_eq!(verdict(&db, noted).await, Verdict::NotTheNoted(3));
    tamper(&db, "DELETE FROM audit WHERE seq = 1").await;
    assert_eq!(verdict(&db, None).await, Verdict::Missing(1));
}

#[test]
fn the_border_between_two_fields_counts() {
    let link = |action: &str, subject: &str| Link {
        seq: 1,
        at: 0,
        actor: "U1".into(),
        team: "T1".into(),
        action: action.into(),
        subject: subject.into(),
        outcome: "done".into(),
        detail: String::new(),
        hash: String::new(),
    };
    assert_ne!(link("ab", "c").expected(""), link("a", "bc").expected(""));
    assert_ne!(link("a", "b").expected(""), link("a", "b").expected("0"));
}
