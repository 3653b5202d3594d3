//! A record: one account and what was said of it, and what is enough to be an overlap.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::accounts::{accounts, ends_abbreviated};
use super::fields::{self, Facts, Setting, Side};
use super::flatten::{EMAIL, LINK, PARTNER, Tokens, USER, index, is_marker};
use super::keys::Key;
use crate::kernel::money::Money;
use crate::map::domain::Domain;
use crate::map::overlap::Population;

/// One account and what was said of it, with the evidence that it is an overlap.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) account: Option<String>,
    pub(super) domain: Option<Domain>,
    pub(super) partners: Vec<String>,
    /// The words leave open which of several partners it is, so that no other word may say it either.
    pub(super) unclear: bool,
    pub(super) ours: Option<Population>,
    /// Per partner; `None` stands for whichever partner it is.
    pub(super) theirs: Vec<(Option<String>, Population)>,
    pub(super) unsided: Vec<Population>,
    /// Told by a verb, for the sides of which nothing plainer is said.
    pub(super) implied: Vec<(Side, Population)>,
    pub(super) owner: Option<String>,
    pub(super) our_amount: Option<Money>,
    pub(super) their_amount: Option<Money>,
    pub(super) stage: Option<String>,
    pub(super) announced: bool,
    pub(super) placed: bool,
    pub(super) titled: bool,
    pub(super) paired: bool,
    pub(super) listed: bool,
    pub(super) chatty: bool,
}

impl Record {
    pub(super) fn take(&mut self, facts: &Facts, tokens: &Tokens) {
        for (side, population) in &facts.populations {
            match side {
                Side::Ours => self.ours = self.ours.or(Some(*population)),
                Side::Theirs(partner) => {
                    let partner = partner.and_then(|p| tokens.partners.get(p).cloned());
                    if !self.theirs.iter().any(|(p, _)| *p == partner) {
                        self.theirs.push((partner, *population));
                    }
                }
                Side::Both => {
                    self.ours = self.ours.or(Some(*population));
                    self.theirs.push((None, *population));
                }
            }
        }
        self.unsided.extend(&facts.unsided);
        self.implied.extend(&facts.implied);
        self.partners = names(&facts.partners, tokens);
        self.owner = facts.owner.clone();
        self.our_amount = facts.our_amount;
        self.their_amount = facts.their_amount;
        self.stage.clone_from(&facts.stage);
    }

    /// The partners that stand above or beside, where the record has none of its own.
    pub(super) fn offer_partners(&mut self, partners: &[String]) {
        if self.partners.is_empty() && !self.unclear {
            self.partners = partners.to_vec();
        }
    }

    /// Takes over what is not known yet.
    pub(super) fn fill(&mut self, other: &Self) {
        self.account = self.account.take().or_else(|| other.account.clone());
        self.domain = self.domain.take().or_else(|| other.domain.clone());
        self.offer_partners(&other.partners);
        self.ours = self.ours.or(other.ours);
        for entry in &other.theirs {
            if self.theirs.is_empty()
                || (entry.0.is_some() && !self.theirs.iter().any(|(p, _)| *p == entry.0 || p.is_none()))
            {
                self.theirs.push(entry.clone());
            }
        }
        if self.unsided.is_empty() {
            self.unsided.clone_from(&other.unsided);
        }
        self.implied.extend(&other.implied);
        self.owner = self.owner.take().or_else(|| other.owner.clone());
        self.our_amount = self.our_amount.or(other.our_amount);
        self.their_amount = self.their_amount.or(other.their_amount);
        self.stage = self.stage.take().or_else(|| other.stage.clone());
        self.announced |= other.announced;
        self.placed |= other.placed;
    }

    /// As [`Record::fill`], of the same account under the same evidence.
    pub(super) fn adopt(&mut self, other: &Self) {
        self.fill(other);
        self.paired |= other.paired;
        self.listed |= other.listed;
        self.chatty |= other.chatty;
    }

