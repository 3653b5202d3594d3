//! How old a thing is, in days of its reader's calendar: what came last night is a day old in the morning.

use jiff::{Span, Timestamp, Zoned};

/// Days of the calendar from `at` to the reader's `now`; 0 for today and for what is still to come.
pub fn days_since(at: Timestamp, now: &Zoned) -> i64 {
    let then = at.to_zoned(now.time_zone().clone()).date();
    i64::from((now.date() - then).get_days()).max(0)
}

/// When the reader's day began that was so many days ago: everything before it is more than `days` old.
pub fn start_of_day(now: &Zoned, days: i64) -> Timestamp {
    let day = now.date().saturating_sub(Span::new().days(days.clamp(0, 100_000)));
    let start = now.time_zone().to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible();
    start.map_or(Timestamp::MIN, |start| start.timestamp())
}

/// `1 day`, `6 days`.
pub fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stockholm(text: &str) -> Zoned {
        text.parse::<Timestamp>().unwrap().in_tz("Europe/Stockholm").unwrap()
    }

    #[test]
    fn days_are_the_readers_days() {
        let now = stockholm("2026-03-09T08:00:00Z");
        let since = |at: &str| days_since(at.parse().unwrap(), &now);
        assert_eq!(since("2026-03-08T23:30:00Z"), 0, "half past midnight in Stockholm");
        assert_eq!(since("2026-03-08T22:30:00Z"), 1, "half past eleven the evening before");
        assert_eq!(since("2026-03-05T16:00:00Z"), 4, "fewer than 96 hours, and four nights");
        assert_eq!(since("2026-03-10T09:00:00Z"), 0, "still to come");
    }

    #[test]
    fn what_lies_before_the_start_of_a_day_is_older() {
        let now = stockholm("2026-03-30T08:00:00Z");
        let start = start_of_day(&now, 5);
        assert_eq!(start.to_string(), "2026-03-24T23:00:00Z", "an hour was skipped since");
        assert_eq!(days_since(start, &now), 5);
        assert_eq!(days_since(start - jiff::SignedDuration::from_secs(1), &now), 6);
    }

    #[test]
    fn one_day_is_singular() {
        assert_eq!([0, 1, 6].map(days), ["0 days", "1 day", "6 days"]);
    }
}
