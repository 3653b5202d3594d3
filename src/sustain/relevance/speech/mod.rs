//! What each clause of a note does: which act it is, and what it is about.
//!
//! "Anything I can do for you on Acme?" and "Anything you can do for me?" share nearly every word and
//! are opposites. So nothing is decided by words alone: a text is cut into clauses ([`parse`]), and each
//! clause is read as an act on an object ([`Clause`]).
//! The frames (`frames`) tell the act, and so who would act, by the order of subject, modal and verb;
//! the objects (`objects`) tell what the act is about.

/// The reader's side as the one who acts.
macro_rules! reader {
    () => {
        r"(?:you(?: guys| all| folks)?|(?:(?:some|any)(?:one|body)|one|any|either|people|folks) (?:on|in|from|of|at) your \w+|your (?:own )?(?:\w+ )?(?:team|side|colleagues|people|reps?|folks|office|consultants|engineers)|your \w+)"
    };
}

mod frames;
mod objects;
mod split;
mod together;

use std::ops::Range;

use frames::Reading;
pub(super) use objects::{about_asset, asset_nouns};
use split::Raw;
pub(super) use split::normal;

/// What a clause does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody on our side would do something, or asks leave to.
    Offer,
    /// Something is handed over, or was done already.
    Deliver,
    /// Something is wanted of the reader.
    Request,
    /// Says that nothing is wanted of the reader.
    Waive,
    /// Makes contact for its own sake.
    CheckIn,
    /// Anything else: tells, greets, signs.
    State,
}

/// What an act is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A way in to a person.
    Introduction,
    /// A document.
    Asset,
    /// Work: research, lists, preparation.
    Work,
    /// Business yet to be found.
    Opportunity,
    /// Whatever the reader needs.
    Help,
    /// "Happy to help", said out of politeness.
    Courtesy,
    /// A day or a few minutes.
    Meeting,
    /// A yes, a no, or a choice.
    Answer,
    /// How things stand.
    Update,
    /// A talk for its own sake.
    Chat,
    /// An outcome.
    Outcome,
    /// Something else.
    Other,
}

/// One clause, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// Its words in one spelling.
    pub words: String,
    /// Its sentence, counted from 0.
    pub sentence: usize,
    /// What it does.
    pub kind: Kind,
    /// What it is about.
    pub object: Object,
}

impl Clause {
    /// Whether the reader is asked to do the partner team's work (A11).
    pub fn burdens(&self) -> bool {
        self.kind == Kind::Request && matches!(self.object, Object::Work | Object::Opportunity)
    }

    /// Whether the reader is asked for something that takes more than reading on.
    pub fn asks(&self) -> bool {
        self.kind == Kind::Request && !matches!(self.object, Object::Answer)
    }
}

/// Stands for whatever account a clause names, so that a frame means every account or none; patterns spell it out.
pub(super) const ACCOUNT: &str = "theiraccount";

/// Reads `text` clause by clause.
///
/// `accounts` are the places where it names one. `partner` is the reader's company: "introduce Northwind" introduces them.
pub fn parse(text: &str, accounts: &[Range<usize>], partner: Option<&str>) -> Vec<Clause> {
    let partner = partner.map(normal).filter(|p| !p.is_empty());
    let short =
        partner.as_deref().and_then(|p| p.split_once(' ')).map(|(first, _)| first).filter(|f| f.len() > 4);
    let mut clauses: Vec<Clause> = split::clauses(text)
        .into_iter()
        .map(|raw| {
            let words = unnamed(text, &raw, accounts);
            let words = partner.as_deref().map_or_else(|| words.clone(), |p| as_you(&words, p));
            let words = short.map_or_else(|| words.clone(), |p| as_you(&words, p));
            let Reading { kind, object } = frames::read(&words, raw.question);
            Clause { span: raw.span, words: raw.words, sentence: raw.sentence, kind, object }
        })
        .collect();
    together::weigh(&mut clauses);
    clauses
}

/// The words of a clause with [`ACCOUNT`] for every account.
fn unnamed(text: &str, raw: &Raw, accounts: &[Range<usize>]) -> String {
    let Range { start, end } = raw.span;
    let mut inside = accounts.iter().filter(|at| start <= at.start && at.end <= end).peekable();
    if inside.peek().is_none() {
        return raw.words.clone();
    }
    let (mut masked, mut from) = (String::new(), start);
    for at in inside {
        if at.start < from {
            continue;
        }
        masked.push_str(text.get(from..at.start).unwrap_or_default());
        masked.push_str(ACCOUNT);
        from = at.end;
    }
    masked.push_str(text.get(from..end).unwrap_or_default());
    normal(&masked)
}

/// The reader's company in the words of `words` becomes "you", unless it belongs to a longer name.
fn as_you(words: &str, partner: &str) -> String {
    let padded = format!(" {words} ");
    if padded.contains(&format!("your {partner} ")) || padded.contains(&format!("the {partner} ")) {
        return words.to_owned();
    }
    padded
        .replace(&format!(" {partner}'s "), " your ")
        .replace(&format!(" {partner} "), " you ")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests;
