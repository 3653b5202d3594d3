//! Two lists become a map: dropped, matched, reviewed, dropped again; then one account is mapped and held.

use std::path::Path;

use crate::demo::Demo;
use crate::driver::{Driver, NARROW, WIDE};
use crate::page::{Control, Page, Place};
use crate::story::step;

const MAYA: &str = "U0MAYA";
const OMAR: &str = "U0OMAR";
const EVE: &str = "U0EVE";
const INTAKE: &str = "C0OVERLAPS";
const PARTNER_OPS: &str = "C0PARTNEROPS";

const OURS: &[u8] = include_bytes!("../../src/sample/lists/ours.csv");
const THEIRS: &str = include_str!("../../src/sample/lists/northwind-accounts.csv");
const PAIR: &str = "Are these one account?";
const ACCOUNT: &str = "Brightwater Outdoor";

/// Everything from the first list to the colleague who is held.
pub async fn tell(folder: &Path) {
    let demo = step("the demo starts", Demo::start(folder)).await;
    let driver = Driver::start();
    let page = step("the page opens", Page::open(&driver, &demo.url, WIDE)).await;
    step("both lists are dropped", lists(&page)).await;
    step("three pairs are reviewed", pairs(&page)).await;
    step("a second list says what changed", again(&page)).await;
    step("an account is opened and filled", fill(&page)).await;
    step("it is decided, with a hold", decide(&page)).await;
    page.close().await;
    step("who is held is told", held(&driver, &demo.url)).await;
    step("the demo ends", demo.stop()).await;
}

async fn import(page: &Page, name: &str, content: &[u8], picture: &str) -> String {
    page.drop_file(name, content).await;
    page.open_thread(name).await;
    page.sees(Place::Thread, "Import").await;
    page.screenshot(&format!("{picture}-preview")).await;
    let run = Control::of(Place::Thread, "import.run").in_message(name);
    page.click_action(run).await;
    if page.asks().await {
        page.say_yes().await;
    }
    let done = page.sees(Place::Thread, "imported by").await;
    page.screenshot(picture).await;
    done
}

async fn lists(page: &Page) {
    page.as_user(OMAR).await;
    page.open_channel(INTAKE).await;
    import(page, "ours.csv", OURS, "40-ours").await;
    page.close_thread().await;
    let done = import(page, "northwind-accounts.csv", THEIRS.as_bytes(), "41-theirs").await;
    assert!(done.contains("match") && done.contains("to review"), "{done}");
}

async fn pairs(page: &Page) {
    page.click_action(Control::of(Place::Thread, "pair.review")).await;
    page.close_thread().await;
    for (answer, picture) in
        [("pair.same", "42-same"), ("pair.different", "43-different"), ("pair.parent", "44-parent")]
    {
        let asked = page.sees(Place::Main, PAIR).await;
        page.screenshot(picture).await;
        page.click_action(Control::of(Place::Main, answer).in_message(PAIR)).await;
        page.moves_on(Place::Main, PAIR, &asked).await;
    }
    page.screenshot("45-reviewed").await;
}

async fn again(page: &Page) {
    page.move_clock("clock-day").await;
    let mut rows: Vec<&str> = THEIRS.lines().collect();
    rows.retain(|row| !row.contains("Halden Home"));
    rows.push("NW-300,Cobalt Cycles,cobaltcycles.io,US,Customer,Dana Okafor");
    let list = rows.join("\n");
    let done = import(page, "northwind-accounts-march.csv", list.as_bytes(), "46-second-list").await;
    assert!(done.contains("Cobalt Cycles") && done.contains("gone"), "{done}");
    page.close_thread().await;
}

async fn fill(page: &Page) {
    page.as_user(MAYA).await;
    page.open_channel(PARTNER_OPS).await;
    page.paste_message("/partner account show brightwater outdoor").await;
    page.sees(Place::Main, ACCOUNT).await;
    page.screenshot("47-account").await;
    page.click_action(Control::of(Place::Main, "account.person")).await;
    page.modal("Add a contact").await;
    page.fill("Name", "Ingrid Vale").await;
    page.screenshot("48-contact").await;
    page.submit().await;
    page.sees(Place::Main, "Ingrid Vale").await;
}

async fn decide(page: &Page) {
    page.click_action(Control::of(Place::Main, "account.decide")).await;
    page.modal("Decide").await;
    page.fill("Hold", "No executive outreach until the introduction").await;
    page.screenshot("49-decide").await;
    page.submit().await;
    page.sees(Place::Main, "No executive outreach until the introduction").await;
    page.screenshot("50-decided").await;
}

async fn held(driver: &Driver, url: &str) {
    let page = Page::open_at(driver, url, NARROW, EVE, PARTNER_OPS).await;
    page.paste_message("/partner account show brightwater outdoor").await;
    let told = page.sees(Place::Main, "On hold: No executive outreach until the introduction").await;
    assert!(told.contains("holds everybody"), "{told}");
    page.scroll_to(Place::Main, "On hold: No executive outreach").await;
    page.screenshot("51-held").await;
    page.close().await;
}
