//! Rooms: opened once, their card follows the map, messages are kept without naming the account, and all of it is exported.

use serde_json::{Value, json};
use tandem::config::Config;
use tandem::delivery::outbox;
use tandem::kernel::ids::{ContactId, PartnerId};
use tandem::map::account_map::store as rooms;
use tandem::map::partner::{Contact, ContactRole};
use tandem::map::store as map;
use tandem::sandbox::{Fault, World};
use tandem::store::audit;

use crate::support::stage::{
    ALEX, Backend, EVE, INTAKE, MAYA, OMAR, OPS, SHARED, Stage, WayIn, fields, play_on, text, with_buttons,
};

crate::flows!(
    a_room_is_opened_once_by_who_may,
    its_card_follows_the_map,
    a_card_that_says_the_same_is_left_alone,
    a_message_of_the_room_is_kept_without_naming_the_account,
    of_two_who_open_a_room_one_does,
    a_room_freezes_with_its_channel,
    a_room_moves_where_its_channel_is_gone,
    a_room_whose_card_was_deleted_is_closed_and_opened_anew,
    an_edit_that_slack_refuses_is_made_up_for,
    a_room_follows_its_channels_new_id,
    a_channel_with_a_room_is_no_partners,
    the_history_is_handed_over_as_a_file,
    without_the_scope_no_file_goes,
);

mod elsewhere {
    use super::*;

    #[test]
    fn rooms_are_opened_in_the_channel_that_is_configured() {
        configured(INTAKE, |stage| async move {
            open(&stage).await;
            assert_eq!(stage.texts(OPS), Vec::<String>::new());
            let card = card(&stage, INTAKE).1;
            assert!(text(&card).starts_with("*Acme* · acme.com"), "{card}");
            stage.end().await;
        });
    }

    #[test]
    fn no_room_is_opened_where_a_partners_people_read() {
        configured(SHARED, |stage| async move {
            ground(&stage).await;
            let refused = stage.say(OMAR, INTAKE, "/partner account room acme").await;
            insta::assert_snapshot!(refused, @"Rooms are opened in <#C0NORTHWIND>. Northwind's people read that channel, and a room shows the whole map. Nothing was opened.");
            assert_eq!(stage.texts(SHARED), Vec::<String>::new());
            assert!(
                refusals(&stage).await.contains(&"account room acme".to_owned()),
                "{:?}",
                refusals(&stage).await
            );
            stage.end().await;
        });
    }

