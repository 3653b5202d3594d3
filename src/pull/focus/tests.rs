use proptest::prelude::*;

use super::*;
use crate::map::focus::Agreed;
use crate::map::overlap::Population;
use crate::pull::testing::{at, overlap, partner};

fn ground(overlaps: Vec<Overlap>) -> Ground {
    let northwind = partner("Northwind", Some("2026-03-04T08:00:00Z"));
    Ground {
        now: at("2026-03-09T08:00:00Z"),
        zone: TimeZone::UTC,
        list: List::new(&northwind.id, Side::Ours),
        partner: northwind,
        agreed: Vec::new(),
        marks: Vec::new(),
        overlaps,
        planned: Vec::new(),
        kinds: Kinds::shipped(),
        trust: HashMap::new(),
    }
}

#[test]
fn trust_inside_is_a_reason_and_comes_first_among_equals() {
    let all = many(12);
    let mut ground = ground(all.clone());
    let trust = Trust { who: "Sam at Northwind".into(), whom: "Dana Reyes, VP Sales".into(), strength: 4 };
    ground.trust.insert(all[11].account.id.clone(), trust);
    let proposal = propose(&ground);
    assert_eq!(names(&proposal)[0], "Account 11");
    insta::assert_snapshot!(proposal.lines[0].why.join("; "), @"an ask: Northwind can open doors for our deal; Sam at Northwind knows Dana Reyes, VP Sales: 4 of 5; seen 2 days ago; nobody of ours has it yet");
}

fn many(n: usize) -> Vec<Overlap> {
    (0..n).map(|i| overlap(&format!("o{i:02}"), &format!("Account {i:02}"), "Northwind")).collect()
}

fn mark(o: &Overlap, wish: Wish) -> Mark {
    Mark { account: o.account.id.clone(), wish, by: "U0OMAR".into() }
}

fn names(proposal: &Proposal) -> Vec<&str> {
    proposal.lines.iter().map(|l| l.overlap.account.name.as_str()).collect()
}

#[test]
fn ten_by_what_lasts_with_reasons() {
    let mut all = many(14);
    all[13].amount = crate::kernel::money::Money::parse("$1.2M");
    all[13].stage = Some("Negotiation".into());
    all[0].their_population = Some(Population::Prospect);
    let proposal = propose(&ground(all));
    assert_eq!(proposal.lines.len(), SIZE);
    assert_eq!(names(&proposal)[0], "Account 13");
    assert!(!names(&proposal).contains(&"Account 00"), "joint comes after the asks");
    assert_eq!(proposal.others.len(), 4);
    insta::assert_snapshot!(proposal.lines[0].why.join("; "), @"an ask, and soon: Northwind knows them and our deal is nearly decided; seen 2 days ago; nobody of ours has it yet");
}

#[test]
fn pins_come_first_and_what_was_dropped_stays_away() {
    let all = many(12);
    let (pinned, dropped) = (all[11].clone(), all[0].clone());
    let mut ground = ground(all);
    ground.marks = vec![mark(&pinned, Wish::Pinned), mark(&dropped, Wish::Dropped)];
    let proposal = propose(&ground);
    assert_eq!(names(&proposal)[0], "Account 11");
    assert!(!names(&proposal).contains(&"Account 00"));
    assert_eq!(proposal.dropped[0].0.name, "Account 00");
}

#[test]
fn what_is_agreed_stays_until_something_is_clearly_worth_more() {
    let mut all = many(11);
    let mut ground = ground(all.clone());
    ground.agreed = all[1..].iter().map(|o| o.account.clone()).collect();
    ground.list.agreed = Some(Agreed { number: 1, by: "U0MAYA".into(), at: ground.now });
    assert!(!propose(&ground).differs(), "the eleventh is worth no more than the others");
    all[0].amount = crate::kernel::money::Money::parse("$1.2M");
    all[0].stage = Some("legal".into());
    ground.overlaps = all.clone();
    let proposal = propose(&ground);
    assert!(proposal.differs());
    assert_eq!(proposal.leaving[0].because, "others are worth more now");
    all[3].gone_at = Some(ground.now);
    all[4].triage = Triage::Dismissed("too small".into());
    ground.overlaps = all;
    let proposal = propose(&ground);
    let why: Vec<_> = proposal.leaving.iter().map(|l| format!("{}: {}", l.account.name, l.because)).collect();
    assert_eq!(why, ["Account 03: no longer on Northwind's list", "Account 04: dismissed: too small"]);
}

