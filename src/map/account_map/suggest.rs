//! What the map suggests for a decision, so that it costs seconds: whoever decides changes what they know better.

use super::decision::Intent;
use super::path::{Node, Path};
use super::relationship::Knower;
use super::sight::Sight;
use crate::kernel::blocks::clip;
use crate::kernel::ids::{PartnerId, UserId};
use crate::map::overlap::{Overlap, Population};

/// What a decision's form begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// With which partner.
    pub partner: Option<PartnerId>,
    /// Who reaches out.
    pub reaches_out: UserId,
    /// Who introduces.
    pub introducer: Option<Knower>,
    /// Why.
    pub intent: Intent,
}

/// The longest reason, in characters.
const REASON: usize = 250;

/// Suggests a decision with this partner, or with whoever is best placed; `why_now` is what whoever asks knows of it,
/// `actor` reaches out where nobody owns the account.
pub fn suggest(
    sight: &Sight<'_>,
    partner: Option<&PartnerId>,
    why_now: Option<&str>,
    actor: &UserId,
) -> Suggestion {
    let path = best_path(sight, partner);
    let introducer = path.as_ref().and_then(|p| match p.introducer()? {
        Node::Contact(id) => Some(Knower::Contact(id.clone())),
        Node::Us(_) | Node::Person(_) => None,
    });
    let by_path = introducer.as_ref().and_then(|who| match who {
        Knower::Contact(id) => sight.map.contact(id).map(|c| c.partner.clone()),
        Knower::Us(_) => None,
    });
    let by_overlap = || sight.map.overlaps.first().map(|o| o.partner_id.clone());
    let partner = partner.cloned().or(by_path).or_else(by_overlap);
    let overlap = partner.as_ref().and_then(|p| sight.map.overlaps.iter().find(|o| o.partner_id == *p));
    let reaches_out = sight.map.deal_owner_user().or_else(|| sight.map.owners.relationship.clone());
    let reaches_out = reaches_out.or_else(|| first_of(path.as_ref())).unwrap_or_else(|| actor.clone());
    let why_now = why_now.map(str::to_owned).or_else(|| overlap.map(why_now_of)).unwrap_or_default();
    let intent = Intent {
        partner: clip(&why_partner(sight, path.as_ref(), overlap), REASON),
        now: clip(&why_now, REASON),
        person: clip(&why_person(sight, path.as_ref()), REASON),
    };
    Suggestion { partner, reaches_out, introducer, intent }
}

/// The best path over this partner's people to whoever matters most; without a partner, the best there is.
fn best_path(sight: &Sight<'_>, partner: Option<&PartnerId>) -> Option<Path> {
    let over = |path: &Path| match (partner, path.introducer()) {
        (None, _) => true,
        (Some(partner), Some(Node::Contact(id))) => {
            sight.map.contact(id).is_some_and(|c| c.partner == *partner)
        }
        (Some(_), _) => false,
    };
    let paths = sight.map.people.iter().filter_map(|p| sight.paths_to(&p.id).into_iter().find(over));
    // Of two equals the first: the people are in the order in which they matter.
    paths.reduce(|a, b| if b.strength() > a.strength() { b } else { a })
}

fn first_of(path: Option<&Path>) -> Option<UserId> {
    match path?.nodes.first()? {
        Node::Us(user) => Some(user.clone()),
        Node::Contact(_) | Node::Person(_) => None,
    }
}

fn why_partner(sight: &Sight<'_>, path: Option<&Path>, overlap: Option<&Overlap>) -> String {
    if let Some(path) = path
        && let (Some(introducer), Some(whom), Some(strength)) =
            (path.introducer(), path.nodes.last(), path.links.last())
    {
        return format!("{} knows {}, {strength} of 5", sight.name(introducer), sight.name(whom));
    }
    match overlap {
        None => String::new(),
        Some(o) => match o.their_population {
            Some(Population::Customer) => format!("{} has them as a customer", o.partner),
            Some(Population::OpenOpportunity) => format!("{} has a deal open there", o.partner),
            Some(Population::Prospect) => format!("{} wants to get in there", o.partner),
            None => format!("{} has the account on its list", o.partner),
        },
    }
}

fn why_now_of(overlap: &Overlap) -> String {
    match (overlap.our_population, &overlap.stage) {
        (Some(Population::OpenOpportunity), Some(stage)) => {
            format!("our deal is open, in {}", stage.to_lowercase())
        }
        (Some(Population::OpenOpportunity), None) => "our deal is open".to_owned(),
        _ => overlap.kind_words(),
    }
}

fn why_person(sight: &Sight<'_>, path: Option<&Path>) -> String {
    let map = sight.map;
    let whom = match path.and_then(|p| p.nodes.last()) {
        Some(Node::Person(id)) => map.person(id),
        _ => map.people.first(),
    };
    match whom {
        Some(person) => match person.role {
            Some(role) => format!("{} is the {}", person.label(), role.words()),
            None => format!("{} is whom we can reach", person.label()),
        },
        None => format!("nobody at {} is on the map yet: finding who matters comes first", map.account.name),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::super::testing::{at, map};
    use super::*;

    fn suggested(map: &super::super::AccountMap, partner: Option<&str>) -> Suggestion {
        let now = at("2026-03-09T08:00:00Z").in_tz("Europe/Stockholm").unwrap();
        let sight = Sight { map, now: &now, settings: &Settings::default() };
        suggest(&sight, partner.map(PartnerId::from).as_ref(), None, &"U0OMAR".into())
    }

    #[test]
    fn the_best_placed_partner_introduces_and_the_owner_reaches_out() {
        let found = suggested(&map(), None);
        assert_eq!(found.partner, Some("northwind".into()));
        assert_eq!(found.reaches_out, "U0ALEX".into());
        assert_eq!(found.introducer, Some(Knower::Contact("c-sam".into())));
        assert_eq!(found.intent.partner, "Sam Whitfield at Northwind knows Dana Reyes, VP Sales, 5 of 5");
        assert_eq!(found.intent.now, "our deal is open");
        assert_eq!(found.intent.person, "Dana Reyes, VP Sales is the decision maker");
    }

    #[test]
    fn a_partner_who_knows_nobody_is_suggested_for_what_it_has() {
        let found = suggested(&map(), Some("globex"));
        assert_eq!((found.partner, found.introducer), (Some("globex".into()), None));
        assert_eq!(found.intent.partner, "Globex has them as a customer");
    }

    #[test]
    fn on_an_empty_map_something_can_be_said_all_the_same() {
        let mut map = map();
        map.people.clear();
        map.relationships.clear();
        for overlap in &mut map.overlaps {
            overlap.owner = None;
        }
        let found = suggested(&map, Some("northwind"));
        assert_eq!(found.reaches_out, "U0OMAR".into(), "whoever decides");
        assert_eq!(found.intent.person, "nobody at Acme is on the map yet: finding who matters comes first");
        assert!(!found.intent.partner.is_empty() && !found.intent.now.is_empty());
    }
}
