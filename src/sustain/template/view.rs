//! What people see of the texts: the private list, the form, a preview, and what stands in the way of a change.

mod form;

use jiff::Zoned;
use serde_json::Value;

pub use self::form::{form, preview};
use super::folder::Bad;
use super::texts::{Origin, Text, Texts};
use super::{ENGLISH, Template};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Error;
use crate::kernel::text::escape;
use crate::map::overlap::Population;
use crate::sustain::facts::word;
use crate::sustain::form::{GIFTS, PURPOSES};
use crate::sustain::relevance::Channel;

/// So many texts are listed at once: a message holds no more.
const SHOWN: usize = 38;

/// The controls of this area.
pub mod action {
    /// Shows the list.
    pub const LIST: &str = "template.list";
    /// Opens the form for a new one, and the callback of that form.
    pub const ADD: &str = "template.add";
    /// The callback of the form for one that is there.
    pub const EDIT: &str = "template.edit";
    /// The `⋯` menu of a text.
    pub const MENU: &str = "template.menu";
    /// The callback of a preview.
    pub const PREVIEW: &str = "template.preview";
}

/// The fields of the form.
pub mod field {
    /// The name of a new one.
    pub const NAME: &str = "name";
    /// The title.
    pub const TITLE: &str = "title";
    /// What it is for.
    pub const PURPOSE: &str = "purpose";
    /// What the reader gets.
    pub const GIFT: &str = "gift";
    /// Where it goes out.
    pub const CHANNEL: &str = "channel";
    /// An e-mail's subject.
    pub const SUBJECT: &str = "subject";
    /// For whom it is.
    pub const PERSONA: &str = "persona";
    /// What the account must be to us.
    pub const OURS: &str = "ours";
    /// What it must be to the partner.
    pub const THEIRS: &str = "theirs";
    /// What it is written in.
    pub const LANGUAGE: &str = "language";
    /// The words.
    pub const TEXT: &str = "text";
}

/// Every channel with its label.
pub const CHANNELS: [(Channel, &str); 3] =
    [(Channel::Slack, "Slack"), (Channel::Email, "E-mail"), (Channel::Comment, "Comment under a post")];

fn name_of<T: serde::Serialize>(word: &T) -> String {
    word::write(word).unwrap_or_default()
}

/// Gift, channel and language: one line, in plain text.
fn kind(template: &Template) -> String {
    let head = &template.head;
    let gift = GIFTS.iter().find(|(g, _)| *g == head.gift).map_or("", |(_, label)| label);
    let channel = CHANNELS.iter().find(|(c, _)| *c == head.channel).map_or("", |(_, label)| label);
    let mut kind = vec![gift, channel];
    if head.language != ENGLISH {
        kind.push(&head.language);
    }
    kind.join(" · ")
}

/// The same and for whom it is written.
pub(super) fn about(template: &Template) -> String {
    let persona = &template.head.persona;
    let roles: Vec<&str> = persona.iter().map(|role| role.words()).collect();
    match roles.as_slice() {
        [] => format!("{} · for anyone", kind(template)),
        roles => format!("{} · for: {}", kind(template), roles.join(", ")),
    }
}

/// What the account must be for a text to be offered; plain text.
pub(super) fn only_where(template: &Template) -> Option<String> {
    let words = |whose: &str, all: &[Population]| {
        let all: Vec<&str> = all.iter().map(|p| p.words()).collect();
        (!all.is_empty()).then(|| format!("{whose} {}", all.join(" or ")))
    };
    let head = &template.head;
    let both: Vec<String> =
        [words("our", &head.ours), words("their", &head.theirs)].into_iter().flatten().collect();
    (!both.is_empty()).then(|| format!("Only where the account is {}.", both.join(" and ")))
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Shipped => "as shipped",
        Origin::Folder => "from the folder",
        Origin::Own => "your own",
    }
}

/// Whose the words are, in which version, by whom and when.
fn whose(text: &Text, now: &Zoned) -> String {
    let change = text.change.as_ref().map(|change| {
        let day = change.at.to_zoned(now.time_zone().clone()).strftime("%-d %B");
        format!("by {} on {day}", change.by.mention())
    });
    match (text.origin, change) {
        (Origin::Own, Some(change)) if text.is_disabled() => {
            format!("your version {}, disabled {change}", text.seen())
        }
        (Origin::Own, Some(change)) => format!("your version {}, {change}", text.seen()),
        (other, Some(change)) if text.is_disabled() => format!("{}, disabled {change}", origin(other)),
        (other, _) => origin(other).to_owned(),
    }
}

