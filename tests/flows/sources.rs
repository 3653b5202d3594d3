//! An overlap is said by messages, by people and by lists, and decided on in the meantime.

use std::time::Duration;

use serde_json::json;
use tandem::kernel::ids::OverlapId;
use tandem::map::flow;
use tandem::map::overlap::{Overlap, Sighting, Source, Triage};
use tandem::map::store::{self as map, Filter};
use tandem::pull::digest::{Decided, Decision};
use tandem::pull::store as pull;
use tandem::store::Db;

use super::imports::{card, drop_list, import, list, overlaps};
use crate::support::stage::{ALEX, INTAKE, MAYA, OMAR, Stage};

crate::flows!(
    a_message_takes_nothing_from_a_list,
    a_message_takes_nothing_from_a_person,
    a_decision_made_in_the_meantime_stays,
    a_decision_waits_for_what_is_being_read,
    an_unreadable_row_is_not_gone,
    a_row_without_an_account_casts_doubt,
    one_name_under_two_domains,
);

async fn say(stage: &Stage, text: &str) -> String {
    let ts = stage.person(ALEX).post(INTAKE, text).await.unwrap();
    stage.settle().await;
    ts
}

async fn a_message_takes_nothing_from_a_list(stage: Stage) {
    import(&stage, "march.csv", list(0..6), "import.run").await;
    let ts = say(&stage, "Northwind: Account 5 (account5.com), our customer, their prospect").await;
    assert_eq!(
        stage.thread(INTAKE, &ts),
        ["Account 5 (account5.com) with Northwind: known already, seen again."]
    );
    stage.person(ALEX).delete(INTAKE, &ts).await.unwrap();
    stage.settle().await;
    assert_eq!(overlaps(&stage).await, (6, 0), "the list still says it");
    say(&stage, "Northwind: Account 5 (account5.com), our customer, their prospect").await;
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let (before, _) = import(&stage, "april.csv", list(0..5), "import.run").await;
    assert!(before.contains("It lacks 1 of the 6 overlaps of the last list"), "{before}");
    assert_eq!(overlaps(&stage).await, (5, 1), "what a list has, a list takes away");
    let ts = say(&stage, "Northwind: Account 5 (account5.com), our customer, their prospect").await;
    assert_eq!(
        stage.thread(INTAKE, &ts),
        ["Account 5 (account5.com) with Northwind: it is back, though the last list lacked it."]
    );
    stage.end().await;
}

async fn a_message_takes_nothing_from_a_person(stage: Stage) {
    let alex = stage.person(ALEX);
    alex.command(INTAKE, "/partner overlaps add").await.unwrap();
    stage.settle().await;
    let typed = json!({"account": "Hooli", "domain": "hooli.com", "partner": "p-northwind", "ours": "customer", "theirs": "prospect"});
    stage.submit(ALEX, typed).await;
    let ts = say(&stage, "Northwind: Hooli (hooli.com), our customer, their prospect").await;
    assert_eq!(stage.thread(INTAKE, &ts), ["Hooli (hooli.com) with Northwind: known already, seen again."]);
    alex.edit(INTAKE, &ts, "Northwind: Initrode (initrode.com), our customer, their prospect").await.unwrap();
    stage.settle().await;
    alex.delete(INTAKE, &ts).await.unwrap();
    stage.settle().await;
    assert_eq!(overlaps(&stage).await, (1, 0), "Hooli stays");
    stage.end().await;
}

/// The overlaps with Northwind, by their account's name.
async fn known(stage: &Stage) -> Vec<Overlap> {
    let mut tx = stage.db.read().await.unwrap();
    let filter = Filter { partner: Some("p-northwind".into()), ..Filter::default() };
    let mut found = map::overlaps(&mut tx, &filter, 100).await.unwrap();
    tx.rollback().await.unwrap();
    found.sort_by(|a, b| a.account.name.cmp(&b.account.name));
    found
}

fn seen(n: usize, stage: Option<&str>) -> Sighting {
    Sighting {
        account: format!("Account {n}"),
        domain: Some(format!("account{n}.com")),
        stage: stage.map(str::to_owned),
        ..Sighting::default()
    }
}

/// Decides on version `version` of an overlap, as a click does.
async fn decide(db: Db, id: OverlapId, version: i64, what: Decision) -> bool {
    let at = "2026-03-04T09:00:00Z".parse().unwrap();
    let mut tx = db.begin().await.unwrap();
    let mut overlap = map::overlap(&mut tx, &id).await.unwrap().unwrap();
    what.apply(&mut overlap, &MAYA.into(), &jiff::tz::TimeZone::UTC);
    overlap.version = version + 1;
    let made = Decided { what, by: MAYA.into(), at };
    let decided = pull::decide(&mut tx, &overlap, version, &made).await.unwrap();
    tx.commit().await.unwrap();
    decided
}

async fn a_decision_made_in_the_meantime_stays(stage: Stage) {
    import(&stage, "march.csv", list(0..3), "import.run").await;
    let now = stage.clock.now();
    let mut tx = stage.db.read().await.unwrap();
    let partner = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    let sightings = [seen(0, None), seen(1, Some("legal")), seen(2, Some("legal"))];
    let batch = flow::weigh(&mut tx, now, Source::List, &partner, &sightings).await.unwrap();
    tx.rollback().await.unwrap();
    for (overlap, what) in known(&stage).await.into_iter().zip([
        Decision::Agenda,
        Decision::Assign(OMAR.into()),
        Decision::Dismiss("too small".into()),
    ]) {
        assert!(decide(stage.db.clone(), overlap.id, overlap.version, what).await);
    }
    let decided = known(&stage).await;
    let mut tx = stage.db.begin().await.unwrap();
    flow::save(&mut tx, now, &batch, false).await.unwrap();
    tx.commit().await.unwrap();
    let after = known(&stage).await;
    assert_eq!(after[0], Overlap { last_seen: now, ..decided[0].clone() }, "planned");
    assert_eq!(after[1].assignee, Some(OMAR.into()));
    assert_eq!((after[1].stage.as_deref(), after[1].version), (Some("legal"), decided[1].version + 1));
    assert_eq!(decided[2].triage, Triage::Dismissed("too small".into()));
    assert_eq!((&after[2].triage, after[2].version), (&Triage::Open, decided[2].version + 1), "it changed");
    stage.end().await;
}

