//! The three ways to a reader, and the ways into a draft.

use serde_json::json;
use tandem::map::partner::Contact;
use tandem::map::store as map;
use tandem::sandbox::Fault;
use tandem::store::audit;

use super::digest::menu;
use super::drafts::{also_manager, card, click_behind, edit, ground, more, propose, waiting};
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, SAM, SHARED, Stage, text};

crate::flows!(
    a_direct_message_reaches_the_reader,
    a_reader_who_is_no_contact_any_more_gets_nothing,
    a_reader_of_another_partners_gets_nothing,
    its_sender_may_hand_it_back,
    a_ready_text_that_does_not_arrive_comes_back,
    what_goes_by_hand_is_not_forgotten,
    the_cap_holds_for_notes_that_are_under_way,
    a_channel_that_is_bound_elsewhere_gets_nothing,
    a_message_starts_a_draft,
    a_digest_row_starts_a_draft,
    a_note_is_snoozed_and_comes_back,
    another_is_asked_to_decide,
    a_snooze_that_is_over_is_told_to_who_decides_by_then,
    a_note_expires_with_its_overlap,
);

async fn a_direct_message_reaches_the_reader(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "direct"})).await;
    let shown = card(&stage, &ts);
    assert!(
        shown.contains("direct message to <@U0SAM> · *External: Sam Whitfield will see this*"),
        "{shown}"
    );
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let sent = stage.direct(SAM);
    assert_eq!(sent.len(), 1, "{}", card(&stage, &ts));
    assert!(sent[0].starts_with("Hi Sam, ") || sent[0].contains("Acme Corp"), "{sent:?}");
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}

async fn a_reader_who_is_no_contact_any_more_gets_nothing(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "direct"})).await;
    let mut tx = stage.db.begin().await.unwrap();
    let mut sam = map::contact(&mut tx, &"c-sam".into()).await.unwrap().unwrap();
    sam.slack_user = None;
    map::save_contact(&mut tx, stage.clock.now(), &sam).await.unwrap();
    tx.commit().await.unwrap();
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(
        stage.last_private(MAYA),
        "Nothing was sent: the way to its reader is another one now. The card shows what changed."
    );
    let shown = card(&stage, &ts);
    assert!(shown.contains("by hand of <@U0ALEX>"), "{shown}");
    assert!(stage.direct(SAM).is_empty());
    stage.end().await;
}

async fn a_reader_of_another_partners_gets_nothing(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "direct"})).await;
    let mut tx = stage.db.begin().await.unwrap();
    let sam = map::contact(&mut tx, &"c-sam".into()).await.unwrap().unwrap();
    let theirs = Contact { id: "c-other".into(), partner: "p-globex".into(), ..sam };
    map::save_contact(&mut tx, stage.clock.now(), &theirs).await.unwrap();
    tx.commit().await.unwrap();
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.approve").await;
    let shown = card(&stage, &ts);
    assert!(shown.contains("It came back: its reader belongs to Globex."), "{shown}");
    assert!(stage.direct(SAM).is_empty());
    stage.end().await;
}

async fn its_sender_may_hand_it_back(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "by_hand"})).await;
    let (maya, alex) = (stage.person(MAYA), stage.person(ALEX));
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let shown = card(&stage, &ts);
    assert!(
        shown.ends_with("Approved by <@U0MAYA>. <@U0ALEX> has the text and sends it by hand."),
        "{shown}"
    );
    let im = stage.sandbox.im(ALEX);
    let ready = stage.sandbox.messages(&im).pop().unwrap()["ts"].as_str().unwrap().to_owned();
    alex.click(&im, &ready, "draft.not_me").await.unwrap();
    stage.settle().await;
    assert_eq!(
        stage.direct(ALEX).pop().unwrap(),
        "*To Sam Whitfield at Northwind*: handed back. A partner manager decides again."
    );
    let shown = card(&stage, &ts);
    assert!(
        shown.ends_with(
            "It came back: its sender handed it back. It waits for a decision again. Version 3, drafted by \
             <@U0OMAR>. <@U0MAYA> decides."
        ),
        "{shown}"
    );
    // The old control is answered, the new decision makes a new ready text.
    alex.click(&im, &ready, "draft.sent").await.unwrap();
    stage.settle().await;
    assert!(card(&stage, &ts).contains("It came back"), "{}", card(&stage, &ts));
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let again = stage.sandbox.messages(&im).pop().unwrap();
    assert!(text(&again).starts_with("*Ready to send to Sam Whitfield at Northwind*"), "{again}");
    assert_ne!(again["ts"].as_str().unwrap(), ready);
    alex.click(&im, again["ts"].as_str().unwrap(), "draft.sent").await.unwrap();
    stage.settle().await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}

