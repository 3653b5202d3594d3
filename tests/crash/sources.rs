//! The process is killed at each step on the way of a list that a source brings, fetched or posted: it is taken in once.

use futures_util::StreamExt;
use tandem::kernel::clock::Clock;
use tandem::map::sources::hook;
use tandem::sql_exec;

use super::edges::Scene;
use super::process::Life;
use super::runs::{Template, open, until_quiet};
use crate::support::list_server::{Answer, ListServer};
use crate::support::stage::{INTAKE, text};

/// From the answer of the source's server to the summary: each step of the import ends by a commit of its own.
const FETCHED: [&str; 10] = [
    "source.found",
    "source.commit",
    "source.committed",
    "source.placed",
    "import.commit:1",
    "import.committed:1",
    "import.commit:2",
    "import.committed:2",
    "import.commit:3",
    "import.committed:3",
];
const POSTED: [&str; 2] = ["hook.commit", "hook.committed"];
/// So many at a time.
const ABREAST: usize = 4;

const SECRET: &str = "a secret of the web hook";
const LIST: &str = "account,domain,our_population,their_population\n\
    Bolt,bolt.com,prospect,customer\nCorvid,corvid.com,customer,prospect\nDynamo,dynamo.com,customer,customer\n";
const ROWS: &str = r#"{"partner": "Northwind", "overlaps": [{"account": "Bolt", "domain": "bolt.com"},
    {"account": "Corvid", "domain": "corvid.com"}, {"account": "Dynamo", "domain": "dynamo.com"}]}"#;

/// The three of them with Northwind.
const OVERLAPS: &str = "SELECT COUNT(*) FROM account_overlaps o JOIN accounts a ON a.id = o.account_id \
    WHERE o.partner_id = 'p-northwind' AND o.gone_at IS NULL AND a.name IN ('Bolt', 'Corvid', 'Dynamo')";
const IMPORTS: &str = "SELECT COUNT(*) FROM imports";
const DONE: &str = "SELECT COUNT(*) FROM imports WHERE state = 'done'";

async fn each(points: &[&'static str], play: impl AsyncFn(&Template, &'static str)) {
    let templates = [Some(Template::sqlite().await), Template::postgres().await];
    for template in templates.iter().flatten() {
        let plays = futures_util::stream::iter(points.iter().copied());
        plays.for_each_concurrent(ABREAST, |point| play(template, point)).await;
    }
}

fn configure(scene: &Scene, source: &str) {
    std::fs::write(scene.place.folder.join("tandem.toml"), source).unwrap();
}

/// The next process, when what the one before it had claimed has run out.
async fn after(scene: &Scene, doomed: &mut Life) -> Life {
    scene.end_of(doomed).await;
    // A single process gives it back by itself.
    if scene.place.database_url.is_some() {
        let db = open(&scene.place).await;
        let mut tx = db.begin().await.unwrap();
        sql_exec!(&mut tx, "UPDATE list_sources SET lease_until = 0").unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    }
    scene.another().await
}

/// One import, its three overlaps, one summary.
async fn taken_in_once(scene: &Scene, point: &str) {
    scene.until("the import", async || scene.count(DONE).await == 1).await;
    until_quiet(&scene.place).await;
    assert_eq!(scene.count(IMPORTS).await, 1, "{point}");
    assert_eq!(scene.count(OVERLAPS).await, 3, "{point}");
    let told = scene.sandbox().messages(INTAKE);
    let told: Vec<String> = told.iter().filter(|m| m["bot_id"] == "B0TANDEM").map(text).collect();
    assert_eq!(told.len(), 1, "{point}: {told:#?}");
    assert!(told[0].contains("3 new · 0 changed · "), "{point}: {told:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_on_the_way_of_a_fetched_list_it_is_taken_in_once() {
    each(&FETCHED, async |template, point| {
        let scene = Scene::of(template).await;
        // The server holds that what it sent once is known: a list that was lost after that is asked for anew.
        let server = ListServer::bound(|asked| match asked.header("if-none-match") {
            "" => Answer::ok(LIST).with("etag", "\"march\""),
            _ => Answer::status(304),
        });
        server.serve();
        let url = format!("{}/northwind.csv", server.url);
        configure(
            &scene,
            &format!(
                "[[sources]]\nname = \"northwind\"\nkind = \"url\"\npartner = \"Northwind\"\nurl = \"{url}\"\n\
                 private_addresses = true\nevery_minutes = 60\n"
            ),
        );
        let mut doomed = scene.doomed(point).await;
        let _life = after(&scene, &mut doomed).await;
        taken_in_once(&scene, point).await;
        let left = std::fs::read_dir(scene.place.folder.join("arrivals")).map_or(0, Iterator::count);
        assert!(left == 0 || scene.place.database_url.is_some(), "{point}: {left} files were left behind");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_a_posted_list_is_taken_it_counts_once_however_often_it_is_sent() {
    each(&POSTED, async |template, point| {
        let scene = Scene::of(template).await;
        configure(
            &scene,
            &format!("[[sources]]\nname = \"hook\"\nkind = \"webhook\"\nsecret = \"{SECRET}\"\n"),
        );
        let time = Clock::system().now().as_second();
        let mut doomed = scene.doomed(point).await;
        assert_eq!(send(&mut doomed, time).await, None, "{point}: nobody was left to answer");
        let mut life = after(&scene, &mut doomed).await;
        // Without an answer its sender tries again.
        let answer = send(&mut life, time).await;
        assert_eq!(answer, Some(if point == "hook.commit" { 200 } else { 409 }), "{point}");
        taken_in_once(&scene, point).await;
    })
    .await;
}

/// What is answered, if anything.
async fn send(life: &mut Life, time: i64) -> Option<u16> {
    let address = life.ready().await?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let reply = reqwest::Client::new()
        .post(format!("http://{address}/hooks/overlaps"))
        .header("x-tandem-timestamp", time)
        .header("x-tandem-signature-256", hook::sign(&SECRET.into(), time, ROWS.as_bytes()))
        .body(ROWS)
        .send()
        .await;
    Some(reply.ok()?.status().as_u16())
}
