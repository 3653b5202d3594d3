//! A small company to try things with: three partners, their people, sixty overlaps, the maps of two
//! accounts, a late commitment, an open request, three plays, what the partners focus on, and the instructions for one.
//!
//! The demo is made of it, and a new workspace can have it beside its own data, marked SAMPLE, and take it away again
//! with one click. It is written through the same flows as everything else, on days in the past.

mod asks;
mod company;
mod maps;
mod plays;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, CommitmentId, ContactId, PartnerId, UserId};
use crate::kernel::money::Money;
use crate::map::account::Account;
use crate::map::flow;
use crate::map::overlap::{Sighting, Source};
use crate::map::partner::{Contact, Partner};
use crate::map::store as map;
use crate::plan::commitment::{self, Commitment};
use crate::plan::flow::{self as plan_flow, Wish};
use crate::plan::store as plan;
use crate::pull::instruction::Sheet;
use crate::pull::store as pull;
use crate::store::{Tx, audit};
use crate::sustain::facts::{Item, ItemKind};
use crate::sustain::store as sustain;
use company::{Owner, PARTNERS};

/// Two lists to drop, by their files' names: our own accounts, and Northwind's, of which some are ours too and some may be.
pub const LISTS: [(&str, &str); 2] = [
    ("ours.csv", include_str!("lists/ours.csv")),
    ("northwind-accounts.csv", include_str!("lists/northwind-accounts.csv")),
];

/// What stands behind the name of everything that is a sample.
const MARK: &str = " (SAMPLE)";

/// Who plays in the sample.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The partners' manager of ours.
    pub manager: UserId,
    /// Who owns the accounts; used in turns.
    pub owners: Vec<UserId>,
    /// Who leads, and is held by the sample's hold; nobody in particular where there is none.
    pub executive: Option<UserId>,
    /// Who asks for the session.
    pub requester: UserId,
    /// The channel and the first contact's Slack id of each partner, in the order Northwind, Globex, Initech.
    pub places: Vec<(Option<ChannelId>, Option<UserId>)>,
    /// The zone of dates.
    pub zone: jiff::tz::TimeZone,
    /// Marked SAMPLE, and removable: beside somebody's own data.
    pub marked: bool,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Partners.
    pub partners: usize,
    /// Overlaps.
    pub overlaps: usize,
}

/// Writes the sample, as it came to be over the last weeks.
pub async fn fill(tx: &mut Tx, now: Timestamp, cast: &Cast) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut accounts = BTreeMap::new();
    let mut ids = Vec::new();
    for (i, sample) in PARTNERS.iter().enumerate() {
        let (channel, person) = cast.places.get(i).cloned().unwrap_or_default();
        let partner = partner(sample, now, cast, channel);
        map::save_partner(tx, ago(now, 60), &partner).await?;
        for (n, (name, role, address)) in sample.contacts.iter().enumerate() {
            let contact = Contact {
                id: ContactId::random(),
                partner: partner.id.clone(),
                name: (*name).to_owned(),
                role: *role,
                email: Some(format!("{address}@{}", sample.domain)),
                slack_user: person.clone().filter(|_| n == 0),
                said_no_to: Vec::new(),
            };
            map::save_contact(tx, ago(now, 60), &contact).await?;
        }
        counts.overlaps += overlaps(tx, now, cast, sample, &partner, &mut accounts).await?;
        let detail = format!("{} with sample data", partner.name);
        audit::done(
            tx,
            now,
            cast.manager.as_str(),
            "partner.add",
            &format!("partner:{}", partner.id),
            &detail,
        );
        counts.partners += 1;
        ids.push(partner);
    }
    work(tx, now, cast, &ids, &accounts).await?;
    plays::fill(tx, now, cast, &ids).await?;
    if let Some(northwind) = ids.first() {
        maps::fill(tx, now, cast, northwind, accounts.get("Brightwater Outdoor")).await?;
        asks::fill(tx, now, cast, northwind, accounts.get("Brightwater Outdoor")).await?;
    }
    Ok(counts)
}

