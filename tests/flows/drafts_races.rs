//! Two at once, and replies that never come: one decision counts, and nothing goes to a partner twice.

use serde_json::json;
use tandem::delivery::outbox::{self, Destination, Outgoing};
use tandem::kernel::blocks::Message;
use tandem::sandbox::Fault;
use tandem::sql_exec;

use super::drafts::{also_manager, card, click_behind, edit, ground, propose, waiting};
use crate::support::stage::{MAYA, OMAR, OPS, SAM, SHARED, Stage};

crate::flows!(
    of_two_approvers_one_wins,
    a_second_click_sends_nothing,
    an_approval_is_faster_than_an_edit,
    an_edit_is_faster_than_an_approval,
    a_rejection_is_faster_than_an_approval,
    a_dropped_reply_never_sends_twice,
    what_is_unconfirmed_arrived,
    what_is_unconfirmed_is_sent_again,
    what_slack_finishes_late_is_not_sent_again,
    a_direct_message_that_slack_finishes_late_is_not_sent_again,
    a_database_set_back_sends_no_note_again,
);

const BETTER: &str = "Hi Sam, Acme Corp is on your prospect list and we know them well. I can introduce you to Dana Reyes, \
                      their head of operations, this week.";

async fn of_two_approvers_one_wins(stage: Stage) {
    ground(&stage).await;
    also_manager(&stage, OMAR).await;
    let ts = propose(&stage, json!({})).await;
    let (maya, omar) = (stage.person(MAYA), stage.person(OMAR));
    let (one, two) =
        tokio::join!(maya.click(OPS, &ts, "draft.approve"), omar.click(OPS, &ts, "draft.approve"));
    one.unwrap();
    two.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    let told: Vec<String> = [MAYA, OMAR].iter().flat_map(|u| stage.private(u)).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("> approved this note <!date^") && told[0].contains("It goes out once."),
        "{told:?}"
    );
    stage.end().await;
}

async fn a_second_click_sends_nothing(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    let maya = stage.person(MAYA);
    let (one, two) =
        tokio::join!(maya.click(OPS, &ts, "draft.approve"), maya.click(OPS, &ts, "draft.approve"));
    one.unwrap();
    two.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    let told = stage.private(MAYA);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("<@U0MAYA> approved this note <!date^"), "{told:?}");
    stage.end().await;
}

async fn an_approval_is_faster_than_an_edit(stage: Stage) {
    ground(&stage).await;
    also_manager(&stage, OMAR).await;
    let ts = propose(&stage, json!({})).await;
    let (maya, omar) = (stage.person(MAYA), stage.person(OMAR));
    maya.click(OPS, &ts, "draft.edit").await.unwrap();
    stage.settle().await;
    omar.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let sent = stage.texts(SHARED);
    maya.submit(json!({"text": BETTER})).await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED), sent);
    let told = stage.last_private(MAYA);
    assert!(
        told.starts_with("<@U0OMAR> approved this note <!date^") && told.contains("it was sent"),
        "{told}"
    );
    assert!(!card(&stage, &ts).contains("Dana Reyes"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn an_edit_is_faster_than_an_approval(stage: Stage) {
    ground(&stage).await;
    also_manager(&stage, OMAR).await;
    let ts = propose(&stage, json!({})).await;
    let (maya, omar) = (stage.person(MAYA), stage.person(OMAR));
    // Omar reads the note in a form, as from Home, while Maya edits it.
    omar.command(OPS, "/partner draft list").await.unwrap();
    stage.settle().await;
    let list = stage.sandbox.ephemerals(OMAR).pop().unwrap();
    let list = list["ts"].as_str().unwrap();
    omar.click(OPS, list, "draft.review").await.unwrap();
    stage.settle().await;
    edit(&stage, &ts, BETTER).await;
    omar.submit(json!({})).await.unwrap();
    stage.settle().await;
    assert!(stage.texts(SHARED).is_empty(), "nobody approved these words");
    let told = stage.last_private(OMAR);
    assert!(told.starts_with("<@U0MAYA> changed this note <!date^"), "{told}");
    assert!(told.contains("it is version 2 now, and nothing was sent."), "{told}");
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED), [BETTER]);
    stage.end().await;
}

async fn a_rejection_is_faster_than_an_approval(stage: Stage) {
    ground(&stage).await;
    also_manager(&stage, OMAR).await;
    let ts = propose(&stage, json!({})).await;
    let maya = stage.person(MAYA);
    maya.click(OPS, &ts, "draft.reject").await.unwrap();
    stage.settle().await;
    maya.submit(json!({"reason": "Sam is on leave until May."})).await.unwrap();
    stage.settle().await;
    click_behind(&stage, OMAR, &ts, "draft.approve").await;
    let told = stage.last_private(OMAR);
    assert!(told.ends_with(": Sam is on leave until May. Nothing was sent."), "{told}");
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}

async fn a_dropped_reply_never_sends_twice(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    stage.sandbox.script("chat.postMessage", Fault::DropReplyAfterAcceptance, 1);
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    assert!(card(&stage, &ts).contains("Sent <!date^"), "found in the channel: {}", card(&stage, &ts));
    stage.end().await;
}

