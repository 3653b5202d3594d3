//! The product in a real browser, from the pasted overlap to the note in the partner's channel.
//!
//! `cargo test --test browser -- --ignored` needs Chromium and chromedriver, which few machines have; so plain
//! `cargo test` compiles these tests and names them as ignored with that reason. `.ci/run` runs them.
//! The pictures are left in `target/screenshots/`.
#![allow(dead_code, clippy::unwrap_used)]

mod demo;
mod driver;
mod page;

use demo::Demo;
use driver::{Driver, NARROW, WIDE};
use page::{Control, Page, Place};
use serde_json::json;

const MAYA: &str = "U0MAYA";
const OMAR: &str = "U0OMAR";
const SAM: &str = "U0SAM";
const INTAKE: &str = "C0OVERLAPS";
const PARTNER_OPS: &str = "C0PARTNEROPS";
const NORTHWIND: &str = "C0NORTHWIND";

/// The action ids that the scenario clicks.
mod action {
    pub const PLAN: &str = "digest.plan";
    pub const MORE: &str = "digest.more";
    pub const APPROVE: &str = "draft.approve";
    pub const EDIT: &str = "draft.edit";
    pub const IMPORT: &str = "import.confirm";
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver: cargo test --test browser -- --ignored"]
async fn windows_have_the_asked_size_and_pictures_are_kept() {
    let driver = Driver::start();
    for size in [WIDE, NARROW] {
        let window = driver.window(size).await;
        window.open("data:text/html,<title>Here</title><button onclick='this.remove()'>Go</button>").await;
        let inner = window.until("a size", "return [innerWidth, innerHeight]", &[]).await;
        assert_eq!(inner, json!([size.width, size.height]));
        window.click("the button", "return document.querySelector('button')", &[]).await;
        window.until("the button to go", "return !document.querySelector('button')", &[]).await;
        let picture = window.screenshot(&format!("own-{}", size.width)).await;
        assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));
        window.close().await;
    }
}

#[tokio::test]
#[ignore = "needs Chromium and chromedriver: cargo test --test browser -- --ignored"]
async fn from_an_overlap_in_the_channel_to_an_approved_note_in_the_partners_channel() {
    let demo = Demo::start().await;
    let driver = Driver::start();
    let page = Page::open(&driver, &demo.url, WIDE).await;

    page.as_user(OMAR).await;
    page.open_channel(INTAKE).await;
    for text in [
        "New overlap w/ Northwind: Acme Corp (acme.com), our open opp $120k, their customer, owner @Alex Rivera",
        "Globex Retail (globexretail.com) with Initech: our customer, their prospect",
        "• Hooli, hooli.com, Globex, their customer, our prospect\n• Umbrella, umbrella.com, Globex, open opp both",
    ] {
        page.paste_message(text).await;
    }
    page.screenshot("intake-wide").await;

    page.drop_file("northwind-accounts.csv", include_bytes!("two_bad_rows.csv")).await;
    let preview = page.sees(Place::Main, "2 rows").await;
    assert!(preview.contains("line"), "{preview}");
    page.click_action(Control::of(Place::Main, action::IMPORT)).await;

    page.move_clock("clock-monday").await;
    page.open_channel(PARTNER_OPS).await;
    page.sees(Place::Main, "Partner triage, week of").await;
    page.screenshot("digest-wide").await;

    page.as_user(MAYA).await;
    page.open_channel(PARTNER_OPS).await;
    page.click_action(Control::of(Place::Main, action::PLAN).in_message("Partner triage").beside("Acme"))
        .await;
    page.submit().await;
    let more = Control::of(Place::Main, action::MORE).in_message("Partner triage");
    page.choose(more.beside("Globex Retail"), "Snooze").await;
    page.submit().await;
    page.choose(more.beside("Hooli"), "Dismiss").await;
    page.fill("Why", "Not a fit").await;
    page.submit().await;
    page.choose(more.beside("Umbrella"), "Draft note").await;
    page.submit().await;

    let draft = "Note to Sam at Northwind";
    page.sees(Place::Main, draft).await;
    let approve = Control::of(Place::Main, action::APPROVE).in_message(draft);
    page.click_action(Control::of(Place::Main, action::EDIT).in_message(draft)).await;
    page.fill("Text", "Hi Sam, just checking in.").await;
    page.submit().await;
    page.sees(Place::Main, "checking in").await;
    assert!(!page.has(approve).await, "a blocked note cannot be approved");
    page.click_action(Control::of(Place::Main, action::EDIT).in_message(draft)).await;
    let text =
        "Hi Sam, Acme takes 400 returns a day by hand. I can introduce you to their head of operations.";
    page.fill("Text", text).await;
    page.submit().await;
    page.screenshot("draft-wide").await;

    let question = page.click_and_confirm(approve).await;
    assert!(question.contains("Sam"), "{question}");
    page.sees(Place::Main, "Sent").await;
    page.open_channel(NORTHWIND).await;
    page.sees(Place::Main, text).await;
    page.screenshot("partner-wide").await;

    page.as_user(SAM).await;
    page.open_channel(NORTHWIND).await;
    page.close().await;
    // Still to come: Sam's stale Approve is refused; a commitment by command and its reminder; the narrow pictures.
}
