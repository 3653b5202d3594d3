//! Lists that come by themselves: from an address and a folder, in [`tools`] from Crossbeam and PartnerTap, and in [`posted`] to the
//! web hook.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use tandem::app::App;
use tandem::config::ListSource;
use tandem::store::keys;
use tokio::net::TcpListener;

use super::imports::overlaps;
use super::replicas::everybody_looks;
use crate::support::command::tandem;
use crate::support::install::get;
use crate::support::list_server::{Answer, Asked, ListServer};
use crate::support::stage::{
    ALEX, Backend, INTAKE, MAYA, OMAR, OPS, Replica, Stage, WayIn, play_on, with_buttons,
};

/// A flow with sources: how they are configured, where the server and a folder are, and what the server answers at first.
macro_rules! fresh {
    ($($name:ident($sources:ident, $reply:ident)),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::play($crate::support::stage::Backend::Sqlite, super::$sources, super::$reply, super::$name);
            })+
        }
        mod postgres {
            $(#[test]
            fn $name() {
                super::play($crate::support::stage::Backend::Postgres, super::$sources, super::$reply, super::$name);
            })+
        }
    };
}

mod posted;
mod tools;

fresh!(
    a_list_comes_from_an_address(address, march),
    what_lacks_much_waits_for_a_person(address, march),
    columns_that_are_not_clear_are_asked_for(address, kundenname),
    a_source_that_fails_is_told_once(address, broken),
    a_source_is_fetched_at_once(address, march),
    a_hostile_server_gets_nowhere(address, broken),
    a_file_in_a_folder_is_read_when_it_is_whole(folder, march),
    a_list_that_grows_old_is_told_once(expected, march),
    a_list_of_one_population_takes_away_no_other(populations, by_population),
    of_several_processes_one_asks(address, march),
    a_partner_that_is_not_known_is_refused_at_the_start(address, march),
);

fn play<F, Fut>(backend: Backend, sources: fn(&str, &Path) -> String, reply: fn(&Asked) -> Answer, flow: F)
where
    F: FnOnce(Stage, ListServer) -> Fut,
    Fut: Future<Output = ()>,
{
    let server = ListServer::bound(reply);
    let served = server.clone();
    let stage = async move {
        served.serve();
        Stage::with(backend, WayIn::Http, |config| {
            config.limits.file_megabytes = 1;
            let folder = config.data_dir.join("lists");
            std::fs::create_dir(&folder).unwrap();
            config.sources = read(&sources(&served.url, &folder));
            keys::create(&config.key_file()).unwrap();
        })
        .await
    };
    play_on(stage, |stage| flow(stage, server));
}

fn read(toml: &str) -> Vec<ListSource> {
    #[derive(serde::Deserialize)]
    struct File {
        sources: Vec<ListSource>,
    }
    toml::from_str::<File>(toml).unwrap().sources
}

fn address(url: &str, _: &Path) -> String {
    format!(
        "[[sources]]\nname = \"northwind\"\nkind = \"url\"\npartner = \"Northwind\"\nurl = \"{url}/northwind.csv?key=1\"\n\
         token = \"hidden\"\nprivate_addresses = true\nevery_minutes = 60\n"
    )
}

fn expected(url: &str, folder: &Path) -> String {
    address(url, folder) + "expected_days = 7\n"
}

fn folder(_: &str, folder: &Path) -> String {
    format!(
        "[[sources]]\nname = \"share\"\nkind = \"folder\"\npartner = \"Northwind\"\nfolder = \"{}\"\n",
        folder.display()
    )
}

const HEADER: &str = "account,domain,our_population,their_population,amount,currency\n";
const ACME: &str = "Acme Corp,acme.com,prospect,customer,120000,USD\n";
const GLOBEX: &str = "Globex Retail,globex-retail.com,customer,prospect,,\n";
const HOOLI: &str = "Hooli,hooli.com,prospect,prospect,,\n";
const STARK: &str = "Stark,stark.com,customer,customer,,\n";

fn csv(rows: &[&str]) -> Answer {
    Answer::ok(format!("{HEADER}{}", rows.concat()))
}