async fn a_ready_text_that_does_not_arrive_comes_back(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "by_hand"})).await;
    let maya = stage.person(MAYA);
    stage.sandbox.script("chat.postMessage", Fault::Error("no_text".into()), 1);
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let shown = card(&stage, &ts);
    assert!(shown.contains("It came back: the text did not reach its sender"), "{shown}");
    assert!(stage.direct(ALEX).is_empty());
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert!(stage.direct(ALEX)[0].starts_with("*Ready to send to"), "{:?}", stage.direct(ALEX));
    stage.end().await;
}

async fn what_goes_by_hand_is_not_forgotten(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "by_hand"})).await;
    let (maya, alex) = (stage.person(MAYA), stage.person(ALEX));
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert!(
        stage.say(OMAR, OPS, "/partner draft list").await.contains("goes by hand, not yet said to be sent")
    );
    alex.open_home().await.unwrap();
    stage.settle().await;
    let home = stage.sandbox.home(ALEX).unwrap().to_string();
    assert!(home.contains("Note to Sam Whitfield") && home.contains("I sent it"), "{home}");
    // It was approved on a Wednesday.
    stage.advance_to("2026-03-06T07:59:00Z").await;
    assert_eq!(stage.direct(ALEX).len(), 1);
    stage.advance_to("2026-03-06T08:00:00Z").await;
    stage.advance_to("2026-03-09T09:00:00Z").await;
    let im = stage.sandbox.im(ALEX);
    let ready = stage.sandbox.messages(&im)[0]["ts"].as_str().unwrap().to_owned();
    let asked = stage.thread(&im, &ready);
    assert_eq!(asked.len(), 1, "once: {asked:?}");
    let (head, end) = asked[0].split_once("<!date^").unwrap();
    assert_eq!(head, "Did you send this note to Sam Whitfield at Northwind? <@U0MAYA> approved it ");
    assert!(end.ends_with("|4 March, 09:00 UTC>. Press *I sent it* above, or *Not me*."), "{end}");
    maya.click(OPS, &ts, "draft.not_me").await.unwrap();
    stage.settle().await;
    let shown = card(&stage, &ts);
    assert!(shown.contains("It came back: it was taken back from its sender."), "{shown}");
    assert!(
        stage.direct(ALEX)[0].ends_with(": <@U0MAYA> took it back. Don't send it."),
        "{:?}",
        stage.direct(ALEX)
    );
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    // What was shown for the version before says nothing of this one.
    click_behind(&stage, MAYA, &ts, "draft.approve").await;
    maya.click(OPS, &ts, "draft.sent").await.unwrap();
    stage.settle().await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn the_cap_holds_for_notes_that_are_under_way(stage: Stage) {
    ground(&stage).await;
    let mut cards = Vec::new();
    for _ in 0..5 {
        cards.push(propose(&stage, json!({"route": "by_hand"})).await);
    }
    for ts in &cards {
        stage.person(MAYA).click(OPS, ts, "draft.approve").await.unwrap();
        stage.settle().await;
    }
    assert_eq!(stage.direct(ALEX).len(), 4, "{:?}", stage.private(MAYA));
    let last = card(&stage, &cards[4]);
    assert!(last.contains("They had 4 notes in the last 30 days; 4 is the cap."), "{last}");
    stage.end().await;
}

