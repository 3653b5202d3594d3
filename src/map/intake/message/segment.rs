//! Lines → records: who inherits a heading's partner, which words belong to which account, and what is enough to be
//! an overlap.

use std::sync::LazyLock;

use regex::Regex;

use super::fields::{self, Candidate, Facts, Side, index};
use super::flatten::{EMAIL, LINK, Line, PARTNER, Tokens, USER, is_marker, pattern};
use super::keys::{Key, key};
use crate::kernel::money::Money;
use crate::map::domain::Domain;
use crate::map::name;
use crate::map::overlap::Population;

/// One account and what was said of it, with the evidence that it is an overlap.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) account: Option<String>,
    pub(super) domain: Option<Domain>,
    pub(super) partners: Vec<String>,
    pub(super) ours: Option<Population>,
    /// Per partner; `None` stands for whichever partner it is.
    pub(super) theirs: Vec<(Option<String>, Population)>,
    unsided: Vec<Population>,
    pub(super) owner: Option<String>,
    pub(super) our_amount: Option<Money>,
    pub(super) their_amount: Option<Money>,
    pub(super) stage: Option<String>,
    announced: bool,
    placed: bool,
    titled: bool,
    paired: bool,
    listed: bool,
    chatty: bool,
}

/// What a heading says of all that stands below it.
#[derive(Clone, Debug, Default)]
struct Above {
    partners: Vec<usize>,
    facts: Facts,
    announced: bool,
}

/// All records of a message, those that are overlaps and those that lack something.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) sure: Vec<Record>,
    pub(super) doubtful: Option<Record>,
}

struct Stream<'a> {
    tokens: &'a Tokens,
    above: Above,
    records: Vec<Record>,
    titled: Option<(Record, Vec<Key>)>,
    announced: bool,
}