    /// When one side is known and one population is left over, it is the other side's.
    pub(super) fn settle(&mut self) {
        if let [left] = self.unsided.as_slice() {
            match (self.ours, self.theirs.is_empty()) {
                (None, false) => self.ours = Some(*left),
                (Some(_), true) => self.theirs.push((None, *left)),
                _ => {}
            }
        }
        // "We're the incumbent (customer), they want in (open opp)": one of the two only says again what is known.
        if let ([one, other], known) = (self.unsided.as_slice(), self.theirs.first().map(|(_, p)| *p))
            && one != other
            && self.ours.is_some() != known.is_some()
            && let Some(again) = self.ours.or(known).filter(|p| p == one || p == other)
        {
            let left = if again == *one { *other } else { *one };
            match self.ours {
                Some(_) => self.theirs.push((None, left)),
                None => self.ours = Some(left),
            }
        }
        // "prospect / prospect": whoever comes first.
        if let [one, other] = self.unsided.as_slice()
            && one == other
            && self.ours.is_none()
            && self.theirs.is_empty()
        {
            self.ours = Some(*one);
            self.theirs.push((None, *one));
        }
        for (side, population) in std::mem::take(&mut self.implied) {
            match side {
                Side::Theirs(_) if self.theirs.is_empty() => self.theirs.push((None, population)),
                Side::Ours if self.ours.is_none() => self.ours = Some(population),
                _ => {}
            }
        }
    }

    /// Is to both sides what the account before it is.
    pub(super) fn is_told_as(&mut self, before: &Record) {
        self.ours = before.ours;
        self.theirs.clone_from(&before.theirs);
        self.unsided.clone_from(&before.unsided);
        self.implied.clone_from(&before.implied);
    }

    /// Whether enough was said for an overlap.
    pub(super) fn is_overlap(&self) -> bool {
        let partner = !self.partners.is_empty();
        let sides = usize::from(self.ours.is_some()) + usize::from(!self.theirs.is_empty());
        let told = self.owner.is_some() || self.our_amount.is_some() || self.stage.is_some();
        let populated = sides + self.unsided.len();
        if self.titled {
            return partner || self.announced || sides > 0;
        }
        if self.chatty && sides < 2 && !(self.announced && (populated > 0 || self.domain.is_some())) {
            return false;
        }
        (partner && sides > 0)
            || sides == 2
            || (self.announced && self.placed && (partner || populated > 0 || self.domain.is_some() || told))
            || (self.paired && partner)
            || (self.placed && partner && self.unsided.len() > 1)
            || (self.listed && partner && (self.announced || self.domain.is_some() || told))
            || (partner && self.domain.is_some() && (told || populated > 0))
            || (partner && self.placed && self.our_amount.is_some() && self.stage.is_some())
    }
}

pub(super) fn names(partners: &[usize], tokens: &Tokens) -> Vec<String> {
    partners.iter().filter_map(|p| tokens.partners.get(*p).cloned()).collect()
}

/// What is written where a field was left open; the first is an empty one.
const NOTHING: &str = "|-|–|—|n/a|na|none|null|nil|tbd|tbc|unknown|\
    unassigned|no|yes|y|x|empty|not set|not stated|not in crm|nobody|no owner|keine|aucun|ninguno";

pub(super) fn is_nothing(value: &str) -> bool {
    let value = value.trim().trim_matches(['(', ')', '.', '?']).to_lowercase();
    let value = value.as_str();
    NOTHING.split('|').any(|nothing| nothing == value)
}

/// The text with markers turned back into what was written.
fn unmarked(text: &str, tokens: &Tokens) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let n = u32::from(c);
        if !is_marker(c) {
            out.push(c);
        } else if let Some(t) = index(n, PARTNER).and_then(|i| tokens.partners.get(i)) {
            out.push_str(t);
        } else if let Some(t) = index(n, USER).and_then(|i| tokens.users.get(i)) {
            out.push_str(t);
        } else if let Some(t) = index(n, EMAIL).and_then(|i| tokens.emails.get(i)) {
            out.push_str(t);
        }
    }
    out
}

