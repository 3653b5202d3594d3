//! What the pre-read says of one account: why now, whose it is on both sides, the map with its gaps, the last touches, what
//! to do together and how to open, and what is promised. It shows what concerns us and this one partner.

use serde::{Deserialize, Serialize};

use crate::kernel::blocks::clip;
use crate::kernel::dates::spoken;
use crate::kernel::ids::{AccountId, PartnerId, UserId};
use crate::kernel::text::capital;
use crate::map::account_map::path::Node;
use crate::map::account_map::questions::Answer;
use crate::map::account_map::record::Kind;
use crate::map::account_map::relationship::Knower;
use crate::map::account_map::sight::Sight;
use crate::map::account_map::suggest::suggest;
use crate::map::account_map::{AccountMap, lever, questions};
use crate::map::overlap::{Motion, Overlap};

/// So many touches are told.
const TOUCHES: usize = 3;
/// The longest text of a touch or a promise, in characters.
const LONGEST: usize = 160;

/// Stands on paper in place of the touches of an account with several partners.
const LEFT_OUT: &str =
    "Left out on paper, as next steps and holds are: other partners have to do with this account too.";

/// What is known of a question or a lens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The question, or the lens's name.
    pub name: String,
    /// The answer, or what is missing for one.
    pub text: String,
    /// Whether it is answered; else it is a gap.
    pub known: bool,
}

/// One account of a pre-read. Nothing in it is escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// The account.
    pub account: AccountId,
    /// `Acme (acme.com)`
    pub name: String,
    /// What we and the partner would do for each other.
    pub motion: Option<Motion>,
    /// What the session is to bring there; may be empty.
    pub goal: String,
    /// Why it is on the agenda, the weightiest first.
    pub because: Vec<String>,
    /// `their customer, our open deal ($120k, negotiation)`
    pub what: String,
    /// Why now; may be empty.
    pub why_now: String,
    /// Who of ours owns the deal.
    pub deal_owner: Option<String>,
    /// Who of ours owns the relationship.
    pub relationship_owner: Option<String>,
    /// Whose it is at the partner, as far as it is known.
    pub their_owner: Option<String>,
    /// The four questions.
    pub questions: Vec<Line>,
    /// The five lenses.
    pub lenses: Vec<Line>,
    /// `4 of 5 lenses answered: not truly mapped until Risk is.`
    pub mapped: String,
    /// The last touches, the newest first.
    pub touches: Vec<String>,
    /// How to begin.
    pub opening: String,
    /// Open commitments and next steps.
    pub promises: Vec<String>,
    /// What is on hold.
    pub holds: Vec<String>,
}

impl Brief {
    /// The same for paper, which lies on a table with people of the partner's; `bare` is the brief of the map that
    /// [`without_words`] leaves. What only those words answer is left out, and not called open.
    pub fn on_paper(&self, bare: Self) -> Self {
        let same =
            |full: &[Line], bare: Vec<Line>| bare.into_iter().filter(|line| full.contains(line)).collect();
        let less = self.touches.len() + self.promises.len() + self.holds.len()
            > bare.touches.len() + bare.promises.len() + bare.holds.len();
        Self {
            questions: same(&self.questions, bare.questions),
            lenses: same(&self.lenses, bare.lenses),
            mapped: self.mapped.clone(),
            touches: if less { vec![LEFT_OUT.to_owned()] } else { Vec::new() },
            ..bare
        }
    }

    /// Whether nobody has answered anything about it yet.
    pub fn is_unmapped(&self) -> bool {
        !self.questions.iter().chain(&self.lenses).any(|line| line.known)
    }

    /// What nobody has answered yet: the questions that are open, in a few words.
    pub fn gaps(&self) -> Vec<&str> {
        self.questions.iter().filter(|q| !q.known).map(|q| q.name.as_str()).collect()
    }
}