async fn a_channel_that_is_bound_elsewhere_gets_nothing(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    // Slack asks for a pause, and in it the channel goes to another partner.
    stage.sandbox.script("chat.postMessage", Fault::RateLimited { seconds: 1 }, 1);
    let maya = stage.person(MAYA);
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    let end = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    while !card(&stage, &ts).contains("Approved by <@U0MAYA>, sending") {
        assert!(tokio::time::Instant::now() < end, "{}", card(&stage, &ts));
        tokio::task::yield_now().await;
    }
    let mut tx = stage.db.begin().await.unwrap();
    for (id, channel) in [("p-northwind", None), ("p-globex", Some(SHARED.into()))] {
        let mut partner = map::partner(&mut tx, &id.into()).await.unwrap().unwrap();
        partner.channel = channel;
        map::save_partner(&mut tx, stage.clock.now(), &partner).await.unwrap();
    }
    tx.commit().await.unwrap();
    stage.settle().await;
    assert!(stage.texts(SHARED).is_empty(), "{:?}", stage.texts(SHARED));
    let shown = card(&stage, &ts);
    assert!(
        shown.contains("It came back: the channel now belongs to Globex. It waits for a decision"),
        "{shown}"
    );
    // The old way is not tried again: what is approved next is what is seen next.
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert!(
        stage.last_private(MAYA).contains("the way to its reader is another one now"),
        "{:?}",
        stage.private(MAYA)
    );
    assert!(card(&stage, &ts).contains("by hand of <@U0ALEX>"), "{}", card(&stage, &ts));
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert!(stage.direct(ALEX).pop().unwrap().starts_with("*Ready to send to"), "{:?}", stage.direct(ALEX));
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}

async fn a_message_starts_a_draft(stage: Stage) {
    ground(&stage).await;
    let said = stage.sandbox.messages(INTAKE)[0]["ts"].as_str().unwrap().to_owned();
    let omar = stage.person(OMAR);
    omar.shortcut("draft.new", INTAKE, &said).await.unwrap();
    stage.settle().await;
    let form = stage.sandbox.modal(OMAR).unwrap();
    assert!(
        form["blocks"][0]["text"]["text"]
            .as_str()
            .unwrap()
            .starts_with("*Acme Corp (acme.com)* with Northwind")
    );
    omar.submit(json!({})).await.unwrap();
    stage.settle().await;
    let shown = stage.texts(OPS).pop().unwrap();
    assert!(shown.starts_with("*Note to Sam Whitfield at Northwind*"), "{shown}");
    let told = stage.sandbox.ephemerals(OMAR).pop().unwrap();
    assert_eq!(
        text(&told),
        "Drafted a note to Sam Whitfield at Northwind about Acme Corp. It is in <#C0PARTNEROPS>. <@U0MAYA> decides. \
         Nothing is sent before."
    );
    assert_eq!(told["channel"], INTAKE);
    // A message that names no account is asked about.
    let chatter = stage.person(ALEX).post("C0GENERAL", "Lunch?").await.unwrap();
    omar.shortcut("draft.new", "C0GENERAL", &chatter).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.sandbox.modal(OMAR).unwrap()["callback_id"], "draft.pick");
    stage.end().await;
}

async fn a_digest_row_starts_a_draft(stage: Stage) {
    ground(&stage).await;
    stage.advance_to("2026-03-09T08:00:00Z").await;
    let digest = stage.sandbox.messages(OPS)[0].clone();
    assert!(text(&digest).starts_with("*Partner triage"), "{digest}");
    let ts = digest["ts"].as_str().unwrap();
    menu(&stage, OMAR, ts, "draft").await;
    let before = stage.private(OMAR);
    stage.person(OMAR).submit(json!({})).await.unwrap();
    stage.settle().await;
    let shown = stage.sandbox.messages(OPS).pop().unwrap();
    assert!(text(&shown).starts_with("*Note to Sam Whitfield at Northwind*"), "{shown}");
    assert!(shown["thread_ts"].is_null(), "the card stands by itself: {shown}");
    assert!(!stage.thread(OPS, ts).iter().any(|t| t.contains("note")), "{:?}", stage.thread(OPS, ts));
    assert_eq!(stage.private(OMAR), before, "the card is the answer");
    // The check counts days as the digest does.
    let row = text(&stage.sandbox.message(OPS, ts).unwrap());
    assert!(row.contains("· 5 days"), "{row}");
    assert!(text(&shown).contains("Acme Corp, seen 5 days ago"), "{shown}");
    stage.end().await;
}

