//! Installing the app through Slack's pages, and what becomes of its tokens.

use std::time::Duration;

use jiff::SignedDuration;
use tandem::delivery::backlog;
use tandem::kernel::actor::Role;
use tandem::kernel::clock::Clock;
use tandem::slack::tokens::{Credentials, Keeper};
use tandem::sql_exec;
use tandem::store::installation::{self, Installation};
use tandem::store::keys::{self, Keyring};
use tandem::store::{audit, people};

use crate::support::command::tandem;
use crate::support::install::{get, through_slacks_pages, to_slack_and_back};
use crate::support::stage::{ALEX, INTAKE, MAYA, Stage};

const SAID: &str = "New overlap with Northwind: Acme Corp (acme.com), our open opp $120k, their customer";

macro_rules! installed {
    ($renewed:literal: $($name:ident),+ $(,)?) => {
        mod sqlite {
            use crate::support::stage::{Backend, Stage, play_on};
            $(#[test]
            fn $name() {
                play_on(Stage::installed(Backend::Sqlite, $renewed), super::super::$name);
            })+
        }
        mod postgres {
            use crate::support::stage::{Backend, Stage, play_on};
            $(#[test]
            fn $name() {
                play_on(Stage::installed(Backend::Postgres, $renewed), super::super::$name);
            })+
        }
    };
}

mod lasting {
    installed!(false:
        the_first_who_installs_is_admin_and_the_token_is_sealed,
        the_mark_is_used_once_by_the_browser_that_began,
        what_is_said_when_nobody_allows_it,
        another_workspace_is_refused,
        a_failed_save_is_not_called_installed,
        after_an_uninstall_sends_wait_for_the_next_install,
        an_old_uninstall_does_not_end_a_new_install,
        a_revoked_token_of_somebody_else_is_no_matter,
        a_changed_key_is_taken_up_while_it_runs,
    );
}

mod renewing {
    installed!(true:
        a_token_is_renewed_before_its_end,
        a_token_that_ended_in_the_night_is_renewed,
        one_of_many_processes_renews,
        a_token_that_cannot_be_renewed_is_told,
        a_token_in_another_column_does_not_open,
    );
}

crate::flows!(a_token_of_the_configuration_is_stored_nowhere);

async fn installation(stage: &Stage) -> Installation {
    let mut tx = stage.db.read().await.unwrap();
    let found = installation::load(&mut tx).await.unwrap().unwrap();
    tx.rollback().await.unwrap();
    found
}

async fn waiting(stage: &Stage) -> i64 {
    let mut tx = stage.db.read().await.unwrap();
    let backlog = backlog::read(&mut tx, 0).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!((backlog.unconfirmed, backlog.failed), (0, 0));
    backlog.messages
}

