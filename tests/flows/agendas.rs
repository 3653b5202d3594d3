//! The agenda of a session: loaded in time, approved, sent, edited, flagged before it is late, given as a page.

use serde_json::{Value, json};
use tandem::config::Config;
use tandem::kernel::actor::{Actor, Standing};
use tandem::kernel::ids::{PartnerId, SessionId};
use tandem::map::partner::{Contact, ContactRole};
use tandem::map::store as map;
use tandem::plan::flow;
use tandem::plan::session::{Guest, Move, Named, Outline, Session, Shape, Slot, Trigger};
use tandem::plan::store;
use tandem::store::people;

use crate::support::stage::{
    ALEX, Backend, EVE, INTAKE, MAYA, OMAR, OPS, SHARED, Stage, WayIn, fields, play_on, with_buttons,
};

crate::flows!(
    an_agenda_is_loaded_approved_and_sent,
    accounts_are_edited_and_the_old_version_is_not_sent,
    who_may_not_approve_is_refused,
    what_is_late_tomorrow_is_told_to_operations_once,
    a_session_about_nothing_is_cold_until_accounts_are_named,
    a_session_whose_accounts_change_is_prepared_again,
    who_comes_later_gets_it_too_and_its_card_follows_the_session,
    the_card_of_a_cold_session_follows_it_too,
    of_two_who_approve_and_edit_one_does,
    an_agenda_is_shown_by_a_command_before_it_is_loaded,
    what_was_talked_about_stays_off_until_there_is_news,
    a_page_opens_by_its_link_alone,
);

mod without_an_address {
    use super::*;

    #[test]
    fn sqlite() {
        play_on(on(Backend::Sqlite), the_page_is_a_file);
    }

    #[test]
    fn postgres() {
        play_on(on(Backend::Postgres), the_page_is_a_file);
    }

    async fn on(backend: Backend) -> Option<Stage> {
        Stage::with(backend, WayIn::Http, |config: &mut Config| config.pages.url = None).await
    }
}

/// Thursday 12 March 2026, 10:00 in Stockholm: six working days after the stage begins.
const SESSION: &str = "2026-03-12T09:00:00Z";
/// Nine o'clock in Stockholm, five working days before it.
const LOADED: &str = "2026-03-05T08:00:00Z";
/// Nine o'clock on the working day before the pre-read is late.
const FLAGGED: &str = "2026-03-06T08:00:00Z";

/// Three overlaps with Northwind; a session is asked for on one of them.
pub(super) async fn ground(stage: &Stage) {
    for said in [
        "New overlap with Northwind: Hooli (hooli.com), our open opp $80k, their customer",
        "New overlap with Northwind: Acme Corp (acme.com), our open opp $120k, their customer, stage negotiation",
        "New overlap with Northwind: Vandelay (vandelay.com), our customer, their prospect",
    ] {
        stage.person(ALEX).post(INTAKE, said).await.unwrap();
        stage.settle().await;
    }
    for user in [MAYA, ALEX, OMAR, EVE] {
        // Whoever acts is looked up, and known by name from then on.
        stage.say(user, INTAKE, "/partner help").await;
    }
    stage
        .say(ALEX, INTAKE, "/partner session request hooli with northwind by 13 march for their VP Sales")
        .await;
    stage.submit(ALEX, json!({})).await;
    stage
        .say(
            ALEX,
            INTAKE,
            "/partner commit add \"send the case study\" to northwind about vandelay by 9 march",
        )
        .await;
    stage.submit(ALEX, json!({"account": "vandelay"})).await;
}

async fn actor(stage: &Stage, user: &str) -> Actor {
    let mut tx = stage.db.read().await.unwrap();
    let (person, _) = people::find(&mut tx, &user.into()).await.unwrap().unwrap();
    let actor = person.actor(&mut tx).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(actor.standing, Standing::Member);
    actor
}

