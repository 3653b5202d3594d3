//! The maps of two accounts of the sample: who matters there, who knows them, and for one a decision with a hold.

use jiff::{Span, Timestamp};

use super::{Cast, ago};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountDecisionId, AccountId, HoldId, StakeholderId, StepId};
use crate::map::account::Account;
use crate::map::account_map::decision::{Decision, Intent, Introducer};
use crate::map::account_map::hold::Hold;
use crate::map::account_map::involvement::{Involvement, Role};
use crate::map::account_map::record::{Entry, Kind, Step};
use crate::map::account_map::relationship::{Knower, Known, Relationship};
use crate::map::account_map::stakeholder::{Part, Seniority, Stakeholder};
use crate::map::account_map::{Owners, store as maps};
use crate::map::partner::{Contact, Partner};
use crate::map::store as map;
use crate::store::Tx;

/// A person at an account: name, title, what they are to the deal, how far up.
type Person = (&'static str, &'static str, Option<Part>, Seniority);

/// Who knows whom: our n-th owner or a contact of Northwind's, the place in the list of people, how well, days ago.
type Knows = (Who, usize, i64, i64);

#[derive(Clone, Copy)]
enum Who {
    Owner(usize),
    Northwind(&'static str),
}

const ACME: [Person; 4] = [
    ("Dana Reyes", "VP Sales", Some(Part::DecisionMaker), Seniority::Executive),
    ("Ines Calloway", "Head of Returns", Some(Part::Champion), Seniority::Director),
    ("Petra Lind", "Returns lead", Some(Part::User), Seniority::Manager),
    ("Victor Hale", "Head of Procurement", Some(Part::Blocker), Seniority::Director),
];
const ACME_KNOWN: [Knows; 4] = [
    (Who::Northwind("Sam Whitfield"), 0, 5, 6),
    (Who::Owner(0), 1, 3, 9),
    (Who::Northwind("Luis Prado"), 1, 4, 20),
    (Who::Owner(0), 2, 4, 9),
];
const BRIGHTWATER: [Person; 2] = [
    ("Noah Brandt", "COO", Some(Part::ExecutiveSponsor), Seniority::Executive),
    ("Yuki Arai", "Head of Operations", Some(Part::DecisionMaker), Seniority::Director),
];
const BRIGHTWATER_KNOWN: [Knows; 2] = [(Who::Northwind("Dana Okafor"), 1, 4, 12), (Who::Owner(0), 1, 2, 30)];

/// Writes both, if Northwind and its people are there.
pub(super) async fn fill(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    northwind: &Partner,
    brightwater: Option<&Account>,
) -> Result<()> {
    let contacts = map::contacts(tx, &northwind.id).await?;
    if let Some(owner) = cast.owners.first()
        && let Some(sam) = contacts.iter().find(|c| c.name == "Sam Whitfield")
    {
        let known = Relationship {
            who: Knower::Us(owner.clone()),
            whom: Known::Contact(sam.id.clone()),
            strength: 4,
            said_by: cast.manager.clone(),
            said_at: ago(now, 6),
        };
        maps::save_relationship(tx, &known).await?;
    }
    if let Some(account) = brightwater {
        people(tx, now, cast, account, &contacts, (&BRIGHTWATER, &BRIGHTWATER_KNOWN)).await?;
        log(tx, now, cast, account, "Met Yuki Arai at the retail fair", 18).await?;
    }
    let Some(acme) = acme(tx, now, cast).await? else { return Ok(()) };
    people(tx, now, cast, &acme, &contacts, (&ACME, &ACME_KNOWN)).await?;
    let involved = Involvement {
        partner: northwind.id.clone(),
        role: Some(Role::Services),
        words: Some("Has run their returns since 2024".to_owned()),
        changed_by: cast.manager.clone(),
        changed_at: ago(now, 6),
    };
    maps::save_involvement(tx, ago(now, 6), &acme.id, &involved).await?;
    let owners = Owners { deal: None, relationship: Some(cast.manager.clone()) };
    maps::save_owners(tx, &acme.id, &owners).await?;
    log(tx, now, cast, &acme, "Sam called Dana about the summer peak", 3).await?;
    decide(tx, now, cast, &acme, northwind, &contacts).await
}

/// The account of the demo's first overlap; nothing where one of that domain is on record already.
async fn acme(tx: &mut Tx, now: Timestamp, cast: &Cast) -> Result<Option<Account>> {
    let domain = "acme.com".to_owned();
    if !map::accounts_like(tx, std::slice::from_ref(&domain), &[]).await?.is_empty() {
        return Ok(None);
    }
    let account = Account {
        id: AccountId::random(),
        name: "Acme Corp".to_owned(),
        domain: Some(domain),
        owner: cast.owners.first().map(|owner| owner.mention()),
    };
    map::insert_accounts(tx, ago(now, 20), std::slice::from_ref(&account), cast.marked).await?;
    Ok(Some(account))
}

async fn people(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    account: &Account,
    contacts: &[Contact],
    (people, known): (&[Person], &[Knows]),
) -> Result<()> {
    maps::change(tx, ago(now, 3), &account.id, &cast.manager).await?;
    let mut ids = Vec::new();
    for (name, title, role, seniority) in people {
        let person = Stakeholder {
            id: StakeholderId::random(),
            account: account.id.clone(),
            name: (*name).to_owned(),
            title: Some((*title).to_owned()),
            role: *role,
            seniority: Some(*seniority),
            changed_by: cast.manager.clone(),
            changed_at: ago(now, 20),
        };
        maps::save_person(tx, &person, cast.marked).await?;
        ids.push(person.id);
    }
    for (who, whom, strength, days) in known {
        let who = match who {
            Who::Owner(n) => cast.owners.get(*n).map(|owner| Knower::Us(owner.clone())),
            Who::Northwind(name) => {
                contacts.iter().find(|c| c.name == *name).map(|c| Knower::Contact(c.id.clone()))
            }
        };
        let (Some(who), Some(whom)) = (who, ids.get(*whom)) else { continue };
        let said = Relationship {
            who,
            whom: Known::Person(whom.clone()),
            strength: *strength,
            said_by: cast.manager.clone(),
            said_at: ago(now, *days),
        };
        maps::save_relationship(tx, &said).await?;
    }
    Ok(())
}

async fn log(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    account: &Account,
    text: &str,
    days: i64,
) -> Result<()> {
    let at = ago(now, days);
    let entry = Entry {
        kind: Kind::Touch,
        on: at.to_zoned(cast.zone.clone()).date(),
        text: text.to_owned(),
        said_by: None,
        link: None,
        by: cast.manager.clone(),
        at,
    };
    maps::insert_entry(tx, &account.id, &entry, cast.marked).await
}

async fn decide(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    account: &Account,
    northwind: &Partner,
    contacts: &[Contact],
) -> Result<()> {
    let (at, today) = (ago(now, 2), now.to_zoned(cast.zone.clone()).date());
    let introducer = contacts.iter().find(|c| c.name == "Sam Whitfield").map(|sam| Introducer {
        who: Knower::Contact(sam.id.clone()),
        name: format!("{} at {}", sam.name, northwind.name),
    });
    let owner = cast.owners.first().unwrap_or(&cast.manager).clone();
    let decision = Decision {
        id: AccountDecisionId::random(),
        account: account.id.clone(),
        partner: Some(northwind.id.clone()),
        partner_name: Some(northwind.name.clone()),
        reaches_out: owner.clone(),
        introducer,
        stays_out: cast.executive.iter().cloned().collect(),
        intent: Intent {
            partner: "Sam has worked with Dana since Northwind took over their returns".to_owned(),
            now: "Dana decides on returns before the summer peak".to_owned(),
            person: "Dana signs, and Ines can't start without her".to_owned(),
        },
        by: cast.manager.clone(),
        at,
    };
    maps::insert_decision(tx, &decision, cast.marked).await?;
    let hold = Hold {
        id: HoldId::random(),
        account: account.id.clone(),
        text: "No executive outreach until the introduction".to_owned(),
        held: decision.stays_out.clone(),
        until: Some(today.saturating_add(Span::new().days(15))),
        zone: cast.zone.iana_name().unwrap_or("UTC").to_owned(),
        author: cast.manager.clone(),
        at,
        asked_at: None,
        lifted: None,
        version: 1,
    };
    maps::insert_hold(tx, &hold, &decision.id).await?;
    let step = Step {
        id: StepId::random(),
        account: account.id.clone(),
        text: "Send Sam the two lines that he forwards to Dana".to_owned(),
        owner,
        due: today.saturating_add(Span::new().days(4)),
        created_by: cast.manager.clone(),
        link: None,
        version: 1,
    };
    maps::insert_step(tx, at, &step, cast.marked).await
}