pub(super) fn apply(record: &mut Record, known: Key, value: &str, tokens: &Tokens) {
    let value =
        value.trim().trim_matches(['·', '|', ';', '/']).trim().trim_end_matches(',').trim_matches('"');
    if is_nothing(value) {
        return;
    }
    let value = &value[..value.len() - apply_beside(record, known, value, tokens)];
    match known {
        Key::Account | Key::PerhapsAccount => apply_account(record, value, tokens),
        Key::Domain => {
            let linked =
                value.chars().find_map(|c| index(u32::from(c), LINK)).and_then(|i| tokens.links.get(i));
            record.domain = linked.and_then(|l| l.domain.clone()).or(record.domain.take());
        }
        Key::Partner => {
            let known: Vec<usize> = value.chars().filter_map(|c| index(u32::from(c), PARTNER)).collect();
            record.partners = names(&known, tokens);
            if let ([_], Some(theirs)) = (known.as_slice(), Population::understood(value)) {
                record.theirs.push((None, theirs));
                return;
            }
            let written = unmarked(value, tokens).replace("()", "").trim().to_string();
            if record.partners.is_empty() && !written.is_empty() {
                record.partners.push(written);
            }
        }
        Key::Population(side) => apply_population(record, side, value, tokens),
        Key::Standing => record.unsided.extend(Population::understood(value)),
        Key::Deal(side) => {
            match side {
                Side::Theirs(_) => record.their_amount = Money::find(value).map(|f| f.money),
                _ => record.our_amount = Money::find(value).map(|f| f.money),
            }
            apply_population(record, side, "open opportunity", tokens);
        }
        Key::Owner => record.owner = owner(value, tokens).or(record.owner.take()),
        Key::Amount => record.our_amount = amount(value),
        Key::TheirAmount => record.their_amount = amount(value),
        Key::Stage if record.stage.is_none() => record.stage = stage(value, tokens),
        Key::TheirStage if record.stage.is_none() => record.stage = stage(value, tokens),
        Key::Stage | Key::TheirStage | Key::TheirOwner | Key::Ignored => {}
    }
}

/// `Stage: legal, $80k (Northwind)`: what stands beside a value and has no title of its own. Returns how much of the
/// value, from its end, is no part of it.
fn apply_beside(record: &mut Record, known: Key, value: &str, tokens: &Tokens) -> usize {
    static BESIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r",\s|[;|·(]|\s[-–—]\s"));
    let theirs = match known {
        Key::Population(side) | Key::Deal(side) => matches!(side, Side::Theirs(_)),
        Key::Owner | Key::Stage | Key::Amount => false,
        _ => return 0,
    };
    let Some(at) = BESIDE.find(value).map(|m| m.start()).filter(|at| *at > 0) else { return 0 };
    let rest = &value[at..];
    let facts = fields::read(rest, tokens);
    let lower = rest.to_lowercase();
    let owned = lower.contains("own")
        || ["ae ", "am ", "csm ", "rep "].iter().any(|role| lower.contains(role))
        || rest.chars().any(|c| index(u32::from(c), USER).is_some());
    if record.owner.is_none() && known != Key::Owner && (!theirs || owned) {
        record.owner.clone_from(&facts.owner);
    }
    if record.partners.is_empty() {
        record.partners = names(&facts.partners, tokens);
    }
    let amount = facts.our_amount.or(facts.their_amount);
    if !theirs && known != Key::Amount {
        record.our_amount = record.our_amount.or(amount);
    }
    if known != Key::Stage {
        record.stage = record.stage.take().or(facts.stage);
    }
    let told = facts.owner.is_some() || amount.is_some() || !facts.partners.is_empty();
    if known == Key::Stage && told { rest.len() } else { 0 }
}

