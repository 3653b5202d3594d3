//! The process ends while it gives something up or puts it off. These places are off the path of the other runs: each
//! needs a Slack that misbehaves in its own way.

use std::time::Duration;

use serde_json::Value;
use tandem::sandbox::{Fault, Sandbox};
use tandem::sql_value;
use tempfile::TempDir;

use super::ground::PARTNERS;
use super::process::{Life, Place, command};
use super::runs::{Template, folder, open, until_quiet, workspace};
use super::story::press;
use crate::support::postgres::TestDatabase;
use crate::support::stage::{INTAKE, MAYA, OMAR, OPS, SHARED, text};

/// The longest that something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A furnished database and a workspace, before any process.
pub struct Scene {
    pub place: Place,
    _folder: TempDir,
    _database: Option<TestDatabase>,
}

impl Scene {
    pub async fn of(template: &Template) -> Self {
        let folder = folder();
        let mut place = Place {
            sandbox: workspace().await,
            folder: folder.path().to_owned(),
            database_url: None,
            lease: 1,
            doors: None,
        };
        let database = template.copy_to(&mut place).await;
        Self { place, _folder: folder, _database: database }
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.place.sandbox
    }

    /// A process that ends at `point`, ready.
    pub async fn doomed(&self, point: &str) -> Life {
        let mut command = command(&self.place);
        command.env("FAILPOINT", point);
        let mut life = Life::start(&self.place, command);
        assert!(life.ready().await.is_some(), "it did not start:\n{}", life.log());
        life
    }

    /// Waits for its end, and gives the next process, ready.
    async fn next(&self, mut doomed: Life) -> Life {
        self.end_of(&mut doomed).await;
        self.another().await
    }

    pub async fn end_of(&self, doomed: &mut Life) {
        let ended = tokio::time::timeout(PATIENCE, doomed.ended()).await;
        assert!(ended.is_ok(), "it never came by:\n{}", doomed.log());
    }

    /// The next process, ready.
    pub async fn another(&self) -> Life {
        let mut life = Life::start(&self.place, command(&self.place));
        assert!(life.ready().await.is_some(), "it did not start:\n{}", life.log());
        life
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let db = open(&self.place).await;
        let mut tx = db.read().await.unwrap();
        let count = sql_value!(&mut tx, i64, sql).unwrap();
        tx.rollback().await.unwrap();
        db.close().await;
        count
    }

    pub async fn until(&self, what: &str, seen: impl AsyncFn() -> bool) {
        let seen = async {
            while !seen().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, seen).await.is_ok(), "{what} was never seen");
    }
}

/// Both databases, one after the other; Postgres where there is one.
async fn on_both(play: impl AsyncFn(Scene)) {
    play(Scene::of(&Template::sqlite().await).await).await;
    if let Some(template) = Template::postgres().await {
        play(Scene::of(&template).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_putting_off_a_list_it_is_taken_up_once() {
    on_both(async |scene| {
        let doomed = scene.doomed("inbox.put_back:1").await;
        scene.sandbox().script("files.info", Fault::Status(503), 1);
        let list = "Account Name,Website\nAcme,acme.com\n";
        scene.sandbox().person(OMAR).upload(INTAKE, "northwind.csv", list).await.unwrap();
        let _life = scene.next(doomed).await;
        scene
            .until("the preview", async || {
                scene.count("SELECT COUNT(*) FROM imports WHERE state = 'previewed'").await == 1
            })
            .await;
        until_quiet(&scene.place).await;
        let by_the_bot =
            scene.sandbox().messages(INTAKE).iter().filter(|m| m["bot_id"] == "B0TANDEM").count();
        assert_eq!(by_the_bot, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_giving_up_a_command_it_is_buried_once_and_its_user_told_once() {
    const BURIED: &str = "SELECT COUNT(*) FROM inbox WHERE state = 3";
    on_both(async |scene| {
        let doomed = scene.doomed("inbox.bury:1").await;
        scene.sandbox().script("views.open", Fault::Error("invalid_arguments".into()), 1_000);
        scene.sandbox().person(OMAR).command(OPS, "/partner overlaps add").await.unwrap();
        let _life = scene.next(doomed).await;
        scene.until("the buried command", async || scene.count(BURIED).await == 1).await;
        until_quiet(&scene.place).await;
        assert_eq!(scene.count(BURIED).await, 1);
        let told = scene.sandbox().ephemerals(OMAR);
        assert_eq!(told.iter().filter(|m| text(m).contains("tandem doctor")).count(), 1, "{told:#?}");
    })
    .await;
}

/// The next process cannot know how far the one before it came with the note: a person decides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_note_is_held_back_it_asks_and_arrives_once() {
    const UNKNOWN: &str = "SELECT COUNT(*) FROM drafts WHERE state = 'unconfirmed'";
    on_both(async |scene| {
        let doomed = scene.doomed("outbox.hold:1").await;
        scene.sandbox().archive_channel(SHARED, MAYA).await;
        let (partner, _) = PARTNERS[0];
        let about = |card: &Value| text(card).contains(partner);
        press(scene.sandbox(), MAYA, OPS.to_owned(), "draft.approve", about).await;
        let _life = scene.next(doomed).await;
        scene.until("the question", async || scene.count(UNKNOWN).await == 1).await;
        assert!(arrived(scene.sandbox()).is_empty());
        scene.sandbox().unarchive_channel(SHARED, MAYA).await;
        press(scene.sandbox(), MAYA, OPS.to_owned(), "draft.resend", about).await;
        scene.until("the note", async || arrived(scene.sandbox()).len() == 1).await;
        until_quiet(&scene.place).await;
        assert_eq!(arrived(scene.sandbox()).len(), 1);
    })
    .await;
}

fn arrived(sandbox: &Sandbox) -> Vec<Value> {
    let mut messages = sandbox.messages(SHARED);
    messages.retain(|m| m["bot_id"] == "B0TANDEM");
    messages
}
