//! What becomes of matches: one is taken back from the digest, and one is made by a table of aliases.

use serde_json::json;

use super::digest::menu;
use super::imports::{card, drop_list, import};
use super::lists::overlaps;
use crate::support::stage::{
    ALEX, Backend, INTAKE, MAYA, OMAR, OPS, Stage, WayIn, play_on, text, with_buttons,
};

crate::flows!(
    a_wrong_match_is_taken_back_from_the_digest,
    a_partners_accounts_wait_for_our_list,
    overlaps_may_be_said_to_be_accounts,
);

/// So many accounts on both lists: five rows of the digest and some in its thread.
const NAMES: [&str; 7] = ["Acme", "Bolt", "Corvid", "Dynamo", "Ember", "Fathom", "Garnet"];

fn list(header: &str, rest: &str) -> String {
    let row = |(n, name): (usize, &&str)| format!("{n},{name} Inc,{}.com,{rest}\n", name.to_lowercase());
    format!("{header}\n{}", NAMES.iter().enumerate().map(row).collect::<String>())
}

async fn both(stage: &Stage) -> String {
    let ours = list("id,name,domain,population,amount,stage", "open opportunity,120000,legal");
    import(stage, "ours.csv", ours, "import.run").await;
    theirs(stage).await
}

async fn theirs(stage: &Stage) -> String {
    let theirs = list("account id,company,website,type", "Customer");
    import(stage, "northwind accounts.csv", theirs, "import.run").await.1
}

fn shown(stage: &Stage, ts: &str) -> String {
    text(&stage.sandbox.message(OPS, ts).unwrap())
}

/// The account of the row of a message that was taken back.
fn taken_back(shown: &str) -> String {
    let rows = shown.lines().collect::<Vec<_>>();
    let at =
        rows.iter().position(|line| line.contains("Taken back as a wrong match")).expect("a row taken back");
    let row = rows[..=at].iter().rev().find_map(|line| line.strip_prefix('*')).expect("its account");
    row.split('*').next().unwrap_or_default().to_owned()
}

async fn a_wrong_match_is_taken_back_from_the_digest(stage: Stage) {
    both(&stage).await;
    stage.advance_to("2026-03-09T08:00:00Z").await;
    let ts = stage.sandbox.messages(OPS)[0]["ts"].as_str().unwrap().to_owned();
    let reply = stage.sandbox.thread(OPS, &ts)[0]["ts"].as_str().unwrap().to_owned();
    assert!(shown(&stage, &ts).contains("7 new overlaps"), "{}", shown(&stage, &ts));

    // A row of the digest has it in its menu; one of the thread, where the menu is full, as a reason to dismiss.
    menu(&stage, OMAR, &ts, "wrong").await;
    let first = taken_back(&shown(&stage, &ts));
    let told = stage.last_private(OMAR);
    assert!(told.starts_with(&format!("Took back {first} with Northwind.")), "{told}");
    menu(&stage, MAYA, &reply, "dismiss").await;
    stage.submit(MAYA, json!({"reason": "wrong_match"})).await;
    let second = taken_back(&shown(&stage, &reply));
    let told = stage.last_private(MAYA);
    assert!(told.starts_with(&format!("Took back {second} with Northwind.")), "{told}");

    let gone = |all: Vec<String>| {
        let mut names: Vec<String> = all.into_iter().filter(|o| o.ends_with(", gone")).collect();
        names.iter_mut().for_each(|o| o.truncate(o.find(':').unwrap_or(0)));
        names
    };
    let mut both = vec![first.clone(), second.clone()];
    both.sort();
    assert_eq!(gone(overlaps(&stage).await), both);
    let preview = stage.say(OMAR, OPS, "/partner digest preview").await;
    assert!(!preview.contains(&first) && !preview.contains(&second), "{preview}");

    // The next list has both accounts still, and they stay apart.
    stage.advance_to("2026-03-12T09:00:00Z").await;
    let after = theirs(&stage).await;
    assert!(after.contains("5 match, 0 to review"), "{after}");
    assert_eq!(gone(overlaps(&stage).await), both);
    stage.advance_to("2026-03-16T08:00:00Z").await;
    let all = stage.texts(OPS);
    let next = all.iter().find(|t| t.contains("week of 16 March")).unwrap();
    assert!(!next.contains(&first) && !next.contains(&second), "{next}");
    stage.end().await;
}