    fn configured<F, Fut>(channel: &'static str, flow: F)
    where
        F: FnOnce(Stage) -> Fut,
        Fut: Future<Output = ()>,
    {
        let settings = move |config: &mut Config| config.account_map.rooms_channel = Some(channel.to_owned());
        play_on(Stage::with(Backend::Sqlite, WayIn::Http, settings), flow);
    }
}

/// Nine o'clock in Stockholm.
const MONDAY: &str = "2026-03-09T08:00:00Z";

/// An overlap of Alex's account, and Sam at Northwind.
async fn ground(stage: &Stage) {
    let said = "Acme (acme.com) with Northwind: our open opp $120k, their customer, owner <@U0ALEX>";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    let mut tx = stage.db.begin().await.unwrap();
    let sam = Contact {
        id: ContactId::from("c-sam"),
        partner: PartnerId::from("p-northwind"),
        name: "Sam Whitfield".into(),
        role: ContactRole::PartnerRep,
        email: None,
        slack_user: None,
        said_no_to: Vec::new(),
    };
    map::save_contact(&mut tx, stage.clock.now(), &sam).await.unwrap();
    tx.commit().await.unwrap();
}

/// Acme, and its room.
async fn open(stage: &Stage) -> String {
    ground(stage).await;
    stage.say(OMAR, INTAKE, "/partner account room acme").await
}

/// The card of the newest room in a channel, and where it stands.
fn card(stage: &Stage, channel: &str) -> ((String, String), Value) {
    let mut all = stage.sandbox.messages(channel);
    all.retain(|m| m["blocks"].to_string().contains("The room of"));
    let card = all.pop().expect("a card");
    ((channel.to_owned(), card["ts"].as_str().unwrap().to_owned()), card)
}

fn drawings(stage: &Stage) -> usize {
    let edits = stage.sandbox.calls_of("chat.update");
    edits.iter().filter(|call| call.request["blocks"].to_string().contains("The room of")).count()
}

async fn room_count(stage: &Stage) -> usize {
    let mut tx = stage.db.read().await.unwrap();
    let acme = map::account_names(&mut tx, 1).await.unwrap().remove(0);
    let found = rooms::room_of(&mut tx, &acme.id).await.unwrap();
    tx.rollback().await.unwrap();
    usize::from(found.is_some())
}

async fn entries(stage: &Stage, outcome: &str) -> Vec<String> {
    let mut tx = stage.db.read().await.unwrap();
    let all = audit::newest(&mut tx, 200).await.unwrap();
    tx.rollback().await.unwrap();
    all.iter().filter(|l| l.outcome == outcome).map(|l| l.action.clone()).rev().collect()
}

async fn refusals(stage: &Stage) -> Vec<String> {
    entries(stage, "refused").await
}

async fn a_room_is_opened_once_by_who_may(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account room").await, @"Say of which account: `/partner account room acme`.");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account room acme").await, @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    assert_eq!(refusals(&stage).await, ["account room acme"]);
    assert_eq!(stage.texts(OPS), Vec::<String>::new());
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner account room acme").await, @r"
    Opened the room of *Acme*: a thread in <#C0PARTNEROPS>.
    [Show map] [Export history]
    ");
    let ((_, ts), shown) = card(&stage, OPS);
    insta::assert_snapshot!(with_buttons(&shown), @r"
    *Acme* · acme.com
    *Deal owner:* Alex Rivera
    *Relationship owner:* nobody yet
    *Northwind* · their customer, our open deal ($120k) · an ask: we need their path in
    *Who matters?*
    Not known yet.
    *Who has trust?*
    Not known yet.
    *What is missing or fragile?*
    Not known yet.
    *What is the next move?*
    Not known yet.
    *LEVER*
    Leverage (open): nobody is known to have trust inside
    Exposure (open): no contact has a role yet
    Velocity (open): no touch is logged
    Execution (open): no path leads in, and nobody was chosen
    Risk (open): can't be judged: nobody owns the relationship and no touch is logged
    _0 of 5 lenses answered: not truly mapped until Leverage, Exposure, Velocity, Execution and Risk are._
    [Open the map] [Add next step] [Export history]
    ");
    insta::assert_snapshot!(stage.thread(OPS, &ts).join("\n"), @"<@U0ALEX>: this thread is the room of *Acme*. The card above shows the map as it is now. To keep a message of the thread as a note or a next step, choose *Add to account* in its menu.");
    // Whoever asks again, also a rep, is told where it is.
    let told =
        stage.say(ALEX, INTAKE, "/partner account room acme").await.replace(&ts.replace('.', ""), "TS");
    let told = told.replace(stage.sandbox.base_url(), "BASE");
    insta::assert_snapshot!(told, @r"
    The room of *Acme* is a thread in <#C0PARTNEROPS>. <BASE/archives/C0PARTNEROPS/pTS|Go to it>
    [Show map] [Export history]
    ");
    assert_eq!(stage.texts(OPS).len(), 2, "the card and one reply");
    let map = stage.say(OMAR, INTAKE, "/partner account acme").await;
    assert!(!map.contains("[Open room]"), "{map}");
    let shown = stage.sandbox.ephemerals(OMAR).pop().unwrap().to_string();
    assert!(shown.contains("Go to its room"), "{shown}");
    assert_eq!(entries(&stage, "done").await.iter().filter(|a| *a == "account.room").count(), 1);
    stage.end().await;
}

async fn its_card_follows_the_map(stage: Stage) {
    open(&stage).await;
    let (at, _) = card(&stage, OPS);
    let now = |stage: &Stage| text(&card(stage, OPS).1);
    // A contact, by a button of the private map.
    stage.say(ALEX, INTAKE, "/partner account show acme").await;
    let mut mine = stage.sandbox.ephemerals(ALEX);
    let map = mine.pop().unwrap();
    let map = (map["channel"].as_str().unwrap().to_owned(), map["ts"].as_str().unwrap().to_owned());
    stage.press(ALEX, &map, "account.person").await;
    stage.submit(ALEX, json!({"name": "Dana Reyes", "title": "VP Sales", "role": "decision_maker"})).await;
    assert!(now(&stage).contains("*Dana Reyes*, VP Sales · decision maker"), "{}", now(&stage));
    // A next step, by the card's own button.
    stage.press(ALEX, &at, "account.step").await;
    stage.submit(ALEX, json!({"text": "Send the returns brief", "date": "2026-03-13"})).await;
    assert!(now(&stage).contains("*Next:* Send the returns brief"), "{}", now(&stage));
    // A commitment about it.
    stage
        .say(ALEX, INTAKE, "/partner commit add \"send the case study\" to northwind about acme by 12 march")
        .await;
    stage.submit(ALEX, json!({"account": "acme"})).await;
    assert!(now(&stage).contains("send the case study, for Northwind"), "{}", now(&stage));
    // A decision with a hold, and its end.
    stage.say(MAYA, INTAKE, "/partner account decide acme").await;
    let hold = json!({"reaches_out": ALEX, "stays_out": [EVE], "why_partner": "Sam knows Dana", "why_now": "She decides in May",
        "why_person": "Dana signs", "hold": "No executive outreach until the introduction"});
    stage.submit(MAYA, hold).await;
    assert!(
        now(&stage).contains("*On hold*: No executive outreach until the introduction."),
        "{}",
        now(&stage)
    );
    assert!(now(&stage).contains("Alex Rivera reaches out"), "{}", now(&stage));
    let whole = with_buttons(&card(&stage, OPS).1);
    assert!(whole.ends_with("\n[Open the map] [Add next step] [Export history]"), "{whole}");
    stage.say(MAYA, INTAKE, "/partner account show acme").await;
    let mine = stage.sandbox.ephemerals(MAYA).pop().unwrap();
    let map = (mine["channel"].as_str().unwrap().to_owned(), mine["ts"].as_str().unwrap().to_owned());
    stage.press(MAYA, &map, "account.lift").await;
    assert!(!now(&stage).contains("*On hold*"), "{}", now(&stage));
    // A session that is asked for.
    stage.say(ALEX, INTAKE, "/partner session request acme with northwind by 13 march").await;
    stage.submit(ALEX, json!({"account": "acme", "goal": "Meet Dana"})).await;
    assert!(now(&stage).contains("*Last session request*"), "{}", now(&stage));
    // Days go by without anybody's act.
    stage.advance_to("2026-03-16T08:00:00Z").await;
    assert!(now(&stage).contains("late, was due Fri 13 Mar"), "{}", now(&stage));
    assert_eq!(card(&stage, OPS).0, at, "it is the same message");
    stage.end().await;
}

async fn a_card_that_says_the_same_is_left_alone(stage: Stage) {
    open(&stage).await;
    let before = drawings(&stage);
    stage.say(OMAR, INTAKE, "/partner account show acme").await;
    for hour in ["10", "11", "12"] {
        stage.advance_to(&format!("2026-03-04T{hour}:00:01Z")).await;
    }
    assert_eq!(drawings(&stage), before);
    stage.end().await;
}

async fn a_message_of_the_room_is_kept_without_naming_the_account(stage: Stage) {
    open(&stage).await;
    let (at, _) = card(&stage, OPS);
    let said = stage.person(ALEX).reply(OPS, &at.1, "She takes 400 returns a day by hand").await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("account.note", OPS, &said).await.unwrap();
    stage.settle().await;
    insta::assert_snapshot!(stage.form(OMAR).trim(), @r"
    Text: She takes 400 returns a day by hand
    Keep it as: A note
    Who does it: -
    By: 2026-03-11
    ");
    stage.submit(OMAR, json!({})).await;
    assert_eq!(stage.last_private(OMAR), "Added the note to *Acme (acme.com)*.");
    let now = text(&card(&stage, OPS).1).replace(&said.replace('.', ""), "TS");
    let note = now.lines().find(|l| l.starts_with("*Note:*")).unwrap_or_default();
    assert!(note.contains("Alex Rivera: She takes 400 returns a day by hand <http"), "{now}");
    // As a next step it needs an owner and a day.
    let said =
        stage.person(ALEX).reply(OPS, &at.1, "Somebody has to send her the returns brief").await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("account.note", OPS, &said).await.unwrap();
    stage.settle().await;
    let late = json!({"kind": "step", "date": "2026-03-03"});
    let refused = stage.person(OMAR).submit(late).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"date: That day is over. Choose a later one.");
    stage
        .submit(
            OMAR,
            json!({"kind": "step", "owner": ALEX, "date": "2026-03-13", "text": "Send the returns brief"}),
        )
        .await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"Added the next step to *Acme (acme.com)*: Alex Rivera, by Fri 13 Mar.");
    let now = text(&card(&stage, OPS).1).replace(&said.replace('.', ""), "TS");
    let step = now.lines().find(|l| l.starts_with("*Next:*")).unwrap_or_default();
    assert!(
        step.starts_with("*Next:* Send the returns brief <http") && step.ends_with("/pTS|message>"),
        "{now}"
    );
    // A commitment of the room is about its account.
    stage.person(OMAR).shortcut("commitment.add", OPS, &said).await.unwrap();
    stage.settle().await;
    assert!(stage.form(OMAR).contains("acme.com"), "{}", stage.form(OMAR));
    stage.person(OMAR).close_view().await.unwrap();
    // Beside the room the account is asked for.
    let beside = stage.person(ALEX).post(OPS, "Lunch?").await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("account.note", OPS, &beside).await.unwrap();
    stage.settle().await;
    assert!(stage.form(OMAR).starts_with("Account: -\n"), "{}", stage.form(OMAR));
    let refused = stage.person(OMAR).submit(json!({})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @"account: Please complete this required field.");
    stage.end().await;
}

async fn of_two_who_open_a_room_one_does(stage: Stage) {
    ground(&stage).await;
    let both = [stage.person(OMAR), stage.person(MAYA)];
    for person in &both {
        person.command(INTAKE, "/partner account room acme").await.unwrap();
    }
    stage.settle().await;
    let opened = [OMAR, MAYA].map(|user| stage.last_private(user));
    let told = |what: &str| opened.iter().filter(|t| t.starts_with(what)).count();
    assert_eq!((told("Opened the room of *Acme*"), told("The room of *Acme* is")), (1, 1), "{opened:?}");
    assert_eq!(stage.texts(OPS).iter().filter(|t| t.starts_with("*Acme*")).count(), 1);
    stage.end().await;
}

async fn a_room_freezes_with_its_channel(stage: Stage) {
    open(&stage).await;
    let (_, before) = card(&stage, OPS);
    let theirs = World::meridian().others.remove(0);
    let team = theirs.id.clone();
    stage.sandbox.share_channel(OPS, theirs).await;
    stage.settle().await;
    insta::assert_snapshot!(stage.direct(MAYA).pop().unwrap_or_default(), @r"
    *<#C0PARTNEROPS> is shared with Northwind now*
    Held back: the digest, notes to approve and the cards of account rooms. They show the data of every partner, and Northwind would read them.
    Choose another channel, or end the sharing. What stands there already they can read.
    Rooms stay where they are. Once the digest has another channel, or whoever runs Tandem has named one for rooms, `/partner account room` opens them there.
    ");
    stage.say(ALEX, INTAKE, "/partner account show acme").await;
    let mine = stage.sandbox.ephemerals(ALEX).pop().unwrap();
    let map = (mine["channel"].as_str().unwrap().to_owned(), mine["ts"].as_str().unwrap().to_owned());
    stage.press(ALEX, &map, "account.person").await;
    stage.submit(ALEX, json!({"name": "Dana Reyes"})).await;
    assert_eq!(text(&card(&stage, OPS).1), text(&before), "nothing is shown to them");
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner account room acme").await, @"The room of *Acme* is in <#C0PARTNEROPS>, where nothing is posted now. People of another company read that channel. Choose one that only your own people read.");
    stage.sandbox.unshare_channel(OPS, &team).await;
    stage.settle().await;
    assert!(text(&card(&stage, OPS).1).contains("*Dana Reyes*"), "what waited goes out");
    stage.end().await;
}

async fn a_room_moves_where_its_channel_is_gone(stage: Stage) {
    open(&stage).await;
    let mut tx = stage.db.begin().await.unwrap();
    let mut chosen = tandem::store::settings::load(&mut tx).await.unwrap();
    chosen.digest_channel = Some(INTAKE.into());
    tandem::store::settings::save(&mut tx, stage.clock.now(), &chosen).await.unwrap();
    tx.commit().await.unwrap();
    // A room that is in order stays where it is.
    let told = stage.say(OMAR, INTAKE, "/partner account room acme").await;
    assert!(told.starts_with("The room of *Acme* is a thread in <#C0PARTNEROPS>."), "{told}");
    stage.sandbox.archive_channel(OPS, MAYA).await;
    stage.settle().await;
    let told = stage.say(OMAR, INTAKE, "/partner account room acme").await;
    assert!(told.starts_with("Opened the room of *Acme*: a thread in <#C0OVERLAPS>."), "{told}");
    assert_eq!(room_count(&stage).await, 1);
    assert!(entries(&stage, "done").await.contains(&"account.close_room".to_owned()));
    card(&stage, INTAKE);
    stage.end().await;
}

async fn a_room_whose_card_was_deleted_is_closed_and_opened_anew(stage: Stage) {
    open(&stage).await;
    let (at, _) = card(&stage, OPS);
    stage.sandbox.script("chat.update", Fault::Error("message_not_found".into()), 1);
    stage.press(ALEX, &at, "account.step").await;
    stage.submit(ALEX, json!({"text": "Send the returns brief", "date": "2026-03-13"})).await;
    assert_eq!(room_count(&stage).await, 0);
    insta::assert_snapshot!(stage.inbox(OMAR), @r"
    I closed the room of *Acme* in <#C0PARTNEROPS>: its card can't be shown there any more (Slack refused it: message_not_found). Everything that was logged stays on the map.
    [Open a new room]
    ");
    let im = stage.sandbox.im(OMAR);
    let ts = stage.sandbox.messages(&im).pop().unwrap()["ts"].as_str().unwrap().to_owned();
    stage.press(OMAR, &(im, ts), "account.room").await;
    let (again, shown) = card(&stage, OPS);
    assert_ne!(again, at);
    assert!(text(&shown).contains("Send the returns brief"), "{shown}");
    stage.end().await;
}

async fn an_edit_that_slack_refuses_is_made_up_for(stage: Stage) {
    open(&stage).await;
    let (at, _) = card(&stage, OPS);
    stage.sandbox.script("chat.update", Fault::Error("invalid_blocks".into()), 1);
    stage.press(ALEX, &at, "account.step").await;
    stage.submit(ALEX, json!({"text": "Send the returns brief", "date": "2026-03-13"})).await;
    assert!(!text(&card(&stage, OPS).1).contains("Send the returns brief"));
    stage.advance_to("2026-03-04T10:00:01Z").await;
    assert!(text(&card(&stage, OPS).1).contains("Send the returns brief"));
    assert_eq!(card(&stage, OPS).0, at);
    // The failure stays on the status, for who looks after the app.
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(outbox::stuck(&mut tx, 5).await.unwrap().len(), 1);
    let acme = map::account_names(&mut tx, 1).await.unwrap().remove(0);
    let room = rooms::room_of(&mut tx, &acme.id).await.unwrap().unwrap();
    outbox::attended(&mut tx, &room.subject()).await.unwrap();
    tx.commit().await.unwrap();
    stage.end().await;
}

async fn a_room_follows_its_channels_new_id(stage: Stage) {
    open(&stage).await;
    stage.sandbox.renumber_channel(OPS, "C0NEWOPS").await;
    stage.settle().await;
    let (at, _) = card(&stage, "C0NEWOPS");
    stage.press(ALEX, &at, "account.step").await;
    stage.submit(ALEX, json!({"text": "Send the returns brief", "date": "2026-03-13"})).await;
    assert!(text(&card(&stage, "C0NEWOPS").1).contains("Send the returns brief"));
    let told = stage.say(OMAR, INTAKE, "/partner account room acme").await;
    assert!(told.contains("<#C0NEWOPS>"), "{told}");
    stage.end().await;
}

async fn a_channel_with_a_room_is_no_partners(stage: Stage) {
    open(&stage).await;
    let (_, before) = card(&stage, OPS);
    let mut tx = stage.db.begin().await.unwrap();
    let mut globex = map::partner(&mut tx, &"p-globex".into()).await.unwrap().unwrap();
    globex.channel = Some(OPS.into());
    map::save_partner(&mut tx, stage.clock.now(), &globex).await.unwrap();
    tx.commit().await.unwrap();
    stage.say(ALEX, INTAKE, "/partner account show acme").await;
    let mine = stage.sandbox.ephemerals(ALEX).pop().unwrap();
    let map = (mine["channel"].as_str().unwrap().to_owned(), mine["ts"].as_str().unwrap().to_owned());
    stage.press(ALEX, &map, "account.person").await;
    stage.submit(ALEX, json!({"name": "Dana Reyes"})).await;
    assert_eq!(text(&card(&stage, OPS).1), text(&before), "a map never reaches a partner's channel");
    assert_eq!(room_count(&stage).await, 0, "it is closed");
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(outbox::held(&mut tx).await.unwrap(), Vec::new());
    tx.rollback().await.unwrap();
    stage.end().await;
}

async fn the_history_is_handed_over_as_a_file(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account history").await, @"Say of which account: `/partner account history acme`.");
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner account history acme").await, @"Nothing is written down on *Acme* yet, so there is nothing to export.");
    stage.say(OMAR, INTAKE, "/partner account room acme").await;
    let (at, _) = card(&stage, OPS);
    let said = stage.person(EVE).reply(OPS, &at.1, "=SUM(A1) is what she wrote, \"sic\"").await.unwrap();
    stage.settle().await;
    stage.person(OMAR).shortcut("account.note", OPS, &said).await.unwrap();
    stage.settle().await;
    stage.submit(OMAR, json!({})).await;
    stage.advance_to(MONDAY).await;
    stage.press(ALEX, &at, "account.step").await;
    stage.submit(ALEX, json!({"text": "-1 on the returns brief", "date": "2026-03-13"})).await;
    stage
        .say(ALEX, INTAKE, "/partner commit add \"send the case study\" to northwind about acme by 12 march")
        .await;
    stage.submit(ALEX, json!({"account": "acme"})).await;
    stage.press(EVE, &at, "account.export").await;
    insta::assert_snapshot!(stage.last_private(EVE), @"The history of *Acme* is in your direct messages with me: 4 entries, the oldest first.");
    let message = stage.sandbox.messages(&stage.sandbox.im(EVE)).pop().unwrap();
    let file = &message["files"][0];
    assert_eq!(file["name"], "acme-history-2026-03-09.csv");
    insta::assert_snapshot!(text(&message), @"The history of *Acme*: 4 entries, the oldest first. Only you have this file.");
    let held = stage.sandbox.file(file["id"].as_str().unwrap()).unwrap();
    let mut read = csv::Reader::from_reader(held.as_bytes());
    assert!(read.headers().unwrap()[0].starts_with("When ("), "{held}");
    let mut rows: Vec<String> = read
        .records()
        .map(|row| {
            let row = row.unwrap();
            assert!(row[0].starts_with("2026-03-0"), "{row:?}");
            assert_eq!(&row[2] == "Note", row[5].ends_with(&said.replace('.', "")), "{row:?}");
            [&row[1], &row[2], &row[3], &row[4]].join(" | ")
        })
        .collect();
    rows.sort();
    insta::assert_snapshot!(rows.join("\n"), @r#"
    Alex Rivera | Commitment | 2026-03-12 | Alex Rivera: send the case study, for Northwind
    Alex Rivera | Next step | 2026-03-13 | Alex Rivera: -1 on the returns brief
    Omar Haddad | Note | 2026-03-04 | Evelyn Osei: =SUM(A1) is what she wrote, "sic"
    Omar Haddad | Room opened |  | A thread under the account's card
    "#);
    assert!(entries(&stage, "done").await.contains(&"account.export".to_owned()));
    for user in [ALEX, OMAR, MAYA] {
        let theirs = stage.sandbox.messages(&stage.sandbox.im(user));
        assert!(theirs.iter().all(|m| m["files"].is_null()), "only who asked has it");
    }
    stage.end().await;
}

async fn without_the_scope_no_file_goes(stage: Stage) {
    open(&stage).await;
    stage.sandbox.script("files.getUploadURLExternal", Fault::Error("missing_scope".into()), 1);
    insta::assert_snapshot!(stage.say(OMAR, INTAKE, "/partner account history acme").await, @"I can't upload files here yet. Ask whoever runs Tandem to give the app the permission `files:write` and to install it once more.");
    // What passes is tried again.
    stage.sandbox.script("files.completeUploadExternal", Fault::Error("fatal_error".into()), 1);
    let told = stage.say(OMAR, INTAKE, "/partner account history acme").await;
    assert!(told.starts_with("The history of *Acme* is in your direct messages"), "{told}");
    stage.end().await;
}