async fn a_note_is_snoozed_and_comes_back(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    more(&stage, MAYA, &ts, "tomorrow").await;
    let shown = card(&stage, &ts);
    assert!(shown.contains("Snoozed until <!date^1772697600^"), "nine o'clock in Stockholm: {shown}");
    stage.person(OMAR).command(OPS, "/partner draft list").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(OMAR).contains("· snoozed · today"), "{}", stage.last_private(OMAR));
    stage.advance_to("2026-03-05T07:59:00Z").await;
    assert!(stage.thread(OPS, &ts).is_empty());
    stage.advance_to("2026-03-05T08:00:01Z").await;
    assert_eq!(stage.thread(OPS, &ts), ["<@U0MAYA>, this note is back from its snooze."]);
    assert!(!card(&stage, &ts).contains("Snoozed"), "{}", card(&stage, &ts));
    stage.advance_to("2026-03-05T08:10:00Z").await;
    assert_eq!(stage.thread(OPS, &ts).len(), 1, "once");
    more(&stage, MAYA, &ts, "monday").await;
    assert!(card(&stage, &ts).contains("Snoozed until <!date^1773043200^"), "{}", card(&stage, &ts));
    // A snoozed note can still be sent.
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    stage.end().await;
}

async fn another_is_asked_to_decide(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    more(&stage, MAYA, &ts, "reassign").await;
    let maya = stage.person(MAYA);
    maya.submit(json!({"approver": ALEX})).await.unwrap();
    stage.settle().await;
    assert_eq!(
        stage.last_private(MAYA),
        "<@U0ALEX> may not decide on notes to Northwind. Choose a partner manager or an admin."
    );
    also_manager(&stage, OMAR).await;
    more(&stage, MAYA, &ts, "reassign").await;
    maya.submit(json!({"approver": OMAR})).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.thread(OPS, &ts), ["<@U0OMAR>, <@U0MAYA> asks you to decide on this note."]);
    assert!(
        card(&stage, &ts).ends_with("Version 2, drafted by <@U0OMAR>, who decides."),
        "{}",
        card(&stage, &ts)
    );
    stage.person(OMAR).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    stage.end().await;
}

async fn a_snooze_that_is_over_is_told_to_who_decides_by_then(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    also_manager(&stage, OMAR).await;
    more(&stage, MAYA, &ts, "tomorrow").await;
    more(&stage, MAYA, &ts, "reassign").await;
    stage.submit(MAYA, json!({"approver": OMAR})).await;
    stage.advance_to("2026-03-05T08:00:01Z").await;
    assert_eq!(
        stage.thread(OPS, &ts),
        [
            "<@U0OMAR>, <@U0MAYA> asks you to decide on this note.",
            "<@U0OMAR>, this note is back from its snooze."
        ]
    );
    stage.end().await;
}

async fn a_note_expires_with_its_overlap(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    edit(&stage, &ts, "Hi Sam, I can introduce you to Dana Reyes at Acme Corp this week.").await;
    let draft = waiting(&stage).await;
    let said = stage.sandbox.messages(INTAKE)[0]["ts"].as_str().unwrap().to_owned();
    stage.person(ALEX).edit(INTAKE, &said, "Lunch?").await.unwrap();
    stage.settle().await;
    stage.advance_to("2026-03-04T10:00:00Z").await;
    let shown = card(&stage, &ts);
    assert!(
        shown.ends_with("Expired: Acme Corp is no longer an overlap with Northwind. Nothing was sent."),
        "{shown}"
    );
    click_behind(&stage, MAYA, &ts, "draft.approve").await;
    assert_eq!(
        stage.last_private(MAYA),
        "This note expired: Acme Corp is no longer an overlap with Northwind. Nothing was sent. `/partner draft new` \
         starts another."
    );
    let mut tx = stage.db.read().await.unwrap();
    let log = audit::of(&mut tx, &draft.subject()).await.unwrap();
    assert_eq!(log.last().unwrap().action, "draft.expire");
    tx.rollback().await.unwrap();
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}
