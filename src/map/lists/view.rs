//! What Slack shows of pairs: the one that is asked about, what was answered, and the settings of the map.

use std::collections::HashMap;

use askama::Template;
use jiff::Zoned;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::kinds::{MOTIONS, MapSettings, POPULATIONS};
use super::review::Question;
use super::store::Kept;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, OverlapId};
use crate::kernel::money::grouped;
use crate::map::overlap::{Motion, Population, user_of};
use crate::map::partner::Partner;

/// The controls.
pub mod action {
    /// Opens the queue; with the value [`super::AGAIN`] in place of what was clicked.
    pub const REVIEW: &str = "pair.review";
    /// They are one. The value is `id:position` for these and the next three.
    pub const SAME: &str = "pair.same";
    /// They are not.
    pub const DIFFERENT: &str = "pair.different";
    /// Ours is the parent of theirs.
    pub const PARENT: &str = "pair.parent";
    /// Theirs is the parent of ours.
    pub const CHILD: &str = "pair.child";
    /// The next one first; likewise.
    pub const SKIP: &str = "pair.skip";
    /// What was answered.
    pub const ANSWERS: &str = "pair.answers";
    /// Takes an answer back; the value is its id.
    pub const TAKE_BACK: &str = "pair.take_back";
    /// Opens the form of kinds and motions; its callback too.
    pub const KINDS: &str = "kinds.settings";
}

/// The value of a button that stands on the queue's own message.
pub const AGAIN: &str = "again";
/// So many answers are listed.
pub const LISTED: usize = 10;
/// As much of a name is shown, in characters.
const NAME: usize = 80;

#[derive(Template)]
#[template(path = "map/pair.mrkdwn")]
struct Pair<'a> {
    before: &'a str,
    left: String,
    partner: &'a str,
    ours: String,
    theirs: String,
    reason: &'a str,
}

/// What is known of one side: `Acme GmbH · acme.de · Germany · our customer · owner Alex Rivera`
fn known(side: &Kept, whose: &str) -> String {
    let row = &side.row;
    let mut parts = vec![clip(&row.name, NAME)];
    parts.extend(row.domain.clone());
    parts.extend(row.country.as_ref().map(|country| clip(country, 40)));
    parts.extend(row.population.map(|p| format!("{whose} {}", p.words())));
    // A mention is no name: only its owner's eyes would be drawn to it.
    let owner = row.owner.as_deref().filter(|owner| user_of(owner).is_none());
    parts.extend(owner.map(|owner| format!("owner {}", clip(owner, 60))));
    parts.join(" · ")
}

/// One pair in private, with what can be said of it. `before` is what was just done, as mrkdwn.
pub fn question(asked: &Question, left: usize, position: usize, before: &str) -> Result<Message> {
    let pair = &asked.pair;
    let left = match left {
        1 => "the last one".to_owned(),
        n => format!("{} to go", grouped(i64::try_from(n).unwrap_or(i64::MAX))),
    };
    let text = Pair {
        before,
        left,
        partner: &pair.partner,
        ours: known(&asked.ours, "our"),
        theirs: known(&asked.theirs, "their"),
        reason: &pair.reason,
    }
    .render()?;
    let text = text.trim();
    let value = format!("{}:{position}", pair.id);
    let button = |label, action| blocks::button(label, action, &value);
    Ok(Message::new(
        text,
        vec![
            blocks::section(text),
            blocks::actions(vec![
                button("Same", action::SAME),
                button("Different", action::DIFFERENT),
                button("Parent of", action::PARENT),
                button("Child of", action::CHILD),
                button("Skip", action::SKIP),
            ]),
            blocks::context(
                "*Parent of*: ours owns theirs. *Child of*: theirs owns ours. Both stay two accounts, linked. What you say counts for every later list.",
            ),
            blocks::actions(vec![blocks::button("Show answered pairs", action::ANSWERS, AGAIN)]),
        ],
    ))
}

/// Nothing is left to ask, or only what was skipped, and what may not be asked yet: pairs with partners that are not named
/// before there is an agreement.
pub fn nothing(skipped: usize, unnamed: i64, before: &str) -> Message {
    let (text, button) = match skipped {
        0 => ("No pair waits for a review.".to_owned(), None),
        1 => ("That was the last one. 1 pair was skipped and waits.".to_owned(), Some("Review it")),
        n => (format!("That was the last one. {n} pairs were skipped and wait."), Some("Review them")),
    };
    let later = match unnamed {
        0 => "",
        1 => " 1 pair waits until there is an agreement with its partner.",
        n => &format!(" {} pairs wait until there is an agreement with their partner.", grouped(n)),
    };
    let text = format!("{before}\n{text}{later}");
    let text = text.trim();
    let mut buttons: Vec<Value> =
        button.map(|label| blocks::button(label, action::REVIEW, AGAIN)).into_iter().collect();
    buttons.push(blocks::button("Show answered pairs", action::ANSWERS, AGAIN));
    Message::new(text, vec![blocks::section(text), blocks::actions(buttons)])
}

/// Opens the queue.
pub fn review_button(waiting: u64) -> Value {
    let label = match waiting {
        1 => "Review 1 pair".to_owned(),
        n => format!("Review {} pairs", grouped(i64::try_from(n).unwrap_or(i64::MAX))),
    };
    blocks::button(&label, action::REVIEW, "start")
}

/// What was said, in words: `Acme and Acme Holding are one account`
fn words(answer: &Answer) -> String {
    let (ours, theirs) = (clip(&answer.ours.name, NAME), clip(&answer.theirs.name, NAME));
    match answer.said {
        Said::Same => format!("{ours} and {theirs} are one account"),
        Said::Different => format!("{ours} and {theirs} are two accounts"),
        Said::Parent => format!("{ours} is the parent of {theirs}"),
        Said::Child => format!("{theirs} is the parent of {ours}"),
    }
}

