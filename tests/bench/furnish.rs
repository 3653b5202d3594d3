//! Fills a database as years of work leave it: straight into its tables, many rows to a statement.

mod accounts;
mod rest;
mod sessions;
mod work;

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tandem::kernel::ids::PartnerId;
use tandem::map::{name, store as map};
use tandem::pull::instruction::Sheet;
use tandem::pull::store as pull;
use tandem::sandbox::World;
use tandem::store::{Db, Tx};
use tandem::{sql_exec, sql_value};

use crate::Failure;
use crate::support::stage::{ALEX, EVE, MAYA, OMAR, START};

const PARTNERS: usize = 40;
const PEOPLE: usize = 100;
const ACCOUNTS: usize = 25_000;
const OVERLAPS: usize = 100_000;
const SESSIONS: usize = 5_000;
const COMMITMENTS: usize = 50_000;
/// Of them are open.
const OPEN_COMMITMENTS: usize = 3_500;
const INTRODUCTIONS: usize = 4_000;
const ASKS: usize = 6_000;
const REQUESTS: usize = 2_000;
const AUDIT: usize = 200_000;
/// As many rows go with one statement.
const BATCH: usize = 4_000;
const ZONE: &str = "Europe/Stockholm";
/// The years that the past goes back.
const PAST_DAYS: i64 = 730;

const POPULATIONS: [&str; 3] = ["customer", "prospect", "open_opportunity"];
const MOTIONS: [&str; 3] = ["give", "ask", "joint"];

/// Everybody who works here, in the sandbox's workspace as well.
pub fn world() -> World {
    let mut world = World::meridian();
    let like = world.user(ALEX).cloned();
    for id in people().into_iter().skip(4) {
        let number = id.trim_start_matches("U0P").to_owned();
        let Some(mut user) = like.clone() else { continue };
        user.name = format!("person{number}");
        user.real_name = format!("Person {number}");
        user.email = format!("person{number}@meridian.example");
        user.id = id;
        world.users.push(user);
    }
    world
}

fn people() -> Vec<String> {
    let known = [MAYA, OMAR, ALEX, EVE].map(str::to_owned);
    known.into_iter().chain((4..PEOPLE).map(|n| format!("U0P{n:03}"))).collect()
}

/// What the rows are made from.
struct House {
    random: StdRng,
    now: Timestamp,
    people: Vec<String>,
    partners: Vec<Partner>,
}

struct Partner {
    id: String,
    manager: String,
    contacts: Vec<String>,
    /// Numbers of accounts.
    accounts: Vec<usize>,
}

/// Fills the database. Northwind is the largest partner, Maya manages one in eight, and some account is
/// called Acme.
pub async fn furnish(db: &Db) -> Result<(), Failure> {
    let mut house = House {
        random: StdRng::seed_from_u64(11),
        now: START.parse()?,
        people: people(),
        partners: Vec::new(),
    };
    let mut tx = db.begin().await?;
    house.people(&mut tx).await?;
    house.partners(&mut tx).await?;
    house.accounts(&mut tx).await?;
    house.overlaps(&mut tx).await?;
    house.lists(&mut tx).await?;
    house.maps(&mut tx).await?;
    house.sessions(&mut tx).await?;
    house.commitments(&mut tx).await?;
    house.introductions(&mut tx).await?;
    house.asks(&mut tx).await?;
    house.notes(&mut tx).await?;
    house.rhythms(&mut tx).await?;
    house.machinery(&mut tx).await?;
    tx.commit().await?;
    // Postgres does so by itself when so many rows have come; SQLite never looks at what it holds.
    if let Db::Postgres(pool) = db {
        sqlx::query("VACUUM ANALYZE").execute(pool).await?;
    }
    Ok(())
}

/// How many rows each of these tables has.
pub async fn sizes(db: &Db) -> Result<String, Failure> {
    let tables = [
        ("account_overlaps", "overlaps"),
        ("accounts", "accounts"),
        ("partners", "partners"),
        ("sessions", "sessions"),
        ("commitments", "commitments"),
        ("introductions", "introductions"),
        ("asks", "requests of reps"),
        ("people", "people"),
        ("audit", "rows of audit"),
    ];
    let mut tx = db.read().await?;
    let mut words = Vec::new();
    for (table, name) in tables {
        let count = format!("SELECT COUNT(*) FROM {table}");
        let count = sql_value!(&mut tx, i64, AssertSqlSafe(count.clone()))?;
        words.push(format!("{count} {name}"));
    }
    tx.rollback().await?;
    Ok(words.join(", "))
}

/// Adds rows, each a JSON array; a column whose name ends in `#` is a number.
async fn fill(tx: &mut Tx, table: &str, columns: &str, rows: Vec<Value>) -> Result<(), Failure> {
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let names: Vec<&str> = columns.iter().map(|c| c.trim_end_matches('#')).collect();
    let values: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| match column.ends_with('#') {
            true => format!("CAST(value ->> {at} AS BIGINT)"),
            false => format!("value ->> {at}"),
        })
        .collect();
    let sql =
        format!("INSERT INTO {table} ({}) SELECT {} FROM {}", names.join(", "), values.join(", "), tx.each());
    for batch in rows.chunks(BATCH) {
        sql_exec!(tx, AssertSqlSafe(sql.clone()), serde_json::to_string(batch)?)?;
    }
    Ok(())
}

fn account_id(number: usize) -> String {
    format!("a-{number:05}")
}

