//! The card of an account: on a phone, what stops you first, then who, then the way in, then what is next.

use serde_json::Value;

use super::action;
use super::foot::foot;
use crate::kernel::age;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::ids::UserId;
use crate::kernel::text::{capital, escape, sentence};
use crate::map::account_map::involvement::Involvement;
use crate::map::account_map::lever;
use crate::map::account_map::questions::{self, Answer, Fill};
use crate::map::account_map::record::Kind;
use crate::map::account_map::sight::Sight;
use crate::map::account_map::stakeholder::Stakeholder;
use crate::map::overlap::Motion;
use crate::map::partner::Partner;

/// At most so many of each are shown; the rest is counted.
const HOLDS: usize = 5;
const PARTNERS: usize = 8;
const PEOPLE: usize = 8;
const PATHS: usize = 3;
const STEPS: usize = 5;
const NOTES: usize = 2;
const KNOWERS: usize = 3;
const ANSWERS: usize = 3;

/// What is known of the account beside its map: by later areas, as sentences that are not escaped, and where its room is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// What was answered about it before, the newest first: who said it and when.
    pub answers: Vec<String>,
    /// What is asked about it and waits.
    pub asks: Vec<String>,
    /// Introductions to people there, those under way first.
    pub introductions: Vec<String>,
    /// Open commitments.
    pub commitments: Vec<String>,
    /// The last request for a session.
    pub session: Option<String>,
    /// The link to its room, where there is one.
    pub room: Option<String>,
}

/// Who reads the card.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'a> {
    /// One person, in private.
    One {
        /// Who.
        user: &'a UserId,
        /// They may decide, and lift holds.
        may_decide: bool,
    },
    /// A channel of ours, where this person shared it.
    Channel(&'a str),
    /// The account's room, which this person opened.
    Room(&'a str),
}

impl Reader<'_> {
    fn edits(&self) -> bool {
        matches!(self, Self::One { .. })
    }
}

/// A paragraph of the card with the control beside it; the text is mrkdwn.
struct Part(String, Option<Value>);

impl Part {
    fn text(text: impl Into<String>) -> Self {
        Self(text.into(), None)
    }
}

/// The whole map.
pub fn card(sight: &Sight<'_>, elsewhere: &Elsewhere, reader: Reader<'_>) -> Message {
    let map = sight.map;
    let mut title = format!("*{}*", escape(&map.account.name));
    if let Some(domain) = &map.account.domain {
        title.push_str(&format!(" · {}", escape(domain)));
    }
    if map.sample {
        title.push_str(" · sample data");
    }
    let mut parts = vec![Part::text(title)];
    parts.extend(holds(sight, reader));
    parts.extend(listed("Asked and answered", &elsewhere.answers, ANSWERS, "answers"));
    parts.push(owners(sight, reader));
    parts.extend(partners(sight, reader));
    parts.extend(people(sight, reader));
    parts.extend(paths(sight));
    parts.extend(four(sight, reader));
    parts.push(lenses(sight));
    parts.extend(decision(sight));
    parts.extend(steps(sight, reader));
    parts.extend(elsewhere_parts(elsewhere));
    parts.extend(log(sight));
    let text = parts.iter().map(|p| p.0.as_str()).collect::<Vec<_>>().join("\n");
    let mut shown: Vec<Value> = parts
        .into_iter()
        .map(|Part(text, control)| match control {
            Some(control) => blocks::section_with(&text, control),
            None => blocks::section(&text),
        })
        .collect();
    shown.extend(foot(sight, elsewhere, reader));
    Message::new(clip(&text, blocks::TEXT_LIMIT), shown)
}

/// `2 more contacts.`, where not all are shown.
fn more(total: usize, shown: usize, what: &str) -> Option<Part> {
    let left = total.checked_sub(shown).filter(|left| *left > 0)?;
    Some(Part::text(format!("{left} more {what}.")))
}

