//! The account map: who matters at an account, who has trust there, what is missing, who moves next (B1, E1 to E5).
//!
//! [`stakeholder`], [`relationship`], [`involvement`], [`record`], [`decision`] and [`hold`] are what is written down;
//! [`path`], [`sight`], [`questions`], [`lever`] and [`suggest`] are what follows from it; [`past`] is all of it in order of
//! time, [`room`] where people talk about it. [`flow`] changes it, [`view`] shows it. The people at an account are stakeholders here and contacts on the screen; the people at a partner are
//! [`crate::map::partner::Contact`]s.

pub mod decision;
pub mod flow;
pub mod hold;
pub mod involvement;
pub mod lever;
pub mod past;
pub mod path;
pub mod questions;
pub mod record;
pub mod relationship;
pub mod room;
pub mod sight;
pub mod stakeholder;
pub mod store;
pub mod suggest;
#[cfg(test)]
pub(crate) mod testing;
pub mod view;

use std::collections::HashMap;

use serde_json::{Value, json};

pub use crate::config::AccountMap as Settings;
use crate::kernel::ids::{ContactId, PartnerId, StakeholderId, UserId};
use crate::map::account::Account;
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Overlap, user_of};
use crate::map::partner::{Contact, Partner};
use decision::Decision;
use hold::Hold;
use involvement::Involvement;
use record::{Entry, Step};
use relationship::{Knower, Known, Relationship};
use stakeholder::Stakeholder;

/// The names by which people of ours go, so that nobody needs to be mentioned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(HashMap<UserId, String>);

impl Names {
    /// Of these, for tests and examples.
    pub fn of(all: &[(&str, &str)]) -> Self {
        all.iter().map(|(id, name)| (UserId::from(*id), (*name).to_owned())).collect()
    }

    /// The name of a person; never a mention.
    pub fn of_user(&self, user: &UserId) -> &str {
        self.0.get(user).map_or("a colleague", String::as_str)
    }

    /// An owner as written: a mention is read as the person's name.
    pub fn of_written(&self, written: &str) -> String {
        user_of(written).map_or_else(|| written.to_owned(), |user| self.of_user(&user).to_owned())
    }

    /// `Alex Rivera and Evelyn Osei`
    pub fn list(&self, users: &[UserId]) -> String {
        listed(users.iter().map(|user| self.of_user(user)))
    }

    /// Whether the person's name is known.
    pub fn knows(&self, user: &UserId) -> bool {
        self.0.contains_key(user)
    }
}

impl FromIterator<(UserId, String)> for Names {
    fn from_iter<I: IntoIterator<Item = (UserId, String)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

/// `a`, `a and b`, `a, b and c`
pub fn listed<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.into_iter().collect();
    match all.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// Who of ours owns what: the deal and the relationship are owned apart (E4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// Who owns the deal, where it was said on the map; else as the lists have it.
    pub deal: Option<UserId>,
    /// Who owns the relationship.
    pub relationship: Option<UserId>,
}

impl Owners {
    /// What their form shows, to tell whether somebody changed it while the form was open.
    pub fn stamp(&self) -> Value {
        json!([self.deal, self.relationship])
    }
}

/// Everything that is written down about one account.
#[derive(Clone, Debug)]
pub struct AccountMap {
    /// The account.
    pub account: Account,
    /// Sample data, marked SAMPLE.
    pub sample: bool,
    /// Who of ours owns it.
    pub owners: Owners,
    /// Its current overlaps.
    pub overlaps: Vec<Overlap>,
    /// Partners that have it too, and are counted but not named until there is an agreement with them (B10).
    pub unnamed: Vec<PartnerId>,
    /// The partners that have to do with it.
    pub partners: Vec<Partner>,
    /// The people at these partners.
    pub contacts: Vec<Contact>,
    /// What each partner is on the account.
    pub involvements: Vec<Involvement>,
    /// The people at the account, who matters most first.
    pub people: Vec<Stakeholder>,
    /// Who knows them, and who of ours knows the partners' people.
    pub relationships: Vec<Relationship>,
    /// Open next steps, the most urgent first.
    pub steps: Vec<Step>,
    /// The newest touches and notes, the newest first.
    pub log: Vec<Entry>,
    /// The newest decisions, the newest first.
    pub decisions: Vec<Decision>,
    /// The newest holds, the lifted ones included, the newest first.
    pub holds: Vec<Hold>,
    /// The motion of each kind of overlap.
    pub kinds: Kinds,
    /// Names of people of ours.
    pub names: Names,
}

