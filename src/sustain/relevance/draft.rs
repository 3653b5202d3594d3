//! A draft, read once for all rules.

use std::ops::Range;

use super::gifts::{Gift, gifts, speaks_of};
use super::input::{DraftInput, Overlap};
use super::links::{Link, links};
use super::names::{exact, mentions, overlap};
use super::offer::exclusive_offer;
use super::settings::Settings;
use super::speech::{Clause, Kind, asset_nouns, normal, parse};

/// What the rules read.
pub(super) struct Draft<'a> {
    pub input: &'a DraftInput,
    pub settings: &'a Settings,
    pub clauses: Vec<Clause>,
    /// Overlaps that the text names.
    pub accounts: Vec<(&'a Overlap, Range<usize>)>,
    /// Documents of the library that the text speaks of.
    pub assets: Vec<NamedAsset>,
    /// Where the text speaks of a launch of ours.
    pub our_launches: Vec<Range<usize>>,
    /// Where the text speaks of a launch of theirs.
    pub their_launches: Vec<Range<usize>>,
    /// Where an exclusive offer to the partner's customers stands.
    pub exclusive_offer: Option<Range<usize>>,
    pub links: Vec<Link>,
    pub gifts: Vec<Gift>,
}

/// A document that the text speaks of.
pub(super) struct NamedAsset {
    /// Its place in the facts.
    pub index: usize,
    pub span: Range<usize>,
}

impl<'a> Draft<'a> {
    pub fn read(input: &'a DraftInput, settings: &'a Settings) -> Self {
        let accounts = accounts(input);
        let named: Vec<Range<usize>> = accounts.iter().map(|(_, at)| at.clone()).collect();
        let clauses = parse(&input.text, &named, input.facts.partner.as_deref());
        let mut draft = Self {
            accounts,
            assets: Vec::new(),
            our_launches: launches(input, &clauses, input.facts.our_launches.iter().map(|l| &l.title), true),
            their_launches: launches(
                input,
                &clauses,
                input.facts.their_launches.iter().map(|l| &l.title),
                false,
            ),
            links: links(&input.text),
            exclusive_offer: None,
            gifts: Vec::new(),
            clauses,
            input,
            settings,
        };
        draft.assets = assets(&draft);
        draft.exclusive_offer = exclusive_offer(&draft);
        draft.gifts = gifts(&draft);
        draft
    }

    /// The text as written.
    pub fn text(&self) -> &'a str {
        &self.input.text
    }

    /// The sentence that holds the byte `at`.
    pub fn sentence_at(&self, at: usize) -> Option<usize> {
        self.clauses.iter().rev().find(|c| c.span.start <= at).map(|c| c.sentence)
    }

    /// Whether a shared account is named in sentence number `sentence`.
    pub fn names_account_in(&self, sentence: usize) -> bool {
        self.accounts.iter().any(|(_, at)| self.sentence_at(at.start) == Some(sentence))
    }

    /// Days since an overlap was seen; `None` when nobody knows.
    pub fn age_of(&self, overlap: &Overlap) -> Option<i64> {
        let days = overlap.seen?.until(self.input.today).ok()?.get_days();
        Some(i64::from(days).max(0))
    }

    /// Whether an overlap is too old to build on.
    pub fn is_stale(&self, overlap: &Overlap) -> bool {
        self.age_of(overlap).is_some_and(|days| days > self.settings.stale_after_days)
    }
}

fn accounts(input: &DraftInput) -> Vec<(&Overlap, Range<usize>)> {
    let mut found: Vec<(&Overlap, Range<usize>)> = Vec::new();
    for o in &input.facts.overlaps {
        found.extend(mentions(&input.text, &o.account).into_iter().map(|at| (o, at)));
    }
    // "Acme Retail" names Acme Retail and not Acme Foods.
    let all: Vec<Range<usize>> = found.iter().map(|(_, at)| at.clone()).collect();
    found.retain(|(_, at)| !all.iter().any(|b| overlap(at, b) && b.len() > at.len()));
    found.sort_by_key(|(_, at)| at.start);
    found
}

/// Where the text speaks of one of `titles`: by the title, or by most of its words within a clause.
fn launches<'t>(
    input: &DraftInput,
    clauses: &[Clause],
    titles: impl Iterator<Item = &'t String>,
    ours: bool,
) -> Vec<Range<usize>> {
    let partner = input.facts.partner.as_deref().map(normal).unwrap_or_default();
    let mut out = Vec::new();
    for title in titles {
        let full = exact(&input.text, title);
        if !full.is_empty() {
            out.extend(full);
            continue;
        }
        let short: String = normal(title)
            .split(' ')
            .filter(|w| !partner.split(' ').any(|p| p == *w))
            .collect::<Vec<_>>()
            .join(" ");
        let side = if ours { ["our", "we"] } else { ["your", "you"] };
        out.extend(
            clauses
                .iter()
                .filter(|c| speaks_of(&c.words, &short))
                .filter(|c| short.contains(' ') || c.words.split(' ').any(|w| side.contains(&w)))
                .map(|c| c.span.clone()),
        );
    }
    out
}

/// Documents named by title, by link, or by their kind when the library holds one of that kind.
fn assets(draft: &Draft<'_>) -> Vec<NamedAsset> {
    let mut out = Vec::new();
    for (index, asset) in draft.input.facts.assets.iter().enumerate() {
        let by_title = exact(draft.text(), &asset.title).into_iter().next();
        let by_link = asset.url.as_deref().and_then(|url| {
            let want = url.trim_start_matches("https://").trim_end_matches('/');
            let found = draft.links.iter().find(|l| {
                let shown = draft.text()[l.span.clone()].trim_end_matches('/');
                shown.trim_start_matches("https://").eq_ignore_ascii_case(want)
            });
            found.map(|l| l.span.clone())
        });
        let title = normal(&asset.title);
        let by_words = || {
            draft.clauses.iter().find(|c| speaks_of(&c.words, &asset.title)).map(|c| c.span.clone()).or_else(
                || {
                    let kind =
                        asset_nouns(&title).last().map(|at| title[at].trim_end_matches('s').to_owned())?;
                    let titled = |c: &&Clause| {
                        let mut others = draft.input.facts.assets.iter().filter(|a| a.title != asset.title);
                        others.any(|a| speaks_of(&c.words, &a.title))
                    };
                    let handed = |c: &&Clause| {
                        matches!(c.kind, Kind::Deliver | Kind::Offer)
                            && !titled(c)
                            && c.words.contains(&kind)
                            && !["to", "on", "about", "of"]
                                .iter()
                                .any(|p| c.words.contains(&format!("{kind} {p} ")))
                    };
                    draft.clauses.iter().find(handed).map(|c| c.span.clone())
                },
            )
        };
        if let Some(span) = by_title.or(by_link).or_else(by_words) {
            out.push(NamedAsset { index, span });
        }
    }
    out
}