fn holds(sight: &Sight<'_>, reader: Reader<'_>) -> Vec<Part> {
    let (names, now) = (&sight.map.names, sight.now.timestamp());
    let part = |h: &crate::map::account_map::hold::Hold| {
        let (held, may) = match reader {
            Reader::One { user, may_decide } => {
                (!h.held.is_empty() && h.holds(user), may_decide || h.author == *user)
            }
            Reader::Channel(_) | Reader::Room(_) => (false, false),
        };
        let lead = if held { "*On hold, and it holds you*" } else { "*On hold*" };
        let text = format!(
            "{lead}: {}\n{}, holds {} · {}, {}",
            escape(&sentence(&clip(&h.text, 600))),
            capital(&h.until_words(now)),
            escape(&h.whom(names)),
            escape(names.of_user(&h.author)),
            sight.day(h.at)
        );
        let label = if h.until.is_none() { "Introduction made" } else { "Lift" };
        let lift = blocks::button(label, action::LIFT, &format!("{}:{}", h.id, h.version));
        let ask = format!(
            "The hold on {} is lifted for everybody, and stays in the history.",
            escape(&sight.map.account.name)
        );
        let lift = blocks::confirmed(lift, "Lift the hold", &ask, "Lift");
        Part(text, may.then_some(lift))
    };
    let total = sight.map.open_holds().count();
    sight.map.open_holds().take(HOLDS).map(part).chain(more(total, HOLDS, "holds")).collect()
}

fn owners(sight: &Sight<'_>, reader: Reader<'_>) -> Part {
    let map = sight.map;
    let deal = map.deal_owner().map_or_else(|| "nobody yet".to_owned(), |o| map.names.of_written(&o));
    let relationship =
        map.owners.relationship.as_ref().map_or("nobody yet", |user| map.names.of_user(user)).to_owned();
    let text = format!(
        "*Deal owner:* {}\n*Relationship owner:* {}",
        escape(&clip(&deal, 60)),
        escape(&clip(&relationship, 60))
    );
    let set = blocks::button("Set owners", action::OWNERS, map.account.id.as_str());
    Part(text, reader.edits().then_some(set))
}

fn motion_words(motion: Option<Motion>) -> &'static str {
    match motion {
        Some(Motion::Ask) => "an ask: we need their path in",
        Some(Motion::Give) => "a give: we hand it to them",
        Some(Motion::Joint) => "joint",
        None => "no motion suggested",
    }
}

fn partners(sight: &Sight<'_>, reader: Reader<'_>) -> Vec<Part> {
    let map = sight.map;
    let unnamed = match map.unnamed.len() {
        0 => None,
        1 => Some("One partner-to-be has it too, and is named once there is an agreement.".to_owned()),
        n => Some(format!("{n} partners-to-be have it too, and are named once there are agreements.")),
    };
    let unnamed = unnamed.map(Part::text);
    if map.partners.is_empty() {
        return vec![unnamed.unwrap_or_else(|| Part::text("No current overlap with a partner."))];
    }
    let part = |partner: &Partner| {
        let mut words = vec![format!("*{}*", escape(&clip(&partner.name, 60)))];
        match map.overlaps.iter().find(|o| o.partner_id == partner.id) {
            Some(overlap) => {
                words.push(escape(&clip(&overlap.kind_words(), 120)));
                words.push(motion_words(overlap.motion(&map.kinds)).to_owned());
            }
            None if map.unnamed.contains(&partner.id) => words.push("no agreement yet".to_owned()),
            None => words.push("no current overlap".to_owned()),
        }
        let mut text = words.join(" · ");
        if let Some(involved) = map.involvement(&partner.id).and_then(involved) {
            text.push_str(&format!("\n{}", escape(&involved)));
        }
        if let Some(stale) = stale(sight, partner) {
            text.push_str(&format!("\n{}", escape(&stale)));
        }
        let value = format!("{}:{}", map.account.id, partner.id);
        Part(text, reader.edits().then(|| blocks::button("Set role", action::INVOLVE, &value)))
    };
    map.partners
        .iter()
        .take(PARTNERS)
        .map(part)
        .chain(more(map.partners.len(), PARTNERS, "partners"))
        .chain(unnamed)
        .collect()
}

