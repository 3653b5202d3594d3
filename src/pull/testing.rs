//! What the tests of this area begin with.

use jiff::Timestamp;

use crate::kernel::money::Money;
use crate::map::account::Account;
use crate::map::overlap::{Overlap, Population, Triage};
use crate::map::partner::Partner;

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Their customer, our open deal of $120k, first seen two days before 9 March 2026.
pub(crate) fn overlap(id: &str, account: &str, partner: &str) -> Overlap {
    Overlap {
        id: id.into(),
        account: Account {
            id: format!("a-{id}").as_str().into(),
            name: account.to_owned(),
            domain: None,
            owner: None,
        },
        partner_id: partner.to_lowercase().as_str().into(),
        partner: partner.to_owned(),
        our_population: Some(Population::OpenOpportunity),
        their_population: Some(Population::Customer),
        owner: None,
        amount: Money::parse("$120k"),
        stage: None,
        first_seen: at("2026-03-07T07:00:00Z"),
        last_seen: at("2026-03-07T07:00:00Z"),
        gone_at: None,
        changed_at: None,
        change_note: None,
        triage: Triage::Open,
        assignee: None,
        decided_by: None,
        version: 1,
    }
}

pub(crate) fn partner(name: &str, list: Option<&str>) -> Partner {
    Partner {
        id: name.to_lowercase().as_str().into(),
        name: name.to_owned(),
        domain: None,
        manager: None,
        channel: None,
        refresh_days: 30,
        list_seen_at: list.map(at),
        sample: false,
    }
}
