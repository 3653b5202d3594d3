//! A partner team's two weeks, as one story in named steps.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::demo::Demo;
use crate::driver::{Driver, NARROW, POSTER, WIDE};
use crate::page::{Control, Page, Place};

const MAYA: &str = "U0MAYA";
const OMAR: &str = "U0OMAR";
const SAM: &str = "U0SAM";
const INTAKE: &str = "C0OVERLAPS";
const PARTNER_OPS: &str = "C0PARTNEROPS";
const NORTHWIND: &str = "C0NORTHWIND";
/// Maya's direct messages with the app.
const MAYAS_OWN: &str = "D0MAYA";

const PLAN: &str = "overlap.plan";
const MENU: &str = "overlap.menu";
const APPROVE: &str = "draft.approve";
const EDIT: &str = "draft.edit";

const DIGEST: &str = "Partner triage, week of 9 March";
const CARD: &str = "Note to Sam Whitfield at Northwind";
const HOLLOW: &str = "Hi Sam, just checking in. Anything we can work on together this quarter?";

/// How long one step may take.
const STEP: Duration = Duration::from_secs(45);

/// Carries out one step in its time; a step that hangs is named.
pub async fn step<T>(name: &str, act: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let Ok(result) = timeout(STEP, act).await else { panic!("`{name}` did not end within {STEP:?}") };
    eprintln!("{:6.2} s  {name}", begun.elapsed().as_secs_f64());
    result
}

/// Everything from the first message to the reminder, wide and then narrow.
pub async fn tell() {
    let folder = tempfile::tempdir().unwrap();
    let demo = step("the demo starts", Demo::start(folder.path())).await;
    let driver = Driver::start();
    let page = step("the page opens", Page::open(&driver, &demo.url, WIDE)).await;
    step("three overlaps are pasted", paste_overlaps(&page)).await;
    step("a list with two bad rows is dropped", import_list(&page)).await;
    step("on Monday the digest comes", digest(&page)).await;
    step("the digest's picture", picture(&driver, &demo.url, DIGEST, "digest.png")).await;
    step("rows are planned, snoozed and dismissed", decide(&page)).await;
    step("a note is drafted", draft(&page)).await;
    step("the card's picture", picture(&driver, &demo.url, CARD, "approval-card.png")).await;
    let text = step("a rule turns from block to pass", edit(&page)).await;
    step("the note is approved while Sam looks on", approve(&page, &driver, &demo.url)).await;
    step("the note stands in the partner's channel", arrived(&page, &text)).await;
    step("a commitment is logged", commit(&page)).await;
    step("its reminder comes on the day", remind(&page)).await;
    step("Home and help", look_around(&page)).await;
    page.close().await;
    step("the same on a phone", narrow(&driver, &demo.url)).await;
    step("the demo ends", demo.stop()).await;
    step("the refusal was recorded", audited(folder.path())).await;
}

async fn paste_overlaps(page: &Page) {
    page.screenshot("01-first-sight").await;
    page.as_user(OMAR).await;
    page.open_channel(INTAKE).await;
    for (text, words, answer) in [
        (
            "New overlap w/ Northwind: Acme Corp (acme.com), our open opp $120k, their customer, owner @alex",
            "Acme Corp",
            "Added Acme Corp (acme.com) with Northwind",
        ),
        (
            "Globex Retail (globexretail.com) with Initech: our customer, their prospect",
            "Globex Retail",
            "Added Globex Retail (globexretail.com) with Initech",
        ),
        (
            "• Hooli, hooli.com, Globex, their customer, our prospect\n\
             • Umbrella, umbrella.com, Globex, open opp both",
            "Hooli",
            "Added Hooli (hooli.com) and Umbrella (umbrella.com) with Globex",
        ),
    ] {
        page.paste_message(text).await;
        page.open_thread(words).await;
        page.sees(Place::Thread, answer).await;
    }
    page.screenshot("02-intake").await;
    page.close_thread().await;
}

async fn import_list(page: &Page) {
    page.drop_file("northwind-accounts.csv", include_bytes!("two_bad_rows.csv")).await;
    page.open_thread("northwind-accounts.csv").await;
    let preview = page.sees(Place::Thread, "2 unreadable").await;
    assert!(preview.contains("Line 4:") && preview.contains("Line 6:"), "{preview}");
    page.screenshot("03-import-preview").await;
    page.click_action(Control::of(Place::Thread, "import.run")).await;
    let question = page.say_yes().await;
    assert!(question.contains("These 24 are marked as gone"), "{question}");
    page.sees(Place::Thread, "imported by").await;
    page.screenshot("04-import-done").await;
    page.close_thread().await;
}

