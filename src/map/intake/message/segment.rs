//! Lines → records: who inherits a heading's partner, and which words belong to which account.

use super::accounts::{Candidate, accounts as accounts_in};
use super::fields::{self, Facts, Side};
use super::flatten::{LINK, Line, Tokens, index, is_marker};
use super::keys::{Key, key};
use super::record::{Record, Records, apply, is_nothing, names};
use super::sentences::segments;
use super::titled::{header_of, title_above_value, titled_pairs};
use crate::map::name;
use crate::map::overlap::Population;

/// What a heading says of all that stands below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Above {
    pub(super) partners: Vec<usize>,
    pub(super) facts: Facts,
    pub(super) announced: bool,
}

pub(super) struct Stream<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) above: Above,
    pub(super) records: Vec<Record>,
    titled: Option<(Record, Vec<Key>)>,
    pub(super) announced: bool,
    pub(super) meant: bool,
}

/// Reads the lines in order.
pub(super) fn records(lines: &[Line], tokens: &Tokens, announced: bool) -> Records {
    let mut stream = Stream {
        tokens,
        above: Above { announced, ..Above::default() },
        records: Vec::new(),
        titled: None,
        announced,
        meant: announced,
    };
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if let Some(field) = title_above_value(line, lines.get(at + 1)) {
            stream.line(&field);
            at += 2;
            continue;
        }
        at += match stream.table(&lines[at..]) {
            0 => {
                stream.line(line);
                1
            }
            rows => rows,
        };
    }
    stream.close_titled();
    stream.finish()
}