/// Returns when `holds` does.
async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let end = tokio::time::Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(tokio::time::Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn it_works(stage: &Stage) {
    let before = stage.private(ALEX).len();
    stage.person(ALEX).command(INTAKE, "/partner overlaps").await.unwrap();
    stage.settle().await;
    assert_eq!(stage.private(ALEX).len(), before + 1);
}

fn pass(clock: &Clock, hours: i64) {
    assert!(clock.advance_to(clock.now() + SignedDuration::from_hours(hours)));
}

async fn the_first_who_installs_is_admin_and_the_token_is_sealed(stage: Stage) {
    it_works(&stage).await;
    let mut tx = stage.db.begin().await.unwrap();
    people::set_holders(&mut tx, stage.clock.now(), &MAYA.into(), Role::Admin, &[]).await.unwrap();
    tx.commit().await.unwrap();
    stage.sandbox.allows(ALEX, "T0MERIDIAN");
    let page = through_slacks_pages(&stage.url).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<h1>Tandem is installed</h1>"), "{}", page.body);
    assert!(page.body.contains("It is in Meridian now. In Slack, type /partner setup"), "{}", page.body);
    let mut tx = stage.db.read().await.unwrap();
    assert_eq!(people::holders(&mut tx, Role::Admin).await.unwrap(), [ALEX.into()]);
    let entries = audit::of(&mut tx, "app:T0MERIDIAN").await.unwrap();
    assert_eq!(entries.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(), ["app.install", "app.install"]);
    tx.rollback().await.unwrap();
    let stored = format!("{:?}", installation(&stage).await);
    assert!(stored.contains("v1:") && !stored.contains("xox"), "{stored}");
    it_works(&stage).await;
    stage.end().await;
}

async fn the_mark_is_used_once_by_the_browser_that_began(stage: Stage) {
    let refused = "Nothing was installed";
    let (back, cookie) = to_slack_and_back(&stage.url).await;
    let other = get(&back, "tandem_install=another").await;
    assert_eq!((other.status, other.body.contains(refused)), (400, true), "another browser");
    let spent = get(&back, &cookie).await;
    assert_eq!((spent.status, spent.body.contains(refused)), (400, true), "used, even if in vain");
    let (back, cookie) = to_slack_and_back(&stage.url).await;
    assert_eq!(get(&back, &cookie).await.status, 200);
    assert_eq!(get(&back, &cookie).await.status, 400, "twice");
    let (back, cookie) = to_slack_and_back(&stage.url).await;
    assert!(stage.clock.advance_to(stage.clock.now() + SignedDuration::from_mins(11)));
    assert_eq!(get(&back, &cookie).await.status, 400, "too late");
    let forged = format!("{}/slack/oauth?code=x&state=y", stage.url);
    assert_eq!(get(&forged, "tandem_install=y").await.status, 400, "a mark that we never made");
    it_works(&stage).await;
    stage.end().await;
}

async fn what_is_said_when_nobody_allows_it(stage: Stage) {
    let (back, cookie) = to_slack_and_back(&stage.url).await;
    let state = back.split("state=").nth(1).unwrap();
    let cancelled =
        get(&format!("{}/slack/oauth?error=access_denied&state={state}", stage.url), &cookie).await;
    assert!(cancelled.body.contains("You cancelled it on Slack&#39;s page."), "{}", cancelled.body);
    let (back, cookie) = to_slack_and_back(&stage.url).await;
    let wrong = back.replace("code=", "code=0");
    let refused = get(&wrong, &cookie).await;
    assert_eq!(refused.status, 502);
    assert!(refused.body.contains("Slack did not hand over a token (invalid_code)."), "{}", refused.body);
    it_works(&stage).await;
    stage.end().await;
}

async fn another_workspace_is_refused(stage: Stage) {
    let before = installation(&stage).await;
    stage.sandbox.allows("U0SAM", "T0NORTHWIND");
    let page = through_slacks_pages(&stage.url).await;
    assert_eq!(page.status, 409);
    assert!(
        page.body.contains("This Tandem works for Meridian, and one Tandem works for one workspace."),
        "{}",
        page.body
    );
    assert_eq!(installation(&stage).await, before);
    it_works(&stage).await;
    stage.end().await;
}

async fn a_failed_save_is_not_called_installed(stage: Stage) {
    let (back, cookie) = to_slack_and_back(&stage.url).await;
    for (from, to) in [("installations", "elsewhere"), ("elsewhere", "installations")] {
        let mut tx = stage.db.begin().await.unwrap();
        let sql: &'static str = format!("ALTER TABLE {from} RENAME TO {to}").leak();
        sql_exec!(&mut tx, sql).unwrap();
        tx.commit().await.unwrap();
        if to == "elsewhere" {
            let page = get(&back, &cookie).await;
            assert_eq!(page.status, 500);
            assert!(
                page.body.contains("Nothing was installed") && !page.body.contains("Tandem is installed")
            );
        }
    }
    // Slack ended the token before when it handed out the new one: install once more, and it works.
    assert_eq!(through_slacks_pages(&stage.url).await.status, 200);
    it_works(&stage).await;
    stage.end().await;
}

async fn after_an_uninstall_sends_wait_for_the_next_install(stage: Stage) {
    it_works(&stage).await;
    stage.sandbox.uninstall().await;
    until("the uninstall is noticed", async || installation(&stage).await.revoked.is_some()).await;
    stage.person(ALEX).post(INTAKE, SAID).await.unwrap();
    until("the confirmation waits", async || waiting(&stage).await > 0).await;
    let told = installation(&stage).await.trouble().unwrap();
    assert!(told.starts_with("Slack has not taken the token since 4 March, 09:00 UTC (account_inactive). Install the app again at /slack/install;"), "{told}");
    let (texts, calls) = (stage.texts(INTAKE).len(), stage.sandbox.calls_of("chat.postMessage").len());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.sandbox.calls_of("chat.postMessage").len(), calls, "nothing is tried");
    assert_eq!(through_slacks_pages(&stage.url).await.status, 200);
    stage.settle().await;
    assert_eq!(stage.texts(INTAKE).len(), texts + 1);
    assert_eq!(installation(&stage).await.trouble(), None);
    stage.end().await;
}

