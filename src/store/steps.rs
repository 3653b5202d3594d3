//! How SQLite goes about a statement: what is read often must not come to read whole tables again.

use sqlx::AssertSqlSafe;

use super::{Db, Synchronous};
use crate::sql_all;

/// The steps of a statement in an empty database, a line each.
pub async fn of(sql: String) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let db =
        Db::open_sqlite(&folder.path().join("tandem.db"), Synchronous::Normal).await.expect("a database");
    let mut tx = db.read().await.expect("a transaction");
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let steps = sql_all!(&mut tx, (i64, i64, i64, String), AssertSqlSafe(sql.clone())).expect("a plan");
    tx.rollback().await.expect("an end");
    db.close().await;
    steps.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("\n")
}
