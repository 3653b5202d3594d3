//! Which statements were sent, how often, and how long they took: from what sqlx tells of each.

use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// As many are told.
const TOLD: usize = 8;
/// As much of each.
const LENGTH: usize = 1200;

/// Times, seconds, and rows.
type Sums = HashMap<String, (usize, f64, u64)>;

/// What was sent since it was forgotten.
#[derive(Clone, Default)]
pub struct Statements(Arc<Mutex<Sums>>);

impl Statements {
    /// Listens from now on.
    pub fn install() -> Self {
        let statements = Self::default();
        let targets = Targets::new().with_target("sqlx::query", tracing::Level::DEBUG);
        tracing_subscriber::registry().with(statements.clone().with_filter(targets)).init();
        statements
    }

    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Those that took longest, for one of so many repetitions.
    pub fn told(&self, times: usize) -> String {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = sums.iter().collect();
        all.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
        let per = |n: f64| n / times as f64;
        let count: usize = all.iter().map(|(_, (count, ..))| count).sum();
        let seconds: f64 = all.iter().map(|(_, (_, seconds, _))| seconds).sum();
        let mut told = format!("  {:.0} statements, {:.1} ms", per(count as f64), per(seconds) * 1e3);
        for (sql, (count, seconds, rows)) in all.into_iter().take(TOLD) {
            let sql: String =
                sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LENGTH).collect();
            let (count, ms, rows) = (per(*count as f64), per(*seconds) * 1e3, per(*rows as f64));
            let _ = write!(told, "\n  {ms:.2} ms, {count:.1} times, {rows:.0} rows: {sql}");
        }
        told
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut told = Told::default();
        event.record(&mut told);
        let sql = if told.statement.is_empty() { told.summary } else { told.statement };
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = sums.entry(sql).or_default();
        *sum = (sum.0 + 1, sum.1 + told.seconds, sum.2 + told.rows);
    }
}

#[derive(Default)]
struct Told {
    summary: String,
    statement: String,
    seconds: f64,
    rows: u64,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => self.summary = value.to_owned(),
            "db.statement" => self.statement = value.trim().to_owned(),
            _ => {}
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_returned" {
            self.rows = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "summary" {
            self.summary = format!("{value:?}");
        }
    }
}
