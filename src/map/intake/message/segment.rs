//! Lines → records: who inherits a heading's partner, and which words belong to which account.

use super::fields::{Facts, Side};
use super::flatten::{Line, Tokens, is_marker};
use super::keys::{Key, key};
use super::record::{Record, Records, apply, is_nothing, names};
use super::titled::{header_of, title_above_value, titled_pairs};
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

    pub(super) fn close_titled(&mut self) {
        let Some((mut record, _)) = self.titled.take() else { return };
        if record.account.is_some()
            || record.domain.is_some() && self.records.last().is_none_or(|r| r.domain.is_some())
        {
            record.titled = true;
            record.announced = self.above.announced;
            self.inherit(&mut record);
            self.records.push(record);
        } else if record.partners.len() > 1
            && self.records.iter().filter(|r| r.partners.is_empty()).count() > 1
        {
            // `Overlaps: Acme, Hooli. Partners: Northwind, Globex` does not say which is whose.
            self.records.iter_mut().filter(|r| r.partners.is_empty()).for_each(|r| r.unclear = true);
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

    pub(super) fn inherit(&self, record: &mut Record) {
        record.offer_partners(&names(&self.above.partners, self.tokens));
        let mut above = Record::default();
        above.take(&self.above.facts, self.tokens);
        above.partners.clear();
        record.fill(&above);
    }
}