#[derive(Template)]
#[template(path = "map/answered.mrkdwn")]
struct Answered<'a> {
    words: String,
    partner: &'a str,
    by: String,
    on: String,
    second: bool,
}

fn answered(answer: &Answer, partner: &str, now: &Zoned, second: bool) -> Result<String> {
    let at = answer.at.to_zoned(now.time_zone().clone());
    let on = if at.date() == now.date() { at.strftime("%H:%M") } else { at.strftime("%-d %B") };
    let text =
        Answered { words: words(answer), partner, by: answer.by.mention(), on: on.to_string(), second };
    Ok(text.render()?.trim().to_owned())
}

/// For the one who said it.
pub fn said(answer: &Answer, partner: &str) -> String {
    let then = match answer.said {
        Said::Same => format!("an overlap with {partner} from now on"),
        Said::Different => "they are not asked about again".to_owned(),
        Said::Parent | Said::Child => "they stay apart, linked".to_owned(),
    };
    crate::kernel::text::escape(&format!("{}: {then}.", words(answer)))
}

/// For the second of two people.
pub fn before(answer: &Answer, partner: &str, now: &Zoned) -> Result<String> {
    answered(answer, partner, now, true)
}

/// The newest answers, each with a way back. `taken` is what was just taken back, as mrkdwn.
pub fn answers(newest: &[Answer], partners: &[Partner], now: &Zoned, taken: &str) -> Result<Message> {
    let back = blocks::actions(vec![blocks::button("Review pairs", action::REVIEW, AGAIN)]);
    let mut lines = Vec::new();
    let mut shown: Vec<Value> = Vec::new();
    if !taken.is_empty() {
        lines.push(taken.to_owned());
        shown.push(blocks::section(taken));
    }
    if newest.is_empty() {
        lines.push("No pair was answered yet.".to_owned());
        shown.push(blocks::section("No pair was answered yet."));
    }
    for answer in newest.iter().take(LISTED) {
        let partner = partners.iter().find(|p| p.id == answer.partner).map_or("a partner", |p| &p.name);
        let line = answered(answer, partner, now, false)?;
        shown.push(blocks::section_with(
            &line,
            blocks::button("Take back", action::TAKE_BACK, answer.id.as_str()),
        ));
        lines.push(line);
    }
    shown.push(back);
    Ok(Message::new(lines.join("\n"), shown))
}

#[derive(Template)]
#[template(path = "map/wrong.mrkdwn")]
struct Wrong<'a> {
    account: &'a str,
    partner: &'a str,
    theirs: Vec<&'a str>,
}

/// For whoever took an overlap back.
pub fn wrong(account: &str, partner: &str, answers: &[Answer]) -> Result<Message> {
    let theirs = answers.iter().map(|a| a.theirs.name.as_str()).collect();
    let text = Wrong { account, partner, theirs }.render()?;
    let text = text.trim();
    let buttons = vec![blocks::button("Show answered pairs", action::ANSWERS, "list")];
    Ok(Message::new(text, vec![blocks::section(text), blocks::actions(buttons)]))
}

/// What the accounts of overlaps are to those that they were linked with: `parent of Acme Retail`
pub fn kin_of(found: Vec<(OverlapId, Said, String)>) -> HashMap<OverlapId, String> {
    let mut all: HashMap<OverlapId, String> = HashMap::new();
    for (id, said, theirs) in found {
        let what = if said == Said::Parent { "parent of" } else { "child of" };
        let words = all.entry(id).or_default();
        let comma = if words.is_empty() { "" } else { ", " };
        words.push_str(&format!("{comma}{what} {}", clip(&theirs, NAME)));
    }
    all
}

/// The fields of the form of kinds.
pub mod field {
    /// How old our list may become.
    pub const REFRESH: &str = "our_refresh_days";

    /// The motion of one kind.
    pub fn kind(ours: super::Population, theirs: super::Population) -> String {
        format!("kind_{}_{}", ours.as_str(), theirs.as_str())
    }
}

/// The form of kinds and motions, and of the age of our list.
pub fn kinds(settings: &MapSettings, channel: Option<&ChannelId>) -> Value {
    let options: Vec<Value> = MOTIONS.iter().map(|(_, value, words)| blocks::choice(words, value)).collect();
    let days = settings.refresh_days.to_string();
    let mut fields = vec![blocks::context(
        "What each kind of overlap suggests, here and in the digest. Other words stay as they are.",
    )];
    for ours in POPULATIONS {
        for theirs in POPULATIONS {
            let motion = settings.kinds.motion(Some(ours), Some(theirs));
            let initial = MOTIONS.iter().find(|(known, ..)| *known == motion).map(|(_, value, _)| *value);
            let element = blocks::select(&field::kind(ours, theirs), "Choose one", &options, initial);
            let label = format!("Our {}, their {}", ours.words(), theirs.words());
            fields.push(blocks::input(&label, element, None, false));
        }
    }
    fields.push(blocks::input(
        "Refresh our own list every … days",
        blocks::text_input(field::REFRESH, "45", Some(&days), false),
        Some("An older one is called stale in the digest and in the status."),
        false,
    ));
    let metadata = json!({"id": "kinds", "seen": settings, "channel": channel});
    blocks::modal(action::KINDS, "Kinds and motions", Some("Save"), &metadata, fields)
}

/// The motion of a choice in the form.
pub fn motion(value: &str) -> Option<Option<Motion>> {
    MOTIONS.iter().find(|(_, known, _)| *known == value).map(|(motion, ..)| *motion)
}
