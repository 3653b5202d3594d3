//! Whatever is written for a day, it is a day that lies ahead or an error that says the fix; what is shown for a day is
//! read back as the same day, and what an error proposes can be written.
#![no_main]

use jiff::Span;
use jiff::civil::{Date, date};
use libfuzzer_sys::fuzz_target;
use tandem::kernel::dates::{DateError, parse_date, spoken};
use tandem::plan::phrase::{self, Known};

fuzz_target!(|given: (u16, &str)| {
    let (days, text) = given;
    // Thirty years of todays, leap days and ends of quarters among them.
    let today = date(2024, 1, 1).saturating_add(Span::new().days(days % 11_000));
    match parse_date(text, today) {
        Ok(day) => {
            ahead(day, today);
            for shown in [spoken(day, today), day.to_string(), day.strftime("%-d %B %Y").to_string()] {
                assert_eq!(parse_date(&shown, today), Ok(day), "{shown} of {text:?}");
            }
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            for proposed in proposals(&error) {
                let read = parse_date(&proposed, today);
                let read_as_a_day = matches!(read, Ok(_) | Err(DateError::Past(_) | DateError::TooFar(_)));
                assert!(read_as_a_day, "{error} proposes {proposed}, which is {read:?}");
            }
        }
    }
    let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let request = phrase::request(&words, today, &Known::default());
    let commitment = phrase::commitment(&words, today, &Known::default());
    let found = [request.date, commitment.date].into_iter().flatten().flatten();
    found.chain(phrase::date_in(text, today)).for_each(|day| ahead(day, today));
});

fn ahead(day: Date, today: Date) {
    assert!(day >= today && day.year() <= today.year() + 10, "{day} as of {today}");
}

/// The days that an error puts into backticks; its quotation of the writer is left out.
fn proposals(error: &DateError) -> Vec<String> {
    let backticked = |hint: &str| hint.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    match error {
        DateError::Ambiguous { first, second, .. } => vec![first.clone(), second.clone()],
        DateError::NoSuchDay { hint, .. } | DateError::Wide { hint, .. } => backticked(hint),
        _ => Vec::new(),
    }
}