fn march(_: &Asked) -> Answer {
    csv(&[ACME, GLOBEX, HOOLI, STARK]).with("etag", "\"march\"")
}

fn kundenname(_: &Asked) -> Answer {
    Answer::ok("Kundenname,Netzseite\nAcme Corp,acme.com\nGlobex Retail,globex-retail.com\n")
}

fn broken(_: &Asked) -> Answer {
    Answer::status(500)
}

/// The last message in a channel, with its buttons.
fn last(stage: &Stage, channel: &str) -> String {
    stage.sandbox.messages(channel).last().map(with_buttons).unwrap_or_default()
}

async fn go_to(stage: &Stage, at: &str) {
    stage.advance_to(at).await;
    stage.sources().await;
}

async fn a_list_comes_from_an_address(stage: Stage, server: ListServer) {
    stage.sources().await;
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *Northwind's list*, from northwind
    4 new · 0 changed · 0 gone · 0 unchanged
    New: Acme Corp (acme.com), Globex Retail (globex-retail.com), Hooli (hooli.com), Stark (stark.com)
    ");
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].line.as_str(), asked[0].header("authorization")),
        ("GET /northwind.csv?key=1", "Bearer hidden")
    );
    // Nothing has changed: the server says so.
    server.replies(|asked| {
        if asked.header("if-none-match") == "\"march\"" { Answer::status(304) } else { broken(asked) }
    });
    go_to(&stage, "2026-03-04T10:05:00Z").await;
    // The same list under another tag.
    server.replies(|_| csv(&[ACME, GLOBEX, HOOLI, STARK]).with("etag", "\"again\""));
    go_to(&stage, "2026-03-05T10:10:00Z").await;
    assert_eq!(server.asked().len(), 2);
    assert_eq!(stage.texts(INTAKE).len(), 1, "nothing new, and nothing said");
    insta::assert_snapshot!(stage.say(OMAR, OPS, "/partner partner show northwind").await, @r"
    *Northwind*
    Manager: <@U0MAYA>
    Channel: <#C0NORTHWIND>
    Open overlaps: 4
    List: from today; refreshed every 45 days
    Focus list: none yet
    Give and ask: nothing in a year
    This season: focus not known · next on Wed 1 Apr
    Instructions: none yet, so no session is proposed
    They may see: overlaps with account, domain, what it is to us
    Source: *northwind* (127.0.0.1) · today: nothing new · looked at every hour · expected every 45 days
    [Fetch northwind now] [Show focus list] [Show gives and asks] [Edit instructions] [Show fit] [Add contact] [Check in]
    ");
    // A row less, one changed, one new, one that cannot be read.
    let rows = [
        ACME.replace("prospect,customer", "opportunity,customer"),
        GLOBEX.into(),
        HOOLI.into(),
        "Umbrella,umbrella.com,prospect,customer,,\n".into(),
        "Bad,bad.com,,,much,USD\n".into(),
    ];
    server.replies(move |_| Answer::ok(format!("{HEADER}{}", rows.concat())));
    go_to(&stage, "2026-03-06T10:10:00Z").await;
    insta::assert_snapshot!(last(&stage, INTAKE), @r#"
    *Northwind's list*, from northwind
    1 new · 1 changed · 1 gone · 2 unchanged
    New: Umbrella (umbrella.com)
    Changed: Acme Corp (acme.com): our prospect became an open deal
    Gone: Stark (stark.com)
    1 row cannot be read:
    • Line 6: I can't read "much" as an amount. Write it as 120000 or 120,000 USD.
    "#);
    assert_eq!(stage.texts(INTAKE).len(), 2);
    assert_eq!(overlaps(&stage).await, (4, 1));
    assert_eq!(stage.texts(OPS), Vec::<String>::new());
    assert!(
        !stage.folder.path().join("arrivals").read_dir().unwrap().any(|_| true),
        "nothing is left behind"
    );
    stage.end().await;
}

async fn what_lacks_much_waits_for_a_person(stage: Stage, server: ListServer) {
    stage.sources().await;
    server.asked();
    server.replies(|_| csv(&[ACME]));
    go_to(&stage, "2026-03-04T10:05:00Z").await;
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *northwind.csv from northwind* · Northwind
    0 new · 0 changed · 1 unchanged · 0 unreadable
    It lacks 3 of the 4 overlaps of the last list. As the whole list, it marks these 3 as gone; as an addition, nothing goes.
    [Add only] [Import as the whole list] [Change columns] [Cancel]
    ");
    assert_eq!(overlaps(&stage).await, (4, 0));
    // Meanwhile nothing else comes in between.
    server.asked();
    go_to(&stage, "2026-03-04T12:05:00Z").await;
    assert_eq!(server.lines(), Vec::<String>::new());
    let status = stage.say(OMAR, OPS, "/partner status").await;
    assert!(
        status.contains("*northwind* (127.0.0.1) · today: 4 new · the newest list waits for a decision"),
        "{status}"
    );
    let ts = stage.sandbox.messages(INTAKE).last().unwrap()["ts"].as_str().unwrap().to_owned();
    stage.press(OMAR, &(INTAKE.to_owned(), ts), "import.run").await;
    stage.imports().await;
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *northwind.csv from northwind* · Northwind: imported.
    0 new · 0 changed · 1 unchanged · 3 gone from the last list · 0 unreadable
    ");
    assert_eq!(overlaps(&stage).await, (1, 3));
    go_to(&stage, "2026-03-04T14:05:00Z").await;
    assert_eq!(server.lines().len(), 1, "it is asked again");
    stage.end().await;
}

async fn columns_that_are_not_clear_are_asked_for(stage: Stage, server: ListServer) {
    stage.sources().await;
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *northwind.csv from northwind*: I can't tell which column is the account. Nothing is imported yet.
    [Set partner and columns] [Cancel]
    ");
    let ts = stage.sandbox.messages(INTAKE).last().unwrap()["ts"].as_str().unwrap().to_owned();
    stage.press(OMAR, &(INTAKE.to_owned(), ts), "import.columns").await;
    stage.submit(OMAR, json!({"column0": "account", "column1": "domain"})).await;
    stage.imports().await;
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *northwind.csv from northwind* · Northwind: imported.
    2 new · 0 changed · 0 unchanged · 0 gone from the last list · 0 unreadable
    ");
    // The next one is understood at once.
    server.replies(|_| {
        Answer::ok(
            "Kundenname,Netzseite\nAcme Corp,acme.com\nGlobex Retail,globex-retail.com\nHooli,hooli.com\n",
        )
    });
    go_to(&stage, "2026-03-04T11:05:00Z").await;
    insta::assert_snapshot!(last(&stage, INTAKE), @r"
    *Northwind's list*, from northwind
    1 new · 0 changed · 0 gone · 2 unchanged
    New: Hooli (hooli.com)
    ");
    stage.end().await;
}

async fn a_source_that_fails_is_told_once(stage: Stage, server: ListServer) {
    stage.sources().await;
    assert_eq!(server.lines().len(), 3, "a request is tried again at once");
    go_to(&stage, "2026-03-04T09:10:00Z").await;
    assert_eq!(stage.texts(OPS), Vec::<String>::new(), "it may pass");
    for at in ["2026-03-04T09:30:00Z", "2026-03-04T10:30:00Z", "2026-03-04T12:00:00Z", "2026-03-05T09:00:00Z"]
    {
        go_to(&stage, at).await;
    }
    insta::assert_snapshot!(stage.texts(OPS).join("\n---\n"), @"*Northwind's list does not come from northwind* (3 tries since 4 March): 127.0.0.1 answered 500. I go on trying and say here when it works again. <@U0OMAR>");
    assert_eq!(get(&format!("{}/ready", stage.url), "").await.status, 200);
    let status = stage.say(OMAR, OPS, "/partner status").await;
    let line = status.lines().find(|l| l.contains("northwind")).unwrap_or_default().to_owned();
    insta::assert_snapshot!(line, @"• *northwind* (127.0.0.1) · nothing yet · *failing* since 4 March: 127.0.0.1 answered 500 · looked at every hour");
    if stage.database_url().is_none() {
        let sources = address(&server.url, stage.folder.path());
        std::fs::write(stage.config.data_dir.join("tandem.toml"), sources).unwrap();
        let (well, said) = tandem(&stage.config.data_dir, &[], &["doctor"]);
        assert!(well && said.contains("northwind: failing since"), "{said}");
    }
    // A server that asks for patience is left alone for as long.
    server.replies(|_| Answer::status(503).with("retry-after", "7200"));
    go_to(&stage, "2026-03-05T11:00:00Z").await;
    assert_eq!(server.lines().len(), 5 * 3 + 1);
    go_to(&stage, "2026-03-05T12:30:00Z").await;
    assert_eq!(server.lines(), Vec::<String>::new());
    server.replies(march);
    go_to(&stage, "2026-03-05T13:30:00Z").await;
    insta::assert_snapshot!(stage.texts(OPS).join("\n---\n"), @"*northwind works again.* It had failed: 127.0.0.1 answered 503.");
    assert!(last(&stage, INTAKE).contains("4 new"));
    stage.end().await;
}

/// Presses **Fetch northwind now** in the newest private message, and gives what is said then.
async fn fetch(stage: &Stage, user: &str) -> String {
    let message = stage.sandbox.ephemerals(user).pop().unwrap();
    let at = (OPS.to_owned(), message["ts"].as_str().unwrap().to_owned());
    stage.press(user, &at, "source.fetch").await;
    stage.sources().await;
    stage.last_private(user)
}

async fn a_source_is_fetched_at_once(stage: Stage, server: ListServer) {
    stage.sources().await;
    server.asked();
    server.replies(|_| csv(&[ACME, GLOBEX, HOOLI, STARK, "Umbrella,umbrella.com,prospect,customer,,\n"]));
    let status = stage.say(OMAR, OPS, "/partner status").await;
    assert!(status.ends_with("[Fetch northwind now]"), "{status}");
    let sources = status.split_once("*Sources*").unwrap().1;
    insta::assert_snapshot!(sources.trim(), @r"
    • *northwind* (127.0.0.1) · today: 4 new · looked at every hour
    [Fetch northwind now]
    ");
    insta::assert_snapshot!(fetch(&stage, OMAR).await, @"I look at *northwind* now. What changes is told in <#C0OVERLAPS>; `/partner status` shows how it went.");
    assert_eq!(server.lines(), ["GET /northwind.csv?key=1"], "long before it is due");
    assert!(last(&stage, INTAKE).contains("New: Umbrella (umbrella.com)"), "{}", last(&stage, INTAKE));
    // From the partner's card; the list lacks so much that somebody must decide first.
    server.replies(|_| csv(&[ACME]));
    let card = stage.say(OMAR, OPS, "/partner partner show northwind").await;
    assert!(card.contains("[Fetch northwind now]"), "{card}");
    fetch(&stage, OMAR).await;
    assert_eq!(server.lines().len(), 1);
    stage.say(OMAR, OPS, "/partner status").await;
    insta::assert_snapshot!(fetch(&stage, OMAR).await, @"The last list from *northwind* waits for a decision in <#C0OVERLAPS>. Decide on it first.");
    assert_eq!(server.lines(), Vec::<String>::new());
    // A rep has no such button, and an old one refuses.
    assert!(!stage.say(ALEX, OPS, "/partner status").await.contains("Fetch"));
    assert!(!stage.say(ALEX, OPS, "/partner partner show northwind").await.contains("Fetch"));
    let forged = stage.forged(OPS, "source.fetch", "northwind").await;
    stage.press(ALEX, &forged, "source.fetch").await;
    assert!(stage.last_private(ALEX).starts_with("Only partner managers"), "{}", stage.last_private(ALEX));
    let gone = stage.forged(OPS, "source.fetch", "globex").await;
    stage.press(OMAR, &gone, "source.fetch").await;
    assert!(stage.last_private(OMAR).starts_with("That source is no longer configured."));
    stage.sources().await;
    assert_eq!(server.lines(), Vec::<String>::new());
    let history = stage.say(MAYA, OPS, "/partner status audit").await;
    assert_eq!(history.matches("had the source northwind looked at").count(), 2, "{history}");
    assert!(history.contains("was refused `source.fetch` on the source northwind"), "{history}");
    stage.end().await;
}

async fn in_an_hour(stage: &Stage) {
    go_to(stage, &(stage.clock.now() + SignedDuration::from_mins(65)).to_string()).await;
}

/// One look with this answer, and what is told of it.
async fn told_of(
    stage: &Stage,
    server: &ListServer,
    hour: &mut u8,
    reply: impl FnMut(&Asked) -> Answer + Send + 'static,
) -> String {
    // It works in between, so that the next failure is told.
    let n = *hour;
    server.replies(move |_| {
        Answer::ok(format!("{HEADER}{ACME}{GLOBEX}Account {n},account{n}.com,customer,customer,,\n"))
    });
    *hour += 1;
    in_an_hour(stage).await;
    server.replies(reply);
    in_an_hour(stage).await;
    stage.texts(OPS).pop().unwrap_or_default()
}

async fn a_hostile_server_gets_nowhere(stage: Stage, server: ListServer) {
    let mut hour = 0;
    let mut said = Vec::new();
    let redirect = |to: &str| {
        let to = to.to_owned();
        move |_: &Asked| Answer::status(302).with("location", to.clone())
    };
    said.push(told_of(&stage, &server, &mut hour, |_| Answer::ok("x,".repeat(700_000))).await);
    said.push(told_of(&stage, &server, &mut hour, redirect("http://10.0.0.7/list.csv")).await);
    said.push(told_of(&stage, &server, &mut hour, redirect("file:///etc/passwd")).await);
    said.push(told_of(&stage, &server, &mut hour, redirect("/northwind.csv?key=1")).await);
    said.push(told_of(&stage, &server, &mut hour, |_| Answer::ok("<html><body>Sign in</body></html>")).await);
    said.push(told_of(&stage, &server, &mut hour, |_| Answer::ok("")).await);
    said.push(told_of(&stage, &server, &mut hour, |_| Answer::ok("[]")).await);
    said.push(
        told_of(&stage, &server, &mut hour, |_| Answer::ok(format!("partner,{HEADER}Globex,{ACME}"))).await,
    );
    said.push(told_of(&stage, &server, &mut hour, |_| Answer::status(401)).await);
    said.push(told_of(&stage, &server, &mut hour, |_| Answer::status(404)).await);
    insta::assert_snapshot!(said.join("\n"), @r#"
    *Northwind's list does not come from northwind*: What 127.0.0.1 sends is larger than 1 MB, the most that I take. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: 127.0.0.1 sends us on to an address that is not asked: it must begin with https://. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: 127.0.0.1 sends us on to an address that is not asked: it has no host. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: 127.0.0.1 sends us on more than 5 times. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: This is a web page or XML, not a list. Export it as CSV or XLSX. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: The file is empty. Export the list again and check that it has rows. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: It is JSON without a row: a list of objects is one, or an object a line. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: No row of the list can be imported. Line 2: It is about "Globex", and this source is another partner's. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: 127.0.0.1 asks who we are (401): check the token. I go on trying and say here when it works again. <@U0OMAR>
    *Northwind's list does not come from northwind*: 127.0.0.1 has nothing at that address (404). I go on trying and say here when it works again. <@U0OMAR>
    "#);
    assert!(!said.join("").contains("key=1"), "an address may hold a secret");
    // Sent on to another host, the token is not.
    let other = ListServer::bound(march);
    other.serve();
    let there = other.url.clone();
    server.replies(move |_| Answer::status(307).with("location", format!("{there}/list.csv")));
    in_an_hour(&stage).await;
    let asked = other.asked();
    assert_eq!((asked.len(), asked[0].header("authorization")), (1, ""));
    assert!(stage.texts(INTAKE).last().unwrap().contains("northwind"));
    stage.end().await;
}

async fn a_file_in_a_folder_is_read_when_it_is_whole(stage: Stage, _: ListServer) {
    let folder = stage.config.data_dir.join("lists");
    stage.sources().await;
    let list = format!("{HEADER}{ACME}{GLOBEX}{HOOLI}");
    std::fs::write(folder.join("march.csv.part"), &list).unwrap();
    std::fs::write(folder.join(".hidden.csv"), &list).unwrap();
    std::fs::write(folder.join("notes.docx"), &list).unwrap();
    let half = format!("{HEADER}{ACME}");
    std::fs::write(folder.join("march.csv"), &half).unwrap();
    go_to(&stage, "2026-03-04T09:06:00Z").await;
    assert_eq!(stage.texts(INTAKE).len(), 0, "it may still grow");
    std::fs::write(folder.join("march.csv"), &list).unwrap();
    go_to(&stage, "2026-03-04T09:08:00Z").await;
    assert_eq!(stage.texts(INTAKE).len(), 0, "and it did");
    go_to(&stage, "2026-03-04T09:10:00Z").await;
    insta::assert_snapshot!(stage.texts(INTAKE).join("\n---\n"), @r"
    *Northwind's list*, from share
    3 new · 0 changed · 0 gone · 0 unchanged
    New: Acme Corp (acme.com), Globex Retail (globex-retail.com), Hooli (hooli.com)
    ");
    // It lies there on: no news, and no younger for it.
    go_to(&stage, "2026-03-06T09:10:00Z").await;
    let shown = stage.say(OMAR, OPS, "/partner partner show northwind").await;
    assert!(shown.contains("2 days old") && shown.contains("2 days ago: 3 new"), "{shown}");
    // A newer one takes its place, renamed into it.
    std::fs::rename(folder.join("march.csv.part"), folder.join("march-2.csv")).unwrap();
    std::fs::write(folder.join("march-2.csv"), list.clone() + STARK).unwrap();
    go_to(&stage, "2026-03-06T09:16:00Z").await;
    go_to(&stage, "2026-03-06T09:18:00Z").await;
    assert_eq!(overlaps(&stage).await, (4, 0));
    std::fs::remove_dir_all(&folder).unwrap();
    go_to(&stage, "2026-03-06T09:30:00Z").await;
    let said = stage.texts(OPS).join("").replace(&folder.display().to_string(), "/lists");
    insta::assert_snapshot!(said, @"*Northwind's list does not come from share*: The folder /lists cannot be read: No such file or directory (os error 2). I go on trying and say here when it works again. <@U0OMAR>");
    stage.end().await;
}

async fn a_list_that_grows_old_is_told_once(stage: Stage, server: ListServer) {
    stage.sources().await;
    server.replies(|_| Answer::status(404));
    go_to(&stage, "2026-03-05T10:10:00Z").await;
    assert_eq!(stage.texts(OPS).len(), 1, "that it fails");
    go_to(&stage, "2026-03-11T12:00:00Z").await;
    let alarms = |stage: &Stage| {
        stage.texts(OPS).into_iter().filter(|t| t.contains("a new one is expected")).collect::<Vec<_>>()
    };
    assert_eq!(alarms(&stage), Vec::<String>::new(), "it may be seven days old");
    for at in ["2026-03-12T12:00:00Z", "2026-03-13T12:00:00Z", "2026-03-14T12:00:00Z", "2026-03-20T12:00:00Z"]
    {
        go_to(&stage, at).await;
    }
    insta::assert_snapshot!(alarms(&stage).join("\n---\n"), @r"
    *Northwind's list is 8 days old*, and a new one is expected every 7 days. Until it comes, what is said of overlaps with Northwind is marked as stale.
    • *northwind* (127.0.0.1) · 8 days ago: 4 new · *failing* since 5 March: 127.0.0.1 has nothing at that address (404) · looked at every hour · expected every 7 days
    If the source does not mend itself, ask them for a list and drop it into <#C0OVERLAPS>. <@U0OMAR>
    ");
    let shown = stage.say(OMAR, OPS, "/partner partner show northwind").await;
    assert!(shown.contains("16 days old, *stale*"), "{shown}");
    let metrics = get(&format!("{}/metrics", stage.url), "").await.body;
    assert!(
        metrics.lines().any(|l| l.starts_with("tandem_list_age_seconds{partner=\"northwind\"} 1")),
        "{metrics}"
    );
    // A new one ends it, and the next time is told anew.
    server.replies(march);
    go_to(&stage, "2026-03-21T12:00:00Z").await;
    server.replies(|_| Answer::status(404));
    go_to(&stage, "2026-04-05T12:00:00Z").await;
    assert_eq!(alarms(&stage).len(), 2);
    // Globex has no source and 45 days.
    go_to(&stage, "2026-04-20T12:00:00Z").await;
    insta::assert_snapshot!(alarms(&stage).pop().unwrap(), @r"
    *Globex's list is 47 days old*, and a new one is expected every 45 days. Until it comes, what is said of overlaps with Globex is marked as stale.
    Ask them for a new one and drop it into <#C0OVERLAPS>. <@U0OMAR>
    ");
    stage.end().await;
}

fn populations(url: &str, _: &Path) -> String {
    let one = |population: &str| {
        format!(
            "[[sources]]\nname = \"{population}\"\nkind = \"url\"\npartner = \"Northwind\"\npopulation = \"{population}\"\n\
             url = \"{url}/{population}.csv\"\nprivate_addresses = true\nevery_minutes = 60\n"
        )
    };
    one("customers") + &one("prospects")
}

fn by_population(asked: &Asked) -> Answer {
    let name = if asked.line.contains("customers") { "Buyer" } else { "Looker" };
    let rows: String = (0..4).map(|n| format!("{name} {n},{}{n}.com\n", name.to_lowercase())).collect();
    Answer::ok(format!("account,domain\n{rows}"))
}

async fn a_list_of_one_population_takes_away_no_other(stage: Stage, server: ListServer) {
    stage.sources().await;
    assert_eq!(overlaps(&stage).await, (8, 0));
    // One that looked has bought; one that bought is gone.
    server.replies(|asked| {
        let rows = match asked.line.contains("customers") {
            true => "Buyer 0,buyer0.com\nBuyer 1,buyer1.com\nBuyer 2,buyer2.com\nLooker 3,looker3.com\n",
            false => "Looker 0,looker0.com\nLooker 1,looker1.com\nLooker 2,looker2.com\n",
        };
        Answer::ok(format!("account,domain\n{rows}"))
    });
    go_to(&stage, "2026-03-04T10:05:00Z").await;
    go_to(&stage, "2026-03-04T11:15:00Z").await;
    let customers = stage.texts(INTAKE).into_iter().rfind(|t| t.contains("from customers")).unwrap();
    assert!(
        customers.contains("Northwind's list of customers")
            && customers.contains("Gone: Buyer 3 (buyer3.com)"),
        "{customers}"
    );
    let open = stage.say(OMAR, OPS, "/partner overlaps list northwind").await;
    assert!(open.contains("*Looker 3 (looker3.com)* with Northwind · their customer"), "{open}");
    assert!(!open.contains("Buyer 3"), "{open}");
    stage.end().await;
}

async fn a_partner_that_is_not_known_is_refused_at_the_start(stage: Stage, server: ListServer) {
    stage.sources().await;
    let start = async |partner: &str| {
        let mut config = stage.config.clone();
        let sources = address(&server.url, stage.folder.path());
        config.sources =
            read(&sources.replace("\"Northwind\"", partner).replace("\"northwind\"", "\"other\""));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let started = App::start_with(&config, stage.clock.clone(), stage.db.clone(), listener).await;
        started.map(drop).unwrap_err().to_string()
    };
    let error = start("\"Nortwind\"").await;
    assert!(
        error.contains("the source \"other\": I don't know a partner \"Nortwind\". Did you mean Northwind?"),
        "{error}"
    );
    let error = start("\"Pied Piper\"").await;
    assert!(
        error.contains("The partners here are Globex, Northwind. Set partner right, or leave"),
        "{error}"
    );
    stage.end().await;
}

async fn of_several_processes_one_asks(stage: Stage, server: ListServer) {
    stage.sources().await;
    let mut others: Vec<Replica> = Vec::new();
    for _ in 0..2 {
        others.extend(stage.replica().await);
    }
    server.asked();
    server.replies(|_| {
        std::thread::sleep(Duration::from_millis(30));
        csv(&[ACME, GLOBEX, HOOLI])
    });
    everybody_looks(&stage, &others, "2026-03-04T10:05:00Z").await;
    stage.sources().await;
    assert_eq!(server.lines().len(), 1);
    assert_eq!(stage.texts(INTAKE).len(), 2, "{:?}", stage.texts(INTAKE));
    for replica in others {
        replica.end().await;
    }
    stage.end().await;
}
