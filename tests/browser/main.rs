//! The product in a real browser, from the pasted overlap to the note in the partner's channel.
//!
//! `cargo test --test browser -- --ignored` needs Chromium and chromedriver, which few machines have; so plain
//! `cargo test` compiles these tests and names them as ignored with that reason. `.ci/run` runs them.
//! The pictures are left in `target/screenshots/`; with `TEST_PICTURES=deploy/pictures` the README's are made anew.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

mod demo;
mod driver;
mod mapping;
mod page;
mod rhythm;
mod story;

use std::time::Duration;

use driver::{Driver, NARROW, WIDE};
use serde_json::json;

#[tokio::test]
#[ignore = "needs Chromium and chromedriver: cargo test --test browser -- --ignored"]
async fn windows_have_the_asked_size_and_pictures_are_kept() {
    let driver = Driver::start();
    for size in [WIDE, NARROW] {
        let window = driver.window(size).await;
        window.open("data:text/html,<title>Here</title><body>Here").await;
        let inner = window.until("a size", "return [innerWidth, innerHeight]", &[]).await;
        assert_eq!(inner, json!([size.width, size.height]));
        let picture = window.screenshot(&format!("own-{}", size.width)).await;
        assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));
        window.close().await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver: cargo test --test browser -- --ignored"]
async fn from_an_overlap_in_the_channel_to_an_approved_note_in_the_partners_channel() {
    let whole = story::tell();
    tokio::time::timeout(Duration::from_secs(300), whole).await.expect("the story within its time");
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver: cargo test --test browser -- --ignored"]
async fn from_two_lists_to_an_account_that_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let whole = mapping::tell(folder.path());
    tokio::time::timeout(Duration::from_secs(300), whole).await.expect("the story within its time");
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver: cargo test --test browser -- --ignored"]
async fn from_a_proposed_session_to_the_next_ones_agenda() {
    let folder = tempfile::tempdir().unwrap();
    let whole = rhythm::tell(folder.path());
    tokio::time::timeout(Duration::from_secs(300), whole).await.expect("the story within its time");
}
