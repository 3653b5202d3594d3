//! What we gave a partner and what we asked of it (A10): counted anew each time from what is written down, so that nothing can
//! drift.

mod written;

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};

pub use written::{Met, Planned, Written, entries};

use crate::kernel::ids::{AccountId, ContactId, UserId};
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Motion, Overlap, Triage};

/// The ledger goes back so far.
pub const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);
/// What happened lately is compared with as long a time before.
const QUARTER: SignedDuration = SignedDuration::from_hours(91 * 24);
/// So many in a row are a habit.
pub const HABIT: usize = 5;

/// One thing that was given or asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub motion: Motion,
    /// It was an introduction.
    pub introduced: bool,
    /// About which account.
    pub account: AccountId,
    /// What, in words that are not escaped.
    pub words: String,
    /// Who of ours gave or asked.
    pub ours: Option<UserId>,
    /// Who at the partner was given or asked.
    pub contact: Option<(ContactId, String)>,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// What we gave.
    pub gives: usize,
    /// What we asked.
    pub asks: usize,
    /// What both do.
    pub joints: usize,
    /// Introductions that we made; gives as well.
    pub made: usize,
    /// Introductions that we received; asks as well.
    pub received: usize,
}

impl Count {
    fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut count = Self::default();
        for entry in entries {
            let introduced = usize::from(entry.introduced);
            match entry.motion {
                Motion::Give => {
                    count.gives += 1;
                    count.made += introduced;
                }
                Motion::Ask => {
                    count.asks += 1;
                    count.received += introduced;
                }
                Motion::Joint => count.joints += 1,
            }
        }
        count
    }

    /// Above zero where we gave more than we asked.
    pub fn balance(&self) -> i64 {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        number(self.gives) - number(self.asks)
    }

    /// Whether there is anything.
    pub fn is_empty(&self) -> bool {
        self.gives + self.asks + self.joints == 0
    }

    /// `2 gives, 5 asks, 1 joint`, or `2 gives, 5 asks`.
    pub fn words(&self) -> String {
        let some = |n: usize, one: &str, many: &str| match n {
            1 => format!("1 {one}"),
            n => format!("{n} {many}"),
        };
        let (gives, asks) = (some(self.gives, "give", "gives"), some(self.asks, "ask", "asks"));
        match self.joints {
            0 => format!("{gives}, {asks}"),
            n => format!("{gives}, {asks}, {n} joint"),
        }
    }
}

/// What was given and asked, with one partner or with one of its people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// All of it.
    pub count: Count,
    /// The last quarter.
    pub lately: Count,
    /// The quarter before.
    pub before: Count,
    /// The newest entries, the newest first.
    pub newest: Vec<Entry>,
    /// The last five were all asks.
    pub only_asks: bool,
    /// Each of the partner's people who is in it, whoever was asked most first.
    pub contacts: Vec<(String, Count)>,
    /// Each of ours who is in it, whoever asked most first.
    pub ours: Vec<(UserId, Count)>,
}

/// So many entries are kept to be shown.
const NEWEST: usize = 5;