impl House {
    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.choose(&mut self.random).copied().unwrap_or_default()
    }

    fn person(&mut self) -> String {
        self.people.choose(&mut self.random).cloned().unwrap_or_default()
    }

    /// So many days ago, at some time of the day.
    fn ago(&mut self, days: std::ops::Range<i64>) -> i64 {
        let minutes = self.random.random_range(days.start * 1440..days.end * 1440);
        self.now.as_millisecond() - minutes * 60_000
    }

    /// The civil date so many days from today.
    fn date(&self, days: i64) -> String {
        let at = self.now + SignedDuration::from_hours(24 * days);
        at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
    }

    fn date_in(&mut self, days: std::ops::Range<i64>) -> String {
        let days = self.random.random_range(days);
        self.date(days)
    }

    /// A partner: the larger, the more often.
    fn partner(&mut self) -> usize {
        let weights: f64 = (0..PARTNERS).map(weight).sum();
        let mut at = self.random.random_range(0.0..weights);
        (0..PARTNERS)
            .find(|n| {
                at -= weight(*n);
                at < 0.0
            })
            .unwrap_or(0)
    }

    /// Some account of a partner.
    fn account_of(&mut self, partner: usize) -> String {
        let some = self.partners[partner].accounts.choose(&mut self.random);
        account_id(some.copied().unwrap_or(0))
    }

    fn accounts_of(&mut self, partner: usize, count: usize) -> Vec<String> {
        let all = &self.partners[partner].accounts;
        all.sample(&mut self.random, count).map(|n| account_id(*n)).collect()
    }

    fn contact_of(&mut self, partner: usize) -> String {
        self.partners[partner].contacts.choose(&mut self.random).cloned().unwrap_or_default()
    }

    async fn people(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let now = self.now.as_millisecond();
        sql_exec!(tx, "DELETE FROM people")?;
        let rows = self.people.iter().enumerate().map(|(n, id)| {
            json!([
                id,
                "T0MERIDIAN",
                format!("Person {n}"),
                format!("person{n}@meridian.example"),
                ZONE,
                now,
                now
            ])
        });
        let rows = rows.collect();
        fill(tx, "people", "id team_id name email zone fetched_at# welcomed_at#", rows).await?;
        let managers = (5..12).map(|n| json!([self.people[n], "partner_manager", "", MAYA, now]));
        let operations = (20..22).map(|n| json!([self.people[n], "operations", "", MAYA, now]));
        let rest = std::iter::once(json!([EVE, "executive", "", MAYA, now]));
        let rows = managers.chain(operations).chain(rest).collect();
        fill(tx, "roles", "user_id role partner_id granted_by granted_at#", rows).await
    }

    async fn partners(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let created = self.now.as_millisecond() - PAST_DAYS * 86_400_000;
        for n in 0..PARTNERS {
            let id =
                ["p-northwind", "p-globex"].get(n).map_or_else(|| format!("p-{n:03}"), |id| (*id).into());
            let manager = if n % 8 == 0 || n < 2 { MAYA.to_owned() } else { self.people[4 + n % 8].clone() };
            if n >= 2 {
                let seen = self.ago(1..60);
                let name = format!("{} {}", word(n * 7 + 3), ["Cloud", "Systems", "Data", "Digital"][n % 4]);
                let row = json!([id, name, name::key(&name), manager, seen, created]);
                fill(tx, "partners", "id name name_key manager list_seen_at# created_at#", vec![row]).await?;
            }
            let contacts: Vec<String> = (0..8).map(|k| format!("k-{n}-{k}")).collect();
            let roles = ["partner_rep", "partner_manager", "partner_executive", "partner_presales"];
            let rows = contacts.iter().enumerate().map(|(k, contact)| {
                let name = format!("{} {}", word(n * 11 + k + 1), word(n * 5 + k + 40));
                json!([contact, id, name, roles[k % 4], format!("{contact}@partner.example"), created])
            });
            fill(tx, "contacts", "id partner_id name role email created_at#", rows.collect()).await?;
            let sheet = Sheet::default();
            let partner = PartnerId::from(id.as_str());
            pull::add_instruction(tx, self.now, &manager.as_str().into(), &partner, 1, &sheet).await?;
            self.partners.push(Partner { id, manager, contacts, accounts: Vec::new() });
        }
        assert_eq!(map::partners(tx).await?.len(), PARTNERS);
        Ok(())
    }
}

/// How large a partner is beside the others.
fn weight(partner: usize) -> f64 {
    1.0 / (partner as f64 + 1.0).powf(0.8)
}

const KINDS: [&str; 6] = ["Group", "Systems", "Foods", "Energy", "Health", "Logistics"];
const SOUNDS: [&str; 12] = ["b", "d", "f", "k", "l", "m", "n", "r", "s", "t", "v", "st"];
const VOWELS: [&str; 6] = ["a", "e", "i", "o", "u", "ai"];

/// The word of a number, such as `Lomari`.
fn word(number: usize) -> String {
    let mut left = number.wrapping_mul(2_654_435_761) % 373_248;
    let mut word = String::new();
    for _ in 0..3 {
        word.push_str(SOUNDS[left % SOUNDS.len()]);
        left /= SOUNDS.len();
        word.push_str(VOWELS[left % VOWELS.len()]);
        left /= VOWELS.len();
    }
    word[..1].to_uppercase() + &word[1..]
}
