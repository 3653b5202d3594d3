//! What happened on an account, in order of time, as it is exported.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Names;
use super::decision::Decision;
use super::hold::Hold;
use super::record::{Close, Entry, Kind, Step};
use super::room::Room;
use crate::kernel::csv::cell;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;

/// A next step with its beginning and end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepTaken {
    /// The step.
    pub step: Step,
    /// When it was agreed.
    pub at: Timestamp,
    /// How it ended, who said so and when.
    pub closed: Option<(Close, UserId, Timestamp)>,
}

/// Everything that was written down of an account over time.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Touches and notes.
    pub log: Vec<Entry>,
    /// Next steps.
    pub steps: Vec<StepTaken>,
    /// Decisions.
    pub decisions: Vec<Decision>,
    /// Holds.
    pub holds: Vec<Hold>,
    /// What became of it in a weekly mapping, who mapped and when.
    pub reviews: Vec<(String, UserId, Timestamp)>,
    /// Its room.
    pub room: Option<Room>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When it was written down.
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
    /// What it is: `Note`.
    pub what: &'static str,
    /// The day that it is about: when it was said, by when it is due.
    pub on: Option<Date>,
    /// In words, not escaped.
    pub text: String,
    /// Where it was said.
    pub link: Option<String>,
}

impl Happened {
    /// Without a day and a link.
    pub fn new(at: Timestamp, by: &UserId, what: &'static str, text: impl Into<String>) -> Self {
        Self { at, by: by.clone(), what, on: None, text: text.into(), link: None }
    }
}

impl Past {
    /// Every person of ours who is in it.
    pub fn users(&self) -> Vec<UserId> {
        let mut users: Vec<UserId> =
            self.log.iter().flat_map(|e| e.said_by.iter().chain([&e.by])).cloned().collect();
        for taken in &self.steps {
            users.extend([taken.step.owner.clone(), taken.step.created_by.clone()]);
            users.extend(taken.closed.iter().map(|(_, by, _)| by.clone()));
        }
        for made in &self.decisions {
            users.extend(made.stays_out.iter().chain([&made.reaches_out, &made.by]).cloned());
        }
        for hold in &self.holds {
            users.extend(hold.held.iter().chain([&hold.author]).cloned());
            users.extend(hold.lifted.iter().map(|(by, _)| by.clone()));
        }
        users.extend(self.reviews.iter().map(|(_, by, _)| by.clone()));
        users.extend(self.room.iter().map(|room| room.opened_by.clone()));
        users
    }

    /// All of it, in no order.
    pub fn told(&self, names: &Names) -> Vec<Happened> {
        let mut told: Vec<Happened> = self.log.iter().map(|entry| logged(entry, names)).collect();
        told.extend(self.steps.iter().flat_map(|taken| stepped(taken, names)));
        told.extend(self.decisions.iter().map(|made| decided(made, names)));
        told.extend(self.holds.iter().flat_map(|hold| held(hold, names)));
        told.extend(
            self.reviews
                .iter()
                .map(|(outcome, by, at)| Happened::new(*at, by, "Weekly mapping", outcome.clone())),
        );
        told.extend(self.room.iter().map(|room| {
            Happened::new(room.opened_at, &room.opened_by, "Room opened", "A thread under the account's card")
        }));
        told
    }
}

fn logged(entry: &Entry, names: &Names) -> Happened {
    let (what, text) = match (entry.kind, &entry.said_by) {
        (Kind::Touch, _) => ("Touch", entry.text.clone()),
        (Kind::Note, Some(said_by)) => ("Note", format!("{}: {}", names.of_user(said_by), entry.text)),
        (Kind::Note, None) => ("Note", entry.text.clone()),
    };
    let happened = Happened::new(entry.at, &entry.by, what, text);
    Happened { on: Some(entry.on), link: entry.link.clone(), ..happened }
}

fn stepped(taken: &StepTaken, names: &Names) -> Vec<Happened> {
    let step = &taken.step;
    let text = format!("{}: {}", names.of_user(&step.owner), step.text);
    let agreed = Happened {
        on: Some(step.due),
        link: step.link.clone(),
        ..Happened::new(taken.at, &step.created_by, "Next step", text.clone())
    };
    let closed = taken.closed.as_ref().map(|(how, by, at)| {
        let what = match how {
            Close::Done => "Step done",
            Close::Dropped => "Step dropped",
        };
        Happened::new(*at, by, what, text)
    });
    std::iter::once(agreed).chain(closed).collect()
}

