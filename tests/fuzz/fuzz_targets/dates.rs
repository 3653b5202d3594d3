//! Whatever is written for a day, it is a day or an error that says the fix; what is spoken is read back as the same day.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use tandem::kernel::dates::{parse_date, spoken};

fuzz_target!(|text: &str| {
    let today = date(2026, 3, 4);
    match parse_date(text, today) {
        Ok(day) => assert_eq!(parse_date(&spoken(day, today), today), Ok(day)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