impl Ledger {
    /// From everything that was given and asked.
    pub fn of(mut entries: Vec<Entry>, now: Timestamp) -> Self {
        entries.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.words.cmp(&b.words)));
        let between = |from: SignedDuration, until: SignedDuration| {
            Count::of(entries.iter().filter(|e| now - from < e.at && e.at <= now - until))
        };
        let first: Vec<&Entry> = entries.iter().take(HABIT).collect();
        let mut contacts: BTreeMap<&ContactId, (&str, Vec<&Entry>)> = BTreeMap::new();
        let mut ours: BTreeMap<&UserId, Vec<&Entry>> = BTreeMap::new();
        for entry in &entries {
            if let Some((id, name)) = &entry.contact {
                contacts.entry(id).or_insert((name, Vec::new())).1.push(entry);
            }
            if let Some(user) = &entry.ours {
                ours.entry(user).or_default().push(entry);
            }
        }
        let mut contacts: Vec<(String, Count)> =
            contacts.into_values().map(|(name, entries)| (name.to_owned(), Count::of(entries))).collect();
        contacts.sort_by(|a, b| a.1.balance().cmp(&b.1.balance()).then_with(|| a.0.cmp(&b.0)));
        let mut ours: Vec<(UserId, Count)> =
            ours.into_iter().map(|(user, entries)| (user.clone(), Count::of(entries))).collect();
        ours.sort_by(|a, b| a.1.balance().cmp(&b.1.balance()).then_with(|| a.0.cmp(&b.0)));
        Self {
            count: Count::of(&entries),
            lately: between(QUARTER, SignedDuration::ZERO),
            before: between(QUARTER * 2, QUARTER),
            only_asks: first.len() == HABIT && first.iter().all(|e| e.motion == Motion::Ask),
            contacts,
            ours,
            newest: entries.into_iter().take(NEWEST).collect(),
        }
    }

    /// How the last quarter stands beside the one before, in words; `None` while nothing can be compared.
    pub fn trend(&self) -> Option<String> {
        if self.lately.is_empty() || self.before.is_empty() {
            return None;
        }
        let (now, before) = (self.lately.balance(), self.before.balance());
        Some(match now.cmp(&before) {
            std::cmp::Ordering::Greater => "better than in the quarter before".to_owned(),
            std::cmp::Ordering::Less => "worse than in the quarter before".to_owned(),
            std::cmp::Ordering::Equal => "as in the quarter before".to_owned(),
        })
    }

    /// Who is behind, in words.
    pub fn balance_words(&self, partner: &str) -> String {
        match self.count.balance() {
            0 if self.count.is_empty() => format!("Nothing was given or asked with {partner} in a year."),
            0 => "As many gives as asks.".to_owned(),
            1 => "One more give than asks.".to_owned(),
            -1 => "One more ask than gives.".to_owned(),
            n @ 2.. => format!("{n} more gives than asks."),
            n => format!("{} more asks than gives.", -n),
        }
    }
}