fn decided(made: &Decision, names: &Names) -> Happened {
    let with = made.partner_name.as_ref().map(|name| format!(", with {name}")).unwrap_or_default();
    let mut text = format!("{}{with}", made.words(names));
    for (asked, answer) in [
        ("Why this partner", &made.intent.partner),
        ("Why now", &made.intent.now),
        ("Why this person", &made.intent.person),
    ] {
        if !answer.is_empty() {
            text.push_str(&format!(". {asked}: {}", answer.trim_end_matches('.')));
        }
    }
    Happened::new(made.at, &made.by, "Decision", text)
}

fn held(hold: &Hold, names: &Names) -> Vec<Happened> {
    let text = format!("{}, holds {}", hold.text.trim_end_matches('.'), hold.whom(names));
    let put = Happened { on: hold.until, ..Happened::new(hold.at, &hold.author, "Hold put", text.clone()) };
    let lifted = hold.lifted.as_ref().map(|(by, at)| Happened::new(*at, by, "Hold lifted", text));
    std::iter::once(put).chain(lifted).collect()
}

/// A CSV of it, the oldest first, on the clock of `zone`. No cell is a formula.
pub fn csv(mut told: Vec<Happened>, names: &Names, zone: &TimeZone) -> Result<Vec<u8>> {
    told.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.what.cmp(b.what)).then_with(|| a.text.cmp(&b.text)));
    let failed = |e: &dyn std::fmt::Display| Error::fault(format!("a history could not be written: {e}"));
    let mut out = csv::Writer::from_writer(Vec::new());
    let when = format!("When ({})", zone.iana_name().unwrap_or("UTC"));
    out.write_record([when.as_str(), "Who", "What", "Day", "Text", "Link"]).map_err(|e| failed(&e))?;
    for one in told {
        let at = one.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        let on = one.on.map(|day| day.to_string()).unwrap_or_default();
        let link = one.link.unwrap_or_default();
        let cells = [&at, names.of_user(&one.by), one.what, &on, &one.text, &link].map(cell);
        out.write_record(cells.iter().map(|c| c.as_bytes())).map_err(|e| failed(&e))?;
    }
    out.into_inner().map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::testing::{at, map};
    use super::*;

    fn past() -> (Past, Names) {
        let map = map();
        let step = map.steps[0].clone();
        let closed = Some((Close::Done, "U0OMAR".into(), at("2026-03-10T08:00:00Z")));
        let past = Past {
            log: map.log.clone(),
            steps: vec![StepTaken { step, at: at("2026-03-06T08:00:00Z"), closed }],
            decisions: map.decisions.clone(),
            holds: map.holds.clone(),
            reviews: vec![("1 step done".into(), "U0OMAR".into(), at("2026-03-10T08:00:00Z"))],
            room: None,
        };
        (past, map.names)
    }

    fn written(past: &Past, names: &Names) -> String {
        let zone = TimeZone::get("Europe/Stockholm").unwrap();
        String::from_utf8(csv(past.told(names), names, &zone).unwrap()).unwrap()
    }

    #[test]
    fn it_is_told_in_order_of_time() {
        let (past, names) = past();
        insta::assert_snapshot!(written(&past, &names));
    }

    #[test]
    fn what_somebody_wrote_is_never_a_formula() {
        let (mut past, names) = past();
        past.log[0].text = "=HYPERLINK(\"https://evil.example\")".into();
        past.log[0].kind = Kind::Touch;
        past.log[0].on = date(2026, 3, 2);
        let text = written(&past, &names);
        assert!(text.contains("\"'=HYPERLINK("), "{text}");
    }

    proptest::proptest! {
        #[test]
        fn every_row_is_one_row_again(text in ".{0,60}") {
            let (mut past, names) = past();
            past.log[0].text = text.clone();
            past.log[0].kind = Kind::Touch;
            let zone = TimeZone::UTC;
            let written = csv(past.told(&names), &names, &zone).unwrap();
            let mut read = csv::Reader::from_reader(&written[..]);
            let rows: Vec<_> = read.records().map(Result::unwrap).collect();
            proptest::prop_assert_eq!(rows.len(), past.told(&names).len());
            proptest::prop_assert!(rows.iter().any(|row| row[4].trim_start_matches('\'') == text.trim_start_matches('\'')));
        }
    }
}