impl AccountMap {
    /// Leaves out who knows whom where one of the two is a partner's and not on it.
    pub fn keep_the_known(&mut self) {
        let contacts = &self.contacts;
        let is_here = |id: &ContactId| contacts.iter().any(|c| c.id == *id);
        self.relationships.retain(|r| {
            let who = match &r.who {
                Knower::Us(_) => true,
                Knower::Contact(id) => is_here(id),
            };
            let whom = match &r.whom {
                Known::Person(_) => true,
                Known::Contact(id) => is_here(id),
            };
            who && whom
        });
    }

    /// The holds that are not lifted.
    pub fn open_holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(|h| h.lifted.is_none())
    }

    /// A person at the account.
    pub fn person(&self, id: &StakeholderId) -> Option<&Stakeholder> {
        self.people.iter().find(|p| p.id == *id)
    }

    /// A person at a partner.
    pub fn contact(&self, id: &ContactId) -> Option<&Contact> {
        self.contacts.iter().find(|c| c.id == *id)
    }

    /// A partner that has to do with it.
    pub fn partner(&self, id: &PartnerId) -> Option<&Partner> {
        self.partners.iter().find(|p| p.id == *id)
    }

    /// What a partner is on the account.
    pub fn involvement(&self, partner: &PartnerId) -> Option<&Involvement> {
        self.involvements.iter().find(|i| i.partner == *partner)
    }

    /// Who owns the deal, as written: on the map, else by an overlap, else by the account.
    pub fn deal_owner(&self) -> Option<String> {
        let on_map = self.owners.deal.as_ref().map(UserId::mention);
        let by_overlap = || self.overlaps.iter().find_map(|o| o.owner.clone());
        on_map.or_else(by_overlap).or_else(|| self.account.owner.clone())
    }

    /// The same, where it is a person of ours in Slack.
    pub fn deal_owner_user(&self) -> Option<UserId> {
        self.deal_owner().and_then(|written| user_of(&written))
    }

    /// Every person of ours who is on it.
    pub fn users(&self) -> Vec<UserId> {
        use relationship::Knower;
        let mut users: Vec<UserId> = self.owners.relationship.iter().cloned().collect();
        users.extend(self.deal_owner_user());
        users.extend(self.overlaps.iter().filter_map(Overlap::owner_user));
        users.extend(self.partners.iter().filter_map(|p| p.manager.clone()));
        users.extend(self.relationships.iter().flat_map(|r| match &r.who {
            Knower::Us(user) => vec![user.clone(), r.said_by.clone()],
            Knower::Contact(_) => vec![r.said_by.clone()],
        }));
        users.extend(self.steps.iter().map(|s| s.owner.clone()));
        users.extend(self.log.iter().flat_map(|e| e.said_by.iter().chain([&e.by]).cloned()));
        users.extend(
            self.decisions
                .iter()
                .flat_map(|d| d.stays_out.iter().chain([&d.reaches_out, &d.by]).cloned().collect::<Vec<_>>()),
        );
        users.extend(self.holds.iter().flat_map(|h| {
            let lifted = h.lifted.iter().map(|(by, _)| by);
            h.held.iter().chain([&h.author]).chain(lifted).cloned().collect::<Vec<_>>()
        }));
        users.sort();
        users.dedup();
        users
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_people_say_them() {
        assert_eq!(listed([]), "");
        assert_eq!(listed(["a"]), "a");
        assert_eq!(listed(["a", "b"]), "a and b");
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn the_deals_owner_is_the_one_said_on_the_map_else_the_lists() {
        let mut map = testing::map();
        assert_eq!(map.deal_owner_user(), Some("U0ALEX".into()));
        map.owners.deal = Some("U0OMAR".into());
        assert_eq!(map.deal_owner_user(), Some("U0OMAR".into()));
        map.owners.deal = None;
        map.overlaps.clear();
        map.account.owner = Some("Priya Shah".into());
        assert_eq!((map.deal_owner(), map.deal_owner_user()), (Some("Priya Shah".into()), None));
    }
}
