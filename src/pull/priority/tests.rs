use proptest::prelude::*;

use super::*;
use crate::kernel::ids::OverlapId;
use crate::kernel::money::Money;
use crate::map::trust::Trust;
use crate::pull::testing::{at, overlap};
use crate::pull::weights::Level;

fn about<'a>(planned: &'a [Motion], zone: &'a TimeZone) -> About<'a> {
    let now = at("2026-03-09T08:00:00Z");
    About {
        now,
        zone,
        lasting: false,
        since: at("2026-03-02T08:00:00Z"),
        planned,
        stale_days: None,
        new_is_news: false,
        largest: false,
        kinds: &SHIPPED,
        focus: None,
    }
}

static SHIPPED: Kinds = Kinds::shipped();

fn phrase(o: &Overlap, planned: &[Motion]) -> String {
    weigh(o, &about(planned, &TimeZone::UTC)).phrase()
}

#[test]
fn a_day_of_more_than_six_days_ago_has_its_date() {
    let mut o = overlap("a", "Acme", "Northwind");
    let zone = TimeZone::UTC;
    let words = |o: &Overlap| {
        let now = at("2026-03-23T08:00:00Z");
        let about = About {
            now,
            zone: &zone,
            lasting: false,
            since: at("2026-03-02T08:00:00Z"),
            planned: &[],
            stale_days: None,
            new_is_news: true,
            largest: false,
            kinds: &SHIPPED,
            focus: None,
        };
        weigh(o, &about).why.first().map(Reason::words)
    };
    o.first_seen = at("2026-03-17T09:00:00Z");
    assert_eq!(words(&o).as_deref(), Some("new on Tuesday"));
    o.first_seen = at("2026-03-03T09:00:00Z");
    assert_eq!(words(&o).as_deref(), Some("new on 3 March"));
}

#[test]
fn a_motion_that_was_set_is_the_one_that_is_said() {
    let o = overlap("acme", "Acme", "Northwind");
    let mut kinds = Kinds::shipped();
    let zone = TimeZone::UTC;
    for (motion, words) in [
        (Some(Motion::Joint), "joint: our open deal, their customer"),
        (Some(Motion::Give), "a give: our open deal, their customer"),
        (None, "no motion yet: our open deal, their customer"),
        (Some(Motion::Ask), "an ask: Northwind can open doors for our deal"),
    ] {
        kinds.set(Population::OpenOpportunity, Population::Customer, motion);
        let said = weigh(&o, &About { kinds: &kinds, ..about(&[], &zone) }).phrase();
        assert_eq!(said, words);
    }
}

#[test]
fn the_motion_is_said_in_the_readers_terms() {
    let mut o = overlap("acme", "Acme", "Northwind");
    insta::assert_snapshot!(phrase(&o, &[]), @"an ask: Northwind can open doors for our deal");
    o.our_population = Some(Population::Customer);
    o.their_population = Some(Population::Prospect);
    insta::assert_snapshot!(phrase(&o, &[]), @"a give: we can introduce Northwind");
    insta::assert_snapshot!(phrase(&o, &[Motion::Ask; 5]), @"a give: the last 5 with Northwind were our asks");
    insta::assert_snapshot!(phrase(&o, &[Motion::Ask, Motion::Ask, Motion::Ask, Motion::Give]), @"a give: we can introduce Northwind");
}

#[test]
fn a_change_of_this_week_is_said_and_an_older_one_is_not() {
    let mut o = overlap("acme", "Acme", "Northwind");
    o.changed_at = Some(at("2026-03-05T10:00:00Z"));
    o.change_note = Some("the amount went from $50k to $120k".to_owned());
    insta::assert_snapshot!(phrase(&o, &[]), @"changed on Thursday: the amount went from $50k to $120k; an ask: Northwind can open doors for our deal");
    o.changed_at = Some(at("2026-02-26T10:00:00Z"));
    assert!(!phrase(&o, &[]).contains("changed"));
}

#[test]
fn what_waits_with_nobody_is_said() {
    let mut o = overlap("acme", "Acme", "Northwind");
    o.our_population = None;
    o.first_seen = at("2026-03-03T08:00:00Z");
    let waiting = weigh(&o, &about(&[], &TimeZone::UTC));
    assert_eq!(waiting.why, [Reason::Waiting(6)]);
    insta::assert_snapshot!(waiting.why[0].words(), @"open for 6 days and nobody has it");
    o.owner = Some("<@U0ALEX>".to_owned());
    insta::assert_snapshot!(phrase(&o, &[]), @"new on Tuesday");
    o.first_seen = at("2026-01-03T08:00:00Z");
    assert_eq!(weigh(&o, &about(&[], &TimeZone::UTC)).why, [Reason::Open(65)]);
    assert_eq!(phrase(&o, &[]), "", "the row says its age");
}

