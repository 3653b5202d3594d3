//! What notes may draw on: added by command, by shortcut and by feed, edited, retracted, and what that does to notes.

use std::time::Duration;

use serde_json::{Value, json};
use tandem::config::LaunchFeed;
use tandem::map::sources::standing::ReadKind;
use tandem::map::sources::store::reads;
use tandem::store::audit;
use tandem::sustain::library::{Item, ItemKind, Origin};
use tandem::sustain::store as sustain;

use super::drafts::{card, click_behind, ground, waiting};
use crate::support::list_server::{Answer, ListServer};
use crate::support::stage::{
    ALEX, Backend, MAYA, OMAR, OPS, SHARED, Stage, WayIn, fields, play_on, text, with_buttons,
};

crate::flows!(
    a_document_is_added_edited_and_retracted,
    a_message_becomes_an_item,
    of_two_who_edit_at_once_the_second_is_told,
    what_a_note_draws_on_is_retracted,
    what_a_note_draws_on_expires,
    one_partners_launch_is_offered_to_no_other,
);

mod fed {
    macro_rules! flows {
        ($($name:ident),+ $(,)?) => {
            mod sqlite {
                $(#[test]
                fn $name() {
                    super::super::fed(super::super::Backend::Sqlite, super::super::$name);
                })+
            }
            mod postgres {
                $(#[test]
                fn $name() {
                    super::super::fed(super::super::Backend::Postgres, super::super::$name);
                })+
            }
        };
    }
    flows!(what_they_ship_arrives_by_itself, a_hostile_feed_does_no_harm, a_feed_that_fails_is_told_once);
}

/// Two feeds of Northwind's that answer as `reply` says, and their stage.
fn fed<F, Fut>(backend: Backend, flow: F)
where
    F: FnOnce(Stage, ListServer) -> Fut,
    Fut: Future<Output = ()>,
{
    let server = ListServer::bound(|_| Answer::ok(rss("")));
    let served = server.clone();
    let stage = async move {
        served.serve();
        Stage::with(backend, WayIn::Http, |config| {
            let toml = format!(
                "name = \"northwind-news\"\nurl = \"{}/feed.xml\"\npartner = \"Northwind\"\nprivate_addresses = true\n",
                served.url
            );
            config.feeds = vec![toml::from_str::<LaunchFeed>(&toml).unwrap()];
        })
        .await
    };
    play_on(stage, |stage| flow(stage, server));
}

