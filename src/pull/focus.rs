//! What a focus list should hold (B2): proposed by what lasts, agreed by people.
//!
//! The proposal is derived whenever somebody looks, so it is as new as the overlaps. What was agreed changes only when
//! somebody agrees again: until then the difference is shown.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use sha2::{Digest, Sha256};

use super::priority::{self, About};
use crate::kernel::age;
use crate::kernel::ids::{AccountId, OverlapId, UserId};
use crate::map::account::Account;
use crate::map::focus::{Focus, List, Mark, SIZE, Side, Wish};
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Motion, Overlap, Triage};
use crate::map::partner::Partner;
use crate::map::trust::Trust;

/// Points of being agreed already: nothing is pushed off by what is worth little more.
const KEPT: i64 = 15;
/// Points of each of the five of a trust inside: a path in is worth as much as the difference of one kind and the next.
const TRUST: i64 = 2;
/// With so many overlaps to choose from, a list that nobody has agreed on is overdue.
const ENOUGH: i64 = 5;
/// An agreement is looked at again after a quarter, in days.
const QUARTER: i64 = 90;

/// Everything that a proposal is made of.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The present.
    pub now: Timestamp,
    /// In whose days ages are told.
    pub zone: TimeZone,
    /// With whom.
    pub partner: Partner,
    /// The list as it stands.
    pub list: List,
    /// What is agreed, in order.
    pub agreed: Vec<Account>,
    /// What people want of the next proposal, the oldest first.
    pub marks: Vec<Mark>,
    /// The worthiest overlaps of this side, and all of what is agreed or marked; gone ones included.
    pub overlaps: Vec<Overlap>,
    /// The motions of what was last planned with the partner, the newest first.
    pub planned: Vec<Motion>,
    /// The motion of each kind.
    pub kinds: Kinds,
    /// The best trust inside an account that the side has which is to open the door.
    pub trust: HashMap<AccountId, Trust>,
}

/// One account that is proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The overlap that it stands for.
    pub overlap: Overlap,
    /// It is agreed already.
    pub agreed: bool,
    /// Who wants it there whatever its score.
    pub pinned_by: Option<UserId>,
    /// Why, in words; not escaped.
    pub why: Vec<String>,
}

/// An account that is agreed and would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Which.
    pub account: Account,
    /// Why, in words; not escaped.
    pub because: String,
}

/// What a list should hold now, and how that differs from what is agreed.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// In the order of the list.
    pub lines: Vec<Line>,
    /// What is agreed and not proposed any more.
    pub leaving: Vec<Leaving>,
    /// What somebody dropped: the account and by whom.
    pub dropped: Vec<(Account, UserId)>,
    /// What there would be besides, the worthiest first.
    pub others: Vec<Overlap>,
}

impl Proposal {
    /// The accounts, in order.
    pub fn accounts(&self) -> Vec<Account> {
        self.lines.iter().map(|line| line.overlap.account.clone()).collect()
    }

    /// Whether agreeing would change what is agreed.
    pub fn differs(&self) -> bool {
        !self.leaving.is_empty() || self.lines.iter().any(|line| !line.agreed)
    }

    /// How many of them are planned already, and whether nothing else would be worth a session (A6).
    pub fn planned(&self) -> (usize, bool) {
        let is_planned = |o: &Overlap| o.triage == Triage::Planned;
        let planned = self.lines.iter().filter(|l| is_planned(&l.overlap)).count();
        let saturated = planned > 0 && planned == self.lines.len() && self.others.iter().all(is_planned);
        (planned, saturated)
    }

    /// A mark of exactly these accounts in this order, for the button that agrees on them.
    pub fn seal(&self) -> String {
        let mut hash = Sha256::new();
        for line in &self.lines {
            hash.update(line.overlap.account.id.as_str().as_bytes());
            hash.update([0]);
        }
        hex::encode(&hash.finalize()[..8])
    }
}

/// Proposes: what is pinned first, then by what lasts, until the list is full.
pub fn propose(ground: &Ground) -> Proposal {
    let now = ground.now.to_zoned(ground.zone.clone());
    let wish = |id: &AccountId| ground.marks.iter().find(|m| m.account == *id);
    let is_agreed = |id: &AccountId| ground.agreed.iter().any(|a| a.id == *id);
    let wished = |o: &Overlap, wanted: Wish| wish(&o.account.id).is_some_and(|m| m.wish == wanted);
    let side = ground.list.side;
    let line = |o: &Overlap| Line {
        overlap: o.clone(),
        agreed: is_agreed(&o.account.id),
        pinned_by: wish(&o.account.id).filter(|m| m.wish == Wish::Pinned).map(|m| m.by.clone()),
        why: reasons(ground, o, &now),
    };
    let pins = ground.marks.iter().filter(|m| m.wish == Wish::Pinned);
    let mut lines: Vec<Line> =
        pins.filter_map(|m| ground.overlaps.iter().find(|o| o.account.id == m.account)).map(line).collect();
    let mut ranked: Vec<(i64, &Overlap)> = ground
        .overlaps
        .iter()
        .filter(|o| o.gone_at.is_none() && !matches!(o.triage, Triage::Dismissed(_)))
        .filter(|o| side.wants(o.our_population, o.their_population))
        .filter(|o| wish(&o.account.id).is_none())
        .map(|o| (score(ground, o) + if is_agreed(&o.account.id) { KEPT } else { 0 }, o))
        .collect();
    ranked.sort_by(|(a, x), (b, y)| {
        let name = |o: &Overlap| o.account.name.to_lowercase();
        b.cmp(a).then_with(|| name(x).cmp(&name(y))).then_with(|| x.id.cmp(&y.id))
    });
    let free = ground.list.size.saturating_sub(lines.len()).min(ranked.len());
    let others = ranked.split_off(free);
    lines.extend(ranked.iter().map(|(_, o)| line(o)));
    let proposed = |id: &AccountId| lines.iter().any(|l| l.overlap.account.id == *id);
    let leaving = ground.agreed.iter().filter(|a| !proposed(&a.id));
    let leaving = leaving.map(|a| Leaving { account: a.clone(), because: because(ground, a) }).collect();
    let dropped = ground.overlaps.iter().filter(|o| wished(o, Wish::Dropped));
    let by = |o: &Overlap| wish(&o.account.id).map(|m| (o.account.clone(), m.by.clone()));
    let dropped = dropped.filter_map(by).collect();
    Proposal { lines, leaving, dropped, others: others.into_iter().map(|(_, o)| o.clone()).collect() }
}

