//! The worker behind the imports: who works on one, and what happens when something goes wrong.

use tandem::kernel::ids::ImportId;
use tandem::map::import::{Counts, Extent, Import, Kind, State, store};
use tandem::sandbox::Fault;

use super::imports::{card, drop_list, list, overlaps};
use crate::support::stage::{INTAKE, OMAR, OPS, Stage};

crate::flows!(
    one_replica_works_on_it,
    a_file_that_is_not_here_is_fetched_again,
    what_passes_is_waited_out,
    a_database_that_fails_is_waited_for,
    a_layout_does_not_say_whose_list_it_is,
    a_file_goes_when_its_import_ends,
);

/// A file that Slack has told us of and nobody has looked at.
async fn received(stage: &Stage, list: String) -> ImportId {
    let (file_id, thread) = stage.person(OMAR).upload(OPS, "northwind.csv", list).await.unwrap();
    stage.settle().await;
    let import = Import {
        id: ImportId::random(),
        file_id,
        file_name: "northwind.csv".into(),
        channel: OPS.into(),
        thread: Some(thread),
        partner: None,
        kind: Kind::default(),
        uploaded_by: OMAR.into(),
        state: State::Received,
        headers: Vec::new(),
        mapping: None,
        extent: Extent::Whole,
        counts: Counts::default(),
        error: None,
        version: 1,
    };
    let mut tx = stage.db.begin().await.unwrap();
    assert!(store::insert(&mut tx, stage.clock.now(), &import).await.unwrap());
    tx.commit().await.unwrap();
    import.id
}

async fn one_replica_works_on_it(stage: Stage) {
    let mut others = Vec::new();
    for _ in 0..3 {
        others.extend(stage.replica().await);
    }
    received(&stage, list(0..4)).await;
    for replica in &others {
        replica.bot.imports.ring();
    }
    stage.bot.imports.ring();
    stage.imports().await;
    assert_eq!(stage.sandbox.calls_of("files.info").len(), 1, "one of them fetches it");
    let card = stage.texts(OPS).pop().unwrap();
    assert!(card.contains("4 new · 0 changed"), "{card}");
    for replica in others {
        replica.end().await;
    }
    stage.end().await;
}

/// As on another machine than the one that counted it.
async fn a_file_that_is_not_here_is_fetched_again(stage: Stage) {
    let ts = drop_list(&stage, OMAR, "march.csv", list(0..4)).await;
    let (_, at) = card(&stage, &ts);
    std::fs::remove_dir_all(stage.config.data_dir.join("downloads")).unwrap();
    stage.press(OMAR, &(INTAKE.to_owned(), at), "import.run").await;
    stage.imports().await;
    assert_eq!(overlaps(&stage).await, (4, 0), "{}", card(&stage, &ts).0);
    stage.end().await;
}

async fn what_passes_is_waited_out(stage: Stage) {
    stage.sandbox.script("files.info", Fault::Error("internal_error".into()), 1);
    received(&stage, list(0..4)).await;
    stage.bot.imports.ring();
    stage.imports().await;
    let card = stage.texts(OPS).pop().unwrap();
    assert!(card.contains("4 new · 0 changed"), "{card}");
    stage.end().await;
}

async fn a_database_that_fails_is_waited_for(stage: Stage) {
    let rename = async |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        let mut tx = stage.db.begin().await.unwrap();
        tandem::sql_exec!(&mut tx, sqlx::AssertSqlSafe(sql.clone())).unwrap();
        tx.commit().await.unwrap();
    };
    rename("imports", "elsewhere").await;
    stage.bot.imports.ring();
    // Nothing tells that the worker has looked; it does within milliseconds.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    rename("elsewhere", "imports").await;
    received(&stage, list(0..4)).await;
    stage.bot.imports.ring();
    stage.imports().await;
    let card = stage.texts(OPS).pop().unwrap();
    assert!(card.contains("4 new · 0 changed"), "{card}");
    stage.end().await;
}

async fn a_layout_does_not_say_whose_list_it_is(stage: Stage) {
    let list = "Kundenname,Netzseite\nAcme Corp,acme.com\nGlobex Retail,globex-retail.com\n";
    let ts = drop_list(&stage, OMAR, "northwind-liste.csv", list).await;
    let (_, at) = card(&stage, &ts);
    stage.press(OMAR, &(INTAKE.to_owned(), at), "import.columns").await;
    let columns = serde_json::json!({"partner": "p-northwind", "column0": "account", "column1": "domain"});
    stage.submit(OMAR, columns).await;
    stage.imports().await;
    // The same layout, and nobody says that it is Northwind's.
    let ts = drop_list(&stage, OMAR, "accounts.csv", list).await;
    let (text, at) = card(&stage, &ts);
    insta::assert_snapshot!(text, @"*accounts.csv*: It does not say which partner it is from. Nothing is imported yet.");
    // The columns are known all the same.
    stage.press(OMAR, &(INTAKE.to_owned(), at), "import.columns").await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    Whose list is it: -
    Kundenname: Account
    Netzseite: Domain or website
    ");
    stage.submit(OMAR, serde_json::json!({"partner": "p-globex"})).await;
    stage.imports().await;
    let (text, _) = card(&stage, &ts);
    insta::assert_snapshot!(text, @r"
    *accounts.csv* · Globex
    2 new · 0 changed · 0 unchanged · 0 unreadable
    Each row counts as an overlap. If these are all of Globex's accounts, keep them as accounts: they are matched once our own list is here.
    ");
    stage.end().await;
}

async fn a_file_goes_when_its_import_ends(stage: Stage) {
    let files = || std::fs::read_dir(stage.config.data_dir.join("downloads")).unwrap().count();
    let mut cards = Vec::new();
    for name in ["march.csv", "april.csv"] {
        let ts = drop_list(&stage, OMAR, name, list(0..4)).await;
        cards.push((INTAKE.to_owned(), card(&stage, &ts).1));
    }
    assert_eq!(files(), 2, "both may still be imported");
    stage.press(OMAR, &cards[0], "import.cancel").await;
    stage.press(OMAR, &cards[1], "import.run").await;
    stage.imports().await;
    let end = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while files() > 0 {
        assert!(tokio::time::Instant::now() < end, "{} files are left", files());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    stage.end().await;
}
