//! What the reader gets (A11).

use std::ops::Range;

use super::draft::{Draft, NamedAsset};
use super::input::GiftKind;
use super::speech::{Clause, Kind, Object, normal};
use super::telling::{has_own_stake, is_fact, is_own_joy, reaches_reader, says_something};

/// How much a gift is worth on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// A courtesy or news: not enough beside a check-in or a request.
    Light,
    /// The plain offer of help.
    Plain,
    /// Something definite.
    Solid,
}

/// Something in the draft that the reader gets.
#[derive(Clone, Debug)]
pub(super) struct Gift {
    /// Its kind; `None` for news of the account.
    pub kind: Option<GiftKind>,
    pub weight: Weight,
    pub span: Range<usize>,
}

pattern!(
    SHIPPED,
    r"\b(?:we|our \w+|our)\b.*\b(?:shipped|launched|released|rolled out|went live|is live|are live|is out|goes live|now (?:supports?|has|connects|reads|handles|does|syncs|works))\b"
);

pattern!(
    /// "Some resources", "a few things of interest": nobody is told what they get.
    VAGUE,
    r"\b(?:some|a few|a couple of|several|various|lots of|plenty of|a bunch of|great|more|other|additional)(?: \w+){0,2}? (?:things?|resources?|content|materials?|stuff|collateral|info|information|ideas|documents?|docs|assets|links|goodies|items|pieces)\b"
);

pattern!(
    ONLY_THANKS,
    r"^(?:(?:hi|hello|dear|many|and|so|again|\w+) ){0,3}?(?:thanks|thank you)(?: \w+){0,2}? for (?:the|your|our)\b"
);

pattern!(
    OUR_MEDIA,
    r"\b(?:our|my) (?:[\w-]+ ){0,2}?(?:newsletter|press release|blog|blog post|podcast|announcement)$|\b(?:our|my) (?:[\w-]+ ){0,2}?(?:newsletter|press release|blog post|announcement) (?:with|to|for|about|on|is|below|here)\b"
);

/// Everything in the draft that serves the reader, in reading order.
pub(super) fn gifts(draft: &Draft<'_>) -> Vec<Gift> {
    let mut out: Vec<Gift> = Vec::new();
    for clause in &draft.clauses {
        if let Some((kind, weight)) = given(draft, clause) {
            out.push(Gift { kind, weight, span: clause.span.clone() });
        }
    }
    let chased = |at: &Range<usize>| {
        draft
            .clauses
            .iter()
            .any(|c| c.object == Object::Update && c.span.start <= at.start && at.start < c.span.end)
    };
    for asset in draft.assets.iter().filter(|a| !chased(&a.span) && !worked_on(draft, a)) {
        out.push(Gift { kind: Some(GiftKind::Asset), weight: Weight::Solid, span: asset.span.clone() });
    }
    for at in draft.our_launches.iter().filter(|at| useful(draft, at)) {
        out.push(Gift { kind: Some(GiftKind::OurLaunch), weight: Weight::Solid, span: at.clone() });
    }
    for at in &draft.their_launches {
        if framed(draft, at) {
            out.push(Gift { kind: Some(GiftKind::TheirLaunch), weight: Weight::Solid, span: at.clone() });
        }
    }
    if let Some(at) = &draft.exclusive_offer {
        out.push(Gift { kind: None, weight: Weight::Solid, span: at.clone() });
    }
    // An offer that serves another gift ("shall I send it?") is no second kind.
    if out.iter().any(|g| g.kind.is_some_and(|k| k != GiftKind::OfferOfHelp)) {
        out.retain(|g| g.kind != Some(GiftKind::OfferOfHelp) || g.weight == Weight::Plain);
    }
    out.sort_by_key(|g| g.span.start);
    out
}

/// Whether a document is only what the reader shall work on.
fn worked_on(draft: &Draft<'_>, asset: &NamedAsset) -> bool {
    let title = &draft.input.facts.assets[asset.index].title;
    let mut clauses = draft.clauses.iter().filter(|c| speaks_of(&c.words, title)).peekable();
    clauses.peek().is_some() && clauses.all(Clause::asks)
}