/// `Reseller: runs their returns`
fn involved(involvement: &Involvement) -> Option<String> {
    match (involvement.role, &involvement.words) {
        (Some(role), Some(words)) => Some(format!("{}: {}", capital(role.as_str()), clip(words, 300))),
        (Some(role), None) => Some(capital(role.as_str())),
        (None, Some(words)) => Some(clip(words, 300)),
        (None, None) => None,
    }
}

/// What is said of a list that is older than it may be (A3).
fn stale(sight: &Sight<'_>, partner: &Partner) -> Option<String> {
    let days = partner.list_age_days(sight.now).filter(|_| partner.list_is_stale(sight.now))?;
    Some(format!(
        "The list is {} old, due every {}: check first, or ask {} for a new one.",
        age::days(days),
        age::days(partner.refresh_days),
        partner.name
    ))
}

fn people(sight: &Sight<'_>, reader: Reader<'_>) -> Vec<Part> {
    let map = sight.map;
    let part = |person: &Stakeholder| {
        let mut text = format!("*{}*", escape(&clip(&person.name, 80)));
        if let Some(title) = &person.title {
            text.push_str(&format!(", {}", escape(&clip(title, 80))));
        }
        let words = [person.role.map(|r| r.words()), person.seniority.map(|s| s.words())];
        for word in words.into_iter().flatten() {
            text.push_str(&format!(" · {word}"));
        }
        text.push_str(&format!("\n{}", escape(&known_by(sight, person))));
        let value = format!("{}:{}", map.account.id, person.id);
        Part(text, reader.edits().then(|| blocks::button("Edit", action::PERSON, &value)))
    };
    map.people.iter().take(PEOPLE).map(part).chain(more(map.people.len(), PEOPLE, "contacts")).collect()
}

fn known_by(sight: &Sight<'_>, person: &Stakeholder) -> String {
    let knowers = sight.knowers(&person.id);
    if knowers.is_empty() {
        return "Nobody is known to know them".to_owned();
    }
    let told: Vec<String> = knowers
        .iter()
        .take(KNOWERS)
        .map(|(said, strength)| {
            let by = sight.map.names.of_user(&said.said_by);
            let strength = sight.strength_words(said, *strength);
            format!("{}, {strength} (says {by}, {})", sight.knower_name(&said.who), sight.day(said.said_at))
        })
        .collect();
    let rest = knowers.len().saturating_sub(KNOWERS);
    let rest = if rest == 0 { String::new() } else { format!("; {rest} more") };
    format!("Known by {}{rest}", told.join("; "))
}

fn paths(sight: &Sight<'_>) -> Option<Part> {
    let paths = sight.paths();
    if paths.is_empty() {
        return None;
    }
    let lines: Vec<String> =
        paths.iter().take(PATHS).map(|p| escape(&clip(&sight.path_words(p), 400))).collect();
    let title = if paths.len() == 1 { "*Way in*" } else { "*Ways in, the best first*" };
    Some(Part::text(format!("{title}\n{}", lines.join("\n"))))
}

fn four(sight: &Sight<'_>, reader: Reader<'_>) -> Vec<Part> {
    let id = sight.map.account.id.as_str();
    let fill = |fill: Fill| match fill {
        Fill::Person => blocks::button("Add contact", action::PERSON, id),
        Fill::Relationship if sight.map.people.is_empty() => {
            blocks::button("Add contact", action::PERSON, id)
        }
        Fill::Relationship => blocks::button("Add relationship", action::RELATE, id),
        Fill::Step => blocks::button("Add next step", action::STEP, id),
    };
    questions::four(sight)
        .into_iter()
        .map(|question| match question.answer {
            Answer::Known(text) => Part::text(format!("*{}*\n{}", question.asked, escape(&clip(&text, 900)))),
            Answer::Open(text) => Part(
                format!("*{}*\n{}", question.asked, escape(&clip(&text, 900))),
                reader.edits().then(|| fill(question.fill)),
            ),
        })
        .collect()
}

