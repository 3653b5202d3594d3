//! The four questions of a mapped account (E1), each answered from what is written down.

use super::listed;
use super::relationship::Relationship;
use super::sight::Sight;
use super::stakeholder::{Part, Stakeholder};
use crate::kernel::blocks::clip;
use crate::kernel::dates::spoken;

/// What fills a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Somebody at the account.
    Person,
    /// Who knows them.
    Relationship,
    /// The next step.
    Step,
}

/// What is known of a question, not escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The answer.
    Known(String),
    /// Why there is none yet.
    Open(String),
}

/// One of the four.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// As it is asked.
    pub asked: &'static str,
    /// What is known.
    pub answer: Answer,
    /// What would answer it.
    pub fill: Fill,
}

/// So many people are named in one answer.
const NAMED: usize = 3;

/// All four, in their order.
pub fn four(sight: &Sight<'_>) -> [Question; 4] {
    let question = |asked, answer, fill| Question { asked, answer, fill };
    [
        question("Who matters?", who_matters(sight), Fill::Person),
        question("Who has trust?", who_has_trust(sight), Fill::Relationship),
        question("What is missing or fragile?", what_is_missing(sight), fill_of_gaps(sight)),
        question("What is the next move?", next_move(sight), Fill::Step),
    ]
}

fn who_matters(sight: &Sight<'_>) -> Answer {
    let people = &sight.map.people;
    let named: Vec<String> = people
        .iter()
        .filter_map(|p| Some((p, p.role.filter(|role| role.matters())?)))
        .take(NAMED)
        .map(|(p, role)| format!("{} ({})", p.label(), role.words()))
        .collect();
    match (named.is_empty(), people.len()) {
        (false, _) => Answer::Known(format!("{}.", listed(named.iter().map(String::as_str)))),
        (true, 0) => Answer::Open("Not known yet.".to_owned()),
        (true, 1) => Answer::Open(format!(
            "Not known yet: {} is the only contact, and decides, sponsors or champions nothing that we know of.",
            people[0].name
        )),
        (true, n) => Answer::Open(format!(
            "Not known yet: of {n} contacts nobody decides, sponsors or champions, as far as we know."
        )),
    }
}

fn who_has_trust(sight: &Sight<'_>) -> Answer {
    let told: Vec<String> = sight
        .map
        .people
        .iter()
        .filter_map(|person| {
            let (said, strength) = sight.knowers(&person.id).into_iter().next()?;
            Some(format!("{} with {} ({strength} of 5)", sight.knower_name(&said.who), person.name))
        })
        .take(NAMED)
        .collect();
    if told.is_empty() {
        return Answer::Open("Not known yet.".to_owned());
    }
    Answer::Known(format!("{}.", listed(told.iter().map(String::as_str))))
}

/// The roles without which an account is not covered, and that nobody has there.
pub fn missing_roles(sight: &Sight<'_>) -> Vec<Part> {
    let has = |part: &Part| sight.map.people.iter().any(|p| p.role == Some(*part));
    Part::NEEDED.into_iter().filter(|part| !has(part)).collect()
}

/// Somebody whom we would lose with one person, or hardly have.
fn fragile(sight: &Sight<'_>, person: &Stakeholder) -> Option<String> {
    let knowers = sight.knowers(&person.id);
    let name = |said: &Relationship| sight.knower_name(&said.who);
    match knowers.as_slice() {
        [] => Some(format!("nobody knows {}", person.name)),
        [(only, strength)] if *strength > 2 => Some(format!("{} hangs on {} alone", person.name, name(only))),
        [(best, strength), ..] if *strength <= 2 => {
            Some(format!("the best with {} is {strength} of 5 ({})", person.name, name(best)))
        }
        _ => None,
    }
}

fn what_is_missing(sight: &Sight<'_>) -> Answer {
    if sight.map.people.is_empty() {
        return Answer::Open("Not known yet.".to_owned());
    }
    let missing: Vec<&str> = missing_roles(sight).into_iter().map(Part::words).collect();
    let fragile: Vec<String> =
        sight.map.people.iter().filter_map(|p| fragile(sight, p)).take(NAMED).collect();
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("Missing: {}.", listed(missing)));
    }
    if !fragile.is_empty() {
        parts.push(format!("Fragile: {}.", fragile.join("; ")));
    }
    Answer::Known(if parts.is_empty() {
        "Nothing: every role is there, and nobody hangs on one person.".to_owned()
    } else {
        parts.join(" ")
    })
}