fn apply_population(record: &mut Record, side: Side, value: &str, tokens: &Tokens) {
    let facts = fields::read_among(value, Setting { around: value, follows: true, listing: false }, tokens);
    if let Some(population) = Population::understood(value.split(". ").next().unwrap_or(value))
        .or_else(|| facts.unsided.first().copied())
        .or_else(|| facts.populations.first().map(|(_, p)| *p))
    {
        match side {
            Side::Theirs(partner) => {
                let partner = partner.and_then(|p| tokens.partners.get(p).cloned());
                if let (Some(named), true) = (&partner, record.partners.is_empty()) {
                    record.partners.push(named.clone());
                }
                record.theirs.push((partner, population));
            }
            _ => record.ours = Some(population),
        }
    }
    let (ours, theirs) = match side {
        Side::Theirs(_) => (None, facts.our_amount.or(facts.their_amount)),
        _ => (facts.our_amount.or(facts.their_amount), None),
    };
    record.our_amount = record.our_amount.or(ours);
    record.their_amount = record.their_amount.or(theirs);
    if !matches!(side, Side::Theirs(_)) {
        record.owner = record.owner.take().or(facts.owner);
        record.stage = facts.stage.or(record.stage.take());
    } else if record.stage.is_none() {
        record.stage = facts.stage;
    }
}

fn apply_account(record: &mut Record, value: &str, tokens: &Tokens) {
    let facts = fields::read(value, tokens);
    let prose = !facts.partners.is_empty() || !facts.populations.is_empty() || facts.our_amount.is_some();
    let link = value.chars().find_map(|c| index(u32::from(c), LINK)).and_then(|i| tokens.links.get(i));
    let mail = value.chars().find_map(|c| index(u32::from(c), EMAIL)).and_then(|i| tokens.emails.get(i));
    record.domain = link
        .and_then(|l| l.domain.clone())
        .or_else(|| mail.and_then(|m| Domain::of_account(m)))
        .or(record.domain.take());
    if prose && let Some(best) = accounts(value, &facts).into_iter().next() {
        record.account = best.name;
        let partners = record.partners.clone();
        record.take(&facts, tokens);
        if record.partners.is_empty() {
            record.partners = partners;
        }
        return;
    }
    static TRAILING: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"\s*[(\[<]\s*[)\]>]\s*|\s+[-–—|,/·]\s*$|^[-–—|,/·\s]+"));
    let without: String = value
        .chars()
        .filter(|c| index(u32::from(*c), LINK).is_none() && index(u32::from(*c), EMAIL).is_none())
        .collect();
    let text = TRAILING.replace_all(&without, " ");
    let text = text.trim().trim_end_matches(['|', '-', '–', '—', ',', '/', ':', '(', '[']).trim_end();
    let name = unmarked(text, tokens);
    let name = if ends_abbreviated(&name) { name.as_str() } else { name.trim_end_matches('.') };
    record.account = if name.chars().any(char::is_alphanumeric) {
        Some(name.trim().to_string())
    } else {
        link.filter(|l| l.written.chars().any(char::is_uppercase) && !l.written.contains("://"))
            .map(|l| l.written.clone())
    };
}

fn owner(value: &str, tokens: &Tokens) -> Option<String> {
    let mark = value.chars().find(|c| {
        let n = u32::from(*c);
        index(n, USER).is_some() || index(n, EMAIL).is_some()
    });
    let name = value.split(['(', ',', ';', '|', '·', '/']).next().unwrap_or(value);
    let name: String = name.chars().filter(|c| !is_marker(*c)).collect();
    let name = name.trim().trim_end_matches(['-', '–', '—', ')', ']']).trim();
    let initial =
        name.strip_suffix('.').is_some_and(|n| n.rsplit(' ').next().is_some_and(|w| w.chars().count() == 1));
    let name = if initial { name } else { name.trim_end_matches('.') };
    if let Some(mark) = mark
        && (name.is_empty() || index(u32::from(mark), USER).is_some())
    {
        return Some(unmarked(&mark.to_string(), tokens));
    }
    (!is_nothing(name)).then(|| name.to_string())
}

fn amount(value: &str) -> Option<Money> {
    Money::parse(value).or_else(|| Money::find(value).map(|f| f.money))
}

fn stage(value: &str, tokens: &Tokens) -> Option<String> {
    static PREPOSITION: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:currently |now )?(?:in|at|into)\s+(?:the\s+)?"));
    let written = unmarked(value, tokens);
    let stage = PREPOSITION.replace(written.trim(), "").trim().trim_end_matches(['.', ',']).to_string();
    (!is_nothing(&stage)).then_some(stage)
}

/// All records of a message, those that are overlaps and those that lack something.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) sure: Vec<Record>,
    pub(super) doubtful: Option<Record>,
}
