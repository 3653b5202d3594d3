//! One turn of the rhythm: a proposed session is scheduled, prepared, printed, held and logged; what was promised is kept, and
//! the next agenda begins with what was left.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use crate::demo::Demo;
use crate::driver::{Driver, NARROW, WIDE};
use crate::page::{Control, Page, Place};
use crate::story::{picture, step};

const MAYA: &str = "U0MAYA";
const ALEX: &str = "U0ALEX";
const INTAKE: &str = "C0OVERLAPS";
const PARTNER_OPS: &str = "C0PARTNEROPS";
/// Maya's direct messages with the app.
const MAYAS_OWN: &str = "D0MAYA";

/// What stands on the proposal about five accounts, and on its card from then on.
const CARD: &str = "Umbra Interiors · ask";
const AGENDA: &str = "Agenda: account planning with Northwind";
const LOGGED: &str = "Logged: account planning with Northwind";
const PROMISE: &str = "Send the returns checklist";

/// From the proposal to a prepared session it takes no more than this.
const MOST_CLICKS: usize = 5;
const LONGEST: Duration = Duration::from_secs(120);

/// From an overlap to the agenda after the next.
pub async fn tell(folder: &Path) {
    let demo = step("the demo starts", Demo::start(folder)).await;
    let driver = Driver::start();
    let page = step("the page opens", Page::open(&driver, &demo.url, WIDE)).await;
    step("an overlap above the bar is proposed within the hour", overlap(&page)).await;
    step("a proposal becomes a prepared session", prepare(&page)).await;
    step("the agenda's picture", picture(&driver, &demo.url, AGENDA, "agenda.png")).await;
    step("the pre-read is printed", print(&page, &driver)).await;
    step("the agenda on a phone", narrow(&driver, &demo.url)).await;
    step("the session is over", over(&page)).await;
    step("it is logged account by account", log(&page)).await;
    step("one card sums it up", summary(&page)).await;
    step("the next session begins with what was left", next(&page)).await;
    step("what was promised is kept", keep(&page)).await;
    step("the next agenda is loaded", again(&page)).await;
    page.close().await;
    step("the demo ends", demo.stop()).await;
}

async fn overlap(page: &Page) {
    page.as_user(ALEX).await;
    page.open_channel(INTAKE).await;
    page.paste_message(
        "New overlap with Northwind: Acme Corp (acme.com), our open opp $300k, their customer, owner @alex",
    )
    .await;
    page.open_thread("Acme Corp").await;
    page.sees(Place::Thread, "Added Acme Corp (acme.com) with Northwind").await;
    page.close_thread().await;
    page.as_user(MAYA).await;
    page.open_channel(MAYAS_OWN).await;
    page.move_clock("clock-hour").await;
    let proposal = page.sees(Place::Main, "Acme Corp is at $250k or more").await;
    assert!(proposal.contains("Proposed: 15 minutes"), "{proposal}");
    page.screenshot("60-reactive").await;
}

/// As a partner manager does it who has read the proposal: nothing is typed, and the clicks are counted.
async fn prepare(page: &Page) {
    let card = |action| Control::of(Place::Main, action).in_message(CARD);
    let proposal = page.sees(Place::Main, CARD).await;
    assert!(proposal.contains("Proposed: 45 minutes, Wed 11 Mar or later."), "{proposal}");
    page.scroll_to(Place::Main, CARD).await;
    page.screenshot("61-proposal").await;
    let (begun, before) = (Instant::now(), page.clicks());
    page.click_action(card("session.schedule")).await;
    page.modal("Schedule a session").await;
    assert_eq!(page.chosen("Length").await, "45 minutes");
    page.screenshot("62-schedule").await;
    page.submit().await;
    page.sees_with(Place::Main, CARD, "Wed 11 Mar, 10:00 to 10:45").await;
    page.screenshot("63-scheduled").await;
    page.click_action(card("agenda.show")).await;
    let agenda = page.sees(Place::Main, AGENDA).await;
    assert!(agenda.contains("Version 1 waits for approval."), "{agenda}");
    page.screenshot("64-agenda").await;
    page.click_action(Control::of(Place::Main, "agenda.approve").in_message(AGENDA)).await;
    let question = page.say_yes().await;
    assert!(question.contains("Send version 1 to Maya Lindholm?"), "{question}");
    page.sees_with(Place::Main, CARD, "prepared").await;
    let (clicks, took) = (page.clicks() - before, begun.elapsed());
    eprintln!("from the proposal to a prepared session: {clicks} clicks, {:.1} s", took.as_secs_f64());
    assert!(clicks <= MOST_CLICKS, "{clicks} clicks");
    assert!(took < LONGEST, "{took:?}");
}

/// The page of five accounts, of which one has a map.
async fn print(page: &Page, driver: &Driver) {
    let mine = "Your agenda: account planning with Northwind";
    page.sees(Place::Main, mine).await;
    page.scroll_to(Place::Main, mine).await;
    page.screenshot("65-your-agenda").await;
    page.click_action(Control::of(Place::Main, "agenda.page").in_message(mine)).await;
    let link = page.link("/pages/agenda/").await;
    for (size, name) in [(WIDE, "66-page"), (NARROW, "67-phone-page")] {
        let window = driver.window(size).await;
        window.open(&link).await;
        let text = window.until("the page", "return document.querySelector('main')?.innerText", &[]).await;
        let text = text.as_str().unwrap_or_default();
        assert!(text.contains("5. Umbra Interiors") && text.contains("Omar Haddad"), "{text}");
        assert!(!text.contains("colleague"), "everybody has a name: {text}");
        window.screenshot(name).await;
        if name == "66-page" {
            let pages = window.print("pre-read").await;
            assert!(pages <= 2, "{pages} pages of A4");
        }
        window.close().await;
    }
}