fn rss(items: &str) -> String {
    format!(r#"<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>"#)
}

fn entry(guid: &str, title: &str, day: &str) -> String {
    format!(
        "<item><title>{title}</title><link>https://northwind.example/{guid}</link><guid>{guid}</guid><pubDate>{day} 10:00:00 GMT</pubDate></item>"
    )
}

/// Returns when every feed that is due was looked at.
async fn looked(stage: &Stage) {
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        let mut tx = stage.db.read().await.unwrap();
        let names = stage.bot.feeds.names();
        let work = reads::at_work(&mut tx, ReadKind::Feed, &names, stage.clock.now()).await.unwrap();
        tx.rollback().await.unwrap();
        if work == 0 {
            return stage.settle().await;
        }
        assert!(tokio::time::Instant::now() < end, "{work} feeds are still looked at");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Has the feeds read as operations does.
async fn read(stage: &Stage) {
    looked(stage).await;
    press_private(stage, OMAR, "library.read").await;
    looked(stage).await;
}

/// Opens the list and presses the first button of this kind in it.
async fn press_private(stage: &Stage, user: &str, action: &str) {
    stage.say(user, OPS, "/partner library").await;
    let shown = stage.sandbox.ephemerals(user).pop().unwrap();
    let at = (OPS.to_owned(), shown["ts"].as_str().unwrap().to_owned());
    stage.press(user, &at, action).await;
}

async fn all(stage: &Stage) -> Vec<Item> {
    let mut tx = stage.db.read().await.unwrap();
    let items = sustain::items(&mut tx, 100).await.unwrap();
    tx.rollback().await.unwrap();
    items
}

async fn refused(stage: &Stage, user: &str, answers: Value) -> String {
    fields(&stage.person(user).submit(answers).await.unwrap_err())
}

async fn a_document_is_added_edited_and_retracted(stage: Stage) {
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner library").await, @r"
    *What notes may draw on*
    Nothing is here yet. Add a document for their clients, something that you shipped, or something that they did.
    [Add]
    ");
    assert_eq!(stage.say(OMAR, OPS, "/partner library add Returns checklist").await, "");
    insta::assert_snapshot!(stage.form(OMAR), @r"
    What it is: A document for their clients
    Title: Returns checklist
    Link: -
    Shipped on: -
    Valid until: -
    For which readers: Anyone
    Who may see it: -
    ");
    let theirs =
        json!({"kind": "their_launch", "expires": "2026-06-30", "partner": "all", "date": "2026-03-09"});
    insta::assert_snapshot!(refused(&stage, OMAR, theirs).await, @r"
    date: That day is ahead. Add it once it has shipped.
    expires: Only a document expires. Leave it empty.
    partner: Choose whose launch it is.
    ");
    stage.person(OMAR).close_view().await.unwrap();
    stage.say(OMAR, OPS, "/partner library add Globex returns checklist").await;
    let wrong = json!({"url": "http://docs.meridian.example/returns", "expires": "2026-03-03", "partner": "p-northwind"});
    insta::assert_snapshot!(refused(&stage, OMAR, wrong).await, @r"
    url: Write the whole link, beginning with https://, such as https://example.com/checklist.
    expires: That day is past.
    title: It names Globex, and Northwind would read it. Choose another title.
    ");
    let right = json!({
        "title": "Returns checklist", "url": "https://docs.meridian.example/returns", "expires": "2026-06-30",
        "partner": "all", "audience": "partner_rep",
    });
    stage.submit(OMAR, right).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"Added *Returns checklist*: notes to every partner may give it. It leads to docs.meridian.example.");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner library for northwind").await, @r"
    *What notes to Northwind may draw on*
    *<https://docs.meridian.example/returns|Returns checklist>* · docs.meridian.example
    Document · valid until 30 June · for all partners · for readers who are sales reps
    Added by <@U0OMAR> on 4 March
    [Edit] [Retract] [Add]
    ");
    stage.say(OMAR, OPS, "/partner library add Returns checklist").await;
    let again = json!({"url": "https://docs.meridian.example/returns", "partner": "all"});
    insta::assert_snapshot!(refused(&stage, OMAR, again).await, @"title: “Returns checklist” is in the library already. Edit it there: /partner library.");

    press_private(&stage, MAYA, "library.edit").await;
    stage.submit(MAYA, json!({"title": "Returns checklist 2026"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Saved *Returns checklist 2026*: notes to every partner may give it. It leads to docs.meridian.example.");
    assert_eq!(stage.say(OMAR, OPS, "/partner library retract returns").await, "");
    stage.submit(OMAR, json!({})).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"Retracted *Returns checklist 2026*. No note draws on it any more.");
    assert_eq!(all(&stage).await, []);
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner library retract returns").await, @"Nothing in the library is called “returns”. `/partner library` shows what is there.");

    insta::assert_snapshot!(stage.say(ALEX, OPS, "/partner library").await, @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    let log = stage.say(MAYA, OPS, "/partner status audit").await;
    for said in [
        "Omar Haddad added “Returns checklist 2026” of the library",
        "Maya Lindqvist edited “Returns checklist 2026” of the library",
        "Omar Haddad retracted “Returns checklist 2026” of the library",
    ] {
        assert!(log.contains(said.split_once(' ').unwrap().1.split_once(' ').unwrap().1), "{log}");
    }
    stage.end().await;
}

async fn a_message_becomes_an_item(stage: Stage) {
    let said = "We launched <https://northwind.example/returns-api?x=1&amp;y=2|the Returns API> today";
    let ts = stage.person(MAYA).post(SHARED, said).await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("library.add", SHARED, &ts).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    What it is: Something they shipped
    Title: the Returns API
    Link: https://northwind.example/returns-api?x=1&y=2
    Shipped on: 2026-03-04
    Valid until: -
    For which readers: Anyone
    Who may see it: Northwind only
    ");
    stage.submit(OMAR, json!({})).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"Added *the Returns API*: notes to Northwind only may speak of it. It leads to northwind.example.");
    let items = all(&stage).await;
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((item.kind, item.title.as_str()), (ItemKind::TheirLaunch, "the Returns API"));
    assert_eq!(item.url.as_deref(), Some("https://northwind.example/returns-api?x=1&y=2"));
    let Origin::Message { channel, ts: from, link } = &item.origin else { panic!("{item:?}") };
    assert_eq!((channel.as_str(), from), (SHARED, &ts));
    assert!(link.as_ref().unwrap().contains(&format!("/archives/{SHARED}/p")), "{link:?}");
    let listed = stage.say(OMAR, OPS, "/partner library").await;
    assert!(listed.contains("|a message>, added by <@U0OMAR> on 4 March"), "{listed}");
    // Somebody without the right gets no form.
    stage.person(ALEX).shortcut("library.add", SHARED, &ts).await.unwrap();
    stage.settle().await;
    assert!(stage.sandbox.modal(ALEX).is_none());
    stage.end().await;
}

/// Adds something that Northwind shipped.
async fn launch(stage: &Stage, title: &str, partner: &str) {
    stage.say(OMAR, OPS, &format!("/partner library add {title}")).await;
    let answers = json!({
        "kind": "their_launch", "date": "2026-03-02", "partner": partner, "url": "https://northwind.example/returns-api",
    });
    stage.submit(OMAR, answers).await;
    assert!(
        stage.last_private(OMAR).starts_with(&format!("Added *{title}*")),
        "{}",
        stage.last_private(OMAR)
    );
}

async fn of_two_who_edit_at_once_the_second_is_told(stage: Stage) {
    launch(&stage, "Returns API", "p-northwind").await;
    press_private(&stage, OMAR, "library.edit").await;
    press_private(&stage, MAYA, "library.edit").await;
    stage.submit(MAYA, json!({"title": "Returns API 2"})).await;
    insta::assert_snapshot!(refused(&stage, OMAR, json!({"title": "Returns API 3"})).await, @"title: Somebody else changed this, and it is “Returns API 2” now. Nothing of yours is saved: close this form and open it again.");
    stage.person(OMAR).close_view().await.unwrap();
    let shown = stage.sandbox.ephemerals(OMAR).pop().unwrap();
    let at = (OPS.to_owned(), shown["ts"].as_str().unwrap().to_owned());
    stage.press(OMAR, &at, "library.retract").await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"<@U0MAYA> changed *Returns API 2* while you had it open, so nothing of yours was saved. `/partner library` shows how it is now.");
    assert_eq!(all(&stage).await.iter().map(|i| i.title.as_str()).collect::<Vec<_>>(), ["Returns API 2"]);
    stage.end().await;
}

/// A note that speaks of the newest thing that they shipped; gives its card's `ts`.
async fn note_on_launch(stage: &Stage) -> String {
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.gift", "their_launch").await.unwrap();
    stage.settle().await;
    omar.submit(json!({"our_contact": "Dana Reyes", "our_contact_role": "head of operations"}))
        .await
        .unwrap();
    stage.settle().await;
    let card = stage.sandbox.messages(OPS).pop().unwrap();
    assert!(text(&card).starts_with("*Note to Sam Whitfield"), "{card}");
    card["ts"].as_str().unwrap().to_owned()
}

async fn what_a_note_draws_on_is_retracted(stage: Stage) {
    ground(&stage).await;
    launch(&stage, "Northwind Returns API", "p-northwind").await;
    let ts = note_on_launch(&stage).await;
    let shown = stage.sandbox.message(OPS, &ts).unwrap();
    let fact = "Their launch: <https://northwind.example/returns-api|Northwind Returns API>, 2 March, added by <@U0OMAR>";
    assert!(card(&stage, &ts).contains(fact), "{}", card(&stage, &ts));
    press_private(&stage, MAYA, "library.edit").await;
    stage.submit(MAYA, json!({"title": "Northwind Returns Hub"})).await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"Saved *Northwind Returns Hub*: notes to Northwind only may speak of it. It leads to northwind.example. 1 note that waits draws on it: its card asks for another look.");
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(OPS, &ts).unwrap()), @r"
    *Note to Sam Whitfield at Northwind* · <#C0NORTHWIND> · *External: Northwind staff will see this*
    From <@U0ALEX> · expansion · Acme Corp
    > Hi Sam, your Northwind Returns API of 2 March fits Acme Corp, our customer and a name on your list. Dana Reyes, their head of operations, is the person it helps. I can introduce you to Dana Reyes next week and write the first paragraph myself.
    > 
    > Alex Rivera
    *A fact has changed*: Northwind Returns API was edited by <@U0MAYA> on 4 March. It is “Northwind Returns Hub” now. Check the text.
    Relevance: passes 23 of 23 · Acme Corp, seen 0 days ago · Gives an introduction · Note 1 of 4 in 30 days
    Stands on: Acme Corp, overlap seen 4 March · Their launch: <https://northwind.example/returns-api|Northwind Returns API>, 2 March, added by <@U0OMAR> · Dana Reyes, head of operations · Template: Their launch, framed on a shared account, as shipped
    Version 2, drafted by <@U0OMAR>. <@U0MAYA> decides.
    [Check again] [Edit] [Reject]
    ");
    insta::assert_snapshot!(stage.thread(OPS, &ts).join("\n"), @"<@U0MAYA>, Northwind Returns API was edited by <@U0MAYA> on 4 March. It is “Northwind Returns Hub” now. Check the text. The note is not sent before somebody checks it again or edits it.");
    // Whoever has the card as it was before sends nothing, and neither does whoever has it as it is.
    stage.press_late(MAYA, &(OPS.to_owned(), ts.clone()), &shown, "draft.approve").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"This note is version 2 now, and nothing was sent. Read the card again before you decide.");
    click_behind(&stage, MAYA, &ts, "draft.approve").await;
    assert!(waiting(&stage).await.note.is_marked());
    assert_eq!(stage.texts(SHARED), [""; 0]);

    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.recheck").await;
    let checked = with_buttons(&stage.sandbox.message(OPS, &ts).unwrap());
    assert!(!waiting(&stage).await.note.is_marked(), "{checked}");
    press_private(&stage, OMAR, "library.retract").await;
    stage.submit(OMAR, json!({})).await;
    assert!(
        card(&stage, &ts)
            .contains("Northwind Returns API was retracted by <@U0OMAR> on 4 March. Check the text."),
        "{}",
        card(&stage, &ts)
    );
    stage.person(MAYA).click(OPS, &ts, "draft.edit").await.unwrap();
    stage.settle().await;
    let words = "Hi Sam, Acme Corp is on your prospect list and we know them well. I can introduce you to Dana Reyes, \
                 their head of operations, this week.";
    stage.submit(MAYA, json!({"text": words})).await;
    let again = card(&stage, &ts);
    assert!(
        again.contains("was retracted by <@U0OMAR> on 4 March, and the text was checked since"),
        "{again}"
    );
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.approve").await;
    assert_eq!(stage.texts(SHARED), [words]);
    let mut tx = stage.db.read().await.unwrap();
    let draft =
        sustain::find(&mut tx, &waiting_or_sent(&stage, &ts).await.as_str().into()).await.unwrap().unwrap();
    let log = audit::of(&mut tx, &draft.subject()).await.unwrap();
    tx.rollback().await.unwrap();
    let deeds: Vec<&str> = log.iter().filter(|e| e.outcome == "done").map(|e| e.action.as_str()).collect();
    assert_eq!(
        deeds,
        [
            "draft.new",
            "draft.mark",
            "draft.recheck",
            "draft.mark",
            "draft.edit",
            "draft.approve",
            "draft.sent"
        ]
    );
    stage.end().await;
}

/// The id of the note that the card shows.
async fn waiting_or_sent(stage: &Stage, ts: &str) -> String {
    let mut tx = stage.db.read().await.unwrap();
    let sql = "SELECT subject FROM outbox WHERE subject LIKE 'draft:%' LIMIT 1";
    let subject = tandem::sql_value!(&mut tx, String, sql).unwrap();
    tx.rollback().await.unwrap();
    assert!(stage.sandbox.message(OPS, ts).is_some());
    subject.trim_start_matches("draft:").to_owned()
}

async fn what_a_note_draws_on_expires(stage: Stage) {
    ground(&stage).await;
    stage.say(OMAR, OPS, "/partner library add Retail onboarding checklist").await;
    let answers =
        json!({"url": "https://docs.meridian.example/checklist", "partner": "all", "expires": "2026-03-05"});
    stage.submit(OMAR, answers).await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.purpose", "prospecting").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.gift", "asset").await.unwrap();
    stage.settle().await;
    omar.submit(json!({})).await.unwrap();
    stage.settle().await;
    let ts = stage.sandbox.messages(OPS).pop().unwrap()["ts"].as_str().unwrap().to_owned();
    assert!(
        card(&stage, &ts).contains("Document: <https://docs.meridian.example/checklist|"),
        "{}",
        card(&stage, &ts)
    );
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let shown = card(&stage, &ts);
    assert!(
        shown.contains("Retail onboarding checklist was valid until 5 March. Check the text."),
        "{shown}"
    );
    stage.bot.rounds().await.unwrap();
    stage.settle().await;
    assert_eq!(stage.thread(OPS, &ts).len(), 1, "it is told once");
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.recheck").await;
    let shown = with_buttons(&stage.sandbox.message(OPS, &ts).unwrap());
    assert!(shown.contains("*blocks*: Retail onboarding checklist expired on 2026-03-05."), "{shown}");
    assert!(!shown.contains("[Approve"), "{shown}");
    // And no other note is offered it.
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    assert!(!stage.sandbox.modal(OMAR).unwrap().to_string().contains("Retail onboarding checklist"));
    stage.end().await;
}

async fn one_partners_launch_is_offered_to_no_other(stage: Stage) {
    ground(&stage).await;
    launch(&stage, "Fleet Planner", "p-globex").await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.gift", "their_launch").await.unwrap();
    stage.settle().await;
    assert!(!stage.sandbox.modal(OMAR).unwrap().to_string().contains("Fleet Planner"));
    let listed = stage.say(OMAR, OPS, "/partner library for northwind").await;
    assert!(!listed.contains("Fleet Planner"), "{listed}");
    assert!(stage.say(OMAR, OPS, "/partner library for globex").await.contains("Fleet Planner"));
    stage.end().await;
}

async fn what_they_ship_arrives_by_itself(stage: Stage, server: ListServer) {
    ground(&stage).await;
    let old = entry("g0", "Ancient", "Mon, 01 Dec 2025");
    let items = old
        + &entry("g1", "Returns &lt;b&gt;API&lt;/b&gt;", "Mon, 02 Mar 2026")
        + &entry("g2", "Returns Hub", "Tue, 03 Mar 2026");
    let served = items.clone();
    server.replies(move |_| Answer::ok(rss(&served)).with("etag", "\"1\""));
    read(&stage).await;
    stage.advance_to("2026-03-04T09:10:00Z").await;
    let told = stage.sandbox.messages(OPS).pop().unwrap();
    insta::assert_snapshot!(with_buttons(&told), @r"
    *Northwind shipped 2 things*
    <https://northwind.example/g1|Returns API>, 2 March · northwind.example
    <https://northwind.example/g2|Returns Hub>, 3 March · northwind.example
    All of them: `/partner library`. What is no launch is offered for no note.
    [Draft a note] [Not a launch] [Draft a note] [Not a launch]
    ");
    // The same again, once more in Atom and with another title, and one that is new.
    server.asked();
    read(&stage).await;
    assert_eq!(server.asked().last().unwrap().header("if-none-match"), "\"1\"");
    let atom = r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><id>n</id><updated>2026-03-04T08:00:00Z</updated>
        <entry><id>g1</id><title>Returns API 2</title><link href="https://northwind.example/g1"/><updated>2026-03-02T10:00:00Z</updated></entry>
        <entry><id>other</id><title>Returns Hub</title><link href="https://northwind.example/g2"/><updated>2026-03-03T10:00:00Z</updated></entry>
        <entry><id>g3</id><title>Fleet sync</title><link href="https://northwind.example/g3"/><updated>2026-03-04T08:00:00Z</updated></entry></feed>"#;
    server.replies(move |_| Answer::ok(atom));
    read(&stage).await;
    let mut titles: Vec<(String, i64)> =
        all(&stage).await.into_iter().map(|i| (i.title, i.version)).collect();
    titles.sort();
    let known = |title: &str, version| (title.to_owned(), version);
    assert_eq!(titles, [known("Fleet sync", 1), known("Returns API 2", 2), known("Returns Hub", 1)]);
    stage.bot.rounds().await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(OPS).iter().filter(|t| t.contains("shipped")).count(), 1, "once a day");

    let at = (OPS.to_owned(), told["ts"].as_str().unwrap().to_owned());
    stage.press(OMAR, &at, "library.not_launch").await;
    insta::assert_snapshot!(with_buttons(&stage.sandbox.message(OPS, &at.1).unwrap()), @r"
    *Northwind shipped 2 things*
    <https://northwind.example/g1|Returns API 2>: not a launch, says <@U0OMAR>
    <https://northwind.example/g2|Returns Hub>, 3 March · northwind.example
    All of them: `/partner library`. What is no launch is offered for no note.
    [Draft a note] [Not a launch]
    ");
    read(&stage).await;
    assert_eq!(all(&stage).await.len(), 2, "what is no launch does not come back");
    // A note that speaks of it: the form has it chosen.
    stage.press(OMAR, &at, "library.draft").await;
    stage.person(OMAR).submit(json!({"account": "acme.com"})).await.unwrap();
    stage.settle().await;
    let form = stage.form(OMAR);
    assert!(form.contains("From the library: Returns Hub"), "{form}");
    stage.submit(OMAR, json!({"our_contact": "Dana Reyes", "our_contact_role": "head of operations"})).await;
    let note = stage.texts(OPS).pop().unwrap();
    assert!(
        note.contains(
            "Their launch: <https://northwind.example/g2|Returns Hub>, 3 March, from Northwind's feed"
        ),
        "{note}"
    );
    stage.end().await;
}

async fn a_hostile_feed_does_no_harm(stage: Stage, server: ListServer) {
    let hostile = "<item><title>&lt;!channel&gt; &lt;img src=x&gt;Hub &amp;lt;@U0EVE&amp;gt; @channel</title><link>javascript:alert(1)</link><guid>g1</guid><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>";
    server.replies(move |_| Answer::ok(rss(hostile)));
    read(&stage).await;
    stage.advance_to("2026-03-04T09:10:00Z").await;
    let told = stage.texts(OPS).pop().unwrap();
    assert!(told.starts_with("*Northwind shipped 1 thing*\nHub @channel, 2 March\n"), "{told}");
    let items = all(&stage).await;
    assert_eq!((items.len(), items[0].url.as_deref()), (1, None));
    let why = |said: String| said.lines().find(|l| l.starts_with("Feed *")).unwrap_or_default().to_owned();
    server.replies(|_| Answer::ok(vec![b'x'; 50 * 1024 * 1024]));
    read(&stage).await;
    insta::assert_snapshot!(why(stage.say(OMAR, OPS, "/partner library").await), @"Feed *northwind-news* cannot be read: What 127.0.0.1 sends is larger than 5 MB, the most that I take. It was last read today.");
    server.replies(|_| Answer::status(302).with("location", "http://10.0.0.7/feed.xml"));
    read(&stage).await;
    insta::assert_snapshot!(why(stage.say(OMAR, OPS, "/partner library").await), @"Feed *northwind-news* cannot be read: 127.0.0.1 sends us on to an address that is not asked: it must begin with https://. It was last read today.");
    let levels: String =
        (1..12).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect();
    server.replies(move |_| {
        let bomb = format!(
            "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a0 \"aaaa\">{levels}]><rss version=\"2.0\"><channel><title>&a11;</title></channel></rss>"
        );
        Answer::ok(bomb)
    });
    read(&stage).await;
    assert_eq!(all(&stage).await.len(), 1);
    stage.end().await;
}

async fn a_feed_that_fails_is_told_once(stage: Stage, server: ListServer) {
    looked(&stage).await;
    server.replies(|_| Answer::status(404));
    read(&stage).await;
    let told =
        |stage: &Stage| stage.texts(OPS).into_iter().filter(|t| t.contains("the feed")).collect::<Vec<_>>();
    assert_eq!(told(&stage), [""; 0], "not before a day is over");
    for at in ["2026-03-05T10:00:00Z", "2026-03-05T12:00:00Z"] {
        stage.advance_to(at).await;
        looked(&stage).await;
    }
    insta::assert_snapshot!(told(&stage).join("\n"), @"<@U0OMAR>: the feed *northwind-news* has brought nothing since 4 March: 127.0.0.1 has nothing at that address (404). Whoever runs Tandem sets its address right, or takes the feed out.");
    server.replies(|_| Answer::ok(rss("")));
    stage.advance_to("2026-03-05T14:00:00Z").await;
    looked(&stage).await;
    let mended =
        stage.texts(OPS).into_iter().filter(|t| t.contains("feed *northwind-news*")).collect::<Vec<_>>();
    assert_eq!(mended, ["The feed *northwind-news* is read again."]);
    stage.end().await;
}