fn line(text: &Text, now: &Zoned) -> String {
    let title = escape(text.title());
    match &text.template {
        Ok(template) => {
            format!("*{title}* · {} · {}", escape(&kind(template)), whose(text, now))
        }
        Err(error) => format!(
            "*{title}* · {} · not used any more, line {}: {}",
            whose(text, now),
            error.line,
            escape(&error.reason)
        ),
    }
}

fn menu(text: &Text) -> Value {
    let value = |verb: &str| format!("{verb}:{}:{}", text.name, text.seen());
    let mut choices = Vec::new();
    if text.template.is_ok() {
        choices.extend([("Edit", value("edit")), ("Preview", value("preview"))]);
    }
    choices.push(match text.is_disabled() {
        true => ("Enable", value("enable")),
        false => ("Disable", value("disable")),
    });
    match text.behind {
        Some(Origin::Folder) => choices.push(("Back to the folder's text", value("restore"))),
        Some(_) => choices.push(("Back to the shipped text", value("restore"))),
        None => {}
    }
    blocks::overflow(action::MENU, &choices)
}

/// Whether a text is meant by the words that narrow a list: a purpose, or part of its name or title.
fn meant(text: &Text, words: &str) -> bool {
    let plain = |s: &str| s.to_lowercase().replace(['-', ' '], "");
    let words = plain(words);
    let purpose = text.template.as_ref().ok().map(|t| name_of(&t.head.purpose)).unwrap_or_default();
    plain(&purpose) == words || plain(text.title()).contains(&words) || plain(&text.name).contains(&words)
}

/// The private list, narrowed by words.
pub fn list(texts: &Texts, bad: &[Bad], words: &str, now: &Zoned) -> Message {
    let found: Vec<&Text> = texts.all().iter().filter(|t| meant(t, words)).collect();
    if found.is_empty() {
        let told =
            format!("No template is called {}. `/partner draft templates` lists all of them.", escape(words));
        return Message::text(told);
    }
    let head = "*Templates that notes are drafted from*";
    let (mut rows, mut said) = (vec![blocks::section(head)], vec![head.to_owned()]);
    let purpose_of = |text: &Text| text.template.as_ref().ok().map(|t| t.head.purpose);
    let groups = PURPOSES.iter().map(|(p, label)| (Some(*p), *label)).chain([(None, "Not used any more")]);
    let mut left = SHOWN;
    for (purpose, label) in groups {
        let group: Vec<&&Text> = found.iter().filter(|t| purpose_of(t) == purpose).take(left).collect();
        if group.is_empty() {
            continue;
        }
        left -= group.len();
        rows.push(blocks::context(&format!("*{label}*")));
        said.push(format!("*{label}*"));
        for text in group {
            let line = line(text, now);
            rows.push(blocks::section_with(&line, menu(text)));
            said.push(line);
        }
    }
    let mut last = Vec::new();
    if found.len() > SHOWN {
        last.push(format!(
            "{SHOWN} of {}. A purpose or part of a title narrows the list: `/partner draft templates executive`.",
            found.len()
        ));
    }
    last.extend(bad.iter().take(5).map(|bad| {
        format!("Not used: {}, line {}: {}", escape(&bad.file_name()), bad.line, escape(&bad.reason))
    }));
    if bad.len() > 5 {
        last.push(format!("{} more files are not used. `tandem doctor` names them.", bad.len() - 5));
    }
    if !last.is_empty() {
        rows.push(blocks::context(&last.join("\n")));
        said.extend(last);
    }
    rows.push(blocks::actions(vec![blocks::button("Add a template", action::ADD, "new")]));
    Message::new(said.join("\n"), rows)
}

/// The way to the list, under another one.
pub fn button() -> Value {
    blocks::button("Templates", action::LIST, "all")
}

/// What the writer is told.
pub fn saved(template: &Template, version: i64, disabled: bool) -> Message {
    let what = escape(&template.head.title);
    let used = if disabled { "It stays disabled." } else { "Notes that are drafted from now on use it." };
    Message::text(format!("Saved version {version} of *{what}*. {used} Drafts that wait stay as they are."))
}

/// That somebody saved while a form was open.
pub fn changed_meanwhile(text: &Text) -> String {
    let by = text.change.as_ref().map_or_else(|| "Somebody".to_owned(), |c| c.by.mention());
    format!("{by} changed this template meanwhile: it is version {} now.", text.seen())
}

/// The one who comes second.
pub fn second(text: &Text) -> Error {
    let told = changed_meanwhile(text);
    Error::user(format!("{told} Yours was not saved. `/partner draft templates` shows it as it stands."))
}

