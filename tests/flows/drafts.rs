//! A note is drafted, checked, approved and sent.

use serde_json::{Value, json};
use tandem::delivery::outbox::{self, Destination, Outgoing};
use tandem::kernel::actor::Role;
use tandem::kernel::blocks::{self, Message};
use tandem::map::partner::{Contact, ContactRole};
use tandem::map::store as map;
use tandem::sandbox::{Fault, Surface};
use tandem::sql_value;
use tandem::store::{audit, people};
use tandem::sustain::draft::Draft;
use tandem::sustain::store as sustain;

use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, OPS, SAM, SHARED, Stage, text};

crate::flows!(
    a_note_goes_from_overlap_to_channel,
    a_blocked_note_is_edited_until_it_passes,
    a_partners_user_is_refused,
    a_manager_of_another_partner_decides_nothing,
    a_refused_send_comes_back,
    a_note_goes_by_hand,
    a_note_expires,
    two_short_forms_lead_to_a_card,
    account_and_partner_name_the_overlap,
    a_block_is_overridden_with_a_reason,
    an_override_covers_no_later_block,
    what_a_contact_turned_down_is_not_given_again,
    a_rejection_has_a_reason,
);

/// Sam on record and Acme in the map.
pub async fn ground(stage: &Stage) {
    let mut tx = stage.db.begin().await.unwrap();
    let sam = Contact {
        id: "c-sam".into(),
        partner: "p-northwind".into(),
        name: "Sam Whitfield".into(),
        role: ContactRole::PartnerRep,
        email: None,
        slack_user: Some(SAM.into()),
        said_no_to: Vec::new(),
    };
    map::save_contact(&mut tx, stage.clock.now(), &sam).await.unwrap();
    tx.commit().await.unwrap();
    let said =
        "New overlap with Northwind: Acme Corp (acme.com), our customer, their prospect, owner <@U0ALEX>";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
}

/// Drafts a note with what is offered first, and gives the card's `ts`.
pub async fn propose(stage: &Stage, answers: Value) -> String {
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    assert!(stage.sandbox.modal(OMAR).is_some(), "{:?}", stage.private(OMAR));
    omar.submit(answers).await.unwrap();
    stage.settle().await;
    let card = stage.sandbox.messages(OPS).pop().unwrap_or_default();
    assert!(text(&card).starts_with("*Note to Sam Whitfield"), "{card} {:?}", stage.private(OMAR));
    card["ts"].as_str().unwrap().to_owned()
}

pub fn card(stage: &Stage, ts: &str) -> String {
    text(&stage.sandbox.message(OPS, ts).unwrap())
}

