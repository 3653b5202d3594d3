//! The instruction sheet in Slack: the form with its history, and the same in words for whoever may only read it.

use jiff::Zoned;
use serde_json::{Value, json};

use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::Error;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::{capital, escape};
use crate::map::account_map::involvement::Role;
use crate::map::lists::kinds::POPULATIONS;
use crate::map::overlap::Population;
use crate::map::partner::Partner;
use crate::map::partner_view::action;
use crate::pull::instruction::{Cadence, Instruction, Shape, Sheet, Way, kind_words};

/// The lengths that the form offers, in minutes.
pub const LENGTHS: [i64; 5] = [15, 30, 45, 60, 90];
/// So many people may approve.
const MOST_APPROVERS: usize = 5;
/// So many versions are told.
const TOLD: usize = 5;
/// What stands for no cadence.
pub const NO_CADENCE: &str = "none";

/// The fields of the form.
pub mod field {
    /// The kinds that count.
    pub const KINDS: &str = "kinds";
    /// The least amount.
    pub const LEAST: &str = "least";
    /// The bar of one overlap.
    pub const BAR: &str = "bar";
    /// Countries.
    pub const REGIONS: &str = "regions";
    /// The partner's roles.
    pub const ROLES: &str = "roles";
    /// Segments in words.
    pub const SEGMENTS: &str = "segments";
    /// How often.
    pub const CADENCE: &str = "cadence";
    /// Who meets whom.
    pub const SHAPE: &str = "shape";
    /// How long.
    pub const MINUTES: &str = "minutes";
    /// How notes sound.
    pub const TONE: &str = "tone";
    /// Who approves.
    pub const APPROVERS: &str = "approvers";
    /// How they are reached.
    pub const WAYS: &str = "ways";
    /// What nothing may say.
    pub const NEVER: &str = "never";
}

/// A kind as the form carries it: `prospect:customer`.
pub fn kind_value(ours: Population, theirs: Population) -> String {
    format!("{}:{}", ours.as_str(), theirs.as_str())
}

/// The form; `history` holds the newest versions first.
pub fn form(partner: &Partner, history: &[Instruction], channel: Option<&ChannelId>, now: &Zoned) -> Value {
    let usual = Sheet::default();
    let known = history.first();
    let sheet = known.map_or(&usual, |i| &i.sheet);
    let version = known.map_or(0, |i| i.version);
    let metadata = json!({"id": partner.id, "version": version, "channel": channel});
    let mut fields = vec![blocks::section(&head(partner, known, now))];
    fields.extend(criteria(sheet));
    fields.push(blocks::divider());
    fields.extend(rhythm(sheet));
    fields.push(blocks::divider());
    fields.extend(notes(sheet));
    if history.len() > 1 {
        fields.push(blocks::context(&told(history, now)));
    }
    blocks::modal(action::INSTRUCTIONS, "Instructions", Some("Save"), &metadata, fields)
}

fn head(partner: &Partner, known: Option<&Instruction>, now: &Zoned) -> String {
    let name = escape(&partner.name);
    match known {
        None => format!(
            "*{name}* has no instructions yet, so no session is proposed. Say what counts and how often to meet; what is proposed then says which version it stands on."
        ),
        Some(known) => format!("*{name}* · version {}, {}", known.version, set_by(known, now)),
    }
}

fn set_by(instruction: &Instruction, now: &Zoned) -> String {
    let day = instruction.at.to_zoned(now.time_zone().clone()).date();
    format!("{}, {}", instruction.by.mention(), spoken(day, now.date()))
}

/// Who changed what: `v3 by <@U1>, Tue 3 Mar: cadence, bar`.
fn told(history: &[Instruction], now: &Zoned) -> String {
    let line = |(n, one): (usize, &Instruction)| {
        let what = match history.get(n + 1) {
            Some(before) => one.sheet.differences(&before.sheet).join(", "),
            None if one.version == 1 => "the first".to_owned(),
            None => return None,
        };
        let what = if what.is_empty() { "nothing".to_owned() } else { what };
        Some(format!("v{} by {}: {what}", one.version, set_by(one, now)))
    };
    let lines: Vec<String> = history.iter().enumerate().filter_map(line).take(TOLD).collect();
    format!("What changed:\n{}", lines.join("\n"))
}