impl Stream<'_> {
    // ---- titled fields ----

    fn line(&mut self, line: &Line) {
        if let Some((title, value)) = &line.field {
            match key(title) {
                Some(known) => self.titled_field(known, value),
                None if title.trim().is_empty() => {
                    self.prose(&Line { text: value.clone(), ..Line::default() })
                }
                None => {}
            }
            return;
        }
        let (prefix, pairs) = titled_pairs(&line.text);
        if pairs.is_empty() {
            if !line.text.trim().is_empty() {
                self.prose(line);
            }
            return;
        }
        if prefix.chars().any(|c| c.is_alphanumeric() || is_marker(c)) {
            self.prose(&Line { text: prefix, ..line.clone() });
        }
        for (known, value) in pairs {
            self.titled_field(known, &value);
        }
    }

    fn titled_field(&mut self, known: Key, value: &str) {
        let known = match known {
            Key::PerhapsAccount if Population::understood(value).is_some() || is_nothing(value) => return,
            Key::PerhapsAccount => Key::Account,
            other => other,
        };
        let repeats = self.titled.as_ref().is_some_and(|(record, set)| {
            known != Key::Ignored
                && set.contains(&known)
                && (known == Key::Account || set.first() == Some(&known) || record.account.is_some())
        });
        if repeats {
            self.close_titled();
        }
        let (record, set) = self.titled.get_or_insert_with(Default::default);
        set.push(known);
        apply(record, known, value, self.tokens);
    }

    fn close_titled(&mut self) {
        let Some((mut record, _)) = self.titled.take() else { return };
        if record.account.is_some()
            || record.domain.is_some() && self.records.last().is_none_or(|r| r.domain.is_some())
        {
            record.titled = true;
            record.announced = self.above.announced;
            self.inherit(&mut record);
            self.records.push(record);
        } else if let Some(last) = self.records.last_mut().filter(|last| {
            record.partners.is_empty() || last.partners.is_empty() || last.partners == record.partners
        }) {
            // What a field says outranks the sentence above it.
            let sentence = std::mem::take(last);
            *last = Record { titled: sentence.titled || sentence.placed, ..record };
            last.adopt(&sentence);
        } else {
            let facts = &mut self.above.facts;
            facts.owner = facts.owner.take().or(record.owner);
            facts.our_amount = facts.our_amount.or(record.our_amount);
            facts.stage = facts.stage.take().or(record.stage);
            facts.populations.extend(record.ours.map(|p| (Side::Ours, p)));
            facts.populations.extend(record.theirs.iter().map(|(_, p)| (Side::Theirs(None), *p)));
            for partner in &record.partners {
                if let Some(i) = self.tokens.partners.iter().position(|p| p == partner) {
                    self.above.partners = vec![i];
                }
            }
        }
    }

    // ---- tables ----

    /// How many of the lines were read as a table, from a header row down.
    fn table(&mut self, lines: &[Line]) -> usize {
        let Some((header, split)) = lines.first().and_then(header_of) else { return 0 };
        self.close_titled();
        let mut read = 1;
        for line in &lines[1..] {
            let cells = split(line);
            if cells.len() < 2 {
                let rule = line.text.trim().chars().all(|c| matches!(c, '-' | '=' | '+' | '|' | ':' | ' '));
                if line.text.trim().is_empty() || !rule {
                    break;
                }
            }
            read += 1;
            let mut record = Record { titled: true, announced: true, ..Record::default() };
            for (column, cell) in header.iter().zip(&cells) {
                if let Some(column) = column {
                    let column = if *column == Key::PerhapsAccount { Key::Account } else { *column };
                    apply(&mut record, column, cell, self.tokens);
                }
            }
            let told = cells.iter().any(|c| c.chars().any(char::is_alphanumeric));
            if told && (record.account.is_some() || record.domain.is_some()) {
                self.inherit(&mut record);
                self.records.push(record);
            }
        }
        if read > 1 { read } else { 0 }
    }

    // ---- prose ----

    fn prose(&mut self, line: &Line) {
        self.close_titled();
        let before = self.records.len();
        let parts = segments(&line.text);
        let led = (parts.len() > 1).then(|| parts.first().and_then(|p| p.split_once(':'))).flatten();
        let led =
            led.map(|(head, _)| fields::read(head, self.tokens)).filter(|f| !f.vetoed).unwrap_or_default();
        let mut lead = Record::default();
        if accounts_in("", &led).iter().all(|a| !a.placed) {
            lead.take(&led, self.tokens);
        }
        let mut leading: Vec<usize> = Vec::new();
        let mut line_announced = false;
        for segment in &parts {
            let facts = fields::read_among(segment, &line.text, !self.records.is_empty(), self.tokens);
            if facts.vetoed {
                continue;
            }
            line_announced |= facts.announced;
            self.meant |= facts.announced && facts.meant && !facts.chatty;
            let mut accounts = accounts_in(segment, &facts);
            if !self.records.is_empty() && !line.bullet {
                // Where an account was named, only a name in capitals or a domain makes a second one.
                accounts.retain(|a| {
                    let leads = segment
                        .get(..a.span.start)
                        .is_some_and(|before| !before.contains(char::is_alphanumeric));
                    leads || a.domain.is_some() || a.name.as_ref().is_some_and(|n| has_capital(n))
                });
            }
            let opens = segment.trim_end().ends_with([':', '-', '–', '—']) || line.heading;
            let named_partner = !facts.partners.is_empty();
            if opens
                && (named_partner || facts.announced)
                && accounts.iter().all(|a| a.domain.is_none())
                && !facts.paired
            {
                let sure = line.heading && accounts.iter().any(|a| a.placed);
                if !sure || facts.candidates.is_empty() {
                    accounts.clear();
                }
            }
            if accounts.is_empty() {
                accounts = self.partner_as_account(segment, &facts);
            }
            if accounts.is_empty() {
                self.without_account(line, segment, facts, before, opens, &mut leading);
                continue;
            }
            let first = self.records.len();
            self.with_accounts(line, &accounts, &facts, &leading, line_announced);
            self.records[first..].iter_mut().for_each(|r| r.fill(&lead));
            if facts.announced && named_partner || parts.len() > 1 {
                leading = if named_partner { facts.partners.clone() } else { leading };
            }
            if facts.plural && facts.announced && named_partner && before == 0 && !line.bullet {
                self.above.partners = facts.partners.clone();
            }
        }
        self.announced |= line_announced;
    }

    fn with_accounts(
        &mut self,
        line: &Line,
        accounts: &[Candidate],
        facts: &Facts,
        leading: &[usize],
        announced: bool,
    ) {
        for account in accounts {
            if let Some(at) = self.shortened(account) {
                let mut more = Record::default();
                more.take(facts, self.tokens);
                self.records[at].fill(&more);
                continue;
            }
            let mut record = Record {
                account: account.name.clone(),
                domain: account.domain.clone(),
                announced: announced || self.above.announced,
                placed: account.placed,
                paired: facts.paired,
                listed: line.bullet || self.above.announced && account.placed,
                chatty: facts.chatty,
                ..Record::default()
            };
            record.take(facts, self.tokens);
            if record.partners.is_empty() {
                record.partners = names(leading, self.tokens);
            }
            self.inherit(&mut record);
            self.records.push(record);
        }
    }

    /// The account of which only the first word is repeated: `Jim owns Dunder`.
    fn shortened(&self, account: &Candidate) -> Option<usize> {
        let short = format!("{} ", name::key(account.name.as_ref().filter(|_| account.domain.is_none())?));
        let begins = |r: &Record| r.account.as_ref().is_some_and(|a| name::key(a).starts_with(&short));
        let mut known = (0..self.records.len()).filter(|at| begins(&self.records[*at]));
        known.next().filter(|_| known.next().is_none())
    }

    /// Words with no account: a heading for what follows, or more of what was said before.
    fn without_account(
        &mut self,
        line: &Line,
        segment: &str,
        facts: Facts,
        before: usize,
        opens: bool,
        leading: &mut Vec<usize>,
    ) {
        let told = !facts.partners.is_empty() || !facts.populations.is_empty() || facts.announced;
        let heads = opens
            || (!line.bullet && self.records.is_empty())
            || (before == self.records.len()
                && !line.bullet
                && facts.populations.is_empty()
                && !facts.partners.is_empty()
                && is_only_partner(segment));
        if heads && told {
            if !facts.partners.is_empty() {
                self.above.partners = facts.partners.clone();
                leading.clone_from(&facts.partners);
            }
            self.above.announced |= facts.announced;
            let kept = if opens { None } else { Some(std::mem::take(&mut self.above.facts)) };
            self.above.facts = facts;
            if let Some(kept) = kept {
                let merged = &mut self.above.facts;
                merged.owner = merged.owner.take().or(kept.owner);
                merged.our_amount = merged.our_amount.or(kept.our_amount);
                merged.stage = merged.stage.take().or(kept.stage);
                merged.populations.extend(kept.populations);
            }
            return;
        }
        let mut more = Record::default();
        more.take(&facts, self.tokens);
        more.announced = facts.announced;
        let all = facts.plural;
        if self.records.is_empty() {
            let held = &mut self.above.facts;
            held.owner = held.owner.take().or(facts.owner);
            held.our_amount = held.our_amount.or(facts.our_amount);
            held.stage = held.stage.take().or(facts.stage);
        }
        let from = if all { 0 } else { self.records.len().saturating_sub(1) };
        for record in &mut self.records[from..] {
            record.fill(&more);
        }
    }

    /// `Northwind overlap: Globex (globex.com)`, when Globex is a partner as well.
    fn partner_as_account(&self, segment: &str, facts: &Facts) -> Vec<Candidate> {
        let strong = facts.announced || !facts.populations.is_empty();
        let [first, .., last] = facts.partner_spans.as_slice() else { return Vec::new() };
        let between = segment.get(first.end..last.start).unwrap_or_default();
        if facts.partners.len() != 2 || !strong || !(between.contains(':')) {
            return Vec::new();
        }
        let Some(i) = facts.partners.last() else { return Vec::new() };
        let domain = segment
            .chars()
            .find_map(|c| index(u32::from(c), LINK))
            .and_then(|l| self.tokens.links.get(l)?.domain.clone());
        let name = self.tokens.partners.get(*i).cloned();
        vec![Candidate { name, domain, span: last.clone(), weight: 3, placed: true }]
    }

    fn inherit(&self, record: &mut Record) {
        if record.partners.is_empty() {
            record.partners = names(&self.above.partners, self.tokens);
        }
        let mut above = Record::default();
        above.take(&self.above.facts, self.tokens);
        above.partners.clear();
        record.fill(&above);
    }
}

fn has_capital(name: &str) -> bool {
    name.chars().any(|c| c.is_uppercase() || c.is_ascii_digit())
}

fn is_only_partner(segment: &str) -> bool {
    let words = segment.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    words <= 3
}
