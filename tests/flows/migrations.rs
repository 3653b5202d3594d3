//! Every step of the schema is taken on tables that have rows, and takes nothing away from them.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use tandem::kernel::ids::ImportId;
use tandem::map::import::{self, Kind};
use tandem::map::store as map;
use tandem::store::{Db, Synchronous};
use tandem::{sql_all, sql_exec, sql_value};

use crate::support;
use crate::support::stage::Backend;

/// Rows for the tables that a step brings: they are there when the next one is taken.
const ROWS: &[(i64, &str)] = &[
    (1, include_str!("migrations/0001.sql")),
    (2, include_str!("migrations/0002.sql")),
    (3, include_str!("migrations/0003.sql")),
    (4, include_str!("migrations/0004.sql")),
    (5, include_str!("migrations/0005.sql")),
    (6, include_str!("migrations/0006.sql")),
    (7, include_str!("migrations/0007.sql")),
    (8, include_str!("migrations/0008.sql")),
    (9, include_str!("migrations/0009.sql")),
    (10, include_str!("migrations/0010.sql")),
    (11, include_str!("migrations/0011.sql")),
    (12, include_str!("migrations/0012.sql")),
    (13, include_str!("migrations/0013.sql")),
    (14, include_str!("migrations/0014.sql")),
    (15, include_str!("migrations/0015.sql")),
    (16, include_str!("migrations/0016.sql")),
    (17, include_str!("migrations/0017.sql")),
    (18, include_str!("migrations/0018.sql")),
    (19, include_str!("migrations/0019.sql")),
];

mod sqlite {
    #[test]
    fn steps_are_taken_on_tables_with_rows() {
        super::play(crate::support::stage::Backend::Sqlite);
    }
}

mod postgres {
    #[test]
    fn steps_are_taken_on_tables_with_rows() {
        super::play(crate::support::stage::Backend::Postgres);
    }
}

fn play(backend: Backend) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("tandem.db");
                let pool = on_sqlite(&path).await;
                let db = Db::Sqlite { write: pool.clone(), read: pool, lock: None };
                let before = take_steps(&db).await;
                db.close().await;
                up_to_date(Db::open_sqlite(&path, Synchronous::Normal).await.unwrap(), &before).await;
            }
            Backend::Postgres => {
                let Some(database) = support::postgres::empty().await else { return };
                let db = Db::Postgres(PgPool::connect(&database.url).await.unwrap());
                let before = take_steps(&db).await;
                db.close().await;
                up_to_date(
                    Db::open_postgres(&database.url, support::postgres::CONNECTIONS).await.unwrap(),
                    &before,
                )
                .await;
            }
        }
    });
}