/// What a brief is made of beside the map.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// With whom the session is.
    pub partner: &'a PartnerId,
    /// Its name.
    pub partner_name: &'a str,
    /// The account's overlap with it.
    pub overlap: &'a Overlap,
    /// The motion that the session has for it.
    pub motion: Option<Motion>,
    /// What the session is to bring.
    pub goal: &'a str,
    /// Why it is on the agenda.
    pub because: Vec<String>,
    /// Why now; may be empty.
    pub why_now: String,
    /// Who has the account at the partner, as its list says.
    pub their_owner: Option<String>,
    /// What is promised and open, each in a line.
    pub promises: Vec<String>,
    /// What to ask after first, as something is under way there: how to begin.
    pub under_way: Option<String>,
    /// Who runs the session: reaches out where nobody owns the account.
    pub organiser: &'a UserId,
}

/// The map without what concerns other partners: the pre-read is open on a table at which one partner sits.
pub fn only_with(mut map: AccountMap, partner: &PartnerId) -> AccountMap {
    map.overlaps.retain(|o| o.partner_id == *partner);
    map.unnamed.retain(|p| p == partner);
    map.partners.retain(|p| p.id == *partner);
    map.contacts.retain(|c| c.partner == *partner);
    map.involvements.retain(|i| i.partner == *partner);
    map.decisions.retain(|d| d.partner.as_ref().is_none_or(|p| p == partner));
    let contacts = &map.contacts;
    map.decisions.retain(|d| match d.introducer.as_ref().map(|introducer| &introducer.who) {
        Some(Knower::Contact(id)) => contacts.iter().any(|c| c.id == *id),
        _ => true,
    });
    map.keep_the_known();
    map
}

/// Whether other partners have to do with the account too.
pub fn is_shared(map: &AccountMap, partner: &PartnerId) -> bool {
    let with = map
        .overlaps
        .iter()
        .map(|o| &o.partner_id)
        .chain(&map.unnamed)
        .chain(map.partners.iter().map(|p| &p.id));
    let decided = map.decisions.iter().filter_map(|d| d.partner.as_ref());
    with.chain(map.involvements.iter().map(|i| &i.partner)).chain(decided).any(|id| id != partner)
}

/// The map without what somebody wrote down in their own words: touches, notes, next steps and holds carry no partner, and
/// may tell of any.
pub fn without_words(mut map: AccountMap) -> AccountMap {
    map.log.clear();
    map.steps.clear();
    map.holds.clear();
    map
}

/// Tells one account. The map is the one that [`only_with`] leaves.
pub fn brief(sight: &Sight<'_>, about: About<'_>) -> Brief {
    let map = sight.map;
    let lenses = lever::lenses(sight);
    let mapped = lever::completeness(&lenses);
    let names = &map.names;
    let touches = map.log.iter().filter(|e| e.kind == Kind::Touch).take(TOUCHES);
    let touches = touches.map(|e| {
        let text = clip(e.text.trim_end_matches('.'), LONGEST);
        format!("{}: {text}", spoken(e.on, sight.today()))
    });
    let steps = map.steps.iter().map(|s| {
        let text = clip(s.text.trim_end_matches('.'), LONGEST);
        format!("{}: {text}, by {}", names.of_user(&s.owner), spoken(s.due, sight.today()))
    });
    Brief {
        account: map.account.id.clone(),
        name: map.account.label(),
        motion: about.motion,
        goal: about.goal.to_owned(),
        because: about.because.clone(),
        what: about.overlap.kind_words(),
        why_now: about.why_now.clone(),
        deal_owner: map.deal_owner().map(|written| names.of_written(&written)),
        relationship_owner: map.owners.relationship.as_ref().map(|user| names.of_user(user).to_owned()),
        their_owner: about.their_owner.clone().or_else(|| best_placed(sight)),
        questions: questions::four(sight).into_iter().map(asked).collect(),
        lenses: lenses
            .into_iter()
            .map(|l| Line { name: l.name.to_owned(), text: l.reason, known: l.answered })
            .collect(),
        mapped,
        touches: touches.collect(),
        opening: about.under_way.clone().unwrap_or_else(|| opening(sight, &about)),
        promises: about.promises.iter().cloned().chain(steps).collect(),
        holds: map.open_holds().map(|hold| hold.line(names, sight.now.timestamp())).collect(),
    }
}