fn partner(sample: &company::Partner, now: Timestamp, cast: &Cast, channel: Option<ChannelId>) -> Partner {
    Partner {
        id: PartnerId::random(),
        name: format!("{}{}", sample.name, if cast.marked { MARK } else { "" }),
        domain: Some(sample.domain.to_owned()),
        manager: Some(cast.manager.clone()),
        channel,
        refresh_days: sample.refresh_days,
        list_seen_at: Some(ago(now, sample.list_age_days)),
        sample: cast.marked,
    }
}

/// Groups what was first seen on one day, the oldest first, so that each is written on its day.
async fn overlaps(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    sample: &company::Partner,
    partner: &Partner,
    accounts: &mut BTreeMap<&'static str, Account>,
) -> Result<usize> {
    let mut days: BTreeMap<i64, Vec<Sighting>> = BTreeMap::new();
    let mut names = Vec::new();
    for (account, domain, ours, theirs, owner, amount, stage, age) in sample.overlaps {
        days.entry(-age).or_default().push(Sighting {
            account: (*account).to_owned(),
            domain: Some((*domain).to_owned()),
            our_population: *ours,
            their_population: *theirs,
            owner: owner_words(cast, *owner),
            amount: amount.map(|dollars| Money {
                hundredths: dollars * 100,
                currency: Some(iso_currency::Currency::USD),
            }),
            stage: stage.map(str::to_owned),
        });
        names.push(*account);
    }
    let mut written = 0;
    for (day, sightings) in days {
        let at = ago(now, -day);
        let batch = flow::weigh(tx, at, Source::List, partner, &sightings).await?;
        flow::save(tx, at, &batch, cast.marked).await?;
        for ((id, _), seen) in batch.outcomes.iter().zip(&sightings) {
            if let (Some(overlap), Some(name)) =
                (batch.overlap(id), names.iter().find(|name| **name == seen.account))
            {
                accounts.insert(name, overlap.account.clone());
            }
        }
        written += sightings.len();
    }
    Ok(written)
}

fn owner_words(cast: &Cast, owner: Owner) -> Option<String> {
    match owner {
        Owner::Cast(n) if cast.owners.is_empty() => Some(format!("Owner {n}")),
        Owner::Cast(n) => Some(cast.owners[n % cast.owners.len()].mention()),
        Owner::Named(name) => Some(name.to_owned()),
        Owner::Nobody => None,
    }
}

/// What the last session left behind, and what was asked for since.
async fn work(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    partners: &[Partner],
    accounts: &BTreeMap<&'static str, Account>,
) -> Result<()> {
    let today = now.to_zoned(cast.zone.clone()).date();
    let day = |days: i32| today.saturating_add(jiff::Span::new().days(days));
    let promises = [
        (0, "Kestrel Footwear", "Send the Kestrel Footwear case study to Dana", cast.manager.clone(), -2, 9),
        (1, "Anchor Foods", "Introduce Hanna to the head of logistics at Anchor Foods", asker(cast), 1, 6),
        (
            0,
            "Juniper & Fold",
            "Agree the joint offer for Juniper & Fold with Luis",
            cast.manager.clone(),
            5,
            3,
        ),
    ];
    for (which, account, text, owner, due, logged) in promises {
        let (Some(partner), Some(account)) = (partners.get(which), accounts.get(account)) else { continue };
        let commitment = Commitment {
            id: CommitmentId::random(),
            text: text.to_owned(),
            partner_id: partner.id.clone(),
            partner: partner.name.clone(),
            account_id: Some(account.id.clone()),
            account: Some(account.label()),
            owner,
            theirs: None,
            due: day(due),
            zone: cast.zone.iana_name().unwrap_or("UTC").to_owned(),
            stage: commitment::Stage::Open { snoozed_until: None },
            reminded: None,
            escalated: false,
            created_by: cast.manager.clone(),
            source: None,
            version: 1,
            created_at: ago(now, logged),
        };
        plan::insert_commitment(tx, &commitment).await?;
        let subject = format!("commitment:{}", commitment.id);
        audit::done(
            tx,
            commitment.created_at,
            cast.manager.as_str(),
            "commitment.add",
            &subject,
            "sample data",
        );
    }
    let (Some(partner), Some(account)) = (partners.first(), accounts.get("Brightwater Outdoor")) else {
        return Ok(());
    };
    if !cast.marked {
        let wish = Wish {
            by: day(8),
            goal: "They want returns to work before the summer; who there knows the head of operations?"
                .to_owned(),
        };
        plan_flow::request_session(tx, now, &cast.requester, account, partner, wish).await?;
        let sheet = Sheet {
            least: Money::parse("$20k"),
            bar: Money::parse("$250k"),
            tone: "first names, short, one account a note".to_owned(),
            ..Sheet::default()
        };
        pull::add_instruction(tx, ago(now, 2), &cast.manager, &partner.id, 1, &sheet).await?;
    }
    library(tx, now, cast, partner, today).await
}

