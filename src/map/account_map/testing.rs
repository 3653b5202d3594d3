//! A map that the tests of this area begin with.

use jiff::Timestamp;
use jiff::civil::date;

use super::decision::{Decision, Intent, Introducer};
use super::hold::tests::hold;
use super::record::{Entry, Kind, Step};
use super::relationship::{Knower, Known, Relationship};
use super::stakeholder::{Part, Stakeholder};
use super::{AccountMap, Names, Owners};
use crate::kernel::money::Money;
use crate::map::account::Account;
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Overlap, Population, Triage};
use crate::map::partner::{Contact, ContactRole, Partner};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn overlap(id: &str, partner: &str, account: &Account) -> Overlap {
    Overlap {
        id: id.into(),
        account: account.clone(),
        partner_id: partner.to_lowercase().as_str().into(),
        partner: partner.to_owned(),
        our_population: Some(Population::OpenOpportunity),
        their_population: Some(Population::Customer),
        owner: Some("<@U0ALEX>".into()),
        amount: Money::parse("$120k"),
        stage: None,
        first_seen: at("2026-03-02T07:00:00Z"),
        last_seen: at("2026-03-02T07:00:00Z"),
        gone_at: None,
        changed_at: None,
        change_note: None,
        triage: Triage::Open,
        assignee: None,
        decided_by: None,
        version: 1,
    }
}

fn partner(name: &str, list: &str) -> Partner {
    Partner {
        id: name.to_lowercase().as_str().into(),
        name: name.to_owned(),
        domain: None,
        manager: Some("U0MAYA".into()),
        channel: None,
        refresh_days: 30,
        list_seen_at: Some(at(list)),
        sample: false,
    }
}

pub(super) fn person(id: &str, name: &str, title: Option<&str>, role: Option<Part>) -> Stakeholder {
    Stakeholder {
        id: id.into(),
        account: "a1".into(),
        name: name.to_owned(),
        title: title.map(str::to_owned),
        role,
        seniority: None,
        changed_by: "U0MAYA".into(),
        changed_at: at("2026-03-02T08:00:00Z"),
    }
}

pub(super) fn relationship(who: &str, whom: &str, strength: i64, on: &str) -> Relationship {
    Relationship {
        who: Knower::read(who).unwrap(),
        whom: Known::read(whom).unwrap(),
        strength,
        said_by: "U0MAYA".into(),
        said_at: at(on),
    }
}

/// Acme, our open deal and a customer of Northwind's and Globex's: Sam of Northwind knows Dana, who decides.
pub(crate) fn map() -> AccountMap {
    let account =
        Account { id: "a1".into(), name: "Acme".into(), domain: Some("acme.com".into()), owner: None };
    let now = at("2026-03-05T09:00:00Z");
    let entry = |kind, text: &str| Entry {
        kind,
        on: date(2026, 3, 5),
        text: text.to_owned(),
        said_by: (kind == Kind::Note).then(|| "U0ALEX".into()),
        link: (kind == Kind::Note).then(|| "https://meridian.slack.com/archives/C1/p1".to_owned()),
        by: "U0ALEX".into(),
        at: now,
    };
    AccountMap {
        sample: false,
        owners: Owners::default(),
        overlaps: vec![overlap("o1", "Northwind", &account), overlap("o2", "Globex", &account)],
        unnamed: Vec::new(),
        partners: vec![
            partner("Northwind", "2026-03-04T08:00:00Z"),
            partner("Globex", "2026-01-27T08:00:00Z"),
        ],
        contacts: vec![Contact {
            id: "c-sam".into(),
            partner: "northwind".into(),
            name: "Sam Whitfield".into(),
            role: ContactRole::PartnerRep,
            email: None,
            slack_user: None,
            said_no_to: Vec::new(),
        }],
        involvements: Vec::new(),
        people: vec![
            person("p-dana", "Dana Reyes", Some("VP Sales"), Some(Part::DecisionMaker)),
            person("p-tom", "Tom Falk", None, Some(Part::User)),
        ],
        relationships: vec![
            relationship("c:c-sam", "p:p-dana", 5, "2026-03-02T08:00:00Z"),
            relationship("u:U0ALEX", "p:p-tom", 2, "2026-02-20T08:00:00Z"),
            relationship("u:U0ALEX", "c:c-sam", 4, "2026-03-02T08:00:00Z"),
        ],
        steps: vec![Step {
            id: "s1".into(),
            account: "a1".into(),
            text: "send the returns brief".into(),
            owner: "U0ALEX".into(),
            due: date(2026, 3, 13),
            created_by: "U0MAYA".into(),
            link: None,
            version: 1,
        }],
        log: vec![
            entry(Kind::Touch, "Sam called Dana"),
            entry(Kind::Note, "They take 400 returns a day by hand"),
        ],
        decisions: vec![Decision {
            id: "d1".into(),
            account: "a1".into(),
            partner: Some("northwind".into()),
            partner_name: Some("Northwind".into()),
            reaches_out: "U0ALEX".into(),
            introducer: Some(Introducer {
                who: Knower::Contact("c-sam".into()),
                name: "Sam Whitfield at Northwind".into(),
            }),
            stays_out: vec!["U0EVE".into()],
            intent: Intent {
                partner: "Sam has known Dana for six years".into(),
                now: "she decides on returns before the summer".into(),
                person: "Dana signs".into(),
            },
            by: "U0MAYA".into(),
            at: now,
        }],
        holds: vec![hold(None)],
        kinds: Kinds::shipped(),
        names: Names::of(&[
            ("U0ALEX", "Alex Rivera"),
            ("U0MAYA", "Maya Lindholm"),
            ("U0EVE", "Evelyn Osei"),
            ("U0OMAR", "Omar Haddad"),
        ]),
        account,
    }
}
