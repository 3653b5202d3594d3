//! Counting days, and business days where it is not said whose: Monday to Friday. Whose calendar counts for whom is in
//! [`crate::kernel::calendar`].

use jiff::civil::Date;

use crate::kernel::calendar::Calendar;
pub use crate::kernel::calendar::{add_days, days_between};

/// Monday to Friday.
pub fn is_working_day(date: Date) -> bool {
    Calendar::weekdays().is_business_day(date)
}

/// The last working day before `date`.
pub fn working_day_before(date: Date) -> Date {
    Calendar::weekdays().before(date)
}

/// How many working days lie after `from`, up to and including `to`; 0 when `to` is not later.
pub fn working_days_between(from: Date, to: Date) -> i64 {
    Calendar::weekdays().between(from, to)
}