fn line(id: &str, placeholder: &str, initial: &str) -> Value {
    blocks::text_input(id, placeholder, Some(initial), false)
}

fn criteria(sheet: &Sheet) -> Vec<Value> {
    let pairs = POPULATIONS.iter().flat_map(|ours| POPULATIONS.iter().map(move |theirs| (*ours, *theirs)));
    let kinds: Vec<Value> =
        pairs.map(|(a, b)| blocks::choice(&capital(&kind_words(a, b)), &kind_value(a, b))).collect();
    let chosen: Vec<String> = sheet.kinds.iter().map(|(a, b)| kind_value(*a, *b)).collect();
    let roles: Vec<Value> =
        Role::ALL.iter().map(|(role, word)| blocks::choice(&capital(word), role.as_str())).collect();
    let chosen_roles: Vec<String> = sheet.roles.iter().map(|role| role.as_str().to_owned()).collect();
    let money = |m: Option<crate::kernel::money::Money>| m.map(|m| m.to_string()).unwrap_or_default();
    vec![
        blocks::input(
            "Kinds that count",
            blocks::multi_select(field::KINDS, "Choose kinds", &kinds, &chosen),
            Some("Leave it empty and every kind counts where one can help the other."),
            true,
        ),
        blocks::input(
            "From which amount",
            line(field::LEAST, "$50k", &money(sheet.least)),
            Some("Leave it empty if amounts do not matter."),
            true,
        ),
        blocks::input(
            "Amount for a session of its own",
            line(field::BAR, "$100k", &money(sheet.bar)),
            Some(
                "I propose 15 minutes as soon as one overlap reaches this. Leave it empty and none gets a session of its own.",
            ),
            true,
        ),
        blocks::input(
            "Countries",
            line(field::REGIONS, "Sweden, Norway", &sheet.regions.join(", ")),
            Some("As our list writes them. Leave it empty for all."),
            true,
        ),
        blocks::input(
            "Their role on the account",
            blocks::multi_select(field::ROLES, "Choose roles", &roles, &chosen_roles),
            Some("You set it on the account's map. Leave it empty for all."),
            true,
        ),
        blocks::input(
            "Segments",
            line(field::SEGMENTS, "Retail and logistics first", &sheet.segments),
            Some("A note for whoever builds the agenda. Our lists have no segments, so I can't go by it."),
            true,
        ),
    ]
}

fn rhythm(sheet: &Sheet) -> Vec<Value> {
    let mut cadences: Vec<Value> =
        Cadence::ALL.iter().map(|(_, stored, words)| blocks::choice(&capital(words), stored)).collect();
    cadences.push(blocks::choice("Only when something comes up", NO_CADENCE));
    let cadence = sheet.cadence.map_or(NO_CADENCE, Cadence::as_str);
    let shapes: Vec<Value> =
        Shape::ALL.iter().map(|(_, stored, words)| blocks::choice(&capital(words), stored)).collect();
    let lengths: Vec<Value> =
        LENGTHS.iter().map(|n| blocks::choice(&format!("{n} minutes"), &n.to_string())).collect();
    vec![
        blocks::input(
            "Sessions",
            blocks::select(field::CADENCE, "Choose one", &cadences, Some(cadence)),
            Some("Once most of the partner's accounts are planned, I propose fewer."),
            false,
        ),
        blocks::input(
            "Who meets whom",
            blocks::select(field::SHAPE, "Choose one", &shapes, Some(sheet.shape.as_str())),
            None,
            false,
        ),
        blocks::input(
            "Length",
            blocks::select(field::MINUTES, "Choose one", &lengths, Some(&sheet.minutes.to_string())),
            Some("One account fits into 15 minutes, three into 30, five into 45."),
            false,
        ),
    ]
}