#[test]
fn only_asking_counts_against_one_more_ask_and_is_said() {
    let o = overlap("acme", "Acme", "Northwind");
    let plain = weigh(&o, &about(&[], &TimeZone::UTC));
    let asked = weigh(&o, &about(&[Motion::Ask; 4], &TimeZone::UTC));
    assert!(asked.score < plain.score);
    insta::assert_snapshot!(asked.phrase(), @"an ask: Northwind can open doors for our deal; the last 4 with Northwind were our asks");
}

#[test]
fn what_sets_it_apart_is_said() {
    let mut o = overlap("acme", "Acme", "Northwind");
    o.first_seen = at("2026-03-05T08:00:00Z");
    o.stage = Some("Negotiation".to_owned());
    let zone = TimeZone::UTC;
    let said = |about: &About<'_>| weigh(&o, about).phrase();
    let plain = about(&[], &zone);
    insta::assert_snapshot!(said(&plain), @"an ask, and soon: Northwind knows them and our deal is nearly decided");
    insta::assert_snapshot!(said(&About { new_is_news: true, ..plain }), @"new on Thursday; an ask, and soon: Northwind knows them and our deal is nearly decided");
    insta::assert_snapshot!(said(&About { largest: true, ..plain }), @"an ask, and soon: Northwind knows them and our deal is nearly decided; the largest amount waiting with Northwind");
}

#[test]
fn more_money_comes_first() {
    let mut small = overlap("a", "Acme", "Northwind");
    small.amount = Money::parse("$5k");
    let mut large = overlap("b", "Zeta", "Northwind");
    large.amount = Money::parse("$120k");
    let mut both = [small, large].map(|o| {
        let p = weigh(&o, &about(&[], &TimeZone::UTC));
        (o, p)
    });
    both.sort_by(order);
    assert_eq!(both[0].0.account.name, "Zeta");
}

fn some_population() -> impl Strategy<Value = Option<Population>> {
    prop_oneof![
        Just(None),
        Just(Some(Population::Customer)),
        Just(Some(Population::Prospect)),
        Just(Some(Population::OpenOpportunity)),
    ]
}

prop_compose! {
    fn some_overlap()(
        name in "[AaBb]{1,2}", ours in some_population(), theirs in some_population(),
        hundredths in proptest::option::of(-5i64..200_000_000), days in 0i64..30, changed in any::<bool>(),
        stage in proptest::option::of("negotiation|discovery"),
    ) -> Overlap {
        let mut o = overlap("", &name, "Northwind");
        o.our_population = ours;
        o.their_population = theirs;
        o.amount = hundredths.map(|hundredths| Money { hundredths, currency: None });
        o.first_seen = at("2026-03-09T08:00:00Z") - jiff::SignedDuration::from_hours(24 * days);
        o.changed_at = changed.then_some(o.first_seen);
        o.change_note = changed.then(|| "the stage is new".to_owned());
        o.stage = stage;
        o
    }
}

proptest! {
    #[test]
    fn the_order_is_total_and_the_same_whatever_came_first(
        all in proptest::collection::vec(some_overlap(), 0..12), seed in any::<u64>(),
    ) {
        let mut ranked: Vec<_> = all
            .into_iter()
            .enumerate()
            .map(|(i, mut o)| {
                o.id = OverlapId::from(format!("o{i:02}"));
                let p = weigh(&o, &about(&[Motion::Ask; 3], &TimeZone::UTC));
                (o, p)
            })
            .collect();
        prop_assert!(ranked.iter().all(|(_, p)| !p.why.is_empty()));
        let mut shuffled = ranked.clone();
        if !shuffled.is_empty() {
            let by = usize::try_from(seed % 12).unwrap() % shuffled.len();
            shuffled.rotate_left(by);
            shuffled.reverse();
        }
        ranked.sort_by(order);
        shuffled.sort_by(order);
        prop_assert_eq!(&ranked, &shuffled);
        for (i, a) in ranked.iter().enumerate() {
            for b in &ranked[i + 1..] {
                prop_assert_eq!(order(a, b), Ordering::Less);
                prop_assert_eq!(order(b, a), Ordering::Greater);
            }
        }
    }
}