/// Reads the lines in order.
pub(super) fn records(lines: &[Line], tokens: &Tokens, announced: bool) -> Records {
    let mut stream = Stream {
        tokens,
        above: Above { announced, ..Above::default() },
        records: Vec::new(),
        titled: None,
        announced,
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

/// `Account:` alone on its line, and the value on the next.
fn title_above_value(line: &Line, next: Option<&Line>) -> Option<Line> {
    let title = line.text.trim().strip_suffix(':')?;
    let value = next.filter(|n| !n.text.trim().is_empty() && !n.text.contains(':') && n.cells.is_none())?;
    let known = key(title)
        .filter(|k| !matches!(k, Key::Population(_)) || Population::understood(&value.text).is_some())?;
    (known != Key::Ignored && !value.bullet)
        .then(|| Line { field: Some((title.to_string(), value.text.clone())), ..Line::default() })
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
        } else if let Some(last) = self.records.last_mut() {
            last.titled |= last.placed;
            last.fill(&record);
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
        if self.titled.as_ref().is_some_and(|(r, _)| r.account.is_some()) {
            self.close_titled();
        }
        let before = self.records.len();
        let parts = segments(&line.text);
        let led = (parts.len() > 1).then(|| parts.first().and_then(|p| p.split_once(':'))).flatten();
        let led =
            led.map(|(head, _)| fields::read(head, self.tokens)).filter(|f| !f.vetoed).unwrap_or_default();
        let mut lead = Record::default();
        if fields::accounts("", &led).iter().all(|a| !a.placed) {
            lead.take(&led, self.tokens);
        }
        let mut leading: Vec<usize> = Vec::new();
        let mut line_announced = false;
        for segment in parts.iter().cloned() {
            let facts = fields::read_among(&segment, &line.text, self.tokens);
            if facts.vetoed {
                continue;
            }
            line_announced |= facts.announced;
            let mut accounts = fields::accounts(&segment, &facts);
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
                accounts = self.partner_as_account(&segment, &facts);
            }
            if accounts.is_empty() {
                self.without_account(line, &segment, facts, before, opens, &mut leading);
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

    // ---- judgement ----

    fn finish(mut self) -> Records {
        let mut out = Records::default();
        // A partner that was named once, after its accounts, is everyone's.
        let late = names(&self.above.partners, self.tokens);
        for record in &mut self.records {
            if record.partners.is_empty() && !late.is_empty() {
                record.partners.clone_from(&late);
            }
            record.settle();
        }
        let announced = self.announced || self.above.announced;
        for record in self.records {
            record_into(&mut out, record);
        }
        if out.sure.is_empty() && out.doubtful.is_none() && announced {
            let mut record = Record::default();
            self.above.facts.unsided.clear();
            record.take(&self.above.facts, self.tokens);
            record.partners = late;
            let told = !record.partners.is_empty() || record.ours.is_some() || !record.theirs.is_empty();
            out.doubtful = told.then_some(record);
        }
        out
    }
}

fn record_into(out: &mut Records, record: Record) {
    if !record.is_overlap() {
        if record.announced && record.placed && !record.chatty && out.doubtful.is_none() {
            out.doubtful = Some(record);
        }
        return;
    }
    let same = |r: &Record| {
        let named = match (&r.account, &record.account) {
            (Some(a), Some(b)) => name::key(a) == name::key(b),
            _ => r.domain.is_some() && r.domain == record.domain,
        };
        named && (r.partners == record.partners || r.partners.is_empty() || record.partners.is_empty())
    };
    match out.sure.iter_mut().find(|r| same(r)) {
        Some(known) => {
            let fuller = record.account.as_ref().map(String::len) > known.account.as_ref().map(String::len);
            if fuller && known.account.is_some() {
                known.account.clone_from(&record.account);
            }
            known.fill(&record);
        }
        None => out.sure.push(record),
    }
}

impl Record {
    fn take(&mut self, facts: &Facts, tokens: &Tokens) {
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
        self.partners = names(&facts.partners, tokens);
        self.owner = facts.owner.clone();
        self.our_amount = facts.our_amount;
        self.their_amount = facts.their_amount;
        self.stage.clone_from(&facts.stage);
    }

    /// Takes over what is not known yet.
    pub(super) fn fill(&mut self, other: &Self) {
        self.account = self.account.take().or_else(|| other.account.clone());
        self.domain = self.domain.take().or_else(|| other.domain.clone());
        if self.partners.is_empty() {
            self.partners.clone_from(&other.partners);
        }
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
        self.owner = self.owner.take().or_else(|| other.owner.clone());
        self.our_amount = self.our_amount.or(other.our_amount);
        self.their_amount = self.their_amount.or(other.their_amount);
        self.stage = self.stage.take().or_else(|| other.stage.clone());
        self.announced |= other.announced;
        self.placed |= other.placed;
    }

    /// When one side is known and one population is left over, it is the other side's.
    fn settle(&mut self) {
        if let [left] = self.unsided.as_slice() {
            match (self.ours, self.theirs.is_empty()) {
                (None, false) => self.ours = Some(*left),
                (Some(_), true) => self.theirs.push((None, *left)),
                _ => {}
            }
        }
    }

    /// Whether enough was said for an overlap.
    fn is_overlap(&self) -> bool {
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
            || (self.listed && partner && (self.announced || self.domain.is_some() || told))
            || (partner && self.domain.is_some() && (told || populated > 0))
    }
}

fn names(partners: &[usize], tokens: &Tokens) -> Vec<String> {
    partners.iter().filter_map(|p| tokens.partners.get(*p).cloned()).collect()
}

fn is_only_partner(segment: &str) -> bool {
    let words = segment.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    words <= 3
}

fn is_nothing(value: &str) -> bool {
    let value = value.trim().trim_matches(['(', ')', '.', '?']).to_lowercase();
    let value = value.as_str();
    let nothing = [
        "",
        "-",
        "–",
        "—",
        "n/a",
        "na",
        "none",
        "null",
        "nil",
        "tbd",
        "tbc",
        "unknown",
        "unassigned",
        "no",
        "yes",
        "y",
        "x",
        "empty",
        "not set",
        "not stated",
        "not in crm",
        "nobody",
        "no owner",
        "keine",
        "aucun",
        "ninguno",
    ];
    nothing.contains(&value)
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

fn apply(record: &mut Record, known: Key, value: &str, tokens: &Tokens) {
    let value = value.trim().trim_matches(['·', '|', ';']).trim().trim_end_matches(',');
    if is_nothing(value) {
        return;
    }
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
            let written = unmarked(value, tokens).replace("()", "").trim().to_string();
            if record.partners.is_empty() && !written.is_empty() {
                record.partners.push(written);
            }
        }
        Key::Population(side) => apply_population(record, side, value, tokens),
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

fn apply_population(record: &mut Record, side: Side, value: &str, tokens: &Tokens) {
    let facts = fields::read(value, tokens);
    if let Some(population) = Population::understood(value)
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
        record.stage = record.stage.take().or(facts.stage);
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
    if prose && let Some(best) = fields::accounts(value, &facts).into_iter().next() {
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
    let name = name.trim().trim_end_matches(['-', '–', '—']).trim();
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

/// `Key: value` pairs of a line, and what stands before the first.
fn titled_pairs(text: &str) -> (String, Vec<(Key, String)>) {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s*(?::|=|→|\s[-–—](?:>)?\s)\s*"));
    let mut found: Vec<(usize, usize, Key)> = Vec::new();
    let mut from = 0;
    for sign in SIGN.find_iter(text) {
        let dash = !sign.as_str().contains([':', '=']);
        let head = &text[from..sign.start()];
        let after = head
            .rfind([',', ';', '|', '·', '\t', '(', '•', '.'])
            .map_or(0, |i| i + head[i..].chars().next().map_or(1, char::len_utf8));
        let head_start = from + after;
        let title = &text[head_start..sign.start()];
        let at_separator = after > 0 || from == 0;
        if dash && !(head_start == 0 || found.first().is_some_and(|f| f.0 > 0)) {
            continue;
        }
        let words: Vec<(usize, &str)> =
            title.split_whitespace().map(|w| (w.as_ptr() as usize - text.as_ptr() as usize, w)).collect();
        let pick = (0..words.len()).find_map(|skip| {
            let (start, first) = words[skip];
            let whole = skip == 0 && at_separator;
            let known = key(&text[start..sign.start()])?;
            let short = words.len() - skip;
            let apart = found.is_empty() && skip > 0;
            let weak = matches!(known, Key::Population(_)) && short == 1;
            let capital = first.starts_with(char::is_uppercase);
            ((whole || !found.is_empty() || capital || weak) && !(apart && !capital && !weak) && short <= 4)
                .then_some((start, known))
        });
        if let Some((start, known)) = pick
            && (!dash || start == 0)
        {
            found.push((start, sign.end(), known));
            from = sign.end();
        }
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|f| f.0).chain([text.len()]).collect();
    let all: Vec<(usize, Key, String)> = found
        .iter()
        .zip(ends)
        .map(|((at, start, known), end)| {
            (
                *at,
                *known,
                text[*start..end.max(*start)]
                    .trim()
                    .trim_matches(['|', ',', ';', '·', '(', ')'])
                    .trim()
                    .to_string(),
            )
        })
        .collect();
    let sound = all.iter().all(|(_, known, value)| match known {
        Key::Population(_) => {
            is_nothing(value) && !value.is_empty()
                || Population::understood(value).is_some() && value.split_whitespace().count() <= 6
                || Population::understood(value).is_none()
                    && value.split_whitespace().count() <= 4
                    && value.to_lowercase().contains("customer")
        }
        Key::Partner | Key::Account | Key::PerhapsAccount => value.split_whitespace().count() <= 9,
        _ => true,
    });
    let starts = all.first().is_some_and(|(at, ..)| text[..*at].trim().is_empty());
    if all.is_empty()
        || !sound
        || (!starts
            && all.len() < 2
            && !matches!(
                all[0].1,
                Key::Population(_) | Key::Owner | Key::Stage | Key::Amount | Key::Account | Key::Partner
            ))
    {
        return (text.to_string(), Vec::new());
    }
    let telling =
        all.iter().any(|(_, known, _)| matches!(known, Key::Account | Key::Partner | Key::Population(_)));
    let brief = all.iter().all(|(.., value)| value.split_whitespace().count() <= 4);
    if !starts && !(telling && brief) {
        return (text.to_string(), Vec::new());
    }
    let prefix = text[..all[0].0].trim_end_matches([' ', '(', ',', ';', '|', '-', '–']).to_string();
    (prefix, all.into_iter().map(|(_, known, value)| (known, value)).collect())
}

type Split = fn(&Line) -> Vec<String>;

/// The columns of a header row, and how rows below are split.
fn header_of(line: &Line) -> Option<(Vec<Option<Key>>, Split)> {
    let ways: [Split; 5] = [
        |l| l.cells.clone().unwrap_or_default(),
        |l| by_bars(&l.text),
        |l| cut(l.text.split('\t')),
        |l| cut(l.text.split([';', ','])),
        |l| {
            static WIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s{2,}"));
            cut(WIDE.split(l.text.trim()))
        },
    ];
    ways.into_iter().find_map(|split| {
        let cells = split(line);
        let columns: Vec<Option<Key>> =
            cells.iter().map(|c| if c.len() < 40 { key(c) } else { None }).collect();
        let known = columns.iter().flatten().count();
        let named =
            columns.iter().flatten().any(|k| matches!(k, Key::Account | Key::PerhapsAccount | Key::Domain));
        (known >= 2 && named && known * 2 >= cells.len()).then_some((columns, split))
    })
}

fn by_bars(text: &str) -> Vec<String> {
    if !text.contains('|') {
        return Vec::new();
    }
    cut(text.trim().trim_start_matches('|').trim_end_matches('|').split('|'))
}

fn cut<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<String> {
    parts.map(|p| p.trim().trim_matches(['"', '\'']).to_string()).collect()
}

/// Sentences, and whatever else parts one account from the next within a line.
fn segments(text: &str) -> Vec<String> {
    static END: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"[.!?]+\s+|\s*;\s*|\s+\(?\d{1,2}[.)]\s+|\)\s*(?:,|and|&|\+)\s+"));
    static ABBREVIATED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:\b(?:inc|corp|co|ltd|llc|st|mr|mrs|ms|dr|vs|approx|e\.g|i\.e|ca|no|s\.a|b\.v|n\.v|bros|intl|dept|est|mio|tsd|incl|opp|acct|\p{L}))$",
        )
    });
    let numbered = text.matches(") ").count() >= 2 || text.matches(". ").count() >= 2;
    let groups = {
        static GROUP: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?i)\([^)]*(?:our|their|us|them|customer|prospect|opp|[$€£]|\d[km]\b|owner|[\u{F1000}-\u{F2FFF}])[^)]*\)",
            )
        });
        GROUP.find_iter(text).count() >= 2
    };
    let mut out = Vec::new();
    let mut at = 0;
    for m in END.find_iter(text) {
        let sign = m.as_str().trim();
        let head = &text[at..m.start()];
        let keep = if sign.starts_with('.') {
            !ABBREVIATED.is_match(head)
        } else if sign.starts_with(')') {
            groups && head.contains('(')
        } else if sign.starts_with(|c: char| c.is_ascii_digit() || c == '(') {
            numbered && sign.ends_with(['.', ')'])
        } else {
            true
        };
        if keep {
            let end = if sign.starts_with(['?', '!', ')']) { m.start() + 1 } else { m.start() };
            out.push(text[at..end].to_string());
            at = m.end();
        }
    }
    out.push(text[at..].to_string());
    out.retain(|s| s.chars().any(|c| c.is_alphanumeric() || is_marker(c)));
    out
}