/// The one note that waits.
pub async fn waiting(stage: &Stage) -> Draft {
    let mut tx = stage.db.read().await.unwrap();
    let mut found = sustain::waiting(&mut tx).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// Chooses in the card's `⋯`.
pub async fn more(stage: &Stage, by: &str, ts: &str, verb: &str) {
    let value = format!("{verb}:{}", waiting(stage).await.value());
    stage.person(by).choose(OPS, ts, "draft.more", value).await.unwrap();
    stage.settle().await;
}

/// Presses what the card showed before, in a window that is behind.
pub async fn click_behind(stage: &Stage, by: &str, ts: &str, action_id: &str) {
    let surface = Surface::Message { channel: OPS.to_owned(), ts: ts.to_owned() };
    let action = json!({"action_id": action_id, "type": "button"});
    stage.person(by).block_action(&surface, action, &Value::Null).await.unwrap();
    stage.settle().await;
}

async fn a_manager_of_another_partner_decides_nothing(stage: Stage) {
    ground(&stage).await;
    let mut tx = stage.db.begin().await.unwrap();
    let (maya, alex) = (MAYA.into(), ALEX.into());
    let role = Role::PartnerManager;
    people::set_holder_for(&mut tx, stage.clock.now(), &maya, role, &"p-globex".into(), Some(&alex))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let ts = propose(&stage, json!({})).await;
    for action in ["draft.approve", "draft.edit", "draft.reject"] {
        stage.press(ALEX, &(OPS.to_owned(), ts.clone()), action).await;
        assert!(stage.sandbox.modal(ALEX).is_none(), "{action}");
        let mut tx = stage.db.read().await.unwrap();
        let sql = "SELECT COUNT(*) FROM audit WHERE actor = $1 AND action = $2 AND outcome = 'refused'";
        assert_eq!(sql_value!(&mut tx, i64, sql, ALEX, action).unwrap(), 1, "{action}");
    }
    assert_eq!(stage.texts(SHARED), [""; 0]);
    assert!(card(&stage, &ts).ends_with("<@U0MAYA> decides."), "{}", card(&stage, &ts));
    stage.end().await;
}

/// Makes somebody a partner manager beside Maya.
pub async fn also_manager(stage: &Stage, user: &str) {
    let maya = MAYA.into();
    let mut tx = stage.db.begin().await.unwrap();
    people::set_holders(
        &mut tx,
        stage.clock.now(),
        &maya,
        Role::PartnerManager,
        &[maya.clone(), user.into()],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

pub async fn edit(stage: &Stage, ts: &str, words: &str) {
    let maya = stage.person(MAYA);
    maya.click(OPS, ts, "draft.edit").await.unwrap();
    stage.settle().await;
    maya.submit(json!({"text": words})).await.unwrap();
    stage.settle().await;
}

async fn a_note_goes_from_overlap_to_channel(stage: Stage) {
    ground(&stage).await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    // Another gift asks for other facts; while one is missing, the form says so and stays.
    omar.choose_in_view("draft.gift", "their_launch").await.unwrap();
    stage.settle().await;
    let refused = omar.submit(json!({})).await.unwrap_err().to_string();
    assert!(refused.contains("their_launch_title") && refused.contains("our_contact"), "{refused}");
    let facts = json!({
        "their_launch_title": "Returns API", "their_launch_date": "2026-03-02",
        "our_contact": "Dana Reyes", "our_contact_role": "head of operations",
    });
    omar.submit(facts).await.unwrap();
    stage.settle().await;
    let shown = stage.sandbox.messages(OPS).pop().unwrap();
    let ts = shown["ts"].as_str().unwrap().to_owned();
    assert!(text(&shown).contains("External: Northwind staff will see this"), "{shown}");
    assert!(text(&shown).contains("Relevance: passes"), "{shown}");
    assert!(stage.texts(SHARED).is_empty(), "nothing goes before it is approved");

    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let sent = stage.texts(SHARED);
    assert_eq!(sent.len(), 1);
    let signed = sent[0].rsplit_once("\n\n").unwrap();
    assert!(signed.0.starts_with("Hi Sam, your Returns API of 2 March fits Acme Corp"), "{sent:?}");
    let quoted: String =
        text(&shown).lines().filter_map(|l| l.strip_prefix("> ")).collect::<Vec<_>>().join("\n");
    assert_eq!(sent[0], quoted, "what was approved goes to the letter");
    let card = card(&stage, &ts);
    assert!(card.contains("Sent <!date^") && card.contains("<@U0MAYA>") && card.contains("|view>"), "{card}");
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(sustain::touches(&mut tx, &"c-sam".into(), stage.clock.now()).await.unwrap(), 1);
    tx.rollback().await.unwrap();

    stage.end().await;
}

async fn a_blocked_note_is_edited_until_it_passes(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    let hollow = "Hi Sam, just checking in. Anything we can work on together this quarter?";
    edit(&stage, &ts, hollow).await;
    assert!(card(&stage, &ts).contains("*Blocked*"), "{}", card(&stage, &ts));
    let maya = stage.person(MAYA);
    click_behind(&stage, MAYA, &ts, "draft.approve").await;
    assert!(stage.last_private(MAYA).contains("and nothing was sent."), "{}", stage.last_private(MAYA));
    let better = "Hi Sam, Acme Corp is on your prospect list and we know them well. I can introduce you to Dana Reyes, \
                  their head of operations, this week.";
    edit(&stage, &ts, better).await;
    assert!(!card(&stage, &ts).contains("*Blocked*"), "{}", card(&stage, &ts));
    assert_eq!(
        stage.private(MAYA).len(),
        1,
        "an edit is answered by the card alone: {:?}",
        stage.private(MAYA)
    );
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED), [better]);
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    stage.end().await;
}

async fn a_partners_user_is_refused(stage: Stage) {
    ground(&stage).await;
    propose(&stage, json!({})).await;
    let mut tx = stage.db.begin().await.unwrap();
    let draft = sustain::waiting(&mut tx).await.unwrap().remove(0);
    // A copy of the control where the partner's people are.
    let button = blocks::button("Approve and send", "draft.approve", &draft.value());
    let copy = Message::new("A copy", vec![blocks::actions(vec![button])]);
    let out =
        Outgoing::post("copy", Destination::Channel(SHARED.into()), copy).to_partner("p-northwind".into());
    outbox::enqueue(&mut tx, stage.clock.now().as_millisecond(), &out).await.unwrap();
    tx.commit().await.unwrap();
    stage.bot.bell.ring();
    stage.settle().await;
    let ts = stage.sandbox.messages(SHARED)[0]["ts"].as_str().unwrap().to_owned();
    for who in [SAM, ALEX] {
        stage.person(who).click(SHARED, &ts, "draft.approve").await.unwrap();
        stage.settle().await;
        assert!(stage.last_private(who).contains("Nothing was"), "{}", stage.last_private(who));
    }
    assert_eq!(stage.texts(SHARED), ["A copy"]);
    let mut tx = stage.db.read().await.unwrap();
    let refused = audit::of(&mut tx, &draft.value()).await.unwrap();
    let told: Vec<(&str, &str)> = refused.iter().map(|e| (e.actor.as_str(), e.outcome.as_str())).collect();
    assert_eq!(told, [(SAM, "refused"), (ALEX, "refused")]);
    assert!(sustain::find(&mut tx, &draft.id).await.unwrap().unwrap().is_waiting());
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn a_refused_send_comes_back(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    stage.sandbox.script("chat.postMessage", Fault::Error("no_text".into()), 1);
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let back = card(&stage, &ts);
    assert!(back.contains("It came back: Slack refused it") && back.contains("no_text"), "{back}");
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED).len(), 1);
    stage.end().await;
}