/// Maya sets up a session with a partner about these accounts; Alex comes along.
pub(super) async fn set_up(stage: &Stage, partner: &str, accounts: &[&str], minutes: i64) -> SessionId {
    let maya = actor(stage, MAYA).await;
    let mut tx = stage.db.begin().await.unwrap();
    let partner = map::partner(&mut tx, &PartnerId::from(partner)).await.unwrap().unwrap();
    let sam = Contact {
        id: format!("c-{}", partner.id).as_str().into(),
        partner: partner.id.clone(),
        name: "Sam Whitfield".into(),
        role: ContactRole::PartnerManager,
        email: None,
        slack_user: None,
        said_no_to: Vec::new(),
    };
    map::save_contact(&mut tx, stage.clock.now(), &sam).await.unwrap();
    let mut named = Vec::new();
    for name in accounts {
        let account = tandem::map::find::find_account(&mut tx, name).await.unwrap();
        named.push(Named {
            account_id: account.id,
            name: account.name,
            domain: account.domain,
            motion: None,
            goal: String::new(),
            why: String::new(),
        });
    }
    let outline = Outline {
        shape: Shape::Managers,
        minutes,
        ours: vec![MAYA.into(), ALEX.into()],
        theirs: vec![Guest { contact: sam.id, name: sam.name }],
        accounts: named,
        place: "https://meet.example/northwind".into(),
    };
    let slot = Slot { start: SESSION.parse().unwrap(), zone: "Europe/Stockholm".into() };
    let now = stage.clock.now();
    let set_up =
        flow::set_up(&mut tx, now, &maya, &partner, Trigger::Planned, (outline, slot)).await.unwrap();
    tx.commit().await.unwrap();
    stage.bot.bell.ring();
    stage.settle().await;
    set_up.id
}

pub(super) async fn session(stage: &Stage, id: &SessionId) -> Session {
    let mut tx = stage.db.read().await.unwrap();
    let found = store::session(&mut tx, id).await.unwrap().unwrap();
    tx.rollback().await.unwrap();
    found
}

/// The newest message of a channel.
pub(super) fn newest(stage: &Stage, channel: &str) -> ((String, String), Value) {
    let message = stage.sandbox.messages(channel).pop().expect("a message");
    ((channel.to_owned(), message["ts"].as_str().unwrap().to_owned()), message)
}

fn newest_direct(stage: &Stage, user: &str) -> String {
    with_buttons(&newest(stage, &stage.sandbox.im(user)).1)
}