async fn an_old_uninstall_does_not_end_a_new_install(stage: Stage) {
    for reversed in [false, true] {
        stage.sandbox.hold();
        stage.sandbox.uninstall().await;
        stage.sandbox.revoke_token().await;
        assert!(stage.clock.advance_to(stage.clock.now() + SignedDuration::from_secs(5)));
        assert_eq!(through_slacks_pages(&stage.url).await.status, 200);
        stage.sandbox.release(reversed).await;
        stage.settle().await;
        it_works(&stage).await;
        assert_eq!(installation(&stage).await.revoked, None);
    }
    // Within the same second the times cannot tell: Slack is asked.
    stage.sandbox.hold();
    stage.sandbox.uninstall().await;
    assert_eq!(through_slacks_pages(&stage.url).await.status, 200);
    stage.sandbox.release(false).await;
    stage.settle().await;
    it_works(&stage).await;
    assert_eq!(installation(&stage).await.revoked, None);
    stage.end().await;
}

async fn a_revoked_token_of_somebody_else_is_no_matter(stage: Stage) {
    let tokens = serde_json::json!({"oauth": ["U0ALEX"], "bot": []});
    let asked = stage.sandbox.calls_of("auth.test").len();
    stage.sandbox.raw_event(serde_json::json!({"type": "tokens_revoked", "tokens": tokens})).await;
    stage.settle().await;
    it_works(&stage).await;
    assert_eq!(stage.sandbox.calls_of("auth.test").len(), asked, "Slack is not even asked");
    stage.end().await;
}

async fn a_changed_key_is_taken_up_while_it_runs(stage: Stage) {
    let file = stage.config.key_file();
    keys::renew(&file).unwrap();
    let ring = Keyring::load(stage.config.keys()).unwrap().unwrap();
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(installation::reseal(&mut tx, &ring).await.unwrap(), 1);
    assert_eq!(installation::reseal(&mut tx, &ring).await.unwrap(), 0, "all of it is sealed with the newest");
    tx.commit().await.unwrap();
    keys::drop_older(&file).unwrap();
    let only_new = Keyring::load(stage.config.keys()).unwrap().unwrap();
    assert!(installation(&stage).await.tokens(&only_new).unwrap().is_some());
    stage.bot.news.ring();
    it_works(&stage).await;
    stage.end().await;
}

#[test]
fn without_a_key_the_start_is_refused_with_the_command_that_makes_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let app = [
        ("TANDEM_SLACK__CLIENT_ID", "1.2"),
        ("TANDEM_SLACK__CLIENT_SECRET", "s"),
        ("TANDEM_SLACK__SIGNING_SECRET", "s"),
        ("TANDEM_LISTEN", "127.0.0.1:0"),
    ];
    let (well, said) = tandem(data, &app, &["serve"]);
    assert!(!well && said.contains("Run `tandem keys new`: it writes one to"), "{said}");
    assert!(tandem(data, &app, &["keys", "new"]).0);
    let (well, said) = tandem(data, &app, &["keys", "new"]);
    assert!(!well && said.contains("`tandem keys rotate` adds a new one"), "{said}");
    let before = std::fs::read_to_string(data.join("tandem.keys")).unwrap();
    let (well, said) = tandem(data, &app, &["keys", "rotate"]);
    assert!(well && said.contains("Stored secrets that were sealed anew: 0."), "{said}");
    let after = std::fs::read_to_string(data.join("tandem.keys")).unwrap();
    assert!(after.ends_with(&before) && after.len() > before.len());
    assert!(tandem(data, &app, &["keys", "rotate", "--drop-older"]).0);
    assert_eq!(std::fs::read_to_string(data.join("tandem.keys")).unwrap().lines().count(), 1);
    let (well, said) = tandem(data, &app, &["audit", "verify"]);
    assert!(well && said.starts_with("2 entries"), "{said}");
}

