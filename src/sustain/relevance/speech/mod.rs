//! What each clause of a note does: who would act, for whom, and on what.
//!
//! "Anything I can do for you on Acme?" and "Anything you can do for me?" share nearly every word and
//! are opposites. So nothing is decided by words alone: a text is cut into clauses ([`parse`]), and each
//! clause is read as an act with an actor, someone it is for, and an object ([`Clause`]).
//! The frames (`frames`) tell the act and the actor by the order of subject, modal and verb;
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

pub(super) use objects::{about_asset, asset_nouns};
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

/// A side of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The writer's side.
    Us,
    /// The reader's side.
    You,
    /// Anybody else, such as the account.
    Others,
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
    /// Its words in one spelling: lower case, contractions written out.
    pub words: String,
    /// Its sentence, counted from 0.
    pub sentence: usize,
    /// What it does.
    pub kind: Kind,
    /// Who would act.
    pub actor: Party,
    /// Whom it serves.
    pub beneficiary: Party,
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

/// Reads `text` clause by clause.
///
/// `partner` is the reader's company: "introduce Northwind" introduces them.
pub fn parse(text: &str, partner: Option<&str>) -> Vec<Clause> {
    let partner = partner.map(normal).filter(|p| !p.is_empty());
    let short =
        partner.as_deref().and_then(|p| p.split_once(' ')).map(|(first, _)| first).filter(|f| f.len() > 4);
    let mut clauses: Vec<Clause> = split::clauses(text)
        .into_iter()
        .map(|raw| {
            let words = partner.as_deref().map_or_else(|| raw.words.clone(), |p| as_you(&raw.words, p));
            let words = short.map_or_else(|| words.clone(), |p| as_you(&words, p));
            let reading = frames::read(&words, raw.question);
            Clause {
                beneficiary: beneficiary(&raw.words, reading.kind),
                span: raw.span,
                words: raw.words,
                sentence: raw.sentence,
                kind: reading.kind,
                actor: reading.actor,
                object: reading.object,
            }
        })
        .collect();
    together::weigh(&mut clauses);
    clauses
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

fn beneficiary(words: &str, kind: Kind) -> Party {
    let has = |w: &[&str]| words.split(' ').any(|x| w.contains(&x));
    match kind {
        Kind::Offer | Kind::Deliver | Kind::Waive => Party::You,
        Kind::Request => Party::Us,
        _ if has(&["you", "your", "yours"]) => Party::You,
        _ if has(&["me", "us", "my", "our"]) => Party::Us,
        _ => Party::Others,
    }
}

#[cfg(test)]
mod tests;
