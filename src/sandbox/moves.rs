//! The workspace's clock as the page shows and moves it.

use jiff::civil::{Time, Weekday};
use jiff::{Timestamp, ToSpan, Zoned};
use serde_json::{Value, json};

use super::Inner;
use super::person::{Done, Refusal};

/// The clock in the workspace's zone.
pub fn clock(inner: &Inner) -> Value {
    let now = zoned(inner);
    json!({"now": now.timestamp().to_string(), "zone": now.time_zone().iana_name().unwrap_or("UTC"),
        "label": now.strftime("%a %-d %b, %H:%M").to_string(), "movable": inner.options.demo_clock})
}

fn zoned(inner: &Inner) -> Zoned {
    let zone = inner.read(|s| s.world.home.zone.clone());
    inner.options.clock.now().to_zoned(zone)
}

/// Moves the clock: `{to: "<instant>"}`, `{to: "next monday 09:00"}` or `{days: n}`.
pub fn by(inner: &Inner, act: &Value) -> Done<Value> {
    if !inner.options.demo_clock {
        return Err(Refusal::new("this clock cannot be moved"));
    }
    let now = zoned(inner);
    let at = match (act["to"].as_str(), act["days"].as_i64()) {
        (Some(to), _) => target(&now, to),
        (None, Some(days)) if (1..=3660).contains(&days) => {
            now.checked_add(days.days()).ok().map(|z| z.timestamp())
        }
        _ => None,
    };
    let Some(at) = at else { return Err(Refusal::new("that is no time; try \"next monday 09:00\"")) };
    if !inner.options.clock.advance_to(at) {
        return Err(Refusal::new("the clock only goes forward"));
    }
    let ((), _) = inner.change(|_| ());
    Ok(json!({"clock": clock(inner)}))
}

/// An instant, or `next <weekday> [HH:MM]`, or `tomorrow [HH:MM]`, in the zone of `now`.
fn target(now: &Zoned, to: &str) -> Option<Timestamp> {
    if let Ok(at) = to.parse() {
        return Some(at);
    }
    let lower = to.to_lowercase();
    let mut words = lower.split_whitespace().filter(|w| *w != "next" && *w != "at");
    let day = words.next()?;
    let time = match words.next() {
        Some(time) => Time::strptime("%H:%M", time).ok()?,
        None => Time::constant(9, 0, 0, 0),
    };
    let date = match day {
        "tomorrow" => now.date().tomorrow().ok()?,
        name => now.date().nth_weekday(1, weekday(name)?).ok()?,
    };
    Some(date.to_datetime(time).to_zoned(now.time_zone().clone()).ok()?.timestamp())
}

fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let at = NAMES.iter().position(|n| name.len() >= 3 && n.starts_with(name))?;
    Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_where_to_go() {
        let now: Zoned = "2026-03-09T08:00[Europe/Stockholm]".parse().unwrap();
        let at =
            |to| target(&now, to).map(|t| t.to_zoned(now.time_zone().clone()).strftime("%F %R").to_string());
        assert_eq!(at("next monday 09:00").as_deref(), Some("2026-03-16 09:00"));
        assert_eq!(at("friday").as_deref(), Some("2026-03-13 09:00"));
        assert_eq!(at("tomorrow 17:30").as_deref(), Some("2026-03-10 17:30"));
        assert_eq!(at("2026-03-10T09:00:00Z").as_deref(), Some("2026-03-10 10:00"));
        assert_eq!(at("someday"), None);
    }
}