fn asked(question: questions::Question) -> Line {
    let (text, known) = match question.answer {
        Answer::Known(text) => (text, true),
        Answer::Open(text) => (text, false),
    };
    Line { name: question.asked.to_owned(), text, known }
}

/// Who of the partner's people knows somebody at the account best.
fn best_placed(sight: &Sight<'_>) -> Option<String> {
    let known = sight.map.people.iter().flat_map(|person| sight.knowers(&person.id));
    let theirs = known.filter_map(|(said, strength)| match &said.who {
        Knower::Contact(id) => Some((strength, sight.map.contact(id)?.name.clone())),
        Knower::Us(_) => None,
    });
    let best = theirs.reduce(|a, b| if b.0 > a.0 { b } else { a });
    best.map(|(_, name)| format!("{name} (knows them best)"))
}

/// How to begin, by what the two would do for each other.
fn opening(sight: &Sight<'_>, about: &About<'_>) -> String {
    let (map, partner) = (sight.map, about.partner_name);
    let account = &map.account.name;
    let suggested = suggest(sight, Some(about.partner), Some(&about.why_now), about.organiser);
    let ours = map.names.of_user(&suggested.reaches_out);
    match about.motion {
        Some(Motion::Ask) => match (&suggested.introducer, path_end(sight, about.partner)) {
            (Some(Knower::Contact(id)), Some((whom, strength))) => format!(
                "Ask {} to introduce {ours} to {whom}, whom they know ({strength} of 5).",
                map.contact(id).map_or(partner, |c| c.name.as_str())
            ),
            _ => format!(
                "Ask who at {partner} works with {account} and whom they talk to there. {} follows up.",
                capital(ours)
            ),
        },
        Some(Motion::Give) => match our_knower(sight) {
            Some((who, whom, strength)) => {
                format!("Offer {partner} an introduction to {whom}: {who} knows them ({strength} of 5).")
            }
            None => format!("Offer {partner} what we know of {account}, and {ours} as the one to talk to."),
        },
        Some(Motion::Joint) => match &about.their_owner {
            Some(theirs) => {
                format!("Agree who leads and who talks to whom: {ours} for us, {theirs} for {partner}.")
            }
            None => format!(
                "Agree who leads and who talks to whom. {} has it for us: ask who has it at {partner}.",
                capital(ours)
            ),
        },
        None => {
            format!("Say what each side is to {account}, and agree whether there is anything to do together.")
        }
    }
}

/// Whom the partner's best path leads to, and how well the last on it knows them.
fn path_end(sight: &Sight<'_>, partner: &PartnerId) -> Option<(String, i64)> {
    let over = |path: &crate::map::account_map::path::Path| match path.introducer() {
        Some(Node::Contact(id)) => sight.map.contact(id).is_some_and(|c| c.partner == *partner),
        _ => false,
    };
    let paths = sight.map.people.iter().filter_map(|p| sight.paths_to(&p.id).into_iter().find(over));
    let best = paths.reduce(|a, b| if b.strength() > a.strength() { b } else { a })?;
    Some((sight.name(best.nodes.last()?), *best.links.last()?))
}

/// Who of ours knows somebody there best, whom, and how well.
fn our_knower(sight: &Sight<'_>) -> Option<(String, String, i64)> {
    let known = sight.map.people.iter().flat_map(|person| {
        let knowers = sight.knowers(&person.id);
        knowers.into_iter().filter_map(move |(said, strength)| match &said.who {
            Knower::Us(user) => Some((user, person, strength)),
            Knower::Contact(_) => None,
        })
    });
    let (user, person, strength) = known.reduce(|a, b| if b.2 > a.2 { b } else { a })?;
    Some((sight.map.names.of_user(user).to_owned(), person.label(), strength))
}

#[cfg(test)]
mod tests;