async fn a_partners_accounts_wait_for_our_list(stage: Stage) {
    let theirs = list("account id,company,website,type", "Customer");
    let (before, after) = import(&stage, "northwind accounts.csv", theirs.clone(), "import.run").await;
    insta::assert_snapshot!(before, @r#"
    *northwind accounts.csv* · Northwind's accounts
    7 of Northwind's accounts. There is no list of ours yet, so they are only kept. They are matched once our own list is here: drop it into this channel, with "ours" in its name.
    [Import] [Count as overlaps] [Change columns] [Cancel]
    "#);
    insta::assert_snapshot!(after, @r#"
    *northwind accounts.csv* · Northwind's accounts: imported by <@U0OMAR>.
    7 of Northwind's accounts are kept. They are matched once our own list is here: drop it into this channel, with "ours" in its name.
    "#);
    assert_eq!(overlaps(&stage).await, Vec::<String>::new());
    // The next one is taken for accounts too, whatever it is called, and one that is gone from it is not matched.
    stage.advance_to("2026-03-05T09:00:00Z").await;
    let next = theirs.replace("6,Garnet Inc,garnet.com,Customer\n", "");
    import(&stage, "northwind.csv", next, "import.run").await;
    let ours = list("id,name,domain,population", "prospect");
    let (before, after) = import(&stage, "ours.csv", ours, "import.run").await;
    assert!(before.contains("Then what partners sent is matched against it again: Northwind."), "{before}");
    insta::assert_snapshot!(after, @r"
    *ours.csv* · our own accounts: imported by <@U0OMAR>.
    7 new: Acme Inc, Bolt Inc, Corvid Inc, Dynamo Inc, Ember Inc and 2 more · 0 changed · 0 unchanged · 0 gone · 0 unreadable
    6 of Northwind's accounts against our 7: 6 match, 0 to review. 6 new: Acme Inc, Bolt Inc, Corvid Inc, Dynamo Inc, Ember Inc and 1 more · 0 changed · 0 gone
    ");
    let found = overlaps(&stage).await;
    assert_eq!((found.len(), found[0].as_str()), (6, "Acme Inc: our prospect, their customer"), "{found:?}");
    stage.end().await;
}

async fn overlaps_may_be_said_to_be_accounts(stage: Stage) {
    let theirs = list("account id,company,website,type", "Customer");
    import(&stage, "northwind.csv", theirs.clone(), "import.run").await;
    let known = overlaps(&stage).await;
    assert_eq!(known.len(), 7);
    stage.advance_to("2026-03-05T09:00:00Z").await;
    let rest = theirs.replace("0,Acme Inc,acme.com,Customer\n", "");
    let ts = drop_list(&stage, OMAR, "northwind.csv", rest).await;
    let at = (INTAKE.to_owned(), card(&stage, &ts).1);
    let shown = || with_buttons(&stage.sandbox.message(INTAKE, &at.1).unwrap());
    insta::assert_snapshot!(shown(), @r"
    *northwind.csv* · Northwind
    0 new · 0 changed · 6 unchanged · 0 unreadable
    Each row counts as an overlap. If these are all of Northwind's accounts, keep them as accounts: they are matched once our own list is here.
    It lacks 1 of the 7 overlaps of the last list. As the whole list, it marks that one as gone; as an addition, nothing goes.
    [Import as the whole list] [Add only] [Keep as accounts] [Change columns] [Cancel]
    ");
    stage.press(OMAR, &at, "import.accounts").await;
    stage.imports().await;
    insta::assert_snapshot!(shown(), @r#"
    *northwind.csv* · Northwind's accounts
    6 of Northwind's accounts. There is no list of ours yet, so they are only kept. They are matched once our own list is here: drop it into this channel, with "ours" in its name.
    [Import] [Count as overlaps] [Change columns] [Cancel]
    "#);
    stage.press(OMAR, &at, "import.overlaps").await;
    stage.imports().await;
    assert!(shown().contains("It lacks 1 of the 7 overlaps of the last list."), "{}", shown());
    stage.press(OMAR, &at, "import.accounts").await;
    stage.imports().await;
    // Nobody who may not triage says it, and none of it can be said twice.
    let late = stage.sandbox.message(INTAKE, &at.1).unwrap();
    stage.press(OMAR, &at, "import.run").await;
    stage.imports().await;
    stage.press_late(OMAR, &at, &late, "import.overlaps").await;
    assert_eq!(stage.last_private(OMAR), "Somebody has already imported it.");
    stage.press_late(ALEX, &at, &late, "import.overlaps").await;
    assert!(stage.last_private(ALEX).starts_with("Only partner managers"), "{}", stage.last_private(ALEX));
    assert_eq!(overlaps(&stage).await, known, "accounts alone take no overlap away");
    stage.end().await;
}

/// A flow with a table of aliases in the configuration.
macro_rules! with_aliases {
    ($($name:ident($table:expr)),+ $(,)?) => {
        mod aliases {
            $(mod $name {
                #[test]
                fn sqlite() {
                    super::super::play($crate::support::stage::Backend::Sqlite, $table, super::super::$name);
                }
                #[test]
                fn postgres() {
                    super::super::play($crate::support::stage::Backend::Postgres, $table, super::super::$name);
                }
            })+
        }
    };
}

with_aliases!(
    an_alias_makes_a_match("Hewlett Packard,hp.com\nalphabet.com, abc.xyz\n"),
    a_table_that_cannot_be_read_is_said("Only one cell\n"),
);

fn play<F, Fut>(backend: Backend, table: &'static str, flow: F)
where
    F: FnOnce(Stage) -> Fut,
    Fut: Future<Output = ()>,
{
    let stage = Stage::with(backend, WayIn::Http, |config| {
        let path = config.data_dir.join("aliases.csv");
        std::fs::write(&path, table).unwrap();
        config.lists.aliases = Some(path);
    });
    play_on(stage, flow);
}

const OURS: &str = "id,name,domain,population\n1,Hewlett Packard,,Prospect\n2,Alphabet,alphabet.com,Customer\n\
3,Stark,stark.com,Prospect\n";
const THEIRS: &str =
    "company,website,type\nHP Inc,hp.com,Customer\nABC Holdings,abc.xyz,Prospect\nWayne,wayne.com,Customer\n";

async fn an_alias_makes_a_match(stage: Stage) {
    import(&stage, "ours.csv", OURS.to_owned(), "import.run").await;
    let (_, after) = import(&stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await;
    insta::assert_snapshot!(after, @r"
    *northwind accounts.csv* · Northwind's accounts: imported by <@U0OMAR>.
    3 of Northwind's accounts against our 3: 2 match, 0 to review.
    2 new: Hewlett Packard, Alphabet · 0 changed · 0 unchanged · 0 gone
    ");
    assert_eq!(
        overlaps(&stage).await,
        ["Alphabet: our customer, their prospect", "Hewlett Packard: our prospect, their customer"]
    );
    // The table is read at every match: without the row the overlap that it made goes.
    std::fs::write(stage.config.lists.aliases.as_ref().unwrap(), "Hewlett Packard,hp.com\n").unwrap();
    stage.advance_to("2026-03-06T09:00:00Z").await;
    let (_, after) = import(&stage, "northwind accounts.csv", THEIRS.to_owned(), "import.run").await;
    assert!(after.contains("1 gone: Alphabet"), "{after}");
    stage.end().await;
}

async fn a_table_that_cannot_be_read_is_said(stage: Stage) {
    import(&stage, "ours.csv", OURS.to_owned(), "import.run").await;
    let ts = drop_list(&stage, OMAR, "northwind accounts.csv", THEIRS).await;
    let (said, _) = card(&stage, &ts);
    let said = said.replace(stage.folder.path().to_str().unwrap(), "/data");
    insta::assert_snapshot!(said, @"*northwind accounts.csv*: The table of aliases in the configuration cannot be read: /data/aliases.csv: no row holds two names or domains. Write one pair a row: acme.com,acme-group.com. Nothing was imported.");
    assert_eq!(overlaps(&stage).await, Vec::<String>::new());
    stage.end().await;
}