/// The same, where both came at once.
pub fn beaten() -> Error {
    Error::user(
        "Somebody changed this template at the same moment. Yours was not saved. `/partner draft templates` shows it as it stands.",
    )
}

/// The text is not there.
pub fn gone() -> Error {
    Error::user("That template is not here any more. `/partner draft templates` lists those that are.")
}

/// There is no text to go back to.
pub fn nothing_behind(text: &Text) -> Error {
    let title = escape(text.title());
    Error::user(format!("Nothing else is behind *{title}* to go back to. Disable it instead."))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn the_list_says_of_each_whose_it_is_and_stays_within_a_message() {
        let now = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        let bad = Bad { file: "/t/x.md".into(), line: 4, reason: "There is no fact called <b>.".to_owned() };
        let shown = list(&Texts::as_shipped(), std::slice::from_ref(&bad), "", &now);
        assert!(shown.blocks.len() <= 50 && shown.text.len() < 12_000, "{}", shown.blocks.len());
        insta::assert_snapshot!(shown.text, @r"
        *Templates that notes are drafted from*
        *Prospecting*
        *Open a door at a prospect of theirs* · An introduction · Slack · as shipped
        *An asset for a first conversation* · A document for their clients · E-mail · as shipped
        *Their launch, put to a prospect* · Something they shipped · Slack · as shipped
        *What we shipped, for a prospect of theirs* · Something we shipped · Slack · as shipped
        *What their help opened* · What came of their help · Slack · as shipped
        *An offer on what they focus on this season* · A plain offer of help · Slack · as shipped
        *A plain offer where they are already in* · A plain offer of help · Slack · as shipped
        *Expansion*
        *Their launch, framed on a shared account* · Something they shipped · Slack · as shipped
        *Under their launch post, where the account may be named* · Something they shipped · Comment under a post · as shipped
        *An asset for a shared customer* · A document for their clients · Slack · as shipped
        *An introduction inside a customer* · An introduction · E-mail · as shipped
        *What we shipped, for a shared customer* · Something we shipped · Slack · as shipped
        *Thanks, and a way to the next team* · What came of their help · Slack · as shipped
        *An offer on what they focus on this season* · A plain offer of help · Slack · as shipped
        *A plain offer on one account* · A plain offer of help · Slack · as shipped
        *Executive*
        *Executive to executive* · An introduction · E-mail · as shipped
        *A result to take upstairs* · What came of their help · E-mail · as shipped
        *Their launch and a shared account, at the top* · Something they shipped · E-mail · as shipped
        *What we shipped, and what it changes at the top* · Something we shipped · E-mail · as shipped
        *A document to take upstairs* · A document for their clients · E-mail · as shipped
        *Air cover on one account* · A plain offer of help · E-mail · as shipped
        *Pre-sales*
        *Open the technical conversation* · An introduction · E-mail · as shipped
        *A technical document for a live deal* · A document for their clients · Slack · as shipped
        *Their launch, tested on a shared account* · Something they shipped · Slack · as shipped
        *Something we shipped, tried on a live deal* · Something we shipped · Slack · as shipped
        *What their technical work led to* · What came of their help · Slack · as shipped
        *Take friction out of a live deal* · A plain offer of help · Slack · as shipped
        Not used: x.md, line 4: There is no fact called &lt;b&gt;.
        ");
        insta::assert_snapshot!(list(&Texts::as_shipped(), &[], "pre-sales", &now).text, @r"
        *Templates that notes are drafted from*
        *Pre-sales*
        *Open the technical conversation* · An introduction · E-mail · as shipped
        *A technical document for a live deal* · A document for their clients · Slack · as shipped
        *Their launch, tested on a shared account* · Something they shipped · Slack · as shipped
        *Something we shipped, tried on a live deal* · Something we shipped · Slack · as shipped
        *What their technical work led to* · What came of their help · Slack · as shipped
        *Take friction out of a live deal* · A plain offer of help · Slack · as shipped
        ");
        insta::assert_snapshot!(list(&Texts::as_shipped(), &[], "season", &now).text, @r"
        *Templates that notes are drafted from*
        *Prospecting*
        *An offer on what they focus on this season* · A plain offer of help · Slack · as shipped
        *Expansion*
        *An offer on what they focus on this season* · A plain offer of help · Slack · as shipped
        ");
        insta::assert_snapshot!(list(&Texts::as_shipped(), &[], "<!here>", &now).text, @"No template is called &lt;!here&gt;. `/partner draft templates` lists all of them.");
    }
}
