//! Plays side by side on one line of time: where each bar begins and ends, in hundredths of the width.

use jiff::Span;
use jiff::civil::Date;

use super::play::{Play, Stage};
use crate::kernel::calendar::{add_days, days_between};
use crate::kernel::dates::{monday_of, spoken};

/// Days shown before today and after the last date at the least.
const MARGIN_DAYS: i64 = 7;
/// No more marks than this stand under the bars: they must not run into each other on a phone.
const MARKS: usize = 6;

/// One play's bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Where it begins: when it was started.
    pub from: f64,
    /// Where it ends: its ship date, or the day on which it went out.
    pub until: f64,
    /// The day that was set at the start, where that is another one.
    pub first: Option<f64>,
    /// Up to where it is late: today.
    pub late: Option<f64>,
}

/// The line of time with its marks.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
    /// Where today is.
    pub today: f64,
    /// Where a day is named, and how.
    pub marks: Vec<(f64, String)>,
}

/// What of a play has a place on it: the first day of its bar and all the others that it shows.
fn days_of(play: &Play) -> Option<(Date, [Date; 2])> {
    let start = |since: jiff::Timestamp| since.to_zoned(play.time_zone()).date();
    match &play.stage {
        Stage::Running { since, first } => Some((start(*since), [play.plan.ship?, *first])),
        Stage::Shipped { since, first, on, .. } => Some((start(*since), [*on, *first])),
        Stage::Idea | Stage::Dropped { .. } => None,
    }
}

impl Timeline {
    /// Long enough for all of these.
    pub fn of(plays: &[Play], today: Date) -> Self {
        let days = plays.iter().filter_map(days_of);
        let (earliest, latest) = days.fold((today, today), |(earliest, latest), (start, others)| {
            let early = others.iter().fold(earliest.min(start), |e, d| e.min(*d));
            (early, others.iter().fold(latest.max(start), |l, d| l.max(*d)))
        });
        let from = monday_of(earliest.min(add_days(today, -MARGIN_DAYS)));
        let until = add_days(monday_of(add_days(latest, MARGIN_DAYS)), 7);
        let mut line = Self { from, until, today: 0.0, marks: Vec::new() };
        line.today = line.place(today);
        line.marks = line.named_days(today);
        line
    }

    /// Where a play stands on it; `None` for an idea and for what was dropped.
    pub fn bar(&self, play: &Play, today: Date) -> Option<Bar> {
        let (start, [end, first]) = days_of(play)?;
        let late = play.late(today).map(|_| self.place(today));
        // A play that went out before it was written down still has a length.
        let from = self.place(start.min(end));
        Some(Bar { from, until: self.place(end), first: (first != end).then(|| self.place(first)), late })
    }

    fn place(&self, day: Date) -> f64 {
        let whole = days_between(self.from, self.until).max(1);
        let part = days_between(self.from, day).clamp(0, whole);
        let place = (part as f64) * 10_000.0 / (whole as f64);
        place.round() / 100.0
    }

    /// Mondays, or the first of months where there would be too many.
    fn named_days(&self, today: Date) -> Vec<(f64, String)> {
        let weeks = [1, 2, 4].into_iter().map(|n| (Span::new().weeks(n), self.from));
        let month = self.from.first_of_month();
        let months = [1, 2, 3, 6, 12, 24, 60, 120, 600].into_iter().map(|n| (Span::new().months(n), month));
        for (step, start) in weeks.chain(months) {
            let days: Vec<Date> = std::iter::successors(Some(start), |day| day.checked_add(step).ok())
                .skip_while(|day| *day < self.from)
                .take_while(|day| *day < self.until)
                .take(MARKS + 1)
                .collect();
            if days.len() <= MARKS {
                let label = |day: Date| spoken(day, today).split_once(' ').map(|(_, d)| d.to_owned());
                return days.iter().map(|d| (self.place(*d), label(*d).unwrap_or_default())).collect();
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::play::tests::{at, running};
    use super::*;

    const TODAY: Date = date(2026, 3, 9);

    fn play(since: &str, first: Date, ship: Date) -> Play {
        let mut play = running(ship);
        play.stage = Stage::Running { since: at(since), first };
        play
    }

    #[test]
    fn a_quarter_with_a_slip_and_one_that_is_late() {
        let on_time = play("2026-02-16T10:00:00Z", date(2026, 4, 10), date(2026, 4, 10));
        let slipped = play("2026-02-23T10:00:00Z", date(2026, 3, 20), date(2026, 5, 8));
        let late = play("2026-02-02T10:00:00Z", date(2026, 3, 2), date(2026, 3, 2));
        let line = Timeline::of(&[on_time.clone(), slipped.clone(), late.clone()], TODAY);
        assert_eq!((line.from, line.until), (date(2026, 2, 2), date(2026, 5, 18)));
        insta::assert_snapshot!(format!("{:?}", line.marks), @r#"[(0.0, "2 Feb"), (26.67, "2 Mar"), (53.33, "30 Mar"), (80.0, "27 Apr")]"#);
        insta::assert_debug_snapshot!([on_time, slipped, late].map(|p| line.bar(&p, TODAY).unwrap()), @r"
        [
            Bar {
                from: 13.33,
                until: 63.81,
                first: None,
                late: None,
            },
            Bar {
                from: 20.0,
                until: 90.48,
                first: Some(
                    43.81,
                ),
                late: None,
            },
            Bar {
                from: 0.0,
                until: 26.67,
                first: None,
                late: Some(
                    33.33,
                ),
            },
        ]
        ");
    }

    #[test]
    fn without_a_play_there_are_a_few_weeks() {
        let line = Timeline::of(&[], TODAY);
        assert_eq!((line.from, line.until), (date(2026, 3, 2), date(2026, 3, 23)));
        let labels: Vec<&str> = line.marks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["2 Mar", "9 Mar", "16 Mar"]);
    }

    proptest! {
        #[test]
        fn everything_has_its_place(plays in prop::collection::vec((0i64..900, 0i64..900, 0i64..900), 0..20)) {
            let day = |n: i64| add_days(date(2025, 1, 1), n);
            let plays: Vec<Play> = plays
                .into_iter()
                .map(|(since, first, ship)| play(&format!("{}T10:00:00Z", day(since)), day(first), day(ship)))
                .collect();
            let line = Timeline::of(&plays, TODAY);
            let within = |place: f64| (0.0..=100.0).contains(&place);
            prop_assert!(within(line.today) && line.marks.len() <= MARKS);
            prop_assert!(line.marks.iter().all(|(place, label)| within(*place) && !label.is_empty()));
            prop_assert!(line.marks.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for play in &plays {
                let bar = line.bar(play, TODAY).unwrap();
                prop_assert!(within(bar.from) && within(bar.until) && bar.from <= bar.until);
                prop_assert!(bar.first.is_none_or(within) && bar.late.is_none_or(|late| within(late) && late >= bar.until));
                // A later day never stands before an earlier one.
                for other in &plays {
                    if play.plan.ship <= other.plan.ship {
                        prop_assert!(bar.until <= line.bar(other, TODAY).unwrap().until);
                    }
                }
            }
        }
    }
}