/// What notes can give: what the partner shipped, and for a company of its own also a document of ours.
async fn library(
    tx: &mut Tx,
    now: Timestamp,
    cast: &Cast,
    partner: &Partner,
    today: jiff::civil::Date,
) -> Result<()> {
    let launch = Item {
        url: Some("https://northwindreturns.com/news/returns-api".to_owned()),
        date: Some(today),
        ..Item::new(ItemKind::TheirLaunch, "Northwind Returns API")
    };
    sustain::add_item(tx, now, &cast.manager, partner, &launch).await?;
    if !cast.marked {
        let checklist = Item {
            url: Some("https://docs.meridianretail.com/returns-checklist".to_owned()),
            ..Item::new(ItemKind::Asset, "Returns checklist for retailers")
        };
        sustain::add_item(tx, now, &cast.manager, partner, &checklist).await?;
    }
    Ok(())
}

fn asker(cast: &Cast) -> UserId {
    cast.requester.clone()
}

fn ago(now: Timestamp, days: i64) -> Timestamp {
    now - SignedDuration::from_hours(24 * days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::intake::table::{self, Mapping, Recognition};
    use crate::map::lists::Listed;
    use crate::map::matching::{self, Grain, List, Options, Verdict};
    use std::collections::BTreeSet;
    use std::ops::ControlFlow;

    /// Whoever drops them sees matches and pairs in doubt, and is asked nothing about columns.
    #[test]
    fn the_lists_to_drop_are_understood_and_some_of_them_match() {
        let folder = tempfile::tempdir().unwrap();
        let [ours, theirs] = LISTS.map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let headers = table::peek(&path, name).unwrap().headers;
            let Recognition::Guess(mapping, unsure) = Mapping::recognise(&headers, &[]) else {
                panic!("{headers:?}")
            };
            assert_eq!(unsure, Vec::<usize>::new(), "{headers:?}");
            let mut list = List::new();
            table::read(&path, name, &mapping, |row| {
                list.push(Listed::of(row.unwrap(), true).row());
                ControlFlow::Continue(())
            })
            .unwrap();
            list
        });
        let options = Options { grain: Grain::Account, fuzzy: true, threads: 1 };
        let links = matching::run(&ours, &theirs, &options, &|_| {}).links;
        let count = |verdict| links.iter().filter(|link| link.verdict == verdict).count();
        assert_eq!((count(Verdict::Match), count(Verdict::Review)), (8, 4));
    }

    #[test]
    fn sixty_overlaps_of_every_kind_and_no_domain_stands_for_two_names() {
        let all: Vec<_> = PARTNERS.iter().flat_map(|p| p.overlaps).collect();
        assert_eq!(all.len(), 60);
        let names: BTreeSet<_> = all.iter().map(|o| o.0).collect();
        let domains: BTreeSet<_> = all.iter().map(|o| o.1).collect();
        assert_eq!(names.len(), domains.len());
        let kinds: BTreeSet<_> =
            all.iter().map(|o| format!("{:?}", crate::map::overlap::Motion::suggested(o.2, o.3))).collect();
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        for (_, domain, ..) in all {
            assert_eq!(
                crate::map::domain::Domain::of_account(domain).map(|d| d.as_str().to_owned()),
                Some((*domain).to_owned())
            );
        }
    }
}
