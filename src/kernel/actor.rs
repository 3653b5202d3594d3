//! Who acts, and what they may do.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use super::ids::{PartnerId, UserId};

/// What somebody is to the partner team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Installs, binds channels, sets roles.
    Admin,
    /// Gives instructions and approves what goes out.
    PartnerManager,
    /// Triages, builds lists, drafts.
    Operations,
    /// Owns accounts and asks for help on them. Every member of the home workspace is at least this.
    Rep,
    /// Reads.
    Executive,
}

impl Role {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::PartnerManager, Self::Operations, Self::Rep, Self::Executive];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::PartnerManager => "partner_manager",
            Self::Operations => "operations",
            Self::Rep => "rep",
            Self::Executive => "executive",
        }
    }

    /// From what was stored; `None` for a role of another version.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }

    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::PartnerManager => "partner manager",
            Self::Operations => "ecosystem operations",
            Self::Rep => "rep",
            Self::Executive => "executive",
        }
    }
}

/// A right that is checked at the moment of the click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Add overlaps, requests and commitments, fill account maps; answer one's own.
    Contribute,
    /// Decide on overlaps: plan, assign, snooze, dismiss; decide on accounts and hold them; import lists; draft notes.
    Triage,
    /// Approve, edit after proposal, reject a note to a partner.
    Approve,
    /// Change settings, partners, channels and roles.
    Administer,
}

impl Right {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Contribute, Self::Triage, Self::Approve, Self::Administer];

    /// The roles that have it: the one table of who may do what.
    pub fn held_by(self) -> &'static [Role] {
        use Role::{Admin, Executive, Operations, PartnerManager, Rep};
        match self {
            Self::Contribute => &[Admin, PartnerManager, Operations, Rep, Executive],
            Self::Triage => &[Admin, PartnerManager, Operations],
            Self::Approve => &[Admin, PartnerManager],
            Self::Administer => &[Admin],
        }
    }

    /// What it is good for, as the table of rights in the README says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Contribute => "add overlaps, ask for sessions, log commitments, fill account maps",
            Self::Triage => {
                "triage: plan, assign, snooze, dismiss, decide and hold accounts, open their rooms, import lists, review matches, keep the library, draft notes, set up sessions, start plays, record check-ins"
            }
            Self::Approve => {
                "approve, edit, reject a note to a partner; agree on focus lists; decide what a partner may see; write its instructions"
            }
            Self::Administer => "set-up, partners, channels, roles, kinds, the digest's settings",
        }
    }

    /// What somebody without it is told.
    pub fn refusal(self) -> &'static str {
        match self {
            Self::Contribute => "Only members of this workspace can do that.",
            Self::Triage => {
                "Only partner managers, operations and admins can do that. Ask one of them, or an admin for the role."
            }
            Self::Approve => {
                "Only a partner manager or an admin can decide on a note to a partner. Nothing was sent."
            }
            Self::Administer => "Only an admin can change the set-up. `/partner status` says who that is.",
        }
    }
}

/// Why somebody is no full member of the home workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Of another team.
    Stranger,
    /// A guest of ours.
    Guest,
    /// No person.
    Bot,
    /// No longer there.
    Deactivated,
    /// Slack knows no such user, or shows us none.
    Missing,
    /// Slack does not say of which team.
    Nameless,
}

impl Outside {
    const ALL: [Self; 6] =
        [Self::Stranger, Self::Guest, Self::Bot, Self::Deactivated, Self::Missing, Self::Nameless];

    /// What they are instead, for the audit, for people and as stored.
    pub fn words(self) -> &'static str {
        match self {
            Self::Stranger => "another company's account",
            Self::Guest => "a guest",
            Self::Bot => "a bot",
            Self::Deactivated => "a deactivated account",
            Self::Missing => "not to be found in Slack",
            Self::Nameless => "of a workspace that Slack does not name",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.words() == text)
    }
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// Whether a person belongs to the home workspace as a full member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A current full member.
    Member,
    /// Somebody else.
    Outside(Outside),
    /// Slack did not say who they are; they are refused until it does.
    Unconfirmed,
}