async fn an_agenda_is_loaded_approved_and_sent(stage: Stage) {
    ground(&stage).await;
    let id = set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    let before = stage.texts(OPS).len();
    stage.advance_to("2026-03-05T07:59:00Z").await;
    assert_eq!(stage.texts(OPS).len(), before, "not before nine");
    stage.advance_to(LOADED).await;
    let (card, message) = newest(&stage, OPS);
    insta::assert_snapshot!(with_buttons(&message), @r"
    *Agenda: account planning with Northwind*
    Thu 12 Mar, 10:00 · 30 minutes · Maya Lindholm and Alex Rivera, with Sam Whitfield of Northwind
    *1. Acme Corp (acme.com)* · an ask: Northwind opens the door for us
    Their customer, our open deal ($120k, negotiation)
    *Why now:* soon: Northwind knows them and our deal is nearly decided
    *Open with:* Ask who at Northwind works with Acme Corp and whom they talk to there. Maya Lindholm follows up.
    *Missing:* who owns the deal; who owns the relationship; an owner at Northwind; anything on its map
    *2. Hooli (hooli.com)* · an ask: Northwind opens the door for us
    Their customer, our open deal ($80k)
    *On the agenda:* Alex Rivera asked for a session on it by Fri 13 Mar: their VP Sales
    *Open with:* Ask who at Northwind works with Hooli and whom they talk to there. Maya Lindholm follows up.
    *Missing:* who owns the deal; who owns the relationship; an owner at Northwind; anything on its map
    *3. Vandelay (vandelay.com)* · a give: we open the door for Northwind
    Their prospect, our customer
    *On the agenda:* a commitment on it is open
    *Open with:* Offer Northwind what we know of Vandelay, and Maya Lindholm as the one to talk to.
    *Missing:* who owns the deal; who owns the relationship; an owner at Northwind; anything on its map
    *Promised:* Alex Rivera: send the case study, by Mon 9 Mar
    Version 1 waits for <@U0MAYA>. It is due by Mon 9 Mar. It goes to Maya Lindholm and Alex Rivera by direct message; Northwind's people get nothing.
    [Approve and send to our attendees] [Edit accounts] [Open printable page]
    ");
    stage.advance_to("2026-03-05T08:01:00Z").await;
    assert_eq!(stage.texts(OPS).len(), before + 1, "once");
    stage.press(MAYA, &card, "agenda.approve").await;
    let approved = with_buttons(&stage.sandbox.message(&card.0, &card.1).unwrap());
    let tail: Vec<&str> = approved.lines().rev().take(2).collect();
    insta::assert_snapshot!(format!("{}\n{}", tail[1], tail[0]), @r"
    Version 1, approved by <@U0MAYA> on Thu 5 Mar, 09:01, and sent to Maya Lindholm and Alex Rivera. Northwind's people got nothing.
    [Edit accounts] [Open printable page]
    ");
    insta::assert_snapshot!(newest_direct(&stage, ALEX), @r"
    *Your agenda: account planning with Northwind*
    Thu 12 Mar, 10:00 · 30 minutes · Maya Lindholm and Alex Rivera, with Sam Whitfield of Northwind
    *1. Acme Corp (acme.com)* · an ask: Northwind opens the door for us
    Their customer, our open deal ($120k, negotiation)
    *Why now:* soon: Northwind knows them and our deal is nearly decided
    *Open with:* Ask who at Northwind works with Acme Corp and whom they talk to there. Maya Lindholm follows up.
    *Missing:* who owns the deal; who owns the relationship; an owner at Northwind; anything on its map
    *2. Hooli (hooli.com)* · an ask: Northwind opens the door for us
    Their customer, our open deal ($80k)
    *On the agenda:* Alex Rivera asked for a session on it by Fri 13 Mar: their VP Sales
    *Open with:* Ask who at Northwind works with Hooli and whom they talk to there. Maya Lindholm follows up.
    *Missing:* who owns the deal; who owns the relationship; an owner at Northwind; anything on its map
    *3. Vandelay (vandelay.com)* · a give: we open the door for Northwind
    Their prospect, our customer
    *On the agenda:* a commitment on it is open
    *Open with:* Offer Northwind what we know of Vandelay, and Maya Lindholm as the one to talk to.
    *Missing:* who owns the deal; who owns the relationship; an owner at Northwind; anything on its map
    *Promised:* Alex Rivera: send the case study, by Mon 9 Mar
    At https://meet.example/northwind. Only our people have this: Northwind's get nothing.
    [Open printable page]
    ");
    assert_eq!(session(&stage, &id).await.stage.as_str(), "prepared");
    let named: Vec<String> =
        session(&stage, &id).await.outline.accounts.into_iter().map(|a| a.name).collect();
    assert_eq!(named, ["Acme Corp", "Hooli", "Vandelay"], "what was approved is what it is about");
    assert!(!stage.texts(SHARED).iter().any(|t| t.contains("Acme")), "Northwind's people get nothing");
    // It goes out once, whoever presses again.
    let sent = stage.direct(ALEX).len();
    stage.press_late(MAYA, &card, &message, "agenda.approve").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"<@U0MAYA> approved version 1 of this agenda in the meantime. Nothing was changed.");
    assert_eq!(stage.direct(ALEX).len(), sent);
    stage.end().await;
}

async fn accounts_are_edited_and_the_old_version_is_not_sent(stage: Stage) {
    ground(&stage).await;
    let id = set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    stage.advance_to(LOADED).await;
    let (card, first) = newest(&stage, OPS);
    stage.press(OMAR, &card, "agenda.edit").await;
    insta::assert_snapshot!(stage.form(OMAR), @r"
    *Account planning: Acme Corp with Northwind* · 30 minutes: 3 accounts fit.
    Accounts: -
    Another account: -
    ");
    let omar = stage.person(OMAR);
    let refused = omar.submit(json!({"another": "Initech"})).await.unwrap_err();
    insta::assert_snapshot!(fields(&refused), @r#"another: I don't know an account "Initech". /partner overlaps add adds one with its partner."#);
    omar.submit(json!({"accounts": ["Vandelay", "Acme Corp"], "another": ""})).await.unwrap();
    stage.settle().await;
    let edited = with_buttons(&stage.sandbox.message(&card.0, &card.1).unwrap());
    assert!(
        edited.contains("*1. Vandelay (vandelay.com)*") && edited.contains("Version 2 waits"),
        "{edited}"
    );
    stage.press_late(MAYA, &card, &first, "agenda.approve").await;
    insta::assert_snapshot!(stage.last_private(MAYA), @"This agenda changed: it is version 2 now, and nothing was sent. Read the card again.");
    assert_eq!(session(&stage, &id).await.stage.as_str(), "scheduled");
    stage.press(MAYA, &card, "agenda.approve").await;
    assert_eq!(session(&stage, &id).await.stage.as_str(), "prepared");
    assert!(newest_direct(&stage, ALEX).contains("*1. Vandelay (vandelay.com)*"));
    stage.end().await;
}

async fn who_may_not_approve_is_refused(stage: Stage) {
    ground(&stage).await;
    set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    stage.advance_to(LOADED).await;
    let (card, _) = newest(&stage, OPS);
    for user in [OMAR, ALEX, EVE] {
        stage.press(user, &card, "agenda.approve").await;
    }
    insta::assert_snapshot!(stage.last_private(OMAR), @"Only <@U0MAYA> or an admin can approve this agenda. Nothing was sent.");
    stage.press(EVE, &card, "agenda.edit").await;
    insta::assert_snapshot!(stage.last_private(EVE), @"Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role.");
    assert!(!stage.inbox(ALEX).contains("Your agenda"));
    stage.end().await;
}

async fn what_is_late_tomorrow_is_told_to_operations_once(stage: Stage) {
    ground(&stage).await;
    set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    stage.advance_to(LOADED).await;
    stage.advance_to("2026-03-06T07:59:00Z").await;
    assert!(!stage.texts(OPS).iter().any(|t| t.contains("Approve the agenda")));
    stage.advance_to(FLAGGED).await;
    let (at, message) = newest(&stage, OPS);
    insta::assert_snapshot!(with_buttons(&message), @r"
    *Approve the agenda with Northwind by Mon 9 Mar*
    The session is Thu 12 Mar, 10:00. It waits for <@U0MAYA> to approve it.
    [Show agenda]
    ");
    stage.advance_to("2026-03-06T09:00:00Z").await;
    let flags = stage.texts(OPS).iter().filter(|t| t.contains("Approve the agenda")).count();
    assert_eq!(flags, 1);
    stage.press(MAYA, &at, "agenda.show").await;
    let shown = with_buttons(stage.sandbox.ephemerals(MAYA).last().unwrap());
    assert!(
        shown.ends_with("[Approve and send to our attendees] [Edit accounts] [Open printable page]"),
        "{shown}"
    );
    stage.press(OMAR, &at, "agenda.show").await;
    let shown = with_buttons(stage.sandbox.ephemerals(OMAR).last().unwrap());
    assert!(shown.ends_with("\n[Edit accounts] [Open printable page]"), "{shown}");
    stage.end().await;
}

async fn a_session_about_nothing_is_cold_until_accounts_are_named(stage: Stage) {
    ground(&stage).await;
    let id = set_up(&stage, "p-globex", &[], 45).await;
    stage.advance_to(LOADED).await;
    let (card, message) = newest(&stage, OPS);
    insta::assert_snapshot!(with_buttons(&message), @r"
    *The session with Globex is cold*
    Thu 12 Mar, 10:00. No account is on it, and nothing with Globex is planned, promised or on a focus list. <@U0MAYA>: name accounts, or move it to a day when there is something to plan.
    [Name accounts] [Move session]
    ");
    let before = stage.texts(OPS).len();
    stage.advance_to("2026-03-05T09:00:00Z").await;
    assert_eq!(stage.texts(OPS).len(), before, "once");
    let said = "New overlap with Globex: Initech (initech.com), our prospect, their customer";
    stage.person(ALEX).post(INTAKE, said).await.unwrap();
    stage.settle().await;
    stage.press(OMAR, &card, "agenda.name").await;
    stage.submit(OMAR, json!({"another": "initech"})).await;
    let named = with_buttons(&stage.sandbox.message(&card.0, &card.1).unwrap());
    assert!(named.contains("*1. Initech (initech.com)*"), "{named}");
    assert!(named.contains("[Approve and send to our attendees]"), "{named}");
    assert_eq!(session(&stage, &id).await.accounts(), "Initech");
    stage.end().await;
}

async fn a_session_whose_accounts_change_is_prepared_again(stage: Stage) {
    ground(&stage).await;
    let id = set_up(&stage, "p-northwind", &["Acme Corp"], 15).await;
    stage.advance_to(LOADED).await;
    let (card, _) = newest(&stage, OPS);
    stage.press(MAYA, &card, "agenda.approve").await;
    let maya = actor(&stage, MAYA).await;
    let found = session(&stage, &id).await;
    let mut tx = stage.db.begin().await.unwrap();
    let hooli = tandem::map::find::find_account(&mut tx, "hooli").await.unwrap();
    let mut outline = found.outline.clone();
    outline.accounts[0].account_id = hooli.id;
    outline.accounts[0].name = hooli.name;
    let seen = (id.clone(), found.version);
    let what = tandem::plan::session::Move::Change(outline);
    flow::move_session(&mut tx, stage.clock.now(), &maya, &seen, what).await.unwrap();
    tx.commit().await.unwrap();
    stage.advance_to("2026-03-05T08:02:00Z").await;
    let again = with_buttons(&stage.sandbox.message(&card.0, &card.1).unwrap());
    assert!(again.contains("*1. Hooli (hooli.com)*") && again.contains("Version 2 waits"), "{again}");
    stage.press(MAYA, &card, "agenda.approve").await;
    assert!(newest_direct(&stage, ALEX).starts_with("*The agenda as it is now"));
    stage.end().await;
}

/// Maya changes, moves or calls off a session.
async fn moved(stage: &Stage, id: &SessionId, what: impl FnOnce(Outline) -> Move) {
    let maya = actor(stage, MAYA).await;
    let found = session(stage, id).await;
    let mut tx = stage.db.begin().await.unwrap();
    let what = what(found.outline);
    let seen = (id.clone(), found.version);
    flow::move_session(&mut tx, stage.clock.now(), &maya, &seen, what).await.unwrap();
    tx.commit().await.unwrap();
    stage.bot.bell.ring();
    stage.settle().await;
}

/// Friday 13 March 2026, 14:30 in Stockholm.
fn next_day() -> Slot {
    Slot { start: "2026-03-13T13:30:00Z".parse().unwrap(), zone: "Europe/Stockholm".into() }
}

async fn who_comes_later_gets_it_too_and_its_card_follows_the_session(stage: Stage) {
    ground(&stage).await;
    let id = set_up(&stage, "p-northwind", &["Acme Corp"], 15).await;
    stage.advance_to(LOADED).await;
    let (card, _) = newest(&stage, OPS);
    stage.press(MAYA, &card, "agenda.approve").await;
    moved(&stage, &id, |outline| {
        let ours = outline.ours.iter().cloned().chain([OMAR.into()]).collect();
        Move::Change(Outline { ours, ..outline })
    })
    .await;
    stage.advance_to("2026-03-05T08:02:00Z").await;
    assert!(newest_direct(&stage, OMAR).starts_with("*Your agenda: account planning with Northwind*"));
    let got = |user| stage.direct(user).iter().filter(|text| text.starts_with("*Your agenda")).count();
    assert_eq!((got(MAYA), got(ALEX), got(OMAR)), (1, 1, 1), "each once");
    let shown = || with_buttons(&stage.sandbox.message(&card.0, &card.1).unwrap());
    assert!(shown().contains("sent to Maya Lindholm, Alex Rivera and Omar Haddad."), "{}", shown());
    moved(&stage, &id, |_| Move::Reschedule(next_day())).await;
    assert!(shown().contains("Fri 13 Mar, 14:30 · 15 minutes"), "{}", shown());
    moved(&stage, &id, |_| Move::Cancel("Their office is closed".into())).await;
    assert!(shown().contains("Called off by <@U0MAYA>: Their office is closed."), "{}", shown());
    assert!(!shown().contains('['), "nothing is left to press: {}", shown());
    assert_eq!((got(MAYA), got(ALEX), got(OMAR)), (1, 1, 1), "each once");
    stage.end().await;
}

async fn the_card_of_a_cold_session_follows_it_too(stage: Stage) {
    ground(&stage).await;
    let id = set_up(&stage, "p-globex", &[], 45).await;
    stage.advance_to(LOADED).await;
    let (card, _) = newest(&stage, OPS);
    let shown = || with_buttons(&stage.sandbox.message(&card.0, &card.1).unwrap());
    moved(&stage, &id, |_| Move::Reschedule(next_day())).await;
    assert!(shown().contains("Fri 13 Mar, 14:30"), "{}", shown());
    moved(&stage, &id, |_| Move::Cancel("Nothing to plan".into())).await;
    insta::assert_snapshot!(shown(), @r"
    *Account planning with Globex*
    Called off by <@U0MAYA>: Nothing to plan. It was Fri 13 Mar, 14:30 to 15:15.
    ");
    stage.end().await;
}

async fn of_two_who_approve_and_edit_one_does(stage: Stage) {
    ground(&stage).await;
    let id = set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    stage.advance_to(LOADED).await;
    let (card, _) = newest(&stage, OPS);
    stage.press(OMAR, &card, "agenda.edit").await;
    stage.press(MAYA, &card, "agenda.approve").await;
    stage.submit(OMAR, json!({"accounts": ["Vandelay"], "another": ""})).await;
    insta::assert_snapshot!(stage.last_private(OMAR), @"<@U0MAYA> approved version 1 of this agenda in the meantime. Nothing was changed.");
    assert_eq!(session(&stage, &id).await.outline.accounts.len(), 3, "as approved");
    stage.end().await;
}

async fn an_agenda_is_shown_by_a_command_before_it_is_loaded(stage: Stage) {
    ground(&stage).await;
    insta::assert_snapshot!(stage.say(EVE, INTAKE, "/partner session agenda").await, @"No session is ahead. `/partner session schedule` sets one up, and its agenda is loaded in time.");
    set_up(&stage, "p-northwind", &["Acme Corp"], 15).await;
    let shown = stage.say(EVE, INTAKE, "/partner session agenda northwind").await;
    assert!(shown.contains("*1. Acme Corp (acme.com)*"), "{shown}");
    let tail: Vec<&str> = shown.lines().rev().take(2).collect();
    insta::assert_snapshot!(format!("{}\n{}", tail[1], tail[0]), @r"
    A preview, as it would be today. The agenda is made in time, and then waits for approval.
    [Open printable page]
    ");
    insta::assert_snapshot!(stage.say(EVE, INTAKE, "/partner session agenda globex").await, @"No session with globex is ahead. `/partner session list` shows those that are.");
    stage.end().await;
}

async fn what_was_talked_about_stays_off_until_there_is_news(stage: Stage) {
    ground(&stage).await;
    let first = set_up(&stage, "p-northwind", &["Hooli"], 15).await;
    stage.advance_to("2026-03-12T09:20:00Z").await;
    let maya = actor(&stage, MAYA).await;
    let mut tx = stage.db.begin().await.unwrap();
    let hooli = tandem::map::find::find_account(&mut tx, "hooli").await.unwrap().id;
    let told = flow::Telling {
        account: hooli,
        outcome: tandem::plan::record::Outcome::Nothing,
        choice: None,
        stall: None,
        amount: None,
        stage: None,
        promise: None,
        introduction: None,
    };
    let now = stage.clock.now();
    flow::tell_account(&mut tx, now, &maya, &first, told).await.unwrap();
    flow::close_record(&mut tx, now, &maya, &first, flow::Closing::default()).await.unwrap();
    tx.commit().await.unwrap();
    stage.bot.bell.ring();
    stage.settle().await;
    let mut tx = stage.db.begin().await.unwrap();
    let partner = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    let old = session_in(&mut tx, &first).await;
    let outline = Outline { accounts: Vec::new(), minutes: 45, ..old.outline };
    let slot = Slot { start: "2026-03-26T09:00:00Z".parse().unwrap(), zone: "Europe/Stockholm".into() };
    flow::set_up(&mut tx, now, &maya, &partner, Trigger::Planned, (outline, slot)).await.unwrap();
    tx.commit().await.unwrap();
    stage.bot.bell.ring();
    stage.settle().await;
    let shown = stage.say(MAYA, INTAKE, "/partner session agenda northwind").await;
    assert!(shown.contains("Vandelay") && !shown.contains("Hooli"), "{shown}");
    stage.end().await;
}

async fn session_in(tx: &mut tandem::store::Tx, id: &SessionId) -> Session {
    store::session(tx, id).await.unwrap().unwrap()
}

async fn a_page_opens_by_its_link_alone(stage: Stage) {
    ground(&stage).await;
    set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    stage.advance_to(LOADED).await;
    let (card, _) = newest(&stage, OPS);
    stage.press(EVE, &card, "agenda.page").await;
    let told = stage.last_private(EVE);
    let (said, link) = told.split_once('\n').unwrap();
    insta::assert_snapshot!(said, @"The agenda with Northwind as a page to print. The link is yours alone and ends in 24 hours.");
    let own = link.to_owned();
    assert!(own.starts_with(&format!("{}/pages/agenda/", stage.url)), "{own}");
    let get = async |url: &str| {
        let answer = reqwest::get(url).await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'"));
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, html) = get(&own).await;
    assert_eq!(status, 200);
    assert!(
        html.contains("<h1>Account planning with Northwind</h1>") && html.contains("Acme Corp (acme.com)")
    );
    assert!(html.contains("Nobody has approved this agenda yet."));
    assert_eq!(get(&own.replace("for=U0EVE", "for=U0SAM")).await.0, 403, "it is Eve's");
    assert_eq!(get(own.split('?').next().unwrap()).await.0, 403, "not without the seal");
    let until = own.split("until=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    assert_eq!(get(&own.replace(&until, "9999999999")).await.0, 403, "nobody makes it longer");
    stage.press(MAYA, &card, "agenda.approve").await;
    assert!(!get(&own).await.1.contains("Nobody has approved"));
    stage.advance_to("2026-03-06T08:00:00Z").await;
    assert_eq!(get(&own).await.0, 410, "it has ended");
    // Whoever is no member any more opens nothing.
    stage.press(EVE, &card, "agenda.page").await;
    let fresh = stage.last_private(EVE).split_once('\n').unwrap().1.to_owned();
    assert_eq!(get(&fresh).await.0, 200);
    stage.sandbox.describe(EVE, json!({"deleted": true}));
    stage.advance_to("2026-03-06T08:30:00Z").await;
    assert_eq!(get(&fresh).await.0, 403);
    stage.end().await;
}

async fn the_page_is_a_file(stage: Stage) {
    ground(&stage).await;
    set_up(&stage, "p-northwind", &["Acme Corp"], 30).await;
    stage.advance_to(LOADED).await;
    let (card, _) = newest(&stage, OPS);
    stage.press(EVE, &card, "agenda.page").await;
    insta::assert_snapshot!(stage.last_private(EVE), @"The agenda with Northwind is in your direct messages with me, as a page.");
    let message = newest(&stage, &stage.sandbox.im(EVE)).1;
    let file = &message["files"][0];
    assert_eq!(file["name"], "agenda-2026-03-05.html");
    let held = stage.sandbox.file(file["id"].as_str().unwrap()).unwrap();
    assert!(held.contains("<h1>Account planning with Northwind</h1>"));
    stage.end().await;
}