async fn a_decision_waits_for_what_is_being_read(stage: Stage) {
    import(&stage, "march.csv", list(0..1), "import.run").await;
    let [overlap] = known(&stage).await.try_into().unwrap();
    let now = stage.clock.now();
    let mut tx = stage.db.begin().await.unwrap();
    let partner = map::partner(&mut tx, &"p-northwind".into()).await.unwrap().unwrap();
    let batch = flow::weigh(&mut tx, now, Source::List, &partner, &[seen(0, Some("legal"))]).await.unwrap();
    let db = stage.db.clone();
    let mut deciding = tokio::spawn(decide(db, overlap.id, overlap.version, Decision::Agenda));
    let early = tokio::time::timeout(Duration::from_millis(200), &mut deciding).await;
    assert!(early.is_err(), "nobody decides on what is being read");
    flow::save(&mut tx, now, &batch, false).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!deciding.await.unwrap(), "and what was decided on is no longer what it was");
    stage.end().await;
}

const WITH_AMOUNTS: &str = "account,domain,partner,our_population,their_population,amount\n";

/// Rows of these accounts; the amounts of the last two cannot be read.
fn broken(accounts: std::ops::Range<usize>) -> String {
    let last = accounts.end;
    let row = |n| {
        let amount = if n + 2 >= last { "plenty" } else { "" };
        format!("Account {n},account{n}.com,Northwind,customer,prospect,{amount}\n")
    };
    std::iter::once(WITH_AMOUNTS.to_owned()).chain(accounts.map(row)).collect()
}

async fn an_unreadable_row_is_not_gone(stage: Stage) {
    import(&stage, "march.csv", list(0..6), "import.run").await;
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let (before, after) = import(&stage, "april.csv", broken(1..7), "import.run").await;
    insta::assert_snapshot!(before, @r#"
    *april.csv* · Northwind
    0 new · 0 changed · 4 unchanged · 2 unreadable
    It lacks 1 of the 6 overlaps of the last list. As the whole list, it marks that one as gone; as an addition, nothing goes.
    • Line 6: I can't read "plenty" as an amount. Write it as 120000 or 120,000 USD.
    • Line 7: I can't read "plenty" as an amount. Write it as 120000 or 120,000 USD.
    The other rows can be imported. Mend these and drop the file again: rows that are known are only confirmed.
    [Import as the whole list] [Add only] [Change columns] [Cancel]
    "#);
    insta::assert_snapshot!(after, @r#"
    *april.csv* · Northwind: imported by <@U0OMAR>.
    0 new · 0 changed · 4 unchanged · 1 gone from the last list · 2 unreadable
    • Line 6: I can't read "plenty" as an amount. Write it as 120000 or 120,000 USD.
    • Line 7: I can't read "plenty" as an amount. Write it as 120000 or 120,000 USD.
    "#);
    assert_eq!(overlaps(&stage).await, (5, 1), "Account 5 stays, Account 6 is not added");
    stage.end().await;
}

async fn a_row_without_an_account_casts_doubt(stage: Stage) {
    import(&stage, "march.csv", list(0..6), "import.run").await;
    stage.advance_to("2026-03-06T10:00:00Z").await;
    let ts = drop_list(&stage, OMAR, "april.csv", format!("{}\"Account 5,account5.com\n", list(0..5))).await;
    let (text, at) = card(&stage, &ts);
    insta::assert_snapshot!(text, @r#"
    *april.csv* · Northwind
    0 new · 0 changed · 5 unchanged · 1 unreadable
    It lacks 1 of the 6 overlaps of the last list. As the whole list, it marks that one as gone; as an addition, nothing goes. 1 unreadable row names no account, and may be about that one.
    • Line 7: A quote (") opens here and is never closed.
    The other rows can be imported. Mend these and drop the file again: rows that are known are only confirmed.
    "#);
    let buttons = stage.sandbox.message(INTAKE, &at).unwrap()["blocks"][1]["elements"].clone();
    assert_eq!(buttons[0]["text"]["text"], "Add only");
    assert!(buttons[1]["confirm"].is_object(), "what may be wrong is asked twice");
    stage.end().await;
}

async fn one_name_under_two_domains(stage: Stage) {
    say(&stage, "Northwind: Acme (acme.com), our customer, their prospect").await;
    say(&stage, "Globex: Acme (acme.de), our customer, their prospect").await;
    // Without a domain it is the one that the partner has.
    for (partner, domain) in [("Northwind", "acme.com"), ("Globex", "acme.de")] {
        let ts = say(&stage, &format!("{partner}: Acme, our customer, their prospect")).await;
        let expected = format!("Acme ({domain}) with {partner}: known already, seen again.");
        assert_eq!(stage.thread(INTAKE, &ts), [expected]);
    }
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner overlaps list acme").await, @r#"There are 2 accounts "acme": acme.com or acme.de. Write the domain of the one that you mean."#);
    insta::assert_snapshot!(stage.say(ALEX, INTAKE, "/partner overlaps list acme.de").await, @r"
    *Overlaps for Acme (acme.de)*
    *Acme (acme.de)* with Globex · their prospect, our customer · unassigned
    ");
    stage.end().await;
}
