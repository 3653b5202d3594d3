use super::*;
use crate::map::account_map::Settings;
use crate::map::account_map::testing::{at, map};

fn told(map: AccountMap, motion: Option<Motion>, their_owner: Option<&str>) -> Brief {
    let map = only_with(map, &"northwind".into());
    let now = at("2026-03-09T08:00:00Z").in_tz("Europe/Stockholm").unwrap();
    let sight = Sight { map: &map, now: &now, settings: &Settings::default() };
    brief(
        &sight,
        About {
            partner: &"northwind".into(),
            partner_name: "Northwind",
            overlap: &map.overlaps[0],
            motion,
            goal: "meet their VP Sales",
            because: vec!["planned in triage on Thu 5 Mar".into()],
            why_now: "the deal closes in three weeks".into(),
            their_owner: their_owner.map(str::to_owned),
            promises: vec!["Alex Rivera: send the case study, 2 days late".into()],
            under_way: None,
            organiser: &"U0MAYA".into(),
        },
    )
}

#[test]
fn all_that_somebody_needs_to_walk_in_with() {
    insta::assert_json_snapshot!(told(map(), Some(Motion::Ask), None));
}

#[test]
fn what_concerns_another_partner_is_left_out() {
    let all = serde_json::to_string(&told(map(), Some(Motion::Ask), None)).unwrap();
    assert!(all.contains("Northwind") && !all.contains("Globex"), "{all}");
    let mut other = map();
    other.contacts[0].partner = "globex".into();
    let told = told(other, Some(Motion::Ask), None);
    let all = serde_json::to_string(&told.questions).unwrap();
    assert!(!all.contains("Sam Whitfield with"), "trust of another partner's people: {all}");
}

#[test]
fn on_paper_stands_nothing_that_may_tell_of_other_partners() {
    let northwind = PartnerId::from("northwind");
    let mut known = map();
    known.log[0].text = "Contoso is in the running too".into();
    known.steps[0].text = "ask Contoso for a quote".into();
    known.holds[0].text = "Nothing before Contoso has signed".into();
    known.decisions[0].partner = None;
    if let Some(introducer) = &mut known.decisions[0].introducer {
        introducer.who = Knower::Contact("c-contoso".into());
        introducer.name = "Kim at Contoso".into();
    }
    assert!(is_shared(&known, &northwind));
    let full = told(known.clone(), Some(Motion::Ask), None);
    assert!(serde_json::to_string(&full).unwrap().contains("ask Contoso for a quote"), "ours read it");
    let paper = full.on_paper(told(without_words(known.clone()), Some(Motion::Ask), None));
    let said = serde_json::to_string(&paper).unwrap();
    assert!(!said.contains("Contoso") && said.contains("Dana Reyes"), "{said}");
    assert!(said.contains("Alex Rivera: send the case study"), "what is promised to Northwind stays: {said}");
    known.overlaps.retain(|o| o.partner_id == northwind);
    known.partners.retain(|p| p.id == northwind);
    known.involvements.retain(|i| i.partner == northwind);
    assert!(!is_shared(&known, &northwind));
}

#[test]
fn the_opening_follows_the_motion_and_what_is_known() {
    let opening = |map: &AccountMap, motion, owner| told(map.clone(), motion, owner).opening;
    let mut known = map();
    let mut all = vec![
        opening(&known, Some(Motion::Ask), None),
        opening(&known, Some(Motion::Give), None),
        opening(&known, Some(Motion::Joint), Some("Sam Whitfield")),
        opening(&known, Some(Motion::Joint), None),
        opening(&known, None, None),
    ];
    known.people.clear();
    known.relationships.clear();
    all.push(opening(&known, Some(Motion::Ask), None));
    all.push(opening(&known, Some(Motion::Give), None));
    insta::assert_snapshot!(all.join("\n"), @r"
    Ask Sam Whitfield to introduce Alex Rivera to Dana Reyes, VP Sales, whom they know (5 of 5).
    Offer Northwind an introduction to Tom Falk: Alex Rivera knows them (2 of 5).
    Agree who leads and who talks to whom: Alex Rivera for us, Sam Whitfield for Northwind.
    Agree who leads and who talks to whom. Alex Rivera has it for us: ask who has it at Northwind.
    Say what each side is to Acme, and agree whether there is anything to do together.
    Ask who at Northwind works with Acme and whom they talk to there. Alex Rivera follows up.
    Offer Northwind what we know of Acme, and Alex Rivera as the one to talk to.
    ");
}

#[test]
fn gaps_are_the_questions_that_nobody_answered() {
    let mut empty = map();
    empty.people.clear();
    empty.relationships.clear();
    empty.steps.clear();
    empty.decisions.clear();
    assert_eq!(told(empty, None, None).gaps().len(), 4);
    assert_eq!(told(map(), None, None).gaps(), Vec::<&str>::new());
}