fn about<'a>(ground: &'a Ground, now: &Zoned) -> About<'a> {
    About {
        now: ground.now,
        zone: &ground.zone,
        lasting: false,
        since: ground.now,
        planned: &ground.planned,
        stale_days: ground.partner.list_age_days(now).filter(|_| ground.partner.list_is_stale(now)),
        new_is_news: false,
        largest: false,
        kinds: &ground.kinds,
        focus: None,
    }
}

fn score(ground: &Ground, o: &Overlap) -> i64 {
    let trust = ground.trust.get(&o.account.id).map_or(0, |t| t.strength * TRUST);
    priority::lasting(o, &about(ground, &ground.now.to_zoned(ground.zone.clone()))).score + trust
}

/// Why it is proposed: the motion, who could open the door, how fresh the overlap is, who of ours has it. How old the whole
/// list is stands above.
fn reasons(ground: &Ground, o: &Overlap, now: &Zoned) -> Vec<String> {
    let about = About { stale_days: None, ..about(ground, now) };
    let mut why: Vec<String> = priority::lasting(o, &about).why.iter().map(priority::Reason::words).collect();
    why.extend(ground.trust.get(&o.account.id).map(Trust::words));
    why.push(if o.gone_at.is_some() {
        format!("no longer on {}'s list", o.partner)
    } else {
        match age::days_since(o.last_seen, now) {
            0 => "seen today".to_owned(),
            days => format!("seen {} ago", age::days(days)),
        }
    });
    if o.holder().is_none() {
        why.push("nobody of ours has it yet".to_owned());
    }
    why
}

/// Why an agreed account is not proposed any more.
fn because(ground: &Ground, account: &Account) -> String {
    let partner = &ground.partner.name;
    if ground.marks.iter().any(|m| m.account == account.id && m.wish == Wish::Dropped) {
        return "dropped".to_owned();
    }
    match ground.overlaps.iter().find(|o| o.account.id == account.id) {
        None => format!("no overlap with {partner} any more"),
        Some(o) if o.gone_at.is_some() => format!("no longer on {partner}'s list"),
        Some(Overlap { triage: Triage::Dismissed(why), .. }) => format!("dismissed: {why}"),
        Some(o) if !ground.list.side.wants(o.our_population, o.their_population) => {
            format!("now {}", o.kind_words())
        }
        Some(_) => "others are worth more now".to_owned(),
    }
}

/// Of these overlaps, whose focus list each is on; on both, it is ours.
pub fn sides(focus: &[Focus], overlaps: &[Overlap]) -> HashMap<OverlapId, Side> {
    let side = |o: &Overlap| {
        let on = focus.iter().filter(|f| f.account == o.account.id && f.partner == o.partner_id);
        on.map(|f| f.side).min()
    };
    overlaps.iter().filter_map(|o| Some((o.id.clone(), side(o)?))).collect()
}

/// Why a list is due to be looked at, in words; `worth` overlaps would have a place on it, and `lapsed` of its accounts
/// are no overlap any more.
pub fn overdue(list: &List, worth: i64, lapsed: i64, now: &Zoned) -> Option<String> {
    let Some(agreed) = &list.agreed else {
        return (worth >= ENOUGH).then(|| format!("nothing agreed yet, {worth} accounts to choose from"));
    };
    let days = age::days_since(agreed.at, now);
    match lapsed {
        1 => Some("1 account on it is no overlap any more".to_owned()),
        2.. => Some(format!("{lapsed} accounts on it are no overlaps any more")),
        _ => (days > QUARTER).then(|| format!("agreed {} ago", age::days(days))),
    }
}

/// Whether as many as may stand on the list are pinned: one more needs somebody to insist.
pub fn is_full_of_pins(list: &List, marks: &[Mark], account: &AccountId) -> bool {
    let pins = marks.iter().filter(|m| m.wish == Wish::Pinned && m.account != *account).count();
    pins >= list.size
}

/// Whether so many need somebody to insist.
pub fn takes_insisting(size: usize) -> bool {
    size > SIZE
}

#[cfg(test)]
mod tests;