async fn on_sqlite(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(true);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

/// A table's columns and its rows, each as one text.
type Table = (Vec<String>, Vec<String>);

/// Takes one step after the other, and puts rows into what each one brings. Gives what every table held then.
async fn take_steps(db: &Db) -> BTreeMap<String, Table> {
    let folder = if matches!(db, Db::Postgres(_)) { "postgres" } else { "sqlite" };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    let steps = Migrator::new(folder).await.unwrap();
    let mut held: BTreeMap<String, Table> = BTreeMap::new();
    for (step, rows) in ROWS {
        match db {
            Db::Sqlite { write, .. } => steps.run_to(*step, write).await.unwrap(),
            Db::Postgres(pool) => steps.run_to(*step, pool).await.unwrap(),
        }
        compare(db, &held).await;
        let mut tx = db.begin().await.unwrap();
        for statement in rows.split(";\n").map(str::trim).filter(|s| !s.is_empty()) {
            sql_exec!(&mut tx, AssertSqlSafe(statement.to_owned()))
                .unwrap_or_else(|e| panic!("{e}: {statement}"));
        }
        tx.commit().await.unwrap();
        for table in tables(db).await {
            let columns = columns(db, &table).await;
            let rows = rows_of(db, &table, &columns).await;
            assert!(!rows.is_empty(), "{table} has no row: add one to the rows of step {step}");
            held.insert(table, (columns, rows));
        }
    }
    held
}

async fn compare(db: &Db, held: &BTreeMap<String, Table>) {
    for (table, (columns, rows)) in held {
        assert_eq!(rows_of(db, table, columns).await, *rows, "{table} has changed");
    }
}

async fn tables(db: &Db) -> Vec<String> {
    let sql = match db {
        Db::Sqlite { .. } => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Db::Postgres(_) => "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut tx = db.read().await.unwrap();
    let found = sql_all!(&mut tx, (String,), sql).unwrap();
    tx.rollback().await.unwrap();
    found.into_iter().map(|(name,)| name).filter(|name| name != "_sqlx_migrations").collect()
}

async fn columns(db: &Db, table: &str) -> Vec<String> {
    let sql = match db {
        Db::Sqlite { .. } => "SELECT name FROM pragma_table_info($1)",
        Db::Postgres(_) => {
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public'"
        }
    };
    let mut tx = db.read().await.unwrap();
    let found = sql_all!(&mut tx, (String,), sql, table).unwrap();
    tx.rollback().await.unwrap();
    let mut names: Vec<String> = found.into_iter().map(|(name,)| name).collect();
    names.sort();
    names
}

async fn rows_of(db: &Db, table: &str, columns: &[String]) -> Vec<String> {
    let row: Vec<String> =
        columns.iter().map(|c| format!("'{c}=' || COALESCE(CAST({c} AS TEXT), 'NULL')")).collect();
    let sql = format!("SELECT {} FROM {table}", row.join(" || ' ' || "));
    let mut tx = db.read().await.unwrap();
    let found = sql_all!(&mut tx, (String,), AssertSqlSafe(sql.clone())).unwrap();
    tx.rollback().await.unwrap();
    let mut rows: Vec<String> = found.into_iter().map(|(row,)| row).collect();
    rows.sort();
    rows
}

/// Opened as the app does, which takes the steps that are left: nothing is lost, and what is read is right.
async fn up_to_date(db: Db, before: &BTreeMap<String, Table>) {
    compare(&db, before).await;
    let mut tx = db.read().await.unwrap();
    let partners = map::partners(&mut tx).await.unwrap();
    assert_eq!(partners.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["Northwind"]);
    let overlaps = map::overlaps(&mut tx, &map::Filter::default(), 10).await.unwrap();
    assert_eq!((overlaps.len(), overlaps[0].account.name.as_str()), (1, "Acme"));
    let old = import::store::find(&mut tx, &ImportId::from("i1")).await.unwrap().unwrap();
    assert_eq!(old.kind, Kind::Overlaps, "a list from before there were kinds");
    let made = tandem::plan::store::open_introductions(&mut tx).await.unwrap();
    let made_by = |id: &str| made.iter().find(|i| i.id.as_str() == id).unwrap().made.clone().map(|m| m.by);
    assert_eq!(made_by("n1"), None, "it is not made");
    assert_eq!(made_by("n2").unwrap().as_str(), "U0MAYA", "one from before it was kept who made it");
    assert_eq!(made_by("n3").unwrap().as_str(), "U0MAYA");
    tx.rollback().await.unwrap();
    // What belongs to a partner goes with it, in the tables of every step.
    let mut tx = db.begin().await.unwrap();
    sql_exec!(&mut tx, "DELETE FROM partners WHERE id = 'p1'").unwrap();
    for table in [
        "contacts",
        "account_overlaps",
        "account_partners",
        "list_pairs",
        "pair_answers",
        "focus_accounts",
        "sharing_rules",
        "asks",
        "introductions",
    ] {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(sql_value!(&mut tx, i64, AssertSqlSafe(sql.clone())).unwrap(), 0, "{table}");
    }
    tx.rollback().await.unwrap();
    db.close().await;
}
