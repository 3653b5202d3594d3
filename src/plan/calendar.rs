//! Working days: Monday to Friday.

use jiff::Span;
use jiff::civil::{Date, Weekday};

/// Monday to Friday.
pub fn is_working_day(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The last working day before `date`.
pub fn working_day_before(date: Date) -> Date {
    let mut day = add_days(date, -1);
    while !is_working_day(day) {
        day = add_days(day, -1);
    }
    day
}

/// How many working days lie after `from`, up to and including `to`; 0 when `to` is not later.
pub fn working_days_between(from: Date, to: Date) -> i64 {
    let days = days_between(from, to).max(0);
    let rest = (1..=days % 7).filter(|n| is_working_day(add_days(from, *n))).count();
    days / 7 * 5 + i64::try_from(rest).unwrap_or(0)
}

/// Whole days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// A date so many days later, at the end of the calendar its last day.
pub fn add_days(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days.clamp(-100_000, 100_000)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weekends_do_not_count() {
        // 6 March 2026 is a Friday.
        assert_eq!(working_day_before(date(2026, 3, 9)), date(2026, 3, 6));
        assert_eq!(working_day_before(date(2026, 3, 8)), date(2026, 3, 6));
        assert_eq!(working_day_before(date(2026, 3, 6)), date(2026, 3, 5));
        assert_eq!(working_days_between(date(2026, 3, 6), date(2026, 3, 9)), 1);
        assert_eq!(working_days_between(date(2026, 3, 6), date(2026, 3, 10)), 2);
        assert_eq!(working_days_between(date(2026, 3, 6), date(2026, 3, 20)), 10);
        assert_eq!(working_days_between(date(2026, 3, 7), date(2026, 3, 8)), 0);
        assert_eq!(working_days_between(date(2026, 3, 9), date(2026, 3, 6)), 0);
    }
}