async fn narrow(driver: &Driver, url: &str) {
    let page = Page::open_at(driver, url, NARROW, MAYA, PARTNER_OPS).await;
    let card = page.sees(Place::Main, AGENDA).await;
    assert!(card.contains("approved by"), "{card}");
    page.scroll_to(Place::Main, AGENDA).await;
    page.screenshot("68-phone-agenda").await;
    page.close().await;
}

async fn over(page: &Page) {
    for _ in 0..6 {
        page.move_clock("clock-day").await;
    }
    let asked = page.sees(Place::Main, "What came of it?").await;
    assert!(asked.contains("It is over: Wed 11 Mar, 10:00 to 10:45."), "{asked}");
    page.screenshot("70-over").await;
}

/// Fills in what came of one account and goes on to the next.
async fn account(page: &Page, place: usize, fields: &[(&str, &str)], name: &str) {
    page.modal_says(&format!("· {place} of 5")).await;
    assert_eq!(page.chosen("What came of it").await, "Choose", "nothing is taken over from the one before");
    for field in ["To whom at the account", "What is promised", "What it waits for"] {
        assert_eq!(page.value(field).await, "", "nothing is taken over from the one before");
    }
    for (field, value) in fields {
        page.fill(field, value).await;
    }
    page.screenshot(name).await;
    page.submit_page().await;
}

async fn log(page: &Page) {
    page.click_action(Control::of(Place::Main, "record.log").in_message("What came of it?")).await;
    page.modal("Log a session").await;
    assert_eq!(page.chosen("Who at Northwind").await, "Dana Okafor", "the map knows who introduces");
    let outcome = "What came of it";
    let introduced =
        [(outcome, "An introduction was agreed"), ("To whom at the account", "Noah Brandt, COO")];
    account(page, 1, &introduced, "71-introduction").await;
    let promised = [
        (outcome, "A next step was agreed"),
        ("What is promised", PROMISE),
        ("Who does it", "Maya Lindholm"),
        ("Due", "2026-03-13"),
    ];
    account(page, 2, &promised, "72-commitment").await;
    let stalled =
        [(outcome, "It waits for something"), ("What it waits for", "Their legal team has not answered")];
    account(page, 3, &stalled, "73-stall").await;
    account(page, 4, &[(outcome, "Nothing to do together for now")], "74-nothing").await;
    account(page, 5, &[(outcome, "We did not get to it")], "75-not-reached").await;
    page.modal("Close the log").await;
    assert_eq!(
        page.chosen("Next session").await,
        "Mon 13 Apr 2026",
        "a month later, on a day on which people work"
    );
    page.fill("What else is worth keeping", "They reorganise in June").await;
    page.screenshot("76-close").await;
    page.submit().await;
    page.sees(Place::Main, "logged by").await;
}

async fn summary(page: &Page) {
    page.open_channel(PARTNER_OPS).await;
    let card = page.sees(Place::Main, LOGGED).await;
    for said in [
        "Dana Okafor at Northwind introduces Alex Rivera to Noah Brandt, COO, by Wed 18 Mar",
        "Maya Lindholm: Send the returns checklist, by Fri 13 Mar",
        "Waits for: Their legal team has not answered",
        "Not reached: Umbra Interiors. It comes back on the next agenda.",
        "They reorganise in June",
    ] {
        assert_eq!(card.matches(said).count(), 1, "{said}: {card}");
    }
    page.scroll_to(Place::Main, LOGGED).await;
    page.screenshot("77-summary").await;
}

async fn next(page: &Page) {
    page.open_channel(MAYAS_OWN).await;
    page.click_action(Control::of(Place::Main, "session.schedule").in_message("Set up next session")).await;
    page.modal("Schedule a session").await;
    let accounts = page.value("Accounts").await;
    assert!(accounts.starts_with("Umbra Interiors: ask"), "{accounts}");
    page.screenshot("78-next-session").await;
    page.submit().await;
    page.sees_with(Place::Main, "Account planning: Umbra Interiors with Northwind", "Mon 13 Apr").await;
}

async fn keep(page: &Page) {
    for _ in 0..2 {
        page.move_clock("clock-day").await;
    }
    page.sees_with(Place::Main, PROMISE, "due today").await;
    page.screenshot("79-reminder").await;
    page.click_action(Control::of(Place::Main, "commitment.done").in_message(PROMISE)).await;
    page.sees_without(Place::Main, PROMISE, "Mark done").await;
    page.screenshot("80-done").await;
}

async fn again(page: &Page) {
    for _ in 0..4 {
        page.move_clock("clock-monday").await;
    }
    page.open_channel(PARTNER_OPS).await;
    page.sees_with(Place::Main, AGENDA, "Mon 13 Apr").await;
    let agenda = page.sees(Place::Main, AGENDA).await;
    assert!(
        agenda.contains("1. Umbra Interiors") && agenda.contains("not reached on Wed 11 Mar"),
        "{agenda}"
    );
    assert!(agenda.contains("Send the Kestrel Footwear case study") && !agenda.contains(PROMISE), "{agenda}");
    page.scroll_to(Place::Main, AGENDA).await;
    page.screenshot("81-next-agenda").await;
    page.open_home().await;
    page.says("Agenda with Northwind").await;
    page.screenshot("82-home").await;
}
