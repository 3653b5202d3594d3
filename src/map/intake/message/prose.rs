//! Sentences → records: which words belong to which account, and what a line without one says.

use super::accounts::{Candidate, accounts as accounts_in};
use super::clauses::{clauses, partners_of};
use super::fields::{self, Facts, Setting};
use super::flatten::{LINK, Line, index};
use super::patterns::{ANNOUNCES_SEVERAL, THE_SAME};
use super::record::{Record, names};
use super::segment::Stream;
use super::sentences::segments;
use crate::map::name;

/// One line and what its sentences have said so far.
struct Talk<'a> {
    line: &'a Line,
    /// How many records there were before the line.
    before: usize,
    /// Of several sentences.
    several: bool,
    lead: Record,
    /// The partners of the sentences before, which speak for one that names none.
    leading: Vec<usize>,
    announced: bool,
}

impl Stream<'_> {
    pub(super) fn prose(&mut self, line: &Line) {
        self.close_titled();
        let sentences = segments(&line.text);
        let mut talk = Talk {
            line,
            before: self.records.len(),
            several: sentences.len() > 1,
            lead: self.lead(&sentences),
            leading: Vec::new(),
            announced: false,
        };
        for sentence in &sentences {
            let facts = self.facts(sentence, line);
            if facts.vetoed {
                continue;
            }
            match clauses(sentence, self.tokens).as_slice() {
                [_] => self.clause(&mut talk, sentence, facts),
                several => self.clauses(&mut talk, several, facts.chatty),
            }
        }
        self.announced |= talk.announced;
    }

    fn facts(&self, text: &str, line: &Line) -> Facts {
        let above = self.above.announced && self.above.facts.plural;
        let setting = Setting {
            around: &line.text,
            follows: !self.records.is_empty(),
            listing: above || ANNOUNCES_SEVERAL.is_match(&line.text),
        };
        fields::read_among(text, setting, self.tokens)
    }

    /// What stands before the first colon holds for all that the line says.
    fn lead(&self, sentences: &[String]) -> Record {
        let head = sentences.first().filter(|_| sentences.len() > 1).and_then(|s| s.split_once(':'));
        let facts = head.map(|(head, _)| fields::read(head, self.tokens)).filter(|f| !f.vetoed);
        let facts = facts.unwrap_or_default();
        let mut lead = Record::default();
        if accounts_in("", &facts).iter().all(|a| !a.placed) {
            lead.take(&facts, self.tokens);
        }
        lead
    }

    /// Clauses that each pair accounts with a partner of their own.
    fn clauses(&mut self, talk: &mut Talk<'_>, clauses: &[&str], chatty: bool) {
        let first = self.records.len();
        let held = self.above.partners.clone();
        for clause in clauses {
            let mut facts = self.facts(clause, talk.line);
            facts.chatty |= chatty;
            if !facts.vetoed {
                self.clause(talk, clause, facts);
            }
        }
        // None of the partners speaks for what follows, and one account that is in its place vouches for the others.
        self.above.partners = held;
        talk.leading.clear();
        let said = &mut self.records[first..];
        let placed = said.iter().any(|r| r.placed);
        said.iter_mut().for_each(|r| r.placed |= placed);
    }

    fn clause(&mut self, talk: &mut Talk<'_>, text: &str, facts: Facts) {
        let line = talk.line;
        talk.announced |= facts.announced;
        self.above.announced |= facts.announced && talk.before == 0 && ANNOUNCES_SEVERAL.is_match(text);
        self.meant |= facts.announced && facts.meant && !facts.chatty;
        let opens = text.trim_end().ends_with([':', '-', '–', '—']) || line.heading;
        let accounts = self.accounts(line, text, &facts, opens);
        if accounts.is_empty() {
            self.without_account(talk, text, facts, opens);
            return;
        }
        let first = self.records.len();
        self.with_accounts(talk, text, &accounts, &facts);
        self.records[first..].iter_mut().for_each(|r| r.fill(&talk.lead));
        if facts.partners.is_empty() {
            return;
        }
        if facts.announced || talk.several {
            talk.leading.clone_from(&facts.partners);
        }
        if facts.plural && facts.announced && talk.before == 0 && !line.bullet {
            self.above.partners = facts.partners;
        }
    }

    fn accounts(&self, line: &Line, text: &str, facts: &Facts, opens: bool) -> Vec<Candidate> {
        let mut accounts = accounts_in(text, facts);
        if !self.records.is_empty() && !line.bullet {
            // Where an account was named, only a name in capitals or a domain makes a second one.
            accounts.retain(|a| {
                let leads =
                    text.get(..a.span.start).is_some_and(|before| !before.contains(char::is_alphanumeric));
                leads || a.domain.is_some() || a.name.as_ref().is_some_and(|n| has_capital(n))
            });
        }
        if opens
            && (!facts.partners.is_empty() || facts.announced)
            && accounts.iter().all(|a| a.domain.is_none())
            && !facts.paired
        {
            let sure = line.heading && accounts.iter().any(|a| a.placed);
            if !sure || facts.candidates.is_empty() {
                accounts.clear();
            }
        }
        if accounts.is_empty() { self.partner_as_account(text, facts) } else { accounts }
    }

    fn with_accounts(&mut self, talk: &Talk<'_>, text: &str, accounts: &[Candidate], facts: &Facts) {
        let paired = partners_of(text, accounts, facts);
        for (account, partners) in accounts.iter().zip(paired) {
            let mut record = Record {
                announced: talk.announced || self.above.announced,
                placed: account.placed,
                paired: facts.paired,
                listed: talk.line.bullet || self.above.announced && account.placed,
                chatty: facts.chatty,
                ..Record::default()
            };
            record.take(facts, self.tokens);
            record.unclear = partners.is_none();
            record.partners = names(&partners.unwrap_or_default(), self.tokens);
            match self.shortened(account).and_then(|at| self.records.get_mut(at)) {
                Some(known) if record.partners.iter().all(|p| known.partners.contains(p)) => {
                    known.fill(&record);
                    continue;
                }
                Some(known) => {
                    record.account.clone_from(&known.account);
                    record.domain.clone_from(&known.domain);
                }
                None => {
                    record.account.clone_from(&account.name);
                    record.domain.clone_from(&account.domain);
                }
            }
            record.offer_partners(&names(&talk.leading, self.tokens));
            self.inherit(&mut record);
            // `Acme is our customer, their prospect; Hooli (hooli.com) too`
            let before = self.records.last().filter(|before| before.partners == record.partners);
            if let Some(before) = before
                && account.domain.is_some()
                && facts.populations.is_empty()
                && THE_SAME.is_match(text)
            {
                record.is_told_as(before);
            }
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
    fn without_account(&mut self, talk: &mut Talk<'_>, text: &str, facts: Facts, opens: bool) {
        let line = talk.line;
        let told = !facts.partners.is_empty() || !facts.populations.is_empty() || facts.announced;
        let heads = opens
            || (!line.bullet && self.records.is_empty())
            || (talk.before == self.records.len()
                && !line.bullet
                && facts.populations.is_empty()
                && !facts.partners.is_empty()
                && is_only_partner(text));
        if heads && told {
            if !facts.partners.is_empty() {
                self.above.partners = facts.partners.clone();
                talk.leading.clone_from(&facts.partners);
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
        let [(_, first), .., (_, last)] = facts.partner_spans.as_slice() else { return Vec::new() };
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
}

fn has_capital(name: &str) -> bool {
    name.chars().any(|c| c.is_uppercase() || c.is_ascii_digit())
}

fn is_only_partner(segment: &str) -> bool {
    let words = segment.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    words <= 3
}
