use proptest::prelude::*;

use super::*;
use crate::map::account::Account;
use crate::map::overlap::Triage;

fn overlap(at: usize, partner: &str) -> Overlap {
    let then: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    Overlap {
        id: format!("o{at}").as_str().into(),
        account: Account {
            id: format!("a{at}").as_str().into(),
            name: format!("Name{at}x"),
            domain: Some(format!("domain{at}x.com")),
            owner: None,
        },
        partner_id: partner.into(),
        partner: "Northwind".into(),
        our_population: Some(Population::OpenOpportunity),
        their_population: Some(Population::Customer),
        owner: Some(format!("Owner{at}x")),
        amount: Some(Money { hundredths: 770_000_000 + 100 * i64::try_from(at).unwrap(), currency: None }),
        stage: Some(format!("Stage{at}x")),
        first_seen: then,
        last_seen: then,
        gone_at: None,
        changed_at: Some(then),
        change_note: Some(format!("Change{at}x")),
        triage: Triage::Dismissed(format!("Because{at}x")),
        assignee: Some(format!("UASSIGNEE{at}x").as_str().into()),
        decided_by: Some(format!("UDECIDED{at}x").as_str().into()),
        version: 1,
    }
}

/// What stands for a field in the text of whatever is shown.
fn token(o: &Overlap, field: Field) -> String {
    match field {
        Field::Account => o.account.name.clone(),
        Field::Domain => o.account.domain.clone().unwrap(),
        Field::OurPopulation => format!("\"our_population\":\"{}\"", o.our_population.unwrap().as_str()),
        Field::Owner => o.owner.clone().unwrap(),
        Field::Amount => (o.amount.unwrap().hundredths / 100).to_string(),
        Field::Stage => o.stage.clone().unwrap(),
    }
}

fn rules() -> impl Strategy<Value = Rule> {
    let fields = prop::collection::btree_set((0..Field::ALL.len()).prop_map(|i| Field::ALL[i].0), 0..=6);
    let hidden = prop::collection::btree_set((0usize..8).prop_map(|i| format!("a{i}").as_str().into()), 0..4);
    ((0usize..4).prop_map(|i| Level::ALL[i].0), fields, hidden).prop_map(|(level, fields, hidden)| Rule {
        level,
        fields,
        hidden,
        ..Rule::new(&"p1".into())
    })
}

proptest! {
    #[test]
    fn no_field_that_is_not_shared_leaves_this_place(
        rule in rules(),
        rows in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 0..8),
    ) {
        let overlaps: Vec<Overlap> = rows
            .iter()
            .enumerate()
            .map(|(at, (other, gone, deal))| {
                let mut o = overlap(at, if *other { "p2" } else { "p1" });
                o.gone_at = gone.then_some(o.last_seen);
                if !deal {
                    o.our_population = Some(Population::Customer);
                }
                o
            })
            .collect();
        let shown = serde_json::to_string(&shared(&rule, &overlaps, &Kinds::shipped())).unwrap();
        for o in &overlaps {
            let one = shared_overlap(&rule, o);
            let alone = serde_json::to_string(&one).unwrap();
            let seen = o.partner_id == rule.partner && o.gone_at.is_none() && !rule.hidden.contains(&o.account.id);
            let kept = withheld(&rule, o);
            for (field, ..) in Field::ALL {
                let may = seen && rule.shares(field);
                let token = token(o, field);
                prop_assert_eq!(alone.contains(&token), may, "{:?} in {}", field, alone);
                if field != Field::OurPopulation {
                    prop_assert_eq!(shown.contains(&token), may, "{:?} in {}", field, shown);
                }
                // It is shared, or it is on the list of what must not be said.
                let on_the_list = kept.as_ref().is_some_and(|k| match field {
                    Field::Account => k.hidden,
                    Field::Domain => k.domain.is_some(),
                    Field::OurPopulation => k.our_population.is_some(),
                    Field::Owner => k.owner.is_some(),
                    Field::Amount => k.amount.is_some(),
                    Field::Stage => k.stage.is_some(),
                });
                let by_its_writer = field == Field::Owner && seen && rule.names_owner();
                prop_assert_eq!(on_the_list, !may && !by_its_writer, "{:?}", field);
            }
            // What is no field at all never leaves.
            for secret in ["Change", "Because", "UASSIGNEE", "UDECIDED"] {
                prop_assert!(!shown.contains(secret) && !alone.contains(secret));
            }
        }
        match rule.level {
            Level::Hidden => prop_assert_eq!(shown, "\"nothing\""),
            Level::Counts => prop_assert!(!shown.contains("Name") && !shown.contains("overlaps\":[")),
            Level::Overlaps | Level::Fields => {}
        }
    }
}

#[test]
fn until_somebody_sets_a_rule_a_note_may_name_the_account_and_nothing_of_the_deal() {
    let rule = Rule::new(&"p1".into());
    let shown = shared_overlap(&rule, &overlap(0, "p1")).unwrap();
    assert_eq!(shown.account.as_deref(), Some("Name0x"));
    assert_eq!((shown.amount, shown.stage, shown.owner), (None, None, None));
    assert_eq!(rule.words(), "overlaps with account, domain, what it is to us");
}

#[test]
fn counts_are_by_motion() {
    let rule = Rule { level: Level::Counts, ..Rule::new(&"p1".into()) };
    let mut all = vec![overlap(0, "p1"), overlap(1, "p1"), overlap(2, "p1"), overlap(3, "p2")];
    all[2].our_population = None;
    let Shared::Counts(counts) = shared(&rule, &all, &Kinds::shipped()) else { panic!("not counts") };
    assert_eq!(
        counts,
        [Count { motion: Some(Motion::Ask), overlaps: 2 }, Count { motion: None, overlaps: 1 }]
    );
    let hidden = Rule { hidden: BTreeSet::from(["a0".into()]), ..rule };
    let Shared::Counts(counts) = shared(&hidden, &all, &Kinds::shipped()) else { panic!("not counts") };
    assert_eq!(counts[0].overlaps, 1, "what is hidden is not counted either");
}
