//! Fills a database as years of work leave it: straight into its tables, many rows to a statement.

use std::collections::HashSet;

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

/// Fills the database and lets it look at its tables. Northwind is the largest partner, Maya manages one in eight, and some account is
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
    let mut tx = db.begin().await?;
    sql_exec!(&mut tx, "ANALYZE")?;
    tx.commit().await?;
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
    let sql = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {}",
        names.join(", "),
        values.join(", "),
        tx.each()
    );
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
            json!([id, "T0MERIDIAN", format!("Person {n}"), format!("person{n}@meridian.example"), ZONE, now, now])
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
            let id = ["p-northwind", "p-globex"].get(n).map_or_else(|| format!("p-{n:03}"), |id| (*id).into());
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

    async fn accounts(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut known = HashSet::new();
        let mut rows = Vec::new();
        for n in 0..ACCOUNTS {
            let name = match n {
                0 => "Acme".to_owned(),
                _ => format!("{}{} {}", word(n), word(n / 90).to_lowercase(), self.pick(&KINDS)),
            };
            let domain = format!("{}.com", name.split(' ').next().unwrap_or_default().to_lowercase());
            let domain = known.insert(domain.clone()).then_some(domain);
            let owner = if self.chance(70) { Some(format!("<@{}>", self.person())) } else { None };
            let created = self.ago(0..PAST_DAYS);
            rows.push(json!([account_id(n), name, name::key(&name), domain, owner, created]));
        }
        fill(tx, "accounts", "id name name_key domain owner created_at#", rows).await
    }

    async fn overlaps(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let weights: f64 = (0..PARTNERS).map(weight).sum();
        let mut rows = Vec::new();
        for n in 0..PARTNERS {
            let share = (OVERLAPS as f64 * weight(n) / weights).round() as usize;
            let count = if n + 1 == PARTNERS { OVERLAPS - rows.len() } else { share };
            // Steps of a prime lead to every account once.
            let accounts: Vec<usize> = (0..count).map(|k| (n * 617 + k * 7_919) % ACCOUNTS).collect();
            for account in &accounts {
                rows.push(self.overlap(n, *account, rows.len()));
            }
            self.partners[n].accounts = accounts;
        }
        fill(
            tx,
            "account_overlaps",
            "id account_id partner_id our_population their_population owner amount_hundredths# amount_currency stage \
             first_seen# last_seen# gone_at# changed_at# source triage assignee snoozed_until# dismissed_because decided_by \
             decided_at# decision",
            rows,
        )
        .await
    }

    fn overlap(&mut self, partner: usize, account: usize, number: usize) -> Value {
        let first = self.ago(0..PAST_DAYS);
        let last = self.ago(0..45).max(first);
        let owner = if self.chance(30) { Some(format!("<@{}>", self.person())) } else { None };
        let amount = self.chance(40).then(|| self.random.random_range(5..500) * 100_000);
        let gone = if self.chance(6) { Some(last) } else { None };
        let changed = if self.chance(20) { Some(last) } else { None };
        let triage = match self.random.random_range(0..100) {
            0..72 => "open",
            72..77 => "planned",
            77..85 => "snoozed",
            _ => "dismissed",
        };
        let assignee = if self.chance(10) { Some(self.person()) } else { None };
        let until = (triage == "snoozed")
            .then(|| self.now.as_millisecond() + self.random.random_range(-30..60) * 86_400_000);
        let because = (triage == "dismissed").then_some("not a fit");
        let by = (triage != "open").then(|| self.partners[partner].manager.clone());
        let at = (triage != "open").then_some(last);
        let decision = (triage == "planned").then_some("\"plan\"");
        json!([
            format!("o-{number:06}"),
            account_id(account),
            self.partners[partner].id,
            self.pick(&POPULATIONS),
            self.pick(&POPULATIONS),
            owner,
            amount,
            amount.map(|_| "USD"),
            amount.map(|_| "negotiation"),
            first,
            last,
            gone,
            changed,
            "list",
            triage,
            assignee,
            until,
            because,
            by,
            at,
            decision
        ])
    }

    /// Our list and the partners', and which of their rows are one account.
    async fn lists(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let countries = ["US", "US", "GB", "DE", "FR", "NL", "SE"];
        let seen = self.now.as_millisecond() - 9 * 86_400_000;
        let mut rows: Vec<Value> = (0..ACCOUNTS)
            .map(|n| {
                let id = account_id(n);
                json!(["ours", id, null, id, format!("Listed {n}"), self.pick(&countries), "f", seen, seen])
            })
            .collect();
        let mut pairs = Vec::new();
        let mut number = 0;
        for partner in &self.partners {
            for account in &partner.accounts {
                let id = account_id(*account);
                rows.push(json!([partner.id, id, partner.id, id, format!("Listed {account}"), "US", "f", seen, seen]));
                let (verdict, overlap) =
                    if number % 200 == 0 { ("review", None) } else { ("match", Some(format!("o-{number:06}"))) };
                let pair = format!("pair-{number:06}");
                pairs.push(json!([pair, partner.id, id, id, verdict, 90, "same domain", overlap, "run"]));
                number += 1;
            }
        }
        let columns = "list key partner_id account_id name country fingerprint first_seen# last_seen#";
        fill(tx, "listed_accounts", columns, rows).await?;
        let columns = "id partner_id our_key their_key verdict score# reason overlap_id run";
        fill(tx, "list_pairs", columns, pairs).await
    }

    /// Who is at the accounts, who knows them, and what was noted and decided.
    async fn maps(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut people, mut known, mut log) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..30_000_usize {
            let (at, by) = (self.ago(0..PAST_DAYS), self.person());
            let account = account_id(n % 12_000);
            let name = format!("{} {}", word(n + 17), word(n / 3 + 5));
            let role = self.pick(&["decision_maker", "champion", "influencer", "user"]);
            people.push(json!([format!("h-{n}"), account, name, "VP Sales", role, "director", at, by, at]));
            if n < 20_000 {
                let strength = self.random.random_range(1..=5);
                let whom = format!("h-{n}");
                let user = self.person();
                known.push(json!([format!("{user} {whom}"), user, whom, strength, user, at]));
                let kind = self.pick(&["touch", "note"]);
                let day = self.date_in(-400..0);
                log.push(json!([format!("l-{n}"), account, kind, day, "Met about renewal.", by, by, at]));
            }
        }
        let columns = "id account_id name title role seniority created_at# changed_by changed_at#";
        fill(tx, "account_people", columns, people).await?;
        fill(tx, "relationships", "pair from_user to_person strength# said_by said_at#", known).await?;
        fill(tx, "account_log", "id account_id kind on_date text said_by logged_by logged_at#", log).await?;
        let (mut decisions, mut holds, mut steps, mut involved) = Default::default();
        self.decisions(&mut decisions, &mut holds, &mut steps, &mut involved);
        let columns = "id account_id partner_id reaches_out stays_out why_partner why_now why_person decided_by decided_at#";
        fill(tx, "account_decisions", columns, decisions).await?;
        let columns = "id account_id decision_id text held until zone author created_at# lifted_at#";
        fill(tx, "account_holds", columns, holds).await?;
        let columns = "id account_id text owner due state created_by created_at#";
        fill(tx, "account_steps", columns, steps).await?;
        let columns = "account_id partner_id role involvement changed_by changed_at#";
        fill(tx, "account_partners", columns, involved).await
    }

    fn decisions(
        &mut self,
        decisions: &mut Vec<Value>,
        holds: &mut Vec<Value>,
        steps: &mut Vec<Value>,
        involved: &mut Vec<Value>,
    ) {
        for n in 0..1_500 {
            let (partner, at, by) = (self.partner(), self.ago(0..400), self.person());
            let (account, decision) = (self.account_of(partner), format!("d-{n}"));
            let partner = self.partners[partner].id.clone();
            let who = self.person();
            decisions.push(json!([decision, account, partner, who, "[]", "They know them.", "Renewal.", "Trust.", by, at]));
            let until = self.date_in(5..60);
            let lifted = if self.chance(80) { Some(at) } else { None };
            holds.push(json!([format!("hold-{n}"), account, decision, "Stay out.", "[]", until, ZONE, by, at, lifted]));
            let (due, state) = (self.date_in(-20..40), self.pick(&["open", "done", "done"]));
            steps.push(json!([format!("step-{n}"), account, "Send the case study", by, due, state, by, at]));
        }
        for partner in 0..PARTNERS {
            let accounts: Vec<usize> = self.partners[partner].accounts.iter().take(250).copied().collect();
            for account in accounts {
                let (by, at) = (self.person(), self.ago(0..400));
                let role = self.pick(&["referral", "reseller", "services"]);
                let id = &self.partners[partner].id;
                involved.push(json!([account_id(account), id, role, "runs their rollout", by, at]));
            }
        }
    }

    async fn sessions(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut parts = Parts::default();
        for n in 0..SESSIONS {
            self.session(n, &mut parts);
        }
        let columns = "id partner_id shape trigger_kind minutes# place because organiser state asked day starts_at# zone reason \
             moved_by moved_at# created_at#";
        fill(tx, "sessions", columns, parts.sessions).await?;
        fill(tx, "session_accounts", "session_id account_id position# motion goal why", parts.accounts).await?;
        fill(tx, "session_attendees", "session_id side who position#", parts.attendees).await?;
        fill(tx, "session_moves", "session_id version# verb detail moved_by moved_at#", parts.moves).await?;
        let columns = "session_id account_id outcome decided commitments logged_by logged_at#";
        fill(tx, "session_outcomes", columns, parts.outcomes).await?;
        fill(tx, "session_records", "session_id said logged_by logged_at#", parts.records).await?;
        let columns = "session_id version# content made_of# loaded_at# approved_by approved_at#";
        fill(tx, "pre_reads", columns, parts.pre_reads).await
    }

    /// The first are proposals, then come those ahead and a few that nobody has logged; the rest is over.
    fn session(&mut self, n: usize, parts: &mut Parts) {
        let partner = self.partner();
        let (id, manager) = (format!("s-{n:04}"), self.partners[partner].manager.clone());
        let hour = 3_600_000;
        let now = self.now.as_millisecond();
        let (state, start) = match n {
            0..10 => ("proposed", None),
            10..22 => ("scheduled", Some(now + hour * self.random.random_range(2..72))),
            22..50 => ("scheduled", Some(now + 24 * hour * self.random.random_range(7..40))),
            50..56 => ("held", Some(now - hour * self.random.random_range(2..20))),
            56..200 => ("cancelled", Some(self.ago(2..PAST_DAYS))),
            _ => ("closed", Some(self.ago(2..PAST_DAYS))),
        };
        let moved = start.unwrap_or(now).min(now) - hour;
        let (by, at) = (start.map(|_| manager.clone()), start.map(|_| moved));
        let asked = if state == "proposed" { json!([manager]).to_string() } else { "[]".to_owned() };
        let day = (state == "proposed").then(|| self.date_in(6..20));
        let because = json!(["four worthy accounts wait"]).to_string();
        parts.sessions.push(json!([
            id,
            self.partners[partner].id,
            "managers",
            self.pick(&["planned", "accumulated"]),
            45,
            "",
            because,
            start.map(|_| manager.clone()),
            state,
            asked,
            day,
            start,
            start.map(|_| ZONE),
            (state == "cancelled").then_some("they were ill"),
            by,
            at,
            moved - 240 * hour
        ]));
        let count = self.random.random_range(3..=5);
        for (position, account) in self.accounts_of(partner, count).into_iter().enumerate() {
            let motion = self.pick(&MOTIONS);
            parts.accounts.push(json!([id, account, position, motion, "An introduction", "their customer"]));
            if state == "closed" {
                let outcome = self.pick(&["introduction", "next_step", "stalled", "nothing", "not_reached"]);
                parts.outcomes.push(json!([id, account, outcome, "Maya writes to them.", "[]", manager, moved]));
            }
        }
        let others: Vec<String> =
            self.people.sample(&mut self.random, 2).filter(|who| **who != manager).cloned().collect();
        for (position, who) in std::iter::once(manager.clone()).chain(others).enumerate() {
            parts.attendees.push(json!([id, "ours", who, position]));
        }
        for (position, who) in self.partners[partner].contacts.iter().take(2).enumerate() {
            parts.attendees.push(json!([id, "theirs", who, position]));
        }
        if let Some(start) = start {
            parts.moves.push(json!([id, 1, "session.schedule", "", manager, start.min(now) - 200 * hour]));
        }
        if state == "closed" {
            parts.moves.push(json!([id, 2, "session.close", "", manager, moved]));
            parts.records.push(json!([id, "They liked it.", manager, moved]));
            let content = json!({"partner": "Northwind", "on": self.date(-9), "minutes": 45, "ours": [], "theirs": [],
                "accounts": [], "waiting": [], "only_asks": false, "list_days": null, "lost": [], "edited": false});
            parts.pre_reads.push(json!([id, 1, content.to_string(), 1, moved, manager, moved]));
        }
    }

    async fn commitments(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let today = self.date(0);
        let mut rows = Vec::new();
        for n in 0..COMMITMENTS {
            let partner = self.partner();
            let manager = self.partners[partner].manager.clone();
            let owner = if self.chance(60) { manager.clone() } else { self.person() };
            let contact = if self.chance(20) { Some(self.contact_of(partner)) } else { None };
            let account = if self.chance(80) { Some(self.account_of(partner)) } else { None };
            let open = n < OPEN_COMMITMENTS;
            let due = match open {
                true => self.date_in(-12..60),
                false => self.date_in(-PAST_DAYS..5),
            };
            // What is late was reminded of this morning.
            let reminded = if open && due <= today { today.clone() } else { String::new() };
            let state = if open { "open" } else { self.pick(&["done", "done", "done", "dropped"]) };
            let at = self.ago(1..PAST_DAYS);
            let late = open && due < today;
            rows.push(json!([
                format!("c-{n:05}"),
                "Send the returns deck",
                self.partners[partner].id,
                account,
                owner,
                contact,
                due,
                ZONE,
                state,
                (state == "dropped").then_some("no need any more"),
                reminded,
                i64::from(late),
                manager,
                (!open).then(|| owner.clone()),
                (!open).then_some(at),
                at
            ]));
        }
        let columns = "id text partner_id account_id owner contact_id due zone state reason reminded escalated# created_by \
             decided_by decided_at# created_at#";
        fill(tx, "commitments", columns, rows).await
    }

    async fn introductions(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let today = self.date(0);
        let mut rows = Vec::new();
        for n in 0..INTRODUCTIONS {
            let partner = self.partner();
            let (account, ours, contact) = (self.account_of(partner), self.person(), self.contact_of(partner));
            let direction = self.pick(&["made", "received"]);
            let state = match n < 300 {
                true => self.pick(&["requested", "agreed", "made", "met"]),
                false => self.pick(&["closed", "closed", "dropped"]),
            };
            let at = self.ago(10..PAST_DAYS);
            let due = if n < 300 { self.date_in(-8..30) } else { self.date_in(-PAST_DAYS..0) };
            let made = matches!(state, "made" | "met" | "closed");
            let moved = state != "requested";
            rows.push(json!([
                format!("i-{n:04}"),
                account,
                self.partners[partner].id,
                direction,
                ours,
                contact,
                "Dana Reyes",
                due,
                state,
                matches!(state, "closed" | "dropped").then_some("they met"),
                (state == "closed").then_some("moved"),
                today,
                1,
                self.partners[partner].manager,
                moved.then_some(ours.clone()),
                moved.then_some(at),
                made.then_some(ours.clone()),
                made.then_some(at),
                at
            ]));
        }
        let columns = "id account_id partner_id direction ours contact_id whom due state reason deal reminded escalated# created_by \
             decided_by decided_at# made_by made_at# created_at#";
        fill(tx, "introductions", columns, rows).await
    }

    /// What reps ask about accounts, with the answers, and the sessions that they ask for.
    async fn asks(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut asks, mut answers, mut requests) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..ASKS {
            let partner = self.partner();
            let (account, requester) = (self.account_of(partner), self.person());
            let manager = self.partners[partner].manager.clone();
            let open = n < 150;
            let state = if open { self.pick(&["asked", "with_partner", "answered"]) } else { "closed" };
            let at = if open { self.ago(0..3) } else { self.ago(3..PAST_DAYS) };
            let topic = self.pick(&["introduction", "spend", "priorities", "stack", "other"]);
            let moved = state != "asked";
            let partner = self.partners[partner].id.clone();
            asks.push(json!([
                format!("q-{n:04}"),
                account,
                partner,
                requester,
                json!([manager]).to_string(),
                topic,
                "Who runs RevOps there?",
                "Northwind knows them best.",
                state,
                (!open).then_some("it helped"),
                (!open).then_some("moved"),
                moved.then_some(manager.clone()),
                moved.then_some(at),
                at
            ]));
            if moved {
                let day = self.date_in(-PAST_DAYS..0);
                let text = "Dana Reyes runs it.";
                answers.push(json!([format!("w-{n:04}"), format!("q-{n:04}"), text, day, manager, at]));
            }
            if n < REQUESTS {
                let open = n < 60;
                let state = if open { "asked" } else { self.pick(&["accepted", "declined"]) };
                let date = (state == "accepted").then(|| self.date(-30));
                let wanted = if open { self.date_in(4..30) } else { self.date_in(-PAST_DAYS..0) };
                let (by, when) = ((!open).then_some(manager.clone()), (!open).then_some(at));
                let because = (state == "declined").then_some("too early");
                let asked = json!([manager]).to_string();
                requests.push(json!([
                    format!("r-{n:04}"), account, partner, requester, asked, wanted, "Get in", state, date, because, by, when, at
                ]));
            }
        }
        let columns = "id account_id partner_id requester asked topic question why state reason deal decided_by decided_at# created_at#";
        fill(tx, "asks", columns, asks).await?;
        fill(tx, "ask_answers", "id ask_id text said_on given_by given_at#", answers).await?;
        let columns = "id account_id partner_id requester asked wanted_by goal state agreed_date reason decided_by decided_at# created_at#";
        fill(tx, "session_requests", columns, requests).await
    }

    /// Notes that were sent, and that they touched somebody.
    async fn notes(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut drafts, mut touches) = (Vec::new(), Vec::new());
        for n in 0..3_000 {
            let partner = self.partner();
            let (account, contact) = (self.account_of(partner), self.contact_of(partner));
            let at = self.ago(1..PAST_DAYS);
            let Partner { id: partner, manager, .. } = &self.partners[partner];
            let id = format!("n-{n:04}");
            drafts.push(json!([
                id, partner, contact, account, "expansion", "introduction", "expansion", manager, "email", "Hi Sam, a note.",
                "{\"verdict\":\"pass\",\"rules\":[]}", "sent", at, manager, at, manager, at, at
            ]));
            touches.push(json!([id, contact, partner, at]));
        }
        let columns = "id partner_id contact_id account_id purpose gift template sender route text verdict state waiting_since# \
             created_by created_at# decided_by decided_at# sent_at#";
        fill(tx, "drafts", columns, drafts).await?;
        fill(tx, "touches", "draft_id contact_id partner_id at#", touches).await
    }

    /// Check-ins, focus lists and plays.
    async fn rhythms(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let (mut said, mut rhythms, mut focus, mut plays, mut targets) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for n in 0..PARTNERS {
            let manager = self.partners[n].manager.clone();
            let partner = self.partners[n].id.clone();
            rhythms.push(json!([partner, 28, self.date(0), 1]));
            for k in 0..26_i64 {
                let (day, until) = (self.date(-k * 28 - 3), self.date(60 - k * 28));
                let at = self.now.as_millisecond() - k * 28 * 86_400_000;
                said.push(json!([format!("ci-{n}-{k}"), partner, day, "retail before the season", until, manager, at]));
            }
            for side in ["give", "ask"] {
                for (place, account) in self.accounts_of(n, 10).into_iter().enumerate() {
                    focus.push(json!([partner, side, account, place, self.now.as_millisecond()]));
                }
            }
            let running = n % 3 == 0;
            let (state, ship) = if running { ("running", self.date(n as i64 + 20)) } else { ("shipped", self.date(-30)) };
            let at = self.now.as_millisecond() - 50 * 86_400_000;
            let play = format!("play-{n}");
            let title = format!("Webinar {n}");
            let done = (!running).then(|| ship.clone());
            plays.push(json!([
                play, "webinar", title, partner, manager, manager, manager, ship, ZONE, 0, "picked", state, at, ship, done,
                self.date(0), manager, manager, at, at
            ]));
            for (place, account) in self.accounts_of(n, 40).into_iter().enumerate() {
                targets.push(json!([play, account, place]));
            }
        }
        fill(tx, "check_in_rhythms", "partner_id every_days# asked version#", rhythms).await?;
        fill(tx, "check_ins", "id partner_id on_date focus until_date logged_by logged_at#", said).await?;
        fill(tx, "focus_accounts", "partner_id side account_id place# since#", focus).await?;
        let columns = "id kind title partner_id owner their_owner sender ship_date zone check_days# audience state started_at# \
             first_ship shipped_on reminded created_by decided_by decided_at# created_at#";
        fill(tx, "plays", columns, plays).await?;
        fill(tx, "play_targets", "play_id account_id place#", targets).await
    }

    /// The audit log, turns that were taken, and what came in and went out lately.
    async fn machinery(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        let mut last = sql_value!(tx, i64, "SELECT COALESCE(MAX(seq), 0) FROM audit")?;
        let (mut audit, mut fires, mut inbox, mut outbox) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for n in 0..AUDIT {
            let (at, who) = (self.ago(0..PAST_DAYS), self.person());
            last += 1;
            let subject = format!("overlap:o-{:06}", n / 2);
            audit.push(json!([last, at, who, "T0MERIDIAN", "overlap.plan", subject, "done", "", format!("{last:064x}")]));
            if n < 20_000 {
                fires.push(json!([format!("ask:q-{:04}:{who}", n % ASKS), self.date(-1 - (n / ASKS) as i64), at]));
                let at = self.ago(0..3);
                inbox.push(json!([format!("Ev{n}"), "event", "message", "C0OVERLAPS", 0, "{}", at, 2]));
                outbox.push(json!([
                    format!("sent:{n}"), "C0PARTNEROPS", "", "internal", format!("commitment:c-{n:05}"), "sent", at, at, "C0PARTNEROPS",
                    format!("1700000000.{n:06}")
                ]));
            }
        }
        let columns = "seq# at# actor team action subject outcome detail hash";
        fill(tx, "audit", columns, audit).await?;
        fill(tx, "fires", "schedule period fired_at#", fires).await?;
        fill(tx, "inbox", "key kind name lane urgent# payload received_at# state#", inbox).await?;
        let columns = "key lane action audience subject state created_at# sent_at# channel ts";
        fill(tx, "outbox", columns, outbox).await
    }
}

/// Rows of sessions and of what belongs to them.
#[derive(Default)]
struct Parts {
    sessions: Vec<Value>,
    accounts: Vec<Value>,
    attendees: Vec<Value>,
    moves: Vec<Value>,
    outcomes: Vec<Value>,
    records: Vec<Value>,
    pre_reads: Vec<Value>,
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
