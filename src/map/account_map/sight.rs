//! The map as somebody looks at it at one moment: who knows whom by now, which paths lead in, whether it moves.

use jiff::Zoned;
use jiff::civil::Date;

use super::path::{self, Edge, Node, Path};
use super::record::{Entry, Kind, Velocity};
use super::relationship::{Knower, Known, Relationship};
use super::stakeholder::Stakeholder;
use super::{AccountMap, Settings};
use crate::kernel::dates::spoken;
use crate::kernel::ids::{ContactId, StakeholderId, UserId};
use crate::map::partner::Partner;

/// Who manages a partnership counts as knowing the partner's people so well, until somebody says otherwise.
const BY_OFFICE: i64 = 3;

/// A map at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// What is written down.
    pub map: &'a AccountMap,
    /// The moment, on the reader's clock.
    pub now: &'a Zoned,
    /// From when on things count as old.
    pub settings: &'a Settings,
}

impl<'a> Sight<'a> {
    /// The reader's date.
    pub fn today(&self) -> Date {
        self.now.date()
    }

    /// A day as it is shown to the reader.
    pub fn day(&self, at: jiff::Timestamp) -> String {
        spoken(at.to_zoned(self.now.time_zone().clone()).date(), self.today())
    }

    /// Who knows somebody at the account, the strongest first; with the strength as it counts today.
    pub fn knowers(&self, person: &StakeholderId) -> Vec<(&'a Relationship, i64)> {
        let mut found: Vec<_> = self
            .map
            .relationships
            .iter()
            .filter(|r| matches!(&r.whom, Known::Person(id) if id == person))
            .map(|r| (r, r.today(self.now, self.settings)))
            .collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.who.cmp(&b.0.who)));
        found
    }

    /// The best trust that anybody has inside: who, whom, how strong.
    pub fn strongest(&self) -> Option<(&'a Relationship, &'a Stakeholder, i64)> {
        let best = |person: &'a Stakeholder| {
            self.knowers(&person.id).into_iter().next().map(|(r, strength)| (r, person, strength))
        };
        // Of two equals, whoever matters more: the people are in that order.
        self.map.people.iter().filter_map(best).reduce(|a, b| if b.2 > a.2 { b } else { a })
    }

    /// Who knows whom, as it counts today.
    fn edges(&self) -> Vec<Edge> {
        let said = self.map.relationships.iter().map(|r| Edge {
            from: match &r.who {
                Knower::Us(user) => Node::Us(user.clone()),
                Knower::Contact(contact) => Node::Contact(contact.clone()),
            },
            to: match &r.whom {
                Known::Person(person) => Node::Person(person.clone()),
                Known::Contact(contact) => Node::Contact(contact.clone()),
            },
            strength: r.today(self.now, self.settings),
        });
        let by_office = self.map.contacts.iter().filter_map(|contact| {
            let manager = self.manager_by_office(&contact.id)?;
            let (from, to) = (Node::Us(manager.clone()), Node::Contact(contact.id.clone()));
            Some(Edge { from, to, strength: BY_OFFICE })
        });
        said.chain(by_office).collect()
    }

    /// Who manages the partnership, where nobody said how well they know this contact.
    fn manager_by_office(&self, contact: &ContactId) -> Option<&'a UserId> {
        let partner = self.partner_of(contact)?;
        let manager = partner.manager.as_ref()?;
        self.said(&Knower::Us(manager.clone()), &Known::Contact(contact.clone())).is_none().then_some(manager)
    }

    fn partner_of(&self, contact: &ContactId) -> Option<&'a Partner> {
        self.map.partner(&self.map.contact(contact)?.partner)
    }

    fn said(&self, who: &Knower, whom: &Known) -> Option<&'a Relationship> {
        self.map.relationships.iter().find(|r| r.who == *who && r.whom == *whom)
    }

    /// The paths to somebody, the best first.
    pub fn paths_to(&self, person: &StakeholderId) -> Vec<Path> {
        path::to(person, &self.edges())
    }

    /// The best path to each person at the account, the best first; of two equals, to whoever matters more.
    pub fn paths(&self) -> Vec<Path> {
        let edges = self.edges();
        let mut paths: Vec<Path> = self
            .map
            .people
            .iter()
            .filter_map(|person| path::to(&person.id, &edges).into_iter().next())
            .collect();
        paths.sort_by_key(|p| (std::cmp::Reverse(p.strength()), p.nodes.len()));
        paths
    }

    /// A person's name, with the company of who is of another one; not escaped.
    pub fn name(&self, node: &Node) -> String {
        match node {
            Node::Us(user) => self.map.names.of_user(user).to_owned(),
            Node::Contact(id) => self.contact_name(id),
            Node::Person(id) => self.map.person(id).map_or_else(|| "somebody".to_owned(), Stakeholder::label),
        }
    }

    /// `Sam Whitfield at Northwind`
    pub fn contact_name(&self, id: &ContactId) -> String {
        let name = self.map.contact(id).map_or("somebody", |c| &c.name);
        match self.partner_of(id) {
            Some(partner) => format!("{name} at {}", partner.name),
            None => name.to_owned(),
        }
    }

    /// The name of somebody who knows somebody.
    pub fn knower_name(&self, who: &Knower) -> String {
        match who {
            Knower::Us(user) => self.map.names.of_user(user).to_owned(),
            Knower::Contact(contact) => self.contact_name(contact),
        }
    }

    /// A path in words, not escaped: `Alex Rivera (owns the deal) → Sam Whitfield at Northwind, 4 of 5 → Dana Reyes, VP
    /// Sales, 5 of 5`.
    pub fn path_words(&self, path: &Path) -> String {
        let mut words = String::new();
        let mut before: Option<&Node> = None;
        for (at, node) in path.nodes.iter().enumerate() {
            match before {
                None => words.push_str(&self.start_words(node, path.nodes.get(1))),
                Some(before) => {
                    words.push_str(&format!(" → {}", self.name(node)));
                    let link = path.links.get(at - 1).copied().unwrap_or(0);
                    words.push_str(&self.link_words(before, node, link));
                }
            }
            before = Some(node);
        }
        words
    }

    fn start_words(&self, node: &Node, next: Option<&Node>) -> String {
        let Node::Us(user) = node else { return self.name(node) };
        let name = self.name(node);
        if let Some(Node::Contact(contact)) = next
            && self.manager_by_office(contact) == Some(user)
            && let Some(partner) = self.partner_of(contact)
        {
            return format!("{name} (manages {})", partner.name);
        }
        if self.map.deal_owner_user().as_ref() == Some(user) {
            return format!("{name} (owns the deal)");
        }
        if self.map.owners.relationship.as_ref() == Some(user) {
            return format!("{name} (owns the relationship)");
        }
        name
    }

    fn link_words(&self, from: &Node, to: &Node, strength: i64) -> String {
        let who = match from {
            Node::Us(user) => Knower::Us(user.clone()),
            Node::Contact(contact) => Knower::Contact(contact.clone()),
            Node::Person(_) => return String::new(),
        };
        let whom = match to {
            Node::Person(person) => Known::Person(person.clone()),
            Node::Contact(contact) => Known::Contact(contact.clone()),
            Node::Us(_) => return String::new(),
        };
        match self.said(&who, &whom) {
            // It says itself who manages the partnership.
            None => String::new(),
            Some(said) => format!(", {}", self.strength_words(said, strength)),
        }
    }

    /// `4 of 5`, or `3 of 5 by now, 4 on Mon 3 Mar 2025`.
    pub fn strength_words(&self, said: &Relationship, today: i64) -> String {
        if today == said.strength {
            return format!("{today} of 5");
        }
        format!("{today} of 5 by now, {} on {}", said.strength, self.day(said.said_at))
    }

    /// The last touch.
    pub fn last_touch(&self) -> Option<&'a Entry> {
        self.map.log.iter().filter(|e| e.kind == Kind::Touch).max_by_key(|e| e.on)
    }

    /// Whether the account moves; nothing is known without a touch.
    pub fn velocity(&self) -> Option<Velocity> {
        self.last_touch().map(|touch| Velocity::of(touch.on, self.today(), self.settings))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, map, relationship};
    use super::*;

    fn with<T>(map: &AccountMap, what: impl Fn(&Sight<'_>) -> T) -> T {
        let now = at("2026-03-09T08:00:00Z").in_tz("Europe/Stockholm").unwrap();
        what(&Sight { map, now: &now, settings: &Settings::default() })
    }

    fn words(map: &AccountMap) -> String {
        with(map, |s| s.paths().iter().map(|p| s.path_words(p)).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn paths_are_told_in_words() {
        let mut map = map();
        insta::assert_snapshot!(words(&map), @r"
        Alex Rivera (owns the deal) → Sam Whitfield at Northwind, 4 of 5 → Dana Reyes, VP Sales, 5 of 5
        Alex Rivera (owns the deal) → Tom Falk, 2 of 5
        ");
        // Who manages the partnership knows its people, as long as nobody says how well somebody else does.
        map.relationships.retain(|r| !matches!(r.whom, Known::Contact(_)));
        insta::assert_snapshot!(words(&map), @r"
        Maya Lindholm (manages Northwind) → Sam Whitfield at Northwind → Dana Reyes, VP Sales, 5 of 5
        Alex Rivera (owns the deal) → Tom Falk, 2 of 5
        ");
        map.relationships.push(relationship("u:U0MAYA", "c:c-sam", 1, "2026-03-02T08:00:00Z"));
        map.relationships.push(relationship("u:U0EVE", "p:p-dana", 4, "2025-03-03T08:00:00Z"));
        insta::assert_snapshot!(words(&map), @r"
        Evelyn Osei → Dana Reyes, VP Sales, 2 of 5 by now, 4 on Mon 3 Mar 2025
        Alex Rivera (owns the deal) → Tom Falk, 2 of 5
        ");
        map.people.clear();
        assert_eq!(words(&map), "");
    }

    #[test]
    fn the_strongest_is_found_and_the_last_touch() {
        let mut map = map();
        with(&map, |s| {
            let (said, person, strength) = s.strongest().unwrap();
            assert_eq!(
                (said.who.key().as_str(), person.name.as_str(), strength),
                ("c:c-sam", "Dana Reyes", 5)
            );
            assert_eq!(s.velocity(), Some(Velocity::Active));
        });
        map.log.retain(|e| e.kind == Kind::Note);
        with(&map, |s| assert_eq!(s.velocity(), None, "a note is no touch"));
    }
}