/// The person behind a click, a command or a message, as looked up at that moment.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Slack's id.
    pub user: UserId,
    /// The name they go by.
    pub name: String,
    /// Their zone; it reads and shows their dates.
    pub zone: jiff::tz::TimeZone,
    /// Member of the home workspace, or not.
    pub standing: Standing,
    /// Roles; the partner is `None` where the role holds for all of them.
    pub roles: Vec<(Role, Option<PartnerId>)>,
}

impl Actor {
    /// Whether they hold the right for this partner (or, with `None`, at all).
    pub fn may(&self, right: Right, partner: Option<&PartnerId>) -> bool {
        if self.standing != Standing::Member {
            return false;
        }
        if right.held_by().contains(&Role::Rep) {
            return true;
        }
        self.roles.iter().any(|(role, scope)| {
            right.held_by().contains(role)
                && match (scope, partner) {
                    (Some(scope), Some(partner)) => scope == partner,
                    _ => true,
                }
        })
    }

    /// Whether they hold the right for all partners at once.
    pub fn may_for_all(&self, right: Right) -> bool {
        let for_all =
            |(role, scope): &(Role, Option<PartnerId>)| scope.is_none() && right.held_by().contains(role);
        self.standing == Standing::Member && self.roles.iter().any(for_all)
    }

    /// The right, or a refusal that says who has it.
    pub fn require(&self, right: Right, partner: Option<&PartnerId>) -> Result<()> {
        match (&self.standing, self.may(right, partner)) {
            (Standing::Member, true) => Ok(()),
            (Standing::Member, false) => Err(Error::refused(right.refusal())),
            (Standing::Outside(_), _) => Err(Error::refused(
                "Only members of the workspace that runs Tandem can do that. Nothing was changed.",
            )),
            (Standing::Unconfirmed, _) => Err(Error::refused(
                "Slack does not say who you are right now, so nothing was changed. Try again in a minute.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_prints_the_table_of_rights() {
        let readme = include_str!("../../README.md");
        let rows = |right: Right| {
            let held = |role: &Role| if right.held_by().contains(role) { " yes |" } else { " |" };
            format!("| {} |{}", right.words(), Role::ALL.iter().map(held).collect::<String>())
        };
        for right in Right::ALL {
            assert!(readme.contains(&rows(right)), "the README lacks: {}", rows(right));
        }
        assert!(readme.contains("| | admin | partner manager | operations | rep | executive |"));
    }

    fn somebody(standing: Standing, roles: &[(Role, Option<&str>)]) -> Actor {
        Actor {
            user: "U1".into(),
            name: "Somebody".into(),
            zone: jiff::tz::TimeZone::UTC,
            standing,
            roles: roles.iter().map(|(role, partner)| (*role, partner.map(Into::into))).collect(),
        }
    }

    #[test]
    fn who_may_do_what_is_the_table_cell_by_cell() {
        for right in Right::ALL {
            for role in Role::ALL {
                let holds = right.held_by().contains(&role);
                let member = somebody(Standing::Member, &[(role, None)]);
                // Every member is a rep.
                let expected = holds || right.held_by().contains(&Role::Rep);
                assert_eq!(member.may(right, None), expected, "{role:?} {right:?}");
                assert_eq!(member.may(right, Some(&"p1".into())), expected, "{role:?} {right:?}");
                for standing in [Standing::Outside(Outside::Guest), Standing::Unconfirmed] {
                    assert!(!somebody(standing, &[(role, None)]).may(right, None), "{role:?} {right:?}");
                }
                let of_one = somebody(Standing::Member, &[(role, Some("p1"))]);
                assert_eq!(
                    of_one.may(right, Some(&"p1".into())),
                    expected,
                    "{role:?} {right:?} of its partner"
                );
                assert_eq!(member.may_for_all(right), holds, "{role:?} {right:?} of all");
                assert!(!of_one.may_for_all(right), "{role:?} {right:?} of all");
                let elsewhere = right.held_by().contains(&Role::Rep);
                assert_eq!(of_one.may(right, Some(&"p2".into())), elsewhere, "{role:?} {right:?} of another");
            }
        }
    }
}