fn lenses(sight: &Sight<'_>) -> Part {
    let lenses = lever::lenses(sight);
    let mut text = "*LEVER*".to_owned();
    for lens in &lenses {
        let mark = if lens.answered { "" } else { " (open)" };
        text.push_str(&format!("\n{}{mark}: {}", lens.name, escape(&clip(&lens.reason, 400))));
    }
    text.push_str(&format!("\n_{}_", lever::completeness(&lenses)));
    Part::text(text)
}

fn decision(sight: &Sight<'_>) -> Option<Part> {
    let made = sight.map.decisions.first()?;
    Some(Part::text(super::history::decision_text(made, &sight.map.names, &sight.day(made.at))))
}

fn steps(sight: &Sight<'_>, reader: Reader<'_>) -> Vec<Part> {
    let map = sight.map;
    let today = sight.today();
    let part = |step: &crate::map::account_map::record::Step| {
        let day = spoken(step.due, today);
        let due = if step.is_late(today) { format!("late, was due {day}") } else { format!("by {day}") };
        let owner = map.names.of_user(&step.owner);
        let link = step.link.as_deref().map(message_link).unwrap_or_default();
        let text = format!("*Next:* {}{link}\n{} · {due}", escape(&clip(&step.text, 600)), escape(owner));
        let done = blocks::button("Mark done", action::STEP_DONE, &format!("{}:{}", step.id, step.version));
        Part(text, reader.edits().then_some(done))
    };
    map.steps.iter().take(STEPS).map(part).chain(more(map.steps.len(), STEPS, "steps")).collect()
}

/// A titled list; nothing where there is nothing.
fn listed(title: &str, all: &[String], shown: usize, what: &str) -> Vec<Part> {
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("*{title}*")];
    lines.extend(all.iter().take(shown).map(|line| escape(&clip(line, 400))));
    lines.extend(more(all.len(), shown, what).map(|part| part.0));
    vec![Part::text(lines.join("\n"))]
}

fn elsewhere_parts(elsewhere: &Elsewhere) -> Vec<Part> {
    let mut parts = listed("Open questions", &elsewhere.asks, ANSWERS, "questions");
    parts.extend(listed("Introductions", &elsewhere.introductions, ANSWERS, "introductions"));
    parts.extend(listed("Open commitments", &elsewhere.commitments, STEPS, "commitments"));
    if let Some(session) = &elsewhere.session {
        parts.push(Part::text(format!("*Last session request*\n{}", escape(&clip(session, 500)))));
    }
    parts
}

/// Where something was said.
fn message_link(link: &str) -> String {
    format!(" <{}|message>", escape(link))
}

fn log(sight: &Sight<'_>) -> Option<Part> {
    let mut lines = Vec::new();
    if let Some(touch) = sight.last_touch() {
        let by = sight.map.names.of_user(&touch.by);
        let text = escape(&clip(&touch.text, 300));
        lines.push(format!("*Last touch:* {}, {text} ({})", spoken(touch.on, sight.today()), escape(by)));
    }
    for note in sight.map.log.iter().filter(|e| e.kind == Kind::Note).take(NOTES) {
        let who = note.said_by.as_ref().map_or("somebody", |user| sight.map.names.of_user(user));
        let text = escape(&clip(&note.text.replace('\n', " "), 300));
        let link = note.link.as_deref().map(message_link).unwrap_or_default();
        lines.push(format!("*Note:* {}, {}: {text}{link}", spoken(note.on, sight.today()), escape(who)));
    }
    (!lines.is_empty()).then(|| Part::text(lines.join("\n")))
}
