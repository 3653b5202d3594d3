//! The matcher inside Postgres: the same pairs as the embedded engine's, and nothing left behind.

use std::fs;
use std::process::{Command, Output};

use futures_util::TryStreamExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use sqlx::{Connection, PgConnection};
use tandem::map::matching::store::{Loaded, Scratch, Side, Told};
use tandem::map::matching::{Aliases, Grain, List, Options, Row, run};

use crate::support::account_lists::{accounts, list};
use crate::support::postgres::{self, TestDatabase};

/// Rows that are handed over at a time.
const PIECE: usize = 1_000;

fn options(grain: Grain) -> Options {
    Options { grain, fuzzy: true, threads: 2 }
}

async fn loaded(scratch: &Scratch, side: Side, rows: &[Row<'_>], aliases: &Aliases) -> Loaded {
    let mut loader = scratch.load(side).await.unwrap();
    for rows in rows.chunks(PIECE) {
        let mut piece = list(rows.iter().copied());
        piece.apply(aliases);
        loader.add(&piece).await.unwrap();
    }
    loader.finish().await.unwrap()
}

/// What the database makes of two lists.
async fn in_database(
    url: &str,
    ours: &[Row<'_>],
    theirs: &[Row<'_>],
    aliases: &Aliases,
    how: Options,
) -> Vec<Told> {
    let scratch = Scratch::open(url).await.unwrap();
    let (mine, other) = (
        loaded(&scratch, Side::Ours, ours, aliases).await,
        loaded(&scratch, Side::Theirs, theirs, aliases).await,
    );
    assert_eq!((mine.len(), other.len()), (ours.len(), theirs.len()));
    scratch.run(mine, other, &how, &|_| {}).await.unwrap();
    let told = scratch.links().try_collect().await.unwrap();
    scratch.close(false).await.unwrap();
    told
}

/// Both engines say the same of every pair; answers with how many there are.
async fn agree(url: &str, ours: &[Row<'_>], theirs: &[Row<'_>], aliases: &Aliases, how: Options) -> usize {
    let told = in_database(url, ours, theirs, aliases, how).await;
    let side = |rows: &[Row<'_>]| {
        let mut list: List = list(rows.iter().copied());
        list.apply(aliases);
        list
    };
    let (mine, other) = (side(ours), side(theirs));
    let links = run(&mine, &other, &how, &|_| {}).links;
    for (link, told) in links.iter().zip(&told) {
        let pair = (mine.name(link.ours), other.name(link.theirs));
        assert_eq!(
            (link.ours, link.theirs, link.verdict),
            (told.ours, told.theirs, told.verdict),
            "{pair:?}"
        );
        assert_eq!(link.grounds, told.grounds, "{pair:?}");
        assert!((link.score - told.score).abs() < 1e-4, "{pair:?}: {} and {}", link.score, told.score);
        let (id, other_id) = (mine.id(link.ours), other.id(link.theirs));
        assert_eq!((told.our_id.as_str(), told.their_id.as_str()), (id, other_id));
        let domains = (mine.domain(link.ours), other.domain(link.theirs));
        assert_eq!((told.our_domain.as_str(), told.their_domain.as_str()), domains);
    }
    assert_eq!(links.len(), told.len());
    links.len()
}

/// The first rows of both lists of a set.
async fn a_set(set: &str, websites: bool, most: usize, grain: Grain) {
    let Some(database) = postgres::database().await else { return };
    let (ours, theirs) = (accounts(set, "a.csv"), accounts(set, "b.csv"));
    let ours: Vec<Row<'_>> = ours.iter().take(most).map(|account| account.row(websites)).collect();
    let theirs: Vec<Row<'_>> = theirs.iter().take(most).map(|account| account.row(websites)).collect();
    let pairs = agree(&database.url, &ours, &theirs, &Aliases::new(), options(grain)).await;
    assert!(pairs > 50, "{pairs}");
}

/// One test a list: its archive, whether its websites are used, how many rows of it, and the grain.
macro_rules! lists {
    ($($name:ident: $set:literal, $websites:literal, $most:expr, $grain:ident;)+) => {
        $(#[tokio::test]
        async fn $name() {
            a_set($set, $websites, $most, Grain::$grain).await;
        })+
    };
}

lists! {
    british_employers_agree: "gpg", true, 1_000, Account;
    british_employers_agree_as_legal_entities: "gpg", true, 600, LegalEntity;
    research_organisations_agree: "ror", true, 1_200, Account;
    research_organisations_agree_without_websites: "ror", false, 800, LegalEntity;
    american_registrants_agree: "sec", true, 1_000, LegalEntity;
    technology_companies_agree: "whirl", true, usize::MAX, LegalEntity;
}

#[tokio::test]
#[ignore = "whole lists, for minutes without optimisation"]
async fn whole_lists_agree() {
    for (set, websites) in [("gpg", true), ("ror", true), ("ror", false), ("sec", true), ("whirl", true)] {
        for grain in [Grain::Account, Grain::LegalEntity] {
            a_set(set, websites, usize::MAX, grain).await;
        }
    }
}

/// Lists in which everything stands often: few words, few domains, few places, names of nothing.
fn crowded(seed: u64, rows: usize) -> Vec<[String; 6]> {
    let mut random = StdRng::seed_from_u64(seed);
    let words = [
        "acme",
        "acne",
        "globex",
        "globe",
        "retail",
        "foods",
        "holdings",
        "new",
        "york",
        "bank",
        "a",
        "Ä",
        "東京",
        "大学",
        "شركة",
        "💡",
        "II",
        "III",
        "GmbH",
        "Ltd",
        "Inc",
        "and",
        "the",
        "...",
        "southstate",
        "south",
        "state",
        "lse",
    ];
    let hosts =
        ["acme.com", "acme.de", "globex.com", "one.example", "gmail.com", "x.github.io", "lse.ac.uk", ""];
    let mut pick = |from: &[&str]| from.choose(&mut random).copied().unwrap_or_default().to_owned();
    let row = |at: usize| {
        let name = (0..1 + at % 4).map(|_| pick(&words)).collect::<Vec<_>>().join(" ");
        let host = pick(&hosts);
        let website = match at % 5 {
            0 => format!("https://www.{host}/{}", pick(&["", "a", "b"])),
            1 => format!("shop.{host}"),
            _ => host,
        };
        let (country, postcode) =
            (pick(&["US", "Germany", "", "nowhere"]), pick(&["", "94105", "SW1A 1AA", "1"]));
        [at.to_string(), name, website, country, postcode, pick(&["", "1 Main Street Berlin", "Berlin"])]
    };
    (0..rows).map(row).collect()
}

fn rows(cells: &[[String; 6]]) -> Vec<Row<'_>> {
    cells
        .iter()
        .map(|cells| Row {
            id: &cells[0],
            name: &cells[1],
            website: &cells[2],
            country: &cells[3],
            postcode: &cells[4],
            address: &cells[5],
        })
        .collect()
}

#[tokio::test]
async fn crowded_lists_agree() {
    let Some(database) = postgres::database().await else { return };
    let mut aliases = Aliases::new();
    aliases.add("globex.com", "one.example");
    aliases.add("New York Bank", "acme retail");
    for (seed, ours, theirs) in [(1, 120, 120), (2, 300, 20), (3, 20, 300)] {
        let (ours, theirs) = (crowded(seed, ours), crowded(seed + 100, theirs));
        for grain in [Grain::Account, Grain::LegalEntity] {
            agree(&database.url, &rows(&ours), &rows(&theirs), &aliases, options(grain)).await;
        }
        let exact = Options { fuzzy: false, ..options(Grain::Account) };
        agree(&database.url, &rows(&ours), &rows(&theirs), &aliases, exact).await;
    }
}

#[tokio::test]
async fn odd_lists_agree() {
    let Some(database) = postgres::database().await else { return };
    let row = |name, website| Row { id: "x\ty\\N", name, website, ..Row::default() };
    let one_domain: Vec<String> = (0..200).map(|at| format!("Tenant {at} \u{0}\n\\.")).collect();
    let one_domain: Vec<Row<'_>> = one_domain.iter().map(|name| row(name, "onehost.com")).collect();
    let letters: Vec<String> = ('a'..='z').chain('А'..='Я').map(String::from).collect();
    let letters: Vec<Row<'_>> = letters.iter().map(|name| row(name, "")).collect();
    let lists: [(&str, Vec<Row<'_>>, bool); 5] = [
        ("one domain", one_domain, true),
        ("one name", vec![row("City Council", ""); 200], false),
        ("one letter", letters, true),
        ("no name at all", vec![row("...", ""); 150], false),
        ("one row", vec![row("Acme", "acme.com")], true),
    ];
    for (name, rows, found) in &lists {
        let told = in_database(&database.url, rows, rows, &Aliases::new(), options(Grain::Account)).await;
        assert!(told.iter().all(|told| told.our_id == "x\ty\\N"), "{name}");
        let mut list = list(rows.iter().copied());
        list.apply(&Aliases::new());
        let links = run(&list, &list, &options(Grain::Account), &|_| {}).links;
        let places = |link: &tandem::map::matching::Link| (link.ours, link.theirs, link.verdict);
        let there: Vec<_> = told.iter().map(|told| (told.ours, told.theirs, told.verdict)).collect();
        assert_eq!(links.iter().map(places).collect::<Vec<_>>(), there, "{name}");
        assert_eq!(links.is_empty(), !found, "{name}");
    }
    let (some, none) = (vec![row("Acme", "acme.com")], Vec::new());
    assert!(
        in_database(&database.url, &some, &none, &Aliases::new(), options(Grain::Account)).await.is_empty()
    );
    assert!(
        in_database(&database.url, &none, &some, &Aliases::new(), options(Grain::Account)).await.is_empty()
    );
}

async fn schemas(database: &TestDatabase) -> Vec<String> {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let names = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'tandem%' ORDER BY 1";
    let names = sqlx::query_scalar(names).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    names
}

#[tokio::test]
async fn a_run_that_was_killed_leaves_nothing_for_long() {
    let Some(database) = postgres::database().await else { return };
    let alive = Scratch::open(&database.url).await.unwrap();
    let killed = Scratch::open(&database.url).await.unwrap();
    let half = killed.load(Side::Ours).await.unwrap();
    assert_eq!(schemas(&database).await.len(), 2);
    drop(half);
    drop(killed);
    // The server notices the end of a connection when it notices: until then the schema counts as in use.
    let mut left = usize::MAX;
    for _ in 0..200 {
        Scratch::open(&database.url).await.unwrap().close(false).await.unwrap();
        left = schemas(&database).await.len();
        if left == 1 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(left, 1, "only the run that is alive has a schema");
    let kept = alive.close(true).await.unwrap().unwrap();
    Scratch::open(&database.url).await.unwrap().close(false).await.unwrap();
    assert_eq!(schemas(&database).await, [kept]);
}

fn map(folder: &std::path::Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.args(["map", "ours.csv", "theirs.jsonl"]).args(more).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn the_command_writes_the_same_file() {
    let Some(database) = postgres::database().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let ours = "id,name,website\n1,Acme Corp,acme.com\n2,Acme Foods,acme.com\n3,Quorvita Labs,\n4,Initech,\n";
    fs::write(folder.path().join("ours.csv"), ours).unwrap();
    let theirs = "{\"id\":7,\"name\":\"ACME Inc.\",\"website\":\"www.acme.com\"}\n{\"id\":8,\"name\":\"Quorvitta Laboratories\"}\n\
                  {\"id\":9,\"name\":\"Initech LLC\"}\nbroken\n";
    fs::write(folder.path().join("theirs.jsonl"), theirs).unwrap();
    let here = map(folder.path(), &["--out", "here.csv"]);
    assert!(here.status.success(), "{}", said(&here));
    let there = map(folder.path(), &["--out", "there.csv", "--in-database", &database.url]);
    assert!(there.status.success(), "{}", said(&there));
    let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("here.csv"), read("there.csv"));
    assert!(read("here.csv").lines().count() > 3, "{}", read("here.csv"));
    // The same summary, but for the file's name and the time.
    let table = |output: &Output| said(output).split("\nWritten").next().unwrap_or_default().to_owned();
    assert_eq!(table(&here), table(&there));
    assert_eq!(schemas(&database).await, Vec::<String>::new());
    let kept = map(folder.path(), &["--in-database", &database.url, "--keep", "--partner", "Northwind"]);
    assert!(said(&kept).contains("The tables stay in the schema tandem_kept_"), "{}", said(&kept));
    assert_eq!(schemas(&database).await.len(), 1);
}

#[tokio::test]
async fn a_database_that_is_none_gets_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ours.csv"), "name\nAcme\n").unwrap();
    fs::write(folder.path().join("theirs.jsonl"), "{\"name\":\"Acme\"}\n").unwrap();
    let refused = |more: &[&str]| {
        let output = map(folder.path(), more);
        assert!(!output.status.success());
        said(&output)
    };
    let wrong = refused(&["--in-database", "mysql://localhost/x"]);
    assert!(wrong.contains("takes a postgres:// URL"), "{wrong}");
    let nobody = refused(&["--in-database", "postgres://nobody@127.0.0.1:1/none"]);
    assert!(nobody.contains("the database cannot be reached"), "{nobody}");
    let unset = refused(&["--in-database"]);
    assert!(unset.contains("No Postgres database is configured"), "{unset}");
    let alone = refused(&["--keep"]);
    assert!(alone.contains("--in-database"), "{alone}");
}
