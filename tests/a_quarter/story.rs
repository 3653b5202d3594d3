//! The quarter as a reader follows it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use sqlx::AssertSqlSafe;
use tandem::sql_value;

use super::cast::{Arrival, SIDES, zone};
use super::people::Told;
use super::{ahead, held, look, pre_read};
use crate::support::stage::{OPS, Stage};

pub struct Story {
    lines: Vec<String>,
    /// Messages in the channel of operations that were told of.
    seen: usize,
}

fn on(at: Timestamp, user: &str) -> Date {
    at.to_zoned(TimeZone::get(zone(user)).unwrap()).date()
}

/// Rows of the week that begins on that Monday.
async fn count(stage: &Stage, sql: String, monday: Date) -> i64 {
    let begins = |day: Date| look(day, (0, 0)).as_millisecond();
    let mut tx = stage.db.read().await.unwrap();
    let until = begins(monday + Span::new().days(7));
    let count = sql_value!(&mut tx, i64, AssertSqlSafe(sql), begins(monday), until).unwrap();
    tx.rollback().await.unwrap();
    count
}

impl Story {
    pub fn new() -> Self {
        Self { lines: Vec::new(), seen: 0 }
    }

    pub async fn week(&mut self, stage: &Stage, n: usize, monday: Date, all: &[Arrival], told: &[Told]) {
        let sunday = monday + Span::new().days(6);
        let this_week = |day: Date| (monday..=sunday).contains(&day);
        self.lines.push(format!(
            "Week {}, {} to {}",
            n + 1,
            monday.strftime("%-d %b"),
            sunday.strftime("%-d %b")
        ));
        let came: Vec<String> = SIDES
            .iter()
            .enumerate()
            .map(|(at, side)| (side, all.iter().filter(|a| a.side == at && this_week(a.day)).count()))
            .filter(|(_, count)| *count > 0)
            .map(|(side, count)| format!("{count} with {}", side.name))
            .collect();
        self.line(&format!(
            "Overlaps: {}",
            if came.is_empty() { "none".to_owned() } else { came.join(", ") }
        ));
        let messages = stage.texts(OPS);
        for text in &messages[self.seen..] {
            if text.starts_with("*Triage") || text.contains("Needs a decision") {
                let counts = text.lines().skip(1).take_while(|line| !line.is_empty());
                self.line(&format!("Digest: {}", counts.collect::<Vec<_>>().join(" / ")));
            } else if text.starts_with("*Not logged") {
                self.line(&text.lines().next().unwrap_or_default().replace('*', ""));
            }
        }
        self.seen = messages.len();
        let (mut lines, mut said) = (Vec::new(), BTreeSet::new());
        for one in told.iter().filter(|one| this_week(one.day())) {
            let mut rows = one.text.lines();
            let (head, second) = (rows.next().unwrap_or_default(), rows.next().unwrap_or_default());
            if second.starts_with("Proposed") {
                let because = one.text.lines().find_map(|line| line.strip_prefix("Because: ")).unwrap_or("-");
                let because = because.split(". Instruction").next().unwrap_or(because);
                lines.push(format!(
                    "{} proposed {}: {because}",
                    one.day().strftime("%a"),
                    head.replace('*', "")
                ));
            } else if head.contains(" are planned") || head.contains("that count wait with") {
                if said.insert(head.to_owned()) {
                    lines.push(format!("{} told: {head}", one.day().strftime("%a")));
                }
            } else if second.contains("nothing is logged") {
                lines.push(format!("{} chased: {}", one.day().strftime("%a"), head.replace('*', "")));
            }
        }
        lines.iter().for_each(|line| self.line(line));
        let mut all_held = held(stage).await;
        all_held.sort_by_key(|(session, side)| (session.stage.slot().map(|slot| slot.start), side.name));
        for (session, side) in all_held {
            let start = session.stage.slot().unwrap().start;
            if !this_week(on(start, side.manager)) {
                continue;
            }
            let out = pre_read(told, &session, side, side.manager);
            let prepared = match out {
                Some(out) => format!("prepared {} working days ahead", ahead(&session, side, out)),
                None => "not prepared".to_owned(),
            };
            let day = on(start, side.manager).strftime("%a %-d %b").to_string();
            self.line(&format!("Held {day}: {}, {prepared}; {}", session.title(), session.stage.as_str()));
        }
        let counted = |table: &str, state: &str, at: &str| {
            format!("SELECT COUNT(*) FROM {table} WHERE state IN ({state}) AND {at} >= $1 AND {at} < $2")
        };
        const ANY: &str = "'open', 'done', 'requested', 'agreed', 'made', 'met', 'closed'";
        let mut counts = Vec::new();
        for sql in [
            counted("commitments", ANY, "created_at"),
            counted("commitments", "'done'", "decided_at"),
            counted("introductions", ANY, "created_at"),
            counted("introductions", ANY, "made_at"),
        ] {
            counts.push(count(stage, sql, monday).await);
        }
        if counts.iter().any(|n| *n > 0) {
            let [promised, kept, agreed, made] = counts[..] else { unreachable!() };
            self.line(&format!(
                "Promised {promised}, kept {kept}; introductions agreed {agreed}, made {made}"
            ));
        }
        self.lines.push(String::new());
    }

    fn line(&mut self, text: &str) {
        self.lines.push(format!("  {text}"));
    }

    pub async fn told(mut self, stage: &Stage) -> String {
        let held = held(stage).await;
        for side in &SIDES {
            let with: Vec<_> = held.iter().filter(|(s, _)| s.partner_id.as_str() == side.id).collect();
            let accounts: BTreeSet<&str> =
                with.iter().flat_map(|(s, _)| &s.outline.accounts).map(|a| a.account_id.as_str()).collect();
            self.lines.push(format!(
                "{}: {} sessions about {} accounts",
                side.name,
                with.len(),
                accounts.len()
            ));
        }
        self.lines.join("\n")
    }
}