fn given(draft: &Draft<'_>, clause: &Clause) -> Option<(Option<GiftKind>, Weight)> {
    use GiftKind::{Asset, Introduction, OfferOfHelp, OurLaunch, Result};
    let asked = draft.clauses.iter().any(Clause::asks);
    match (clause.kind, clause.object) {
        (Kind::Offer | Kind::Deliver, Object::Asset | Object::Work)
            if VAGUE.is_match(&clause.words) || OUR_MEDIA.is_match(&clause.words) =>
        {
            None
        }
        (Kind::Offer | Kind::Deliver, Object::Introduction) => Some((Some(Introduction), Weight::Solid)),
        (Kind::Offer | Kind::Deliver, Object::Asset) => Some((Some(Asset), Weight::Solid)),
        (Kind::Offer | Kind::Deliver, Object::Work) => Some((Some(OfferOfHelp), Weight::Solid)),
        (Kind::Offer, Object::Help) => Some((Some(OfferOfHelp), Weight::Plain)),
        (Kind::Offer, Object::Courtesy) => Some((Some(OfferOfHelp), Weight::Light)),
        (Kind::Deliver, Object::Outcome) if ONLY_THANKS.is_match(&clause.words) => {
            // What came of it is told beside the thanks.
            let told = |c: &Clause| !std::ptr::eq(c, clause) && (reaches_reader(c) || is_fact(c));
            draft.clauses.iter().any(told).then_some((Some(Result), Weight::Solid))
        }
        (Kind::Deliver, Object::Outcome) => Some((Some(Result), Weight::Solid)),
        (Kind::State, _)
            if SHIPPED.is_match(&clause.words)
                && !draft.input.facts.our_launches.is_empty()
                && useful(draft, &clause.span) =>
        {
            Some((Some(OurLaunch), Weight::Solid))
        }
        (Kind::State, _) if !asked && tells(draft, clause) => Some((None, Weight::Light)),
        _ => None,
    }
}

/// Whether the clause tells something new of a named account.
fn tells(draft: &Draft<'_>, clause: &Clause) -> bool {
    let first = clause.words.split(' ').next().unwrap_or_default();
    let about =
        draft.names_account_in(clause.sentence) || ["their", "they", "she", "he", "the"].contains(&first);
    let brag = !draft.clauses.iter().any(reaches_reader) && draft.clauses.iter().any(is_own_joy);
    about && !brag && !draft.clauses.iter().any(has_own_stake) && is_fact(clause)
}

/// Whether a launch of theirs is put on a shared account: named in the same sentence or beside it.
fn framed(draft: &Draft<'_>, at: &Range<usize>) -> bool {
    let Some(here) = draft.sentence_at(at.start) else { return false };
    [here.checked_sub(1), Some(here), Some(here + 1)].into_iter().flatten().any(|s| {
        let told = draft
            .clauses
            .iter()
            .filter(|c| c.sentence == s)
            .any(|c| c.kind != Kind::CheckIn && !c.asks() && says_something(c));
        draft.names_account_in(s) && told
    })
}

/// Whether a launch of ours is more than news of ourselves: some clause says what it changes for the
/// reader or on the account.
fn useful(draft: &Draft<'_>, at: &Range<usize>) -> bool {
    draft.clauses.iter().any(|c| {
        reaches_reader(c) || (is_fact(c) && draft.names_account_in(c.sentence) && !c.span.contains(&at.start))
    })
}

/// Whether `words` speak of `title`: all of its telling words stand there.
pub(super) fn speaks_of(words: &str, title: &str) -> bool {
    let told: Vec<&str> = words.split(' ').map(|w| w.trim_end_matches("'s")).collect();
    let want = normal(title);
    let mut some = false;
    want.split(' ').filter(|w| w.len() > 2 && !["the", "and", "for", "with", "our"].contains(w)).all(|w| {
        some = true;
        told.contains(&w)
    }) && some
}