/// Approves a note whose reply is lost and that is not found in the channel.
async fn lose(stage: &Stage) -> String {
    ground(stage).await;
    let ts = propose(stage, json!({})).await;
    stage.sandbox.script("chat.postMessage", Fault::Status(502), 1);
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let shown = card(stage, &ts);
    assert!(shown.contains("Not confirmed: check, then resend."), "{shown}");
    assert!(stage.texts(SHARED).is_empty());
    stage.person(OMAR).command(OPS, "/partner draft list").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(OMAR).contains("· not confirmed · today"), "{}", stage.last_private(OMAR));
    ts
}

async fn what_is_unconfirmed_arrived(stage: Stage) {
    let ts = lose(&stage).await;
    let maya = stage.person(MAYA);
    maya.click(OPS, &ts, "draft.arrived").await.unwrap();
    stage.settle().await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    assert!(stage.texts(SHARED).is_empty(), "nothing was sent by that");
    // An old window still has the other button.
    click_behind(&stage, MAYA, &ts, "draft.resend").await;
    assert!(
        stage.last_private(MAYA).contains("and it was sent. It goes out once."),
        "{}",
        stage.last_private(MAYA)
    );
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}

async fn what_is_unconfirmed_is_sent_again(stage: Stage) {
    let ts = lose(&stage).await;
    also_manager(&stage, OMAR).await;
    // The list offers it as the card does; two who resend send once.
    stage.person(OMAR).command(OPS, "/partner draft list").await.unwrap();
    stage.settle().await;
    let list = stage.sandbox.ephemerals(OMAR).pop().unwrap()["ts"].as_str().unwrap().to_owned();
    let (maya, omar) = (stage.person(MAYA), stage.person(OMAR));
    let (one, two) =
        tokio::join!(maya.click(OPS, &ts, "draft.resend"), omar.click(OPS, &list, "draft.resend"));
    one.unwrap();
    two.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn what_slack_finishes_late_is_not_sent_again(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    stage.sandbox.script("chat.postMessage", Fault::Unfinished, 1);
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.approve").await;
    assert!(card(&stage, &ts).contains("Not confirmed: check, then resend."), "{}", card(&stage, &ts));
    assert!(stage.texts(SHARED).is_empty());
    stage.sandbox.finish();
    assert_eq!(stage.texts(SHARED).len(), 1);
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.resend").await;
    assert_eq!(stage.texts(SHARED).len(), 1, "the partner has it once");
    let shown = card(&stage, &ts);
    assert!(shown.contains("Sent <!date^") && shown.contains("|view>"), "{shown}");
    stage.end().await;
}

async fn a_direct_message_that_slack_finishes_late_is_not_sent_again(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "direct"})).await;
    // Nobody can say whether there is a conversation: there is none to look into.
    stage.sandbox.script("conversations.open", Fault::Error("cannot_open".into()), 1);
    stage.sandbox.script("chat.postMessage", Fault::Unfinished, 1);
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.approve").await;
    assert!(card(&stage, &ts).contains("Not confirmed: check, then resend."), "{}", card(&stage, &ts));
    stage.sandbox.finish();
    stage.press(MAYA, &(OPS.to_owned(), ts.clone()), "draft.resend").await;
    assert_eq!(stage.direct(SAM).len(), 1, "{:?}", stage.direct(SAM));
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

/// The database is set back to an earlier moment by its own tools, and nothing in it says so.
async fn a_database_set_back_sends_no_note_again(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    let before = stage.sandbox.message(OPS, &ts).unwrap();
    let draft = waiting(&stage).await;
    let at = (OPS.to_owned(), ts.clone());
    stage.press(MAYA, &at, "draft.approve").await;
    let sent = stage.texts(SHARED);
    assert_eq!(sent.len(), 1);
    // To when it was approved and not sent yet.
    let mut tx = stage.db.begin().await.unwrap();
    sql_exec!(&mut tx, "DELETE FROM outbox WHERE key LIKE 'note:%'").unwrap();
    sql_exec!(&mut tx, "DELETE FROM touches").unwrap();
    sql_exec!(&mut tx, "UPDATE drafts SET state = 'sending', version = 2").unwrap();
    let out = Outgoing::post(
        format!("{}:2", draft.note_subject()),
        Destination::Channel(SHARED.into()),
        Message::text(sent[0].clone()),
    );
    let out = out.to_partner("p-northwind".into()).showing(draft.note_subject());
    outbox::enqueue(&mut tx, stage.clock.now().as_millisecond(), &out).await.unwrap();
    tx.commit().await.unwrap();
    stage.bot.bell.ring();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED), sent);
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    // To when it waited for a decision.
    let mut tx = stage.db.begin().await.unwrap();
    sql_exec!(&mut tx, "DELETE FROM outbox WHERE key LIKE 'note:%'").unwrap();
    sql_exec!(&mut tx, "DELETE FROM touches").unwrap();
    sql_exec!(
        &mut tx,
        "UPDATE drafts SET state = 'proposed', version = 1, decided_by = NULL, decided_at = NULL"
    )
    .unwrap();
    tx.commit().await.unwrap();
    stage.press_late(MAYA, &at, &before, "draft.approve").await;
    assert_eq!(stage.texts(SHARED), sent);
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}
