//! What events and messages leave behind: `cargo test --release --test main storage -- --ignored --nocapture`.

use std::time::Duration;

use tandem::delivery::envelope::Envelope;
use tandem::delivery::inbox;
use tandem::delivery::outbox::{self, Destination, Fate, Outgoing, Rank};
use tandem::kernel::blocks::Message;
use tandem::sql_value;
use tandem::store::Db;

use super::delivery::{Backend, House, LEASE, enqueue, envelope, run};

const DAY: Duration = Duration::from_secs(86_400);

#[test]
#[ignore = "a measurement"]
fn of_a_hundred_thousand_events() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        run(backend, events);
    }
}

#[test]
#[ignore = "a measurement"]
fn of_a_hundred_thousand_messages() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        run(backend, messages);
    }
}

async fn events(house: House) {
    let payload = format!("{{\"text\": \"{}\"}}", "x".repeat(900));
    for day in 1..=6 {
        for batch in 0..20 {
            let all = (0..5_000).map(|n| Envelope {
                payload: payload.clone(),
                key: format!("Ev{day:02}{batch:03}{n:06}"),
                ..envelope("", &format!("C{}", n % 50), false)
            });
            house.receive(all.collect()).await;
            loop {
                let claimed = house.claim(&house.db, LEASE, 5_000).await;
                if claimed.is_empty() {
                    break;
                }
                let claims: Vec<_> = claimed.iter().map(|c| c.claim).collect();
                inbox::done_all(&house.db, &claims).await.unwrap();
            }
        }
        let full = megabytes(&house, "inbox").await;
        house.clock.advance_to(house.clock.now() + DAY);
        // Two days are kept here, so that the measurement is short.
        let mut tx = house.db.begin().await.unwrap();
        inbox::forget(&mut tx, house.now() - 2 * 86_400_000, 0, i64::MAX).await.unwrap();
        tx.commit().await.unwrap();
        vacuum(&house, "VACUUM inbox").await;
        let kept = house.number("SELECT COUNT(*) FROM inbox").await;
        let after = megabytes(&house, "inbox").await;
        eprintln!(
            "{} day {day}: {kept} events kept, {full} MB with 100,000 of the day before forgetting, {after} MB after",
            house.db.name(),
        );
    }
}

async fn messages(house: House) {
    for day in 1..=4 {
        for batch in 0..20 {
            let text = "word ".repeat(200);
            let all = (0..5_000).map(|n| {
                let place = Destination::Channel(format!("C{n}").as_str().into());
                Outgoing::post(format!("{day}:{batch}:{n}"), place, Message::text(&text))
            });
            enqueue(&house, &all.collect::<Vec<_>>()).await;
            let claimed = outbox::claim(&house.db, house.now(), LEASE, Rank::Ordinary, 5_000).await.unwrap();
            assert_eq!(claimed.len(), 5_000);
            let mut tx = house.db.begin().await.unwrap();
            for row in &claimed {
                let at = Some(("C0123456789", "1772618400.000100"));
                outbox::settle(&mut tx, row, Fate::Sent, house.now(), at, None).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let full = megabytes(&house, "outbox").await;
        house.clock.advance_to(house.clock.now() + DAY);
        let mut tx = house.db.begin().await.unwrap();
        outbox::forget(&mut tx, house.now() - 86_400_000, 0, i64::MAX).await.unwrap();
        tx.commit().await.unwrap();
        vacuum(&house, "VACUUM outbox").await;
        let kept = house.number("SELECT COUNT(*) FROM outbox").await;
        eprintln!(
            "{} day {day}: {full} MB with 100,000 messages of the day, {kept} messages kept, {} MB after",
            house.db.name(),
            megabytes(&house, "outbox").await
        );
    }
}

async fn vacuum(house: &House, sql: &'static str) {
    if let Db::Postgres(pool) = &house.db {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
}

/// Of the whole file, or of a table of Postgres with its indexes.
async fn megabytes(house: &House, table: &str) -> u64 {
    let bytes = match &house.db {
        Db::Sqlite { .. } => {
            let mut tx = house.db.read().await.unwrap();
            let pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
            sql_value!(&mut tx, i64, pages).unwrap()
        }
        Db::Postgres(pool) => {
            let size =
                sqlx::query_scalar::<_, i64>("SELECT pg_total_relation_size(CAST($1 AS TEXT)::regclass)");
            size.bind(table).fetch_one(pool).await.unwrap()
        }
    };
    bytes.unsigned_abs() / 1_000_000
}