fn notes(sheet: &Sheet) -> Vec<Value> {
    let approvers: Vec<&str> = sheet.approvers.iter().map(UserId::as_str).collect();
    let ways: Vec<Value> =
        Way::ALL.iter().map(|(_, stored, words)| blocks::choice(&capital(words), stored)).collect();
    let chosen: Vec<String> = sheet.ways.iter().map(|way| way.as_str().to_owned()).collect();
    vec![
        blocks::input(
            "Tone of notes",
            line(field::TONE, "First names, two sentences, no slides", &sheet.tone),
            Some("You see it whenever you write them a note."),
            true,
        ),
        blocks::input(
            "Who approves",
            blocks::users_select(field::APPROVERS, "Choose colleagues", &approvers, MOST_APPROVERS),
            Some(
                "I ask the first of them; others who may approve can too. Leave it empty and I ask the manager.",
            ),
            true,
        ),
        blocks::input(
            "How to reach them",
            blocks::multi_select(field::WAYS, "Choose ways", &ways, &chosen),
            None,
            true,
        ),
        blocks::input(
            "Never mention",
            blocks::text_input(field::NEVER, "Project Falcon", Some(&sheet.never.join("\n")), true),
            Some("One a line. I hold back a note that says one of them."),
            true,
        ),
    ]
}

/// A line for the partner's card; not escaped.
pub fn summary(instruction: Option<&Instruction>) -> String {
    match instruction {
        None => "none yet, so no session is proposed".to_owned(),
        Some(i) => format!("v{}: {}; {}", i.version, i.sheet.criteria_words(), i.sheet.rhythm_words()),
    }
}

/// The whole sheet in words, for whoever may not change it.
pub fn sheet(partner: &Partner, history: &[Instruction], now: &Zoned) -> Message {
    let name = escape(&partner.name);
    let Some(known) = history.first() else {
        return Message::text(format!(
            "{name} has no instructions yet, so no session is proposed. Its manager or an admin writes them with `/partner partner instructions {}`.",
            escape(&partner.name.to_lowercase())
        ));
    };
    let s = &known.sheet;
    let mut lines = vec![head(partner, Some(known), now)];
    let mut say = |what: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("{what}: {}", escape(&clip(&value, 600))));
        }
    };
    say("What counts", s.criteria_words());
    say("Amount for a session of its own", s.bar.map(|bar| bar.to_string()).unwrap_or_default());
    say("Segments", s.segments.clone());
    say("Sessions", s.rhythm_words());
    say("Tone of notes", s.tone.clone());
    let ways = Way::ALL.iter().filter(|(way, ..)| s.ways.contains(way)).map(|(_, _, words)| *words);
    say("How to reach them", ways.collect::<Vec<_>>().join(", "));
    say("Never mention", s.never.join(", "));
    if !s.approvers.is_empty() {
        let approvers: Vec<String> = s.approvers.iter().map(UserId::mention).collect();
        lines.push(format!("Who approves: {}", approvers.join(", ")));
    }
    if history.len() > 1 {
        lines.push(told(history, now));
    }
    Message::text(lines.join("\n"))
}

/// What is answered when it is saved.
pub fn saved(partner: &Partner, version: i64, sheet: &Sheet) -> Message {
    let bar =
        sheet.bar.map(|bar| format!(" One overlap from {bar} on is proposed at once.")).unwrap_or_default();
    Message::text(escape(&format!(
        "Saved the instructions for {} as version {version}. What counts: {}. Sessions: {}.{bar}",
        partner.name,
        sheet.criteria_words(),
        sheet.rhythm_words()
    )))
}

/// What the second of two people is told.
pub fn second(partner: &Partner, now: &Instruction) -> Error {
    Error::user(format!(
        "{} saved version {} of the instructions for {partner} while your form was open, so yours was not saved. `/partner partner instructions {command}` opens it as it is now.",
        now.by.mention(),
        now.version,
        partner = escape(&partner.name),
        command = escape(&partner.name.to_lowercase()),
    ))
}