fn fill_of_gaps(sight: &Sight<'_>) -> Fill {
    let unknown = sight.map.people.iter().any(|p| sight.knowers(&p.id).is_empty());
    if unknown { Fill::Relationship } else { Fill::Person }
}

fn next_move(sight: &Sight<'_>) -> Answer {
    let decision = sight.map.decisions.first().map(|d| d.words(&sight.map.names));
    match (sight.map.steps.first(), decision) {
        (Some(step), decision) => {
            let owner = sight.map.names.of_user(&step.owner);
            let text = clip(step.text.trim_end_matches('.'), 200);
            let by = spoken(step.due, sight.today());
            let who = decision.map(|words| format!(" Decided: {words}.")).unwrap_or_default();
            Answer::Known(format!("{owner}: {text}, by {by}.{who}"))
        }
        (None, Some(words)) => Answer::Open(format!("No step is agreed yet. Decided: {words}.")),
        (None, None) => Answer::Open("Not known yet.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, map, person, relationship};
    use super::super::{AccountMap, Settings};
    use super::*;

    fn told(map: &AccountMap) -> String {
        let now = at("2026-03-09T08:00:00Z").in_tz("Europe/Stockholm").unwrap();
        let sight = Sight { map, now: &now, settings: &Settings::default() };
        let line = |q: &Question| match &q.answer {
            Answer::Known(text) => format!("{} {text}\n", q.asked),
            Answer::Open(text) => format!("{} [{:?}] {text}\n", q.asked, q.fill),
        };
        four(&sight).iter().map(line).collect()
    }

    #[test]
    fn each_is_answered_from_the_map() {
        insta::assert_snapshot!(told(&map()), @r"
        Who matters? Dana Reyes, VP Sales (decision maker).
        Who has trust? Sam Whitfield at Northwind with Dana Reyes (5 of 5) and Alex Rivera with Tom Falk (2 of 5).
        What is missing or fragile? Missing: executive sponsor and champion. Fragile: Dana Reyes hangs on Sam Whitfield at Northwind alone; the best with Tom Falk is 2 of 5 (Alex Rivera).
        What is the next move? Alex Rivera: send the returns brief, by Fri 13 Mar. Decided: Alex Rivera reaches out, Sam Whitfield at Northwind introduces, Evelyn Osei stays out of the way.
        ");
    }

    #[test]
    fn what_is_not_known_is_said_with_what_would_fill_it() {
        let mut map = map();
        map.steps.clear();
        map.people = vec![person("p-tom", "Tom Falk", None, None)];
        map.relationships.clear();
        insta::assert_snapshot!(told(&map), @r"
        Who matters? [Person] Not known yet: Tom Falk is the only contact, and decides, sponsors or champions nothing that we know of.
        Who has trust? [Relationship] Not known yet.
        What is missing or fragile? Missing: decision maker, executive sponsor, champion and user. Fragile: nobody knows Tom Falk.
        What is the next move? [Step] No step is agreed yet. Decided: Alex Rivera reaches out, Sam Whitfield at Northwind introduces, Evelyn Osei stays out of the way.
        ");
        map.people.clear();
        map.decisions.clear();
        insta::assert_snapshot!(told(&map), @r"
        Who matters? [Person] Not known yet.
        Who has trust? [Relationship] Not known yet.
        What is missing or fragile? [Person] Not known yet.
        What is the next move? [Step] Not known yet.
        ");
    }

    #[test]
    fn a_covered_account_lacks_nothing() {
        let mut map = map();
        map.people =
            Part::NEEDED.iter().map(|part| person(part.as_str(), part.words(), None, Some(*part))).collect();
        map.relationships = map
            .people
            .iter()
            .flat_map(|p| {
                ["u:U0ALEX", "u:U0MAYA"]
                    .map(|who| relationship(who, &format!("p:{}", p.id), 4, "2026-03-02T08:00:00Z"))
            })
            .collect();
        let told = told(&map);
        assert!(told.contains("Nothing: every role is there, and nobody hangs on one person."), "{told}");
    }
}
