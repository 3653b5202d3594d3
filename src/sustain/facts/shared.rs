//! What of the facts may be said to a partner, and what must not be.

use jiff::tz::TimeZone;

use super::{Frame, Item, ItemKind};
use crate::kernel::error::{Error, Result};
use crate::kernel::text::escape;
use crate::map::overlap::Overlap;
use crate::map::partner::Partner;
use crate::map::sharing::{self, Rule, Withheld};
use crate::map::store as map;
use crate::store::{Tx, people};
use crate::sustain::relevance::input;

/// What a note must not say: of the overlaps, and of accounts that are hidden without being one.
pub(super) async fn withheld(
    tx: &mut Tx,
    rule: &Rule,
    frame: &Frame<'_>,
    overlaps: &[Overlap],
) -> Result<Vec<Withheld>> {
    let mut kept = Vec::new();
    for o in overlaps {
        let Some(mut one) = sharing::withheld(rule, o) else { continue };
        // A name is what a note would say; and whoever speaks may say their own.
        one.owner = match o.owner_user() {
            Some(user) if user == *frame.sender => None,
            Some(user) if one.owner.is_some() => {
                people::find(tx, &user).await?.map(|(person, _)| person.name)
            }
            _ => one.owner,
        };
        kept.push(one);
    }
    for id in &rule.hidden {
        if !overlaps.iter().any(|o| o.account.id == *id)
            && let Some(account) = map::account(tx, id).await?
        {
            kept.push(Withheld { account: account.name, hidden: true, ..Withheld::default() });
        }
    }
    Ok(kept)
}

/// Why there is no note about this overlap.
pub(super) fn not_shared(overlap: &Overlap, rule: &Rule) -> Error {
    let account = escape(&overlap.account.name);
    if rule.hidden.contains(&overlap.account.id) {
        let partner = escape(&overlap.partner);
        return Error::user(format!(
            "{account} is hidden from {partner}, so no note to them can be about it. {partner}'s manager or an admin changes that on its card."
        ));
    }
    Error::user(format!(
        "{partner} may see {what}, so no note to them can be about {account}. {partner}'s manager or an admin changes that on its card.",
        partner = escape(&overlap.partner),
        what = rule.words(),
    ))
}

/// What is known and may be said to the partner.
pub(super) fn shared_facts(
    partner: &Partner,
    rule: &Rule,
    overlaps: &[Overlap],
    library: &[Item],
    others: Vec<String>,
    zone: &TimeZone,
) -> input::Facts {
    let of = |kind: ItemKind| library.iter().filter(move |i| i.kind == kind);
    let launch = |i: &Item| input::Launch { title: i.title.clone(), date: i.date };
    // A feed is written by somebody else: it does not say where our notes may lead.
    let links = library.iter().filter(|i| !i.origin.is_feed()).filter_map(Item::host);
    input::Facts {
        partner: Some(partner.name.clone()),
        overlaps: overlaps
            .iter()
            .filter_map(|o| sharing::shared_overlap(rule, o))
            .filter_map(|o| {
                Some(input::Overlap {
                    account: o.account?,
                    our_population: o.our_population,
                    their_population: o.their_population,
                    seen: o.seen.map(|at| at.to_zoned(zone.clone()).date()),
                    amount: o.amount,
                })
            })
            .collect(),
        withheld: Vec::new(),
        never: Vec::new(),
        assets: of(ItemKind::Asset)
            .map(|i| input::Asset { title: i.title.clone(), url: i.url.clone(), expires: i.expires })
            .collect(),
        our_launches: of(ItemKind::OurLaunch).map(launch).collect(),
        their_launches: of(ItemKind::TheirLaunch).map(launch).collect(),
        other_partners: others,
        allowed_links: links.chain(partner.domain.clone()).collect(),
    }
}
