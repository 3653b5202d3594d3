//! Who works on which days, as it is configured: the files of days off are read once, at the start.

use jiff::tz::TimeZone;

use crate::config::{Closure, WorkingDays};
use crate::kernel::calendar::{Calendars, DayOff, add_days, countries};
use crate::kernel::error::{Error, Result};
use crate::kernel::ics::{self, When, Window};

/// A file of days off is no larger.
const LARGEST: u64 = 5 * 1024 * 1024;
/// A closure is no longer, in days: what is longer is no day off.
const LONGEST: i64 = 62;

/// Everybody's calendars.
///
/// # Errors
/// Says which setting or which file is wrong, and why.
pub(super) fn calendars(config: &WorkingDays) -> Result<Calendars> {
    let mut off = Vec::new();
    for closure in &config.closures {
        off.extend(days_off(closure).map_err(|why| {
            Error::fault(format!(
                "the configuration cannot be used: working_days.closures: {}: {why}",
                closure.file.display()
            ))
        })?);
    }
    Calendars::new(&config.written(), off)
        .map_err(|e| Error::fault(format!("the configuration cannot be used: working_days: {e}")))
}

fn days_off(closure: &Closure) -> Result<Vec<DayOff>, String> {
    let country = match &closure.country {
        None => None,
        Some(code) => {
            let known = countries::find(code);
            Some(known.ok_or_else(|| format!("{code:?} is no country that I know"))?.code)
        }
    };
    let size = std::fs::metadata(&closure.file).map_err(|e| e.to_string())?.len();
    if size > LARGEST {
        return Err(format!("it is larger than {} MB", LARGEST / 1024 / 1024));
    }
    let bytes = std::fs::read(&closure.file).map_err(|e| e.to_string())?;
    let read = ics::read(&bytes, &known_years(), &TimeZone::UTC).map_err(|e| e.to_string())?;
    if let Some(unread) = read.unread.first() {
        return Err(format!("\"{}\": {}", unread.what, unread.why));
    }
    let mut off = Vec::new();
    for event in read.events.into_iter().filter(|event| !event.cancelled) {
        let When::Days { first, count } = event.when else { continue };
        if count > LONGEST {
            return Err(format!("\"{}\" takes {count} days, and a closure at most {LONGEST}", event.title));
        }
        let day = |n| DayOff { country, date: add_days(first, n), name: event.title.clone() };
        off.extend((0..count).map(day));
    }
    if off.is_empty() {
        return Err("it shows no whole day".to_owned());
    }
    Ok(off)
}

/// The span of which holidays are known.
fn known_years() -> Window {
    let years = countries::years();
    let first = |year: i16| {
        let day = jiff::civil::Date::new(year, 1, 1).unwrap_or(jiff::civil::Date::MIN);
        day.to_zoned(TimeZone::UTC).map(|day| day.timestamp()).unwrap_or_default()
    };
    Window { from: first(*years.start()), until: first(years.end() + 1) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::kernel::calendar::Rest;

    fn read(text: &str, country: Option<&str>) -> Result<Calendars, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("off.ics");
        std::fs::write(&file, text).unwrap();
        let closure = Closure { file: file.clone(), country: country.map(Into::into) };
        let config = WorkingDays { closures: vec![closure], ..WorkingDays::default() };
        calendars(&config).map_err(|e| e.to_string().replace(&file.display().to_string(), "off.ics"))
    }

    fn calendar(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
    }

    #[test]
    fn whole_days_of_a_file_are_days_off() {
        let text = calendar(
            "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260803\r\nDTEND;VALUE=DATE:20260815\r\nSUMMARY:Summer break\r\nEND:VEVENT\r\n\
             BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20251224\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Eve\r\nEND:VEVENT\r\n\
             BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20260105T090000Z\r\nSUMMARY:Kick-off\r\nEND:VEVENT\r\n",
        );
        let all = read(&text, None).unwrap();
        assert_eq!(all.own().rest(date(2026, 8, 14)), Some(Rest::Holiday("Summer break")));
        assert_eq!(all.own().rest(date(2026, 8, 17)), None);
        assert_eq!(all.own().rest(date(2030, 12, 24)), Some(Rest::Holiday("Eve")));
        assert_eq!(all.own().rest(date(2026, 1, 5)), None);
        let german = read(&text, Some("DE")).unwrap();
        assert_eq!(german.own().rest(date(2026, 8, 14)), None);
        assert!(german.of(countries::find("DE")).rest(date(2026, 8, 14)).is_some());
    }

    #[test]
    fn a_file_that_is_none_is_told() {
        let day =
            |lines: &str| calendar(&format!("BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Off\r\n{lines}END:VEVENT\r\n"));
        let said = [
            read("<html></html>", None).unwrap_err(),
            read(&calendar(""), None).unwrap_err(),
            read(&day("DTSTART:20260105T090000Z\r\n"), None).unwrap_err(),
            read(&day("DTSTART:soon\r\n"), None).unwrap_err(),
            read(&day("DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20270101\r\n"), None).unwrap_err(),
            read(&day("DTSTART;VALUE=DATE:20260101\r\n"), Some("Bavaria")).unwrap_err(),
        ];
        insta::assert_snapshot!(said.join("\n"), @r#"
        the configuration cannot be used: working_days.closures: off.ics: it is a web page and no calendar; use the calendar's own address, which often ends in .ics
        the configuration cannot be used: working_days.closures: off.ics: it shows no whole day
        the configuration cannot be used: working_days.closures: off.ics: it shows no whole day
        the configuration cannot be used: working_days.closures: off.ics: "Off": its start "soon" is no date
        the configuration cannot be used: working_days.closures: off.ics: "Off" takes 365 days, and a closure at most 62
        the configuration cannot be used: working_days.closures: off.ics: "Bavaria" is no country that I know
        "#);
    }
}