async fn a_token_is_renewed_before_its_end(stage: Stage) {
    let first = installation(&stage).await;
    pass(&stage.clock, 9);
    it_works(&stage).await;
    assert_eq!(installation(&stage).await.version, first.version, "not before it is time");
    pass(&stage.clock, 2);
    until("it is renewed", async || installation(&stage).await.version > first.version).await;
    pass(&stage.clock, 3);
    it_works(&stage).await;
    assert_eq!(stage.sandbox.calls_of("oauth.v2.access").len(), 2);
    stage.end().await;
}

async fn a_token_that_ended_in_the_night_is_renewed(stage: Stage) {
    let first = installation(&stage).await;
    pass(&stage.clock, 48);
    until("it is renewed", async || installation(&stage).await.version > first.version).await;
    until("Slack takes it", async || stage.bot.client.is_authorised()).await;
    it_works(&stage).await;
    stage.end().await;
}

async fn one_of_many_processes_renews(stage: Stage) {
    let now = installation(&stage).await;
    let ring = Keyring::load(stage.config.keys()).unwrap().unwrap();
    let credentials = Credentials {
        client_id: stage.config.slack.client_id.clone().unwrap(),
        client_secret: stage.config.slack.client_secret.clone().unwrap(),
        ring: std::sync::Arc::new(ring),
    };
    // Clocks of their own, so that the app's keeper sleeps on.
    let clock = Clock::standing(stage.clock.now() + SignedDuration::from_hours(11));
    let mut keepers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (now, keeper) = (
            now.clone(),
            Keeper {
                db: stage.db.clone(),
                clock: clock.clone(),
                client: stage.bot.client.clone(),
                credentials: Some(credentials.clone()),
                news: stage.bot.news.clone(),
            },
        );
        keepers.spawn(async move { keeper.renew_if_due(&now).await.unwrap() });
    }
    let renewed = keepers.join_all().await;
    assert_eq!(renewed.iter().filter(|r| **r).count(), 1, "{renewed:?}");
    assert_eq!(stage.sandbox.calls_of("oauth.v2.access").len(), 2);
    stage.bot.news.ring();
    it_works(&stage).await;
    stage.end().await;
}

async fn a_token_in_another_column_does_not_open(stage: Stage) {
    let ring = Keyring::load(stage.config.keys()).unwrap().unwrap();
    assert!(installation(&stage).await.tokens(&ring).unwrap().is_some());
    let mut tx = stage.db.begin().await.unwrap();
    sql_exec!(&mut tx, "UPDATE installations SET bot_token = refresh_token, refresh_token = bot_token")
        .unwrap();
    tx.commit().await.unwrap();
    assert!(installation(&stage).await.tokens(&ring).is_err());
    stage.end().await;
}

async fn a_token_that_cannot_be_renewed_is_told(stage: Stage) {
    stage.sandbox.script("oauth.v2.access", tandem::sandbox::Fault::Error("invalid_refresh_token".into()), 1);
    pass(&stage.clock, 11);
    until("it is told", async || installation(&stage).await.trouble().is_some()).await;
    assert_eq!(
        installation(&stage).await.trouble().unwrap(),
        "The token ends on 4 March, 21:00 UTC and could not be renewed (Slack refused it: invalid_refresh_token). \
         It is tried again. Install the app again at /slack/install if that stays so."
    );
    it_works(&stage).await;
    assert!(stage.clock.advance_to(stage.clock.now() + SignedDuration::from_mins(2)));
    until("the next try goes well", async || installation(&stage).await.trouble().is_none()).await;
    it_works(&stage).await;
    stage.end().await;
}

async fn a_token_of_the_configuration_is_stored_nowhere(stage: Stage) {
    assert!(!installation(&stage).await.has_tokens());
    assert!(!stage.config.key_file().exists(), "and needs no key");
    stage.sandbox.revoke_token().await;
    until("it is noticed", async || installation(&stage).await.revoked.is_some()).await;
    let told = installation(&stage).await.trouble().unwrap();
    assert!(told.contains("put its token into slack.bot_token and restart"), "{told}");
}