#[test]
fn the_focus_list_is_said_first_and_counts() {
    let o = overlap("acme", "Acme", "Northwind");
    let zone = TimeZone::UTC;
    let plain = about(&[], &zone);
    let focused = About { focus: Some(Side::Ours), ..plain };
    let (with, without) = (weigh(&o, &focused), weigh(&o, &plain));
    assert_eq!(with.score - without.score, FOCUS);
    insta::assert_snapshot!(with.phrase(), @"on our focus list with Northwind; an ask: Northwind can open doors for our deal");
    let theirs = About { focus: Some(Side::Theirs), ..plain };
    insta::assert_snapshot!(weigh(&o, &theirs).phrase(), @"on Northwind's focus list; an ask: Northwind can open doors for our deal");
}

#[test]
fn what_lasts_leaves_the_news_of_the_week_out() {
    let mut o = overlap("acme", "Acme", "Northwind");
    let zone = TimeZone::UTC;
    let before = lasting(&o, &about(&[], &zone));
    o.changed_at = Some(at("2026-03-08T07:00:00Z"));
    o.change_note = Some("the amount is $120k".into());
    o.first_seen = at("2026-01-01T07:00:00Z");
    assert_eq!(lasting(&o, &about(&[], &zone)), before);
    assert!(weigh(&o, &about(&[], &zone)).score > before.score);
}

#[test]
fn what_does_not_count_is_not_said() {
    let mut o = overlap("acme", "Acme", "Northwind");
    o.stage = Some("negotiation".into());
    let (zone, mut weights) = (TimeZone::UTC, NORMAL.clone());
    let about = About { largest: true, focus: Some(Side::Ours), stale_days: Some(60), ..about(&[], &zone) };
    let trust =
        Trust { who: "Sam Whitfield at Northwind".into(), whom: "Dana Reyes, VP Sales".into(), strength: 4 };
    let worked = crate::pull::weights::Worked::most(7, 9);
    let all = |weights: &Weights| {
        let p = weigh_beside(&o, &about, &Beside { weights, trust: Some(&trust), worked });
        p.why.iter().map(Reason::words).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(all(&weights), @r"
    on our focus list with Northwind
    an ask, and soon: Northwind knows them and our deal is nearly decided
    Sam Whitfield at Northwind knows Dana Reyes, VP Sales: 4 of 5
    Northwind's list is 60 days old, so check first
    the largest amount waiting with Northwind
    7 of the 9 that count with Northwind are planned already
    ");
    for criterion in
        [Criterion::Trust, Criterion::Saturation, Criterion::Stage, Criterion::Amount, Criterion::Focus]
    {
        weights.set(criterion, Level::Off);
    }
    insta::assert_snapshot!(all(&weights), @r"
    an ask: Northwind can open doors for our deal
    Northwind's list is 60 days old, so check first
    ");
    for criterion in [Criterion::Kind, Criterion::Freshness, Criterion::Balance, Criterion::Waiting] {
        weights.set(criterion, Level::Off);
    }
    insta::assert_snapshot!(all(&weights), @"new on Saturday");
}

#[test]
fn an_overlap_without_anybody_counts_more_with_every_week() {
    let points: Vec<i64> = [6, 11, 12, 19, 26, 33, 90].map(waiting_points).to_vec();
    assert_eq!(points, [15, 15, 20, 25, 30, 30, 30]);
}

#[test]
fn trust_and_a_partner_that_is_worked_through_move_an_overlap() {
    let (o, zone) = (overlap("acme", "Acme", "Northwind"), TimeZone::UTC);
    let score = |beside: &Beside<'_>| weigh_beside(&o, &about(&[], &zone), beside).score;
    let plain = score(&Beside::default());
    let trust = Trust { who: "Sam".into(), whom: "Dana".into(), strength: 5 };
    assert_eq!(score(&Beside { trust: Some(&trust), ..Beside::default() }), plain + 15);
    let worked = crate::pull::weights::Worked::most(4, 4);
    assert_eq!(score(&Beside { worked, ..Beside::default() }), plain - 12);
    let mut weights = NORMAL.clone();
    weights.set(Criterion::Trust, Level::High);
    assert_eq!(score(&Beside { weights: &weights, trust: Some(&trust), worked: None }), plain + 30);
}