async fn a_note_goes_by_hand(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({"route": "by_hand"})).await;
    stage.person(MAYA).click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    let im = stage.sandbox.im(ALEX);
    let ready = stage.sandbox.messages(&im).pop().unwrap();
    assert!(text(&ready).starts_with("*Ready to send to Sam Whitfield at Northwind*"), "{ready}");
    stage.person(ALEX).click(&im, ready["ts"].as_str().unwrap(), "draft.sent").await.unwrap();
    stage.settle().await;
    assert!(card(&stage, &ts).contains("Sent <!date^"), "{}", card(&stage, &ts));
    assert!(stage.direct(ALEX).pop().unwrap().contains("marked as sent"), "{:?}", stage.direct(ALEX));
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}

async fn a_note_expires(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    stage.advance_to("2026-03-11T09:10:00Z").await;
    assert!(card(&stage, &ts).contains("Expired: Nobody decided within 7 days."), "{}", card(&stage, &ts));
    stage.person(OMAR).command(OPS, "/partner draft list").await.unwrap();
    stage.settle().await;
    assert!(stage.last_private(OMAR).contains("No note waits"), "{}", stage.last_private(OMAR));
    stage.end().await;
}

async fn account_and_partner_name_the_overlap(stage: Stage) {
    ground(&stage).await;
    assert_eq!(stage.say(OMAR, OPS, "/partner draft new acme with northwind").await, "", "the form opens");
    assert!(stage.form(OMAR).contains("Acme Corp"), "{}", stage.form(OMAR));
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner draft new acme with globex").await, @"Acme Corp is no current overlap with Globex. A note names one: add it first, or choose another account.");
    stage.end().await;
}

async fn two_short_forms_lead_to_a_card(stage: Stage) {
    ground(&stage).await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner draft new").await.unwrap();
    stage.settle().await;
    let refused =
        omar.submit(json!({"partner": "p-globex", "account": "Acme"})).await.unwrap_err().to_string();
    assert!(refused.contains("no current overlap with Globex"), "{refused}");
    // The second form takes the place of the first; none has to be opened in time.
    stage.sandbox.script("views.open", Fault::Error("expired_trigger_id".into()), 1);
    omar.submit(json!({"partner": "p-northwind", "account": "acme.com"})).await.unwrap();
    assert_eq!(stage.sandbox.modal_depth(OMAR), 1);
    omar.choose_in_view("draft.contact", "new").await.unwrap();
    stage.settle().await;
    omar.submit(json!({"contact_name": "Kim Lund"})).await.unwrap();
    stage.settle().await;
    let card = stage.texts(OPS).pop().unwrap();
    assert!(card.starts_with("*Note to Kim Lund at Northwind*"), "{card}");
    assert_eq!(stage.private(OMAR), Vec::<String>::new(), "the card is the answer");
    // Somebody without the right gets no form.
    stage.person(ALEX).command(OPS, "/partner draft new").await.unwrap();
    stage.settle().await;
    assert!(stage.sandbox.modal(ALEX).is_none());
    stage.end().await;
}

async fn a_block_is_overridden_with_a_reason(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    edit(&stage, &ts, "Hi Sam, just checking in. Anything for me this quarter?").await;
    more(&stage, MAYA, &ts, "override").await;
    let maya = stage.person(MAYA);
    maya.submit(json!({"reason": "."})).await.unwrap_err();
    maya.submit(json!({"reason": "Sam asked for a sign of life"})).await.unwrap();
    stage.settle().await;
    let shown = card(&stage, &ts);
    assert!(shown.contains("overridden by <@U0MAYA>: Sam asked for a sign of life"), "{shown}");
    let draft = waiting(&stage).await;
    let mut tx = stage.db.read().await.unwrap();
    let logged = audit::of(&mut tx, &draft.subject()).await.unwrap().pop().unwrap();
    tx.rollback().await.unwrap();
    assert_eq!((logged.actor.as_str(), logged.action.as_str()), (MAYA, "draft.override"));
    assert!(logged.detail.starts_with("Sam asked for a sign of life (against "), "{}", logged.detail);
    assert!(logged.detail.contains("no-hollow-check-in"), "{}", logged.detail);
    assert!(stage.texts(SHARED).is_empty(), "to override is not to send");
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.texts(SHARED), ["Hi Sam, just checking in. Anything for me this quarter?"]);
    let shown = card(&stage, &ts);
    assert!(shown.contains("overridden by <@U0MAYA>") && shown.contains("Sent <!date^"), "{shown}");
    stage.end().await;
}