async fn digest(page: &Page) {
    page.move_clock("clock-monday").await;
    page.as_user(MAYA).await;
    page.open_channel(PARTNER_OPS).await;
    page.sees(Place::Main, DIGEST).await;
    page.scroll_to(Place::Main, DIGEST).await;
    page.screenshot("05-digest").await;
    page.open_thread(DIGEST).await;
    page.sees(Place::Thread, "more with Initech").await;
    page.screenshot("06-digest-thread").await;
    page.close_thread().await;
}

async fn decide(page: &Page) {
    let row = |action, account| Control::of(Place::Main, action).in_message(DIGEST).beside(account);
    page.click_action(row(PLAN, "Anchor Foods")).await;
    page.modal("Plan").await;
    for why in ["Why this partner", "Why now", "Why this person"] {
        assert_ne!(page.value(why).await, "", "{why} is proposed");
    }
    page.fill("Hold", "No pricing talk before the workshop").await;
    page.screenshot("07-plan").await;
    page.submit().await;
    page.sees(Place::Main, "Planned by").await;
    page.sees(
        Place::Main,
        "No pricing talk before the workshop (until the introduction is made; holds everybody)",
    )
    .await;
    page.choose(row(MENU, "Orchard Telecom"), "Snooze").await;
    page.modal("Snooze").await;
    page.fill("Until", "2026-03-23").await;
    page.fill("Why", "They decide after the fair").await;
    page.screenshot("08-snooze").await;
    page.submit().await;
    page.sees(Place::Main, "Snoozed until 23 March by").await;
    page.choose(row(MENU, "Granite Auto Parts"), "Dismiss").await;
    page.modal("Dismiss").await;
    page.fill("Reason", "Too early").await;
    page.fill("In your words", "They are in a merger until the summer").await;
    page.screenshot("09-dismiss").await;
    page.submit().await;
    page.sees(Place::Main, "Dismissed by").await;
    page.scroll_to(Place::Main, DIGEST).await;
    page.screenshot("10-digest-decided").await;
}

async fn draft(page: &Page) {
    let row = Control::of(Place::Main, MENU).in_message(DIGEST).beside("Acme Corp");
    page.choose(row, "Draft note").await;
    page.modal("Draft a note").await;
    page.fill("To", "Sam Whitfield").await;
    page.fill("Purpose", "Expansion").await;
    assert_eq!(page.chosen("To").await, "Sam Whitfield, sales rep", "a redrawn form keeps its choices");
    page.screenshot("11-draft-form").await;
    page.submit().await;
    page.sees(Place::Main, CARD).await;
    page.scroll_to(Place::Main, CARD).await;
    page.screenshot("12-card").await;
}

/// Edits the text so that it is blocked, and back; answers the text that passes.
async fn edit(page: &Page) -> String {
    let card = |action| Control::of(Place::Main, action).in_message(CARD);
    page.click_action(card(EDIT)).await;
    page.modal("Edit the note").await;
    let text = page.value("Text").await;
    page.fill("Text", HOLLOW).await;
    page.screenshot("13-edit").await;
    page.submit().await;
    page.sees_with(Place::Main, CARD, "Blocked").await;
    assert!(!page.has(card(APPROVE)).await, "a blocked note cannot be approved");
    page.scroll_to(Place::Main, CARD).await;
    page.screenshot("14-blocked").await;
    page.click_action(card(EDIT)).await;
    page.modal("Edit the note").await;
    page.fill("Text", &text).await;
    page.submit().await;
    page.sees_without(Place::Main, CARD, "Blocked").await;
    assert!(page.has(card(APPROVE)).await, "a note that passes can be approved");
    page.scroll_to(Place::Main, CARD).await;
    page.screenshot("15-passes").await;
    text
}

/// Maya asks Sam into the approvers' channel by mistake: from then on nothing is shown there, and what Sam still sees is
/// stale when he presses it.
async fn approve(page: &Page, driver: &Driver, url: &str) {
    let approve = Control::of(Place::Main, APPROVE).in_message(CARD);
    page.paste_message("/invite @sam").await;
    page.says("Shared with Northwind").await;
    page.open_channel(MAYAS_OWN).await;
    let told = page.sees(Place::Main, "is shared with Northwind now").await;
    assert!(told.contains("Held back: the digest and notes to approve"), "{told}");
    page.screenshot("16-frozen").await;
    page.open_channel(PARTNER_OPS).await;
    let sams = Page::open_at(driver, url, WIDE, SAM, PARTNER_OPS).await;
    sams.sees(Place::Main, CARD).await;
    sams.freeze().await;

    page.click_action(approve).await;
    page.question().await;
    page.screenshot("17-confirm").await;
    let question = page.say_yes().await;
    assert!(question.contains("Send version 3 to Sam Whitfield at Northwind"), "{question}");
    page.open_channel(NORTHWIND).await;
    page.sees(Place::Main, "Acme Corp").await;

    sams.click_action(approve).await;
    sams.say_yes().await;
    sams.thaw().await;
    let told = sams.sees(Place::Main, "Only visible to you").await;
    assert!(told.contains("Only members of the workspace that runs Tandem can do that"), "{told}");
    sams.sees_without(Place::Main, CARD, "approved by").await;
    sams.screenshot("18-stale-refused").await;
    sams.close().await;

    page.open_channel(PARTNER_OPS).await;
    page.paste_message("/remove @sam").await;
    page.sees_with(Place::Main, CARD, "approved by").await;
    page.scroll_to(Place::Main, CARD).await;
    page.screenshot("19-thawed").await;
}

