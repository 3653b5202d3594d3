//! The page of all plays: bars on one line of time, then the same as a table.

use std::collections::HashMap;

use askama::Template;
use jiff::Zoned;
use jiff::civil::Date;

use super::super::play::{Play, Stage};
use super::super::timeline::{Bar, Timeline};
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::ids::{PlayId, UserId};

/// What the page shows.
#[derive(Debug)]
pub struct Found<'a> {
    /// Those that run, by their dates, then the ideas.
    pub open: Vec<Play>,
    /// What went out lately.
    pub shipped: Vec<Play>,
    /// Targets, support that is done, and all of it.
    pub counts: HashMap<PlayId, (i64, i64, i64)>,
    /// By which names people go.
    pub names: HashMap<UserId, String>,
    /// For whom the page is.
    pub reader: &'a str,
    /// The reader's present.
    pub now: Zoned,
    /// When the link ends, on the reader's clock.
    pub until: Zoned,
}

/// One play as the page shows it; nothing of it is escaped yet.
struct Row {
    title: String,
    partner: String,
    kind: String,
    theirs: String,
    ours: String,
    sends: String,
    /// `Fri 20 Mar`, or that there is none.
    ships: String,
    /// `first Fri 13 Mar, 7 days later`; empty where it was not moved.
    slip: String,
    /// `3 days late`; empty where it is not.
    late: String,
    /// What an idea lacks, what came of one that went out.
    note: String,
    targets: i64,
    support: String,
    bar: Option<Bar>,
    /// The bar in words, for whoever does not see it.
    words: String,
    is_shipped: bool,
}

/// A bar is never thinner, or it could not be seen.
const THIN: f64 = 0.6;

fn hundredths(place: f64) -> f64 {
    (place * 100.0).round() / 100.0
}

impl Row {
    /// Where the bar begins and how long it is.
    fn span(&self) -> (f64, f64) {
        self.bar.as_ref().map_or((0.0, 0.0), |bar| {
            let width = hundredths((bar.until - bar.from).max(THIN));
            (hundredths(bar.from.min(100.0 - width)), width)
        })
    }

    /// From its end to today, where it is late.
    fn overdue(&self) -> Option<(f64, f64)> {
        let bar = self.bar.as_ref()?;
        Some((bar.until, hundredths((bar.late? - bar.until).max(THIN))))
    }

    /// Where the day was that was set at the start, if it is another one.
    fn first(&self) -> Option<f64> {
        self.bar.as_ref()?.first
    }
}

#[derive(Template)]
#[template(path = "pages/plays.html")]
struct Page<'a> {
    reader: &'a str,
    as_of: String,
    until: String,
    today: f64,
    marks: Vec<(f64, String)>,
    running: Vec<Row>,
    shipped: Vec<Row>,
    ideas: Vec<Row>,
    late: usize,
}

impl Page<'_> {
    /// What has a place on the line.
    fn bars(&self) -> impl Iterator<Item = &Row> {
        self.running.iter().chain(&self.shipped)
    }

    /// Title, what the last column says, and the rows; those without any are left out.
    fn tables(&self) -> impl Iterator<Item = (&'static str, &'static str, &Vec<Row>)> {
        let all = [
            ("Running", "State", &self.running),
            ("Ideas", "Why it has not started", &self.ideas),
            ("Shipped", "Results", &self.shipped),
        ];
        all.into_iter().filter(|(.., rows)| !rows.is_empty())
    }
}

/// The page as HTML.
pub fn page(found: &Found<'_>) -> Result<String> {
    let today = found.now.date();
    let dated: Vec<Play> = found.open.iter().chain(&found.shipped).cloned().collect();
    let line = Timeline::of(&dated, today);
    let rows = |wanted: fn(&Play) -> bool, plays: &[Play]| -> Vec<Row> {
        plays.iter().filter(|p| wanted(p)).map(|p| row(found, &line, p, today)).collect()
    };
    let running = rows(Play::is_running, &found.open);
    let page = Page {
        reader: found.reader,
        as_of: found.now.strftime("%A %-d %B %Y, %H:%M").to_string(),
        until: found.until.strftime("%A %-d %B, %H:%M").to_string(),
        today: line.today,
        late: running.iter().filter(|r| !r.late.is_empty()).count(),
        running,
        shipped: rows(|_| true, &found.shipped),
        ideas: rows(|p| p.stage == Stage::Idea, &found.open),
        marks: line.marks.clone(),
    };
    Ok(page.render()?)
}

