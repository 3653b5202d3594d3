//! The tests' own tools, tested.
use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{partner_list, postgres};
use sqlx::{Connection, PgConnection};
use url::Url;

#[tokio::test]
async fn each_caller_gets_an_empty_database_of_its_own() {
    let Some(one) = postgres::database().await else { return };
    let Some(two) = postgres::database().await else { return };
    assert_ne!(one.url, two.url);
    for database in [&one, &two] {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query("CREATE TABLE mine (id BIGINT PRIMARY KEY)").execute(&mut connection).await.unwrap();
        let encoding: String =
            sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await.unwrap();
        assert_eq!(encoding, "UTF8");
    }
}

#[tokio::test]
async fn a_dropped_database_is_gone_though_a_connection_was_open() {
    let Some(keeps) = postgres::database().await else { return };
    let Some(goes) = postgres::database().await else { return };
    let name = Url::parse(&goes.url).unwrap().path().trim_start_matches('/').to_owned();
    let _open = PgConnection::connect(&goes.url).await.unwrap();
    drop(goes);
    let mut connection = PgConnection::connect(&keeps.url).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn nothing_stays_behind_however_the_process_ends() {
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return; // No cluster of ours to leave behind.
    }
    let children =
        ["returns", "panics", "aborts"].map(|end| (end, std::thread::spawn(|| run_child(end, &[]))));
    for (end, child) in children {
        let output = child.join().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout);
        let Some(folder) = stdout.lines().find_map(|line| line.strip_prefix("cluster ")) else {
            assert!(stdout.contains("no cluster"), "{end}: {stdout}");
            continue;
        };
        assert_eq!(output.status.success(), end == "returns", "{end}");
        assert!(!Path::new(folder).exists(), "{end}: {folder} stays behind");
    }
}

#[test]
fn a_server_that_is_named_and_does_not_answer_is_a_failure() {
    let output = run_child("returns", &[("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:1/none")]);
    assert!(!output.status.success());
}

#[test]
fn where_there_is_no_postgres_the_test_is_named_and_can_be_made_to_fail() {
    let none = ("TEST_DATABASE_URL", "none");
    let told = run_child("returns", &[none, ("TEST_REQUIRE_POSTGRES", "0")]);
    assert!(told.status.success());
    let stderr = String::from_utf8_lossy(&told.stderr);
    assert!(
        stderr.contains("not run on Postgres: parts::support::child (TEST_DATABASE_URL=none)"),
        "{stderr}"
    );

    let required = run_child("returns", &[none, ("TEST_REQUIRE_POSTGRES", "1")]);
    assert!(!required.status.success());
}

/// Runs [`child`] in a process of its own. Returns once the cluster's keeper has ended too, because the keeper
/// holds the other end of standard error until it has tidied up.
fn run_child(end: &str, settings: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "parts::support::child", "--ignored", "--nocapture"])
        .env("CHILD_ENDS", end)
        .envs(settings.iter().copied())
        .output()
        .unwrap()
}

#[tokio::test]
#[ignore = "run by nothing_stays_behind_however_the_process_ends"]
async fn child() {
    use std::io::Write;
    let database = postgres::database().await;
    let folder = database.as_ref().and_then(|database| {
        let url = Url::parse(&database.url).unwrap();
        let host = url.query_pairs().find(|(key, _)| key == "host")?;
        Some(host.1.into_owned())
    });
    let mut out = std::io::stdout();
    match folder {
        Some(folder) => {
            assert!(Path::new(&folder).exists());
            writeln!(out, "\ncluster {folder}").unwrap();
        }
        None => writeln!(out, "\nno cluster").unwrap(),
    }
    match std::env::var("CHILD_ENDS").as_deref() {
        Ok("panics") => panic!("as asked"),
        Ok("aborts") => std::process::abort(),
        _ => {}
    }
}

#[test]
fn a_list_has_the_asked_rows_and_every_account_once() {
    let mut list = Vec::new();
    partner_list::write_csv(&mut list, 1_000).unwrap();
    let mut reader = csv::Reader::from_reader(list.as_slice());
    assert_eq!(reader.headers().unwrap().len(), 7);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1_000);
    assert_eq!(rows.iter().map(|row| row[0].to_owned()).collect::<HashSet<_>>().len(), 1_000);
    assert_eq!(rows.iter().map(|row| row[1].to_owned()).collect::<HashSet<_>>().len(), 1_000);
    assert_eq!(
        rows.iter().map(|row| (row[2].to_owned(), row[3].to_owned())).collect::<HashSet<_>>().len(),
        9
    );
}
