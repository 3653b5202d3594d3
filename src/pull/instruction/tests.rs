use jiff::civil::date;

use super::*;
use crate::map::overlap::Population::{Customer, OpenOpportunity, Prospect};

fn facts() -> Facts {
    Facts {
        ours: Some(OpenOpportunity),
        theirs: Some(Customer),
        amount: Money::parse("$80k"),
        country: Some("Sweden".into()),
        role: Some(Role::Services),
    }
}

fn sheet() -> Sheet {
    Sheet {
        kinds: vec![(Prospect, Customer), (OpenOpportunity, Customer)],
        least: Money::parse("$50k"),
        bar: Money::parse("$100k"),
        regions: vec!["sweden".into(), "Norway".into()],
        roles: vec![Role::Services],
        ..Sheet::default()
    }
}

#[test]
fn what_is_met_is_said_and_one_miss_is_a_miss() {
    let met = sheet().met(&facts()).unwrap();
    assert_eq!(
        met,
        ["our open deal, their customer", "amount over $50k", "in sweden", "services partner there"]
    );
    assert_eq!(Sheet::default().met(&Facts::default()), Some(vec![]), "nothing is asked for");
    let misses = [
        Facts { ours: Some(Customer), ..facts() },
        Facts { theirs: None, ..facts() },
        Facts { amount: Money::parse("$49k"), ..facts() },
        Facts { amount: None, ..facts() },
        Facts { country: Some("Denmark".into()), ..facts() },
        Facts { country: None, ..facts() },
        Facts { role: None, ..facts() },
    ];
    for missed in misses {
        assert_eq!(sheet().met(&missed), None, "{missed:?}");
    }
}

#[test]
fn the_bar_is_for_one_overlap() {
    let above = |amount: &str| sheet().is_above_bar(Money::parse(amount));
    assert!(above("$100k") && above("€250k") && !above("$99k"));
    assert!(!Sheet::default().is_above_bar(Money::parse("$9M")), "no bar, no session of its own");
}

#[test]
fn cadences_step_by_the_calendar_and_slow_down() {
    let day = date(2026, 1, 31);
    let next: Vec<Date> = Cadence::ALL.iter().map(|(c, ..)| c.after(day)).collect();
    assert_eq!(next, [date(2026, 2, 7), date(2026, 2, 14), date(2026, 2, 28), date(2026, 4, 30)]);
    let slower: Vec<Cadence> = Cadence::ALL.iter().map(|(c, ..)| c.slower()).collect();
    assert_eq!(slower, [Cadence::Fortnightly, Cadence::Monthly, Cadence::Quarterly, Cadence::Quarterly]);
}

#[test]
fn a_sheet_in_words() {
    assert_eq!(
        sheet().criteria_words(),
        "our prospect, their customer or our open deal, their customer; amount over $50k; in sweden or Norway; services partner there"
    );
    assert_eq!(Sheet::default().criteria_words(), "every overlap where one can help the other");
    assert_eq!(sheet().rhythm_words(), "every month, 45 minutes, manager with manager");
}

#[test]
fn a_sheet_is_read_as_it_was_stored_and_says_what_differs() {
    let stored = serde_json::to_string(&sheet()).unwrap();
    assert_eq!(serde_json::from_str::<Sheet>(&stored).unwrap(), sheet());
    assert_eq!(serde_json::from_str::<Sheet>("{}").unwrap(), Sheet::default(), "of an older version");
    let other = Sheet { cadence: None, minutes: 30, ..sheet() };
    assert_eq!(sheet().differences(&other), ["cadence", "length"]);
    for (cadence, stored, _) in Cadence::ALL {
        assert_eq!((cadence.as_str(), Cadence::stored(stored)), (stored, Some(cadence)));
    }
    for (shape, stored, _) in Shape::ALL {
        assert_eq!((shape.as_str(), Shape::stored(stored)), (stored, Some(shape)));
    }
    for (way, stored, _) in Way::ALL {
        assert_eq!((way.as_str(), Way::stored(stored)), (stored, Some(way)));
    }
}