fn row(found: &Found<'_>, line: &Timeline, play: &Play, today: Date) -> Row {
    let name = |user: Option<&UserId>| {
        user.map(|u| found.names.get(u).map_or("a colleague", String::as_str).to_owned()).unwrap_or_default()
    };
    let (targets, done, support) = found.counts.get(&play.id).copied().unwrap_or_default();
    let (ships, note) = match &play.stage {
        Stage::Shipped { on, results, .. } => {
            let results = results.map(|r| r.words()).filter(|w| !w.is_empty());
            (spoken(*on, today), results.unwrap_or_else(|| "No results yet".to_owned()))
        }
        Stage::Idea => {
            (play.plan.ship.map(|d| spoken(d, today)).unwrap_or_default(), play.state_words(today))
        }
        _ => (play.plan.ship.map(|d| spoken(d, today)).unwrap_or_default(), String::new()),
    };
    let slip = match (&play.stage, play.slipped()) {
        (Stage::Running { first, .. } | Stage::Shipped { first, .. }, days) if days != 0 => {
            let direction = if days > 0 { "later" } else { "earlier" };
            format!("first {}, {} {direction}", spoken(*first, today), crate::kernel::age::days(days.abs()))
        }
        _ => String::new(),
    };
    Row {
        title: play.plan.title.clone(),
        partner: play.partner.clone(),
        kind: play.plan.kind.words().to_owned(),
        theirs: play.plan.their_owner.clone().unwrap_or_default(),
        ours: name(play.plan.owner.as_ref()),
        sends: name(play.plan.sender.as_ref()),
        ships,
        slip,
        late: play
            .late(today)
            .map(|days| format!("{} late", crate::kernel::age::days(days)))
            .unwrap_or_default(),
        note,
        targets,
        support: if support == 0 { String::new() } else { format!("{done} of {support} done") },
        bar: line.bar(play, today),
        words: format!("{}: {}", play.plan.title, play.state_words(today)),
        is_shipped: matches!(play.stage, Stage::Shipped { .. }),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::play::tests::{at, idea, running, shipped};
    use super::super::super::play::{Kind, Plan, Results};
    use super::*;
    use crate::kernel::money::Money;

    fn named(id: &str, title: &str, play: Play) -> Play {
        let plan = Plan { title: title.into(), ..play.plan.clone() };
        Play { id: id.into(), plan, ..play }
    }

    fn plays() -> (Vec<Play>, Vec<Play>) {
        let mut slipped = named("y2", "Offer to Northwind's <retail> base", running(date(2026, 4, 17)));
        slipped.stage = Stage::Running { since: at("2026-02-16T09:00:00Z"), first: date(2026, 3, 27) };
        (slipped.plan.kind, slipped.plan.sender) = (Kind::Offer, Some("UAM".into()));
        let mut late = named("y1", "SDR push into the Nordics", running(date(2026, 3, 4)));
        late.stage = Stage::Running { since: at("2026-02-09T09:00:00Z"), first: date(2026, 3, 4) };
        (late.plan.kind, late.partner) = (Kind::SdrPush, "Globex".into());
        let mut bare = named("y4", "Breakfast for five accounts", idea());
        bare.plan = Plan {
            owner: None,
            their_owner: None,
            ship: None,
            kind: Kind::Own("breakfast".into()),
            ..bare.plan
        };
        let results = Results {
            sent: Some(1200),
            replies: Some(64),
            meetings: Some(9),
            pipeline: Money::parse("$240k"),
        };
        let done = named("y5", "Winter clinic", shipped(date(2026, 3, 3), Some(results)));
        let webinar = named("y3", "Returns webinar", running(date(2026, 3, 27)));
        (vec![late, webinar, slipped, bare], vec![done])
    }

    fn drawn((open, shipped): (Vec<Play>, Vec<Play>)) -> String {
        let now: Zoned = "2026-03-09T10:00[Europe/Stockholm]".parse().expect("a time");
        let counts = [("y1", (41, 0, 0)), ("y2", (12, 1, 3)), ("y3", (27, 2, 2)), ("y5", (18, 1, 1))];
        let names = [("UOWN", "Maya Chen"), ("UAM", "Alex Rivera")];
        page(&Found {
            open,
            shipped,
            counts: counts.map(|(id, n)| (id.into(), n)).into(),
            names: names.map(|(id, name)| (id.into(), name.to_owned())).into(),
            reader: "Maya Chen",
            until: now.saturating_add(jiff::SignedDuration::from_hours(24)),
            now,
        })
        .expect("a page")
    }

    #[test]
    fn every_play_is_on_the_page() {
        insta::assert_snapshot!(drawn(plays()));
    }

    #[test]
    fn without_plays_it_says_so() {
        let page = drawn((Vec::new(), Vec::new()));
        assert!(page.contains("No play is running.") && !page.contains("<table"));
    }
}
