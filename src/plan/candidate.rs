//! An overlap from which a session may come: how much it is worth, and what sessions did with its account.

use jiff::{SignedDuration, Timestamp};

use crate::kernel::ids::{AccountId, OverlapId};
use crate::pull::instruction::Facts;
use crate::pull::priority;
use crate::pull::trigger::Standing;

/// A session that was called off leaves its accounts alone for so long.
const CALLED_OFF: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An overlap that is on record and was neither dismissed nor put off.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The overlap.
    pub overlap: OverlapId,
    /// Its account.
    pub account: AccountId,
    /// The account's name.
    pub name: String,
    /// What a sheet may ask for.
    pub facts: Facts,
    /// It stands on an agreed focus list with the partner.
    pub focus: bool,
    /// Triage wants it on an agenda.
    pub planned: bool,
    /// When it came up or last changed.
    pub arrived: Timestamp,
}

/// What sessions did with an account, and when they last did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It stands on a proposal or on a session that is ahead.
    Taken,
    /// It was planned against.
    Worked(Timestamp),
    /// A proposal that named it was set aside.
    SetAside(Timestamp),
    /// A session that named it was called off.
    CalledOff(Timestamp),
}

/// How much it is worth to talk about.
pub fn score(c: &Candidate) -> i64 {
    let units = c.facts.amount.map_or(0, |m| m.hundredths / 100);
    let amount = priority::AMOUNTS.iter().find(|(from, _)| units >= *from).map_or(0, |(_, points)| *points);
    let focus = if c.focus { priority::FOCUS } else { 0 };
    priority::kind_points(c.facts.ours, c.facts.theirs) + amount + focus
}

/// How an account stands that came up, or last changed, at `arrived`.
pub fn standing(deeds: &[Deed], arrived: Timestamp, now: Timestamp) -> Standing {
    let mut standing = Standing::Ripe;
    for deed in deeds {
        match deed {
            Deed::Taken => return Standing::Taken,
            Deed::Worked(at) if *at >= arrived => standing = Standing::Worked,
            Deed::SetAside(at) if *at >= arrived && standing != Standing::Worked => {
                standing = Standing::SetAside;
            }
            Deed::CalledOff(at) if at.saturating_add(CALLED_OFF).is_ok_and(|end| end > now) => {
                return Standing::Taken;
            }
            _ => {}
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn an_account_is_ripe_again_when_it_changes() {
        let (before, arrived, after) =
            (at("2026-03-02T09:00:00Z"), at("2026-03-04T09:00:00Z"), at("2026-03-06T09:00:00Z"));
        let now = at("2026-03-10T09:00:00Z");
        let of = |deeds: &[Deed]| standing(deeds, arrived, now);
        assert_eq!(of(&[]), Standing::Ripe);
        assert_eq!(of(&[Deed::Worked(before), Deed::SetAside(before)]), Standing::Ripe);
        assert_eq!(of(&[Deed::Worked(after)]), Standing::Worked);
        assert_eq!(of(&[Deed::SetAside(after)]), Standing::SetAside);
        assert_eq!(of(&[Deed::SetAside(after), Deed::Worked(after)]), Standing::Worked);
        assert_eq!(of(&[Deed::Worked(after), Deed::SetAside(after)]), Standing::Worked);
        assert_eq!(of(&[Deed::Worked(after), Deed::Taken]), Standing::Taken);
        assert_eq!(of(&[Deed::CalledOff(after)]), Standing::Taken, "for a week");
        assert_eq!(of(&[Deed::CalledOff(before)]), Standing::Ripe);
    }
}