async fn an_override_covers_no_later_block(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    edit(&stage, &ts, "Hi Sam, just checking in. Anything for me, as at Zephyr Labs?").await;
    more(&stage, MAYA, &ts, "override").await;
    let maya = stage.person(MAYA);
    maya.submit(json!({"reason": "Sam asked for a sign of life"})).await.unwrap();
    stage.settle().await;
    // What was a company like any other becomes a partner.
    let mut tx = stage.db.begin().await.unwrap();
    let mut partner = map::partner(&mut tx, &"p-globex".into()).await.unwrap().unwrap();
    (partner.id, partner.name) = ("p-zephyr".into(), "Zephyr Labs".to_owned());
    map::save_partner(&mut tx, stage.clock.now(), &partner).await.unwrap();
    tx.commit().await.unwrap();
    maya.click(OPS, &ts, "draft.approve").await.unwrap();
    stage.settle().await;
    assert_eq!(
        stage.last_private(MAYA),
        "Nothing was sent: the relevance check blocks it now. The card shows what changed."
    );
    let shown = card(&stage, &ts);
    assert!(shown.contains("It names Zephyr Labs, another partner."), "{shown}");
    assert!(!shown.contains("overridden"), "the override did not mean this: {shown}");
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}

async fn what_a_contact_turned_down_is_not_given_again(stage: Stage) {
    ground(&stage).await;
    let omar = stage.person(OMAR);
    omar.command(OPS, "/partner partner contact northwind").await.unwrap();
    stage.settle().await;
    omar.submit(json!({"name": "Kim Lund", "said_no_to": ["offer_of_help", "asset"]})).await.unwrap();
    stage.settle().await;
    let mut tx = stage.db.read().await.unwrap();
    let contacts = map::contacts(&mut tx, &"p-northwind".into()).await.unwrap();
    tx.rollback().await.unwrap();
    let kim = contacts.iter().find(|c| c.name == "Kim Lund").unwrap();
    assert_eq!(kim.said_no_to, ["offer_of_help", "asset"]);
    omar.command(OPS, "/partner draft new acme").await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.contact", kim.id.as_str()).await.unwrap();
    stage.settle().await;
    omar.choose_in_view("draft.gift", "offer_of_help").await.unwrap();
    stage.settle().await;
    omar.submit(json!({})).await.unwrap();
    stage.settle().await;
    let shown = stage.texts(OPS).pop().unwrap();
    assert!(shown.contains("*blocks*: They have said no to an offer of help before."), "{shown}");
    stage.end().await;
}

async fn a_rejection_has_a_reason(stage: Stage) {
    ground(&stage).await;
    let ts = propose(&stage, json!({})).await;
    let draft = waiting(&stage).await;
    let maya = stage.person(MAYA);
    maya.click(OPS, &ts, "draft.reject").await.unwrap();
    stage.settle().await;
    maya.submit(json!({"reason": " "})).await.unwrap_err();
    maya.submit(json!({"reason": "Sam left Northwind"})).await.unwrap();
    stage.settle().await;
    assert!(
        card(&stage, &ts).ends_with("Rejected by <@U0MAYA>: Sam left Northwind"),
        "{}",
        card(&stage, &ts)
    );
    assert_eq!(
        stage.direct(OMAR),
        ["<@U0MAYA> rejected your note to Sam Whitfield at Northwind: Sam left Northwind"]
    );
    let mut tx = stage.db.read().await.unwrap();
    let logged = audit::of(&mut tx, &draft.subject()).await.unwrap().pop().unwrap();
    tx.rollback().await.unwrap();
    assert_eq!((logged.action.as_str(), logged.detail.as_str()), ("draft.reject", "Sam left Northwind"));
    // Whoever comes later reads who decided, when and why.
    click_behind(&stage, MAYA, &ts, "draft.approve").await;
    let told = stage.last_private(MAYA);
    assert!(told.starts_with("<@U0MAYA> rejected this note <!date^"), "{told}");
    assert!(told.ends_with(": Sam left Northwind. Nothing was sent."), "{told}");
    assert!(stage.texts(SHARED).is_empty());
    stage.end().await;
}