#[test]
fn a_partner_is_worked_through_when_all_that_is_worth_it_is_planned() {
    let mut all = many(12);
    assert_eq!(propose(&ground(all.clone())).planned(), (0, false));
    all.iter_mut().take(11).for_each(|o| o.triage = Triage::Planned);
    assert_eq!(propose(&ground(all.clone())).planned(), (10, false));
    all[11].triage = Triage::Planned;
    assert_eq!(propose(&ground(all)).planned(), (10, true));
}

#[test]
fn a_list_is_overdue_for_a_reason() {
    let mut list = List::new(&"northwind".into(), Side::Ours);
    let now = at("2026-06-30T08:00:00Z").to_zoned(TimeZone::UTC);
    assert_eq!(overdue(&list, 4, 0, &now), None);
    assert_eq!(
        overdue(&list, 12, 0, &now).as_deref(),
        Some("nothing agreed yet, 12 accounts to choose from")
    );
    list.agreed = Some(Agreed { number: 1, by: "U0MAYA".into(), at: at("2026-06-01T08:00:00Z") });
    assert_eq!(overdue(&list, 12, 0, &now), None);
    assert_eq!(overdue(&list, 12, 2, &now).as_deref(), Some("2 accounts on it are no overlaps any more"));
    list.agreed = Some(Agreed { number: 1, by: "U0MAYA".into(), at: at("2026-03-01T08:00:00Z") });
    assert_eq!(overdue(&list, 12, 0, &now).as_deref(), Some("agreed 121 days ago"));
}

const ALL: [Option<Population>; 4] =
    [None, Some(Population::Customer), Some(Population::Prospect), Some(Population::OpenOpportunity)];

proptest! {
    #[test]
    fn whatever_the_overlaps_and_wishes_the_list_keeps_its_promises(
        rows in prop::collection::vec((0usize..4, 0usize..4, 0i64..5_000_000, any::<bool>(), 0u8..4, any::<bool>()), 0..40),
        size in SIZE..=crate::map::focus::LONGEST,
        theirs in any::<bool>(),
    ) {
        let mut all = many(rows.len());
        let mut ground = ground(Vec::new());
        ground.list.size = size;
        ground.list.side = if theirs { Side::Theirs } else { Side::Ours };
        for (o, (ours, their, amount, gone, wish, agreed)) in all.iter_mut().zip(&rows) {
            o.our_population = ALL[*ours];
            o.their_population = ALL[*their];
            o.amount = crate::kernel::money::Money::parse(&format!("${amount}"));
            o.gone_at = gone.then_some(ground.now);
            match wish {
                0 if ground.marks.len() < size => ground.marks.push(mark(o, Wish::Pinned)),
                1 => ground.marks.push(mark(o, Wish::Dropped)),
                _ => {}
            }
            if *agreed && ground.agreed.len() < size {
                ground.agreed.push(o.account.clone());
            }
        }
        ground.overlaps = all;
        let proposal = propose(&ground);
        prop_assert!(proposal.lines.len() <= size);
        let mut ids: Vec<_> = proposal.accounts().into_iter().map(|a| a.id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), proposal.lines.len(), "nothing twice");
        for m in &ground.marks {
            prop_assert_eq!(ids.contains(&m.account), m.wish == Wish::Pinned);
        }
        for line in &proposal.lines {
            prop_assert!(line.pinned_by.is_some() || line.overlap.gone_at.is_none());
            prop_assert!(!line.why.is_empty());
        }
        // What is agreed is either proposed or said to leave.
        for account in &ground.agreed {
            let leaves = proposal.leaving.iter().any(|l| l.account.id == account.id);
            prop_assert_eq!(leaves, !ids.contains(&account.id));
        }
        let mut reversed = ground.clone();
        reversed.overlaps.reverse();
        prop_assert_eq!(propose(&reversed).seal(), proposal.seal());
    }
}