/// What could be given next: the account that suggests a give, is not turned down, and was not given yet. The largest first,
/// then the newest.
pub fn suggest(overlaps: &[Overlap], entries: &[Entry], kinds: &Kinds) -> Option<Overlap> {
    let given: HashSet<&AccountId> =
        entries.iter().filter(|e| e.motion == Motion::Give).map(|e| &e.account).collect();
    let worth = |o: &Overlap| o.amount.map_or(0, |m| m.hundredths);
    overlaps
        .iter()
        .filter(|o| o.motion(kinds) == Some(Motion::Give) && o.gone_at.is_none())
        .filter(|o| !matches!(o.triage, Triage::Dismissed(_)) && !given.contains(&o.account.id))
        .max_by(|a, b| {
            let key = |o: &Overlap| (worth(o), o.first_seen);
            key(a).cmp(&key(b)).then_with(|| b.account.name.cmp(&a.account.name))
        })
        .cloned()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::map::account_map::testing::{at, map};
    use crate::map::overlap::Population;

    pub(crate) fn entry(days_ago: i64, motion: Motion, introduced: bool) -> Entry {
        Entry {
            at: at("2026-03-09T08:00:00Z") - SignedDuration::from_hours(24 * days_ago),
            motion,
            introduced,
            account: format!("a{days_ago}").into(),
            words: format!("Account {days_ago}"),
            ours: Some("UREP".into()),
            contact: Some(("c1".into(), "Sam Whitfield".into())),
        }
    }

    fn now() -> Timestamp {
        at("2026-03-09T08:00:00Z")
    }

    #[test]
    fn five_asks_in_a_row_are_a_habit() {
        let asks = |n: i64| (0..n).map(|day| entry(day, Motion::Ask, false)).collect::<Vec<_>>();
        assert!(!Ledger::of(asks(4), now()).only_asks, "four are none");
        assert!(Ledger::of(asks(5), now()).only_asks);
        let mut older_give = asks(5);
        older_give.push(entry(30, Motion::Give, true));
        assert!(Ledger::of(older_give, now()).only_asks, "what we gave before them does not count");
        let mut newer_give = asks(5);
        newer_give.push(entry(-1, Motion::Give, true));
        assert!(!Ledger::of(newer_give, now()).only_asks);
    }

    #[test]
    fn the_balance_and_the_trend_are_told_in_words() {
        let ledger = |all: &[(i64, Motion)]| {
            let ledger = Ledger::of(all.iter().map(|(d, m)| entry(*d, *m, false)).collect(), now());
            format!("{} {:?}", ledger.balance_words("Northwind"), ledger.trend())
        };
        let (give, ask) = (Motion::Give, Motion::Ask);
        let all = [
            ledger(&[]),
            ledger(&[(1, give)]),
            ledger(&[(1, ask), (100, give)]),
            ledger(&[(1, give), (2, give), (100, ask)]),
            ledger(&[(1, ask), (2, ask), (100, ask), (101, give)]),
            ledger(&[(1, Motion::Joint), (100, Motion::Joint)]),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        Nothing was given or asked with Northwind in a year. None
        One more give than asks. None
        As many gives as asks. Some("worse than in the quarter before")
        One more give than asks. Some("better than in the quarter before")
        2 more asks than gives. Some("worse than in the quarter before")
        As many gives as asks. Some("as in the quarter before")
        "#);
    }

    #[test]
    fn a_give_is_suggested_once_and_the_largest_first() {
        let mut overlaps = map().overlaps;
        let kinds = Kinds::shipped();
        assert_eq!(suggest(&overlaps, &[], &kinds), None, "both are asks");
        for overlap in &mut overlaps {
            overlap.our_population = Some(Population::Customer);
            overlap.their_population = Some(Population::Prospect);
        }
        overlaps[1].account.id = "a2".into();
        overlaps[1].amount = None;
        let found = |entries: &[Entry], overlaps: &[Overlap]| {
            suggest(overlaps, entries, &kinds).map(|o| o.account.id.to_string())
        };
        assert_eq!(found(&[], &overlaps).as_deref(), Some("a1"));
        let given = Entry { account: "a1".into(), ..entry(1, Motion::Give, true) };
        assert_eq!(found(&[given], &overlaps).as_deref(), Some("a2"));
        let asked = Entry { account: "a1".into(), ..entry(1, Motion::Ask, false) };
        assert_eq!(found(&[asked], &overlaps).as_deref(), Some("a1"));
        overlaps[0].triage = Triage::Dismissed("no".into());
        overlaps[1].gone_at = Some(now());
        assert_eq!(found(&[], &overlaps), None);
    }

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let motion = prop::sample::select(vec![Motion::Give, Motion::Ask, Motion::Joint]);
        prop::collection::vec((0i64..300, motion, any::<bool>(), any::<bool>()), 0..30).prop_map(|all| {
            all.into_iter()
                .map(|(day, motion, introduced, known)| Entry {
                    contact: known.then(|| ("c1".into(), "Sam Whitfield".into())),
                    ..entry(day, motion, introduced)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn everything_is_counted_once_whatever_its_order(entries in entries(), seed in any::<usize>()) {
            let ledger = Ledger::of(entries.clone(), now());
            let total = |c: &Count| c.gives + c.asks + c.joints;
            prop_assert_eq!(total(&ledger.count), entries.len());
            prop_assert!(ledger.count.made <= ledger.count.gives && ledger.count.received <= ledger.count.asks);
            prop_assert_eq!(ledger.ours.iter().map(|(_, c)| total(c)).sum::<usize>(), entries.len());
            let known = entries.iter().filter(|e| e.contact.is_some()).count();
            prop_assert_eq!(ledger.contacts.iter().map(|(_, c)| total(c)).sum::<usize>(), known);
            prop_assert!(total(&ledger.lately) + total(&ledger.before) <= entries.len());
            prop_assert!(ledger.newest.windows(2).all(|pair| pair[0].at >= pair[1].at));
            let mut other = entries;
            let count = other.len().max(1);
            other.rotate_left(seed % count);
            let again = Ledger::of(other, now());
            prop_assert_eq!((again.count, again.only_asks), (ledger.count, ledger.only_asks));
        }
    }
}
