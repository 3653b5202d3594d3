//! What the reader gets (A11).

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::draft::Draft;
use super::input::GiftKind;
use super::speech::{Clause, Kind, Object, normal};

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

static EVENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:moved|moves|opened|opens|hired|hires|starts?|started|joins|joined|signed|approved|picked|chose|asked|asking|budget|renew\w*|tender|rfp|rolled out|kicked off|kicks off",
        r"|evaluating|shortlist\w*|decides?|decided|goes live|went live|go live|launch\w*|cut|saved|replaced|replacing|replaces?|migrat\w+|expand\w*|opening|deadline|freeze|reorg\w*|struggl\w+|by hand|manual\w*|complain\w*|needs|wants",
        r"|looking (?:for|at)|plans?|board|pilot|frozen|unblocked|brought forward|pushed|consolidat\w+|acquired|new (?:head|vp|coo|cfo|cto|cio|ceo|director|lead|owner|buyer)|took over|takes over|named|promoted|backlog|outage|audit|expires|ends)\b"
    ))
    .expect("a constant pattern")
});
static SHIPPED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:we|our \w+|our)\b.*\b(?:shipped|launched|released|rolled out|went live|is live|are live|is out|goes live|now (?:supports?|has|connects|reads|handles|does|syncs|works))\b").expect("a constant pattern")
});

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
    for asset in draft.assets.iter().filter(|a| !chased(&a.span)) {
        out.push(Gift { kind: Some(GiftKind::Asset), weight: Weight::Solid, span: asset.span.clone() });
    }
    for at in &draft.our_launches {
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

fn given(draft: &Draft<'_>, clause: &Clause) -> Option<(Option<GiftKind>, Weight)> {
    use GiftKind::{Asset, Introduction, OfferOfHelp, OurLaunch, Result};
    let asked = draft.clauses.iter().any(Clause::asks);
    match (clause.kind, clause.object) {
        (Kind::Offer | Kind::Deliver, Object::Introduction) => Some((Some(Introduction), Weight::Solid)),
        (Kind::Offer | Kind::Deliver, Object::Asset) => Some((Some(Asset), Weight::Solid)),
        (Kind::Offer | Kind::Deliver, Object::Work) => Some((Some(OfferOfHelp), Weight::Solid)),
        (Kind::Offer, Object::Help) => Some((Some(OfferOfHelp), Weight::Plain)),
        (Kind::Offer, Object::Courtesy) => Some((Some(OfferOfHelp), Weight::Light)),
        (Kind::Deliver, Object::Outcome) => Some((Some(Result), Weight::Solid)),
        (Kind::State, _) if SHIPPED.is_match(&clause.words) && !draft.input.facts.our_launches.is_empty() => {
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
    about && !["i", "we", "you", "your", "our", "my"].contains(&first) && EVENT.is_match(&clause.words)
}

/// Whether a launch of theirs is put on a shared account: named in the same sentence or beside it.
fn framed(draft: &Draft<'_>, at: &Range<usize>) -> bool {
    let Some(here) = draft.sentence_at(at.start) else { return false };
    [here.checked_sub(1), Some(here), Some(here + 1)].into_iter().flatten().any(|s| {
        let idle =
            draft.clauses.iter().filter(|c| c.sentence == s).all(|c| c.kind == Kind::CheckIn || c.asks());
        draft.names_account_in(s) && !idle
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
