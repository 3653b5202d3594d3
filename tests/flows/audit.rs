//! Who did what to what and when: written down in one chain that nobody can change unseen.

use tandem::sql_exec;
use tandem::store::audit::{self, Verdict};

use crate::support::stage::{ALEX, INTAKE, MAYA, Stage};

crate::flows!(
    an_admin_reads_who_did_what,
    only_an_admin_reads_it,
    entries_of_many_at_once_make_one_chain,
    the_database_refuses_to_change_an_entry,
);

async fn an_admin_reads_who_did_what(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    for (verb, subject) in [("inbox.retry", "inbox:40"), ("inbox.drop", "inbox:41")] {
        audit::done(&mut tx, stage.clock.now(), audit::CONSOLE, verb, subject, "");
    }
    tx.commit().await.unwrap();
    let said = "New overlap with Northwind: Acme Corp (acme.com), our open opp $120k, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    stage.person(ALEX).command(INTAKE, "/partner setup").await.unwrap();
    stage.settle().await;
    stage.person(MAYA).command(INTAKE, "/partner status audit").await.unwrap();
    stage.settle().await;
    insta::allow_duplicates! {
        insta::assert_snapshot!(stage.last_private(MAYA), @r"
        *Wednesday 4 March 2026*
        Alex Rivera was refused `/partner setup` · 10:00
        Alex Rivera added Acme Corp with Northwind · 10:00
        Somebody on the server dropped number 41 of the inbox · 10:00
        Somebody on the server had number 40 of the inbox tried again · 10:00
        ");
    }
    let mut tx = stage.db.read().await.unwrap();
    let newest = audit::newest(&mut tx, 1).await.unwrap().remove(0);
    assert_eq!((newest.outcome.as_str(), newest.team.as_str()), ("refused", "T0MERIDIAN"));
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn only_an_admin_reads_it(stage: Stage) {
    stage.person(ALEX).command(INTAKE, "/partner status audit").await.unwrap();
    stage.settle().await;
    assert_eq!(
        stage.last_private(ALEX),
        "Only an admin can read the audit log. `/partner status` says who that is."
    );
    stage.end().await;
}

async fn entries_of_many_at_once_make_one_chain(stage: Stage) {
    const WRITERS: usize = 8;
    const EACH: usize = 20;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (db, now) = (stage.db.clone(), stage.clock.now());
        writers.spawn(async move {
            for n in 0..EACH {
                let mut tx = db.begin().await.unwrap();
                for part in ["first", "second"] {
                    let subject = format!("test:{writer}:{n}");
                    audit::done(&mut tx, now, "tandem", "test.write", &subject, part);
                }
                tx.commit().await.unwrap();
            }
        });
    }
    writers.join_all().await;
    let mut tx = stage.db.read().await.unwrap();
    let verdict = audit::verify(&mut tx, None).await.unwrap();
    assert!(matches!(verdict, Verdict::Whole(Some((320, _)))), "{verdict:?}");
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn the_database_refuses_to_change_an_entry(stage: Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    audit::done(&mut tx, stage.clock.now(), MAYA, "draft.approve", "draft:1", "");
    tx.commit().await.unwrap();
    for sql in ["UPDATE audit SET actor = 'U0SAM'", "DELETE FROM audit"] {
        let mut tx = stage.db.begin().await.unwrap();
        let error = sql_exec!(&mut tx, sql).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
    stage.end().await;
}