async fn arrived(page: &Page, text: &str) {
    let begins = text.lines().find(|l| l.len() > 30).unwrap_or(text).to_owned();
    page.as_user(SAM).await;
    page.open_channel(NORTHWIND).await;
    page.sees(Place::Main, &begins).await;
    page.screenshot("20-partner").await;
    page.as_user(MAYA).await;
}

async fn commit(page: &Page) {
    page.open_channel(PARTNER_OPS).await;
    page.paste_message("/partner commit add \"send the case study\" to northwind by thursday").await;
    page.until_modal().await;
    page.screenshot("21-commitment").await;
    page.submit().await;
    page.sees(Place::Main, "Logged: send the case study").await;
    page.screenshot("22-logged").await;
}

async fn remind(page: &Page) {
    page.open_channel(MAYAS_OWN).await;
    page.move_clock("clock-day").await;
    page.sees_with(Place::Main, "Agree the joint offer", "due today").await;
    page.move_clock("clock-day").await;
    page.sees_with(Place::Main, "send the case study", "due tomorrow").await;
    page.move_clock("clock-day").await;
    page.sees_with(Place::Main, "send the case study", "due today").await;
    page.screenshot("23-reminder").await;
}

/// What a newcomer opens next.
async fn look_around(page: &Page) {
    page.open_home().await;
    page.says("Waiting for you").await;
    page.screenshot("24-home").await;
    page.open_channel("C0GENERAL").await;
    page.paste_message("/partner help").await;
    page.sees(Place::Main, "/partner").await;
    page.screenshot("25-help").await;
    page.paste_message("/partner overlaps list northwind").await;
    page.sees_with(Place::Main, "Acme Corp (acme.com)", "Alex Rivera").await;
    page.screenshot("26-list").await;
    page.paste_message("/partner status").await;
    page.sees(Place::Main, "Waiting to be sent").await;
    page.screenshot("27-status").await;
}

async fn narrow(driver: &Driver, url: &str) {
    let page = Page::open_at(driver, url, NARROW, MAYA, INTAKE).await;
    page.screenshot("30-phone-channel").await;
    page.open_channel(PARTNER_OPS).await;
    page.scroll_to(Place::Main, DIGEST).await;
    page.screenshot("31-phone-digest").await;
    page.scroll_to(Place::Main, CARD).await;
    page.screenshot("32-phone-card").await;
    page.choose(Control::of(Place::Main, MENU).in_message(DIGEST).beside("Acme Corp"), "Draft note").await;
    page.until_modal().await;
    page.screenshot("33-phone-modal").await;
    page.close_modal().await;
    page.open_thread(DIGEST).await;
    page.screenshot("34-phone-thread").await;
    page.close_thread().await;
    page.open_home().await;
    page.says("Northwind").await;
    page.screenshot("35-phone-home").await;
    page.close().await;
}

/// The refused click stands in the record, with who tried.
async fn audited(folder: &Path) {
    let file = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file =
        file.into_iter().find(|p| p.extension().is_some_and(|e| e == "db")).expect("the demo's database");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let refused: Vec<(String, String)> = sqlx::query_as("SELECT action, outcome FROM audit WHERE actor = $1")
        .bind(SAM)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(refused.iter().any(|(_, outcome)| outcome == "refused"), "{refused:?}");
}

/// Writes a picture for the README where `TEST_PICTURES` says.
pub async fn picture(driver: &Driver, url: &str, text: &str, name: &str) {
    let Some(folder) = std::env::var_os("TEST_PICTURES").map(PathBuf::from) else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let page = Page::open_at(driver, url, POSTER, MAYA, PARTNER_OPS).await;
    page.sees(Place::Main, text).await;
    let picture = page.crop(text).await;
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), picture).unwrap();
    page.close().await;
}
