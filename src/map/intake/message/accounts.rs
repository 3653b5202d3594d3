//! What is left over as the name of an account, and which of the names it is.

use std::ops::Range;
use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;

use super::fields::{Facts, first_char, text_of};
use super::flatten::{EMAIL, LINK, Tokens, index, is_marker};
use super::patterns::{BREAKS, CUE, LISTED, SAID_OF, SUFFIX_COMMA, VERB_AFTER, WITH_PARTNER};
use super::words::{is_connector, is_stop, may_stand_in_name};
use crate::map::domain::Domain;
use crate::map::name;

/// A name that may be an account's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) name: Option<String>,
    pub(super) domain: Option<Domain>,
    pub(super) span: Range<usize>,
    /// How much speaks for it.
    pub(super) weight: i32,
    /// Stands where an account stands: after a colon, at the head of a list, beside its domain, beside a partner.
    pub(super) placed: bool,
}

/// The stretches between separators.
pub(super) fn pieces(masked: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    for m in BREAKS.find_iter(masked) {
        // The dot of an initial: `W. H. Porter`.
        if m.as_str().trim_end() == "." && is_initial(&masked[..m.start()]) {
            continue;
        }
        out.push(at..m.start());
        at = m.end();
    }
    out.push(at..masked.len());
    out.retain(|r| !masked[r.clone()].trim().is_empty());
    out
}

fn is_initial(before: &str) -> bool {
    let mut last = before.chars().rev();
    last.next().is_some_and(char::is_uppercase) && last.next().is_none_or(char::is_whitespace)
}

pub(super) fn candidates(text: &str, masked: &str, tokens: &Tokens, facts: &Facts) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let told = !facts.partners.is_empty() || !facts.populations.is_empty();
    for (nth, piece) in pieces(masked).into_iter().enumerate() {
        for span in names_in(masked, piece.clone(), facts.plural, told) {
            let name = text[span.clone()].replace('\u{2}', ", ");
            let lower = !name.chars().any(|c| c.is_uppercase() || c.is_ascii_digit());
            let cued = CUE.is_match(&text[..span.start])
                && !(text[..span.start].ends_with('(') && told)
                && !(lower && text[..span.start].to_lowercase().ends_with(" in "));
            let after_colon = text[..span.start].trim_end().ends_with(':');
            let led = leads(&text[..span.start]);
            let whole = span.start <= piece.start + 1 && piece.end <= span.end + 1;
            let with_partner = WITH_PARTNER.is_match(&text[span.end..]);
            let verbed = VERB_AFTER.is_match(&text[span.end..]);
            let said = lower && told && !facts.populations.is_empty() && SAID_OF.is_match(&text[span.end..]);
            let domain =
                link_after(text, span.end, tokens).filter(|d| !is_partners(d, &name, &tokens.partners));
            let mut weight = if lower { -2 } else { 2 };
            weight += if cued { 2 } else { 0 };
            weight += if after_colon { 2 } else { 0 };
            weight += if led || nth == 0 { 1 } else { 0 };
            weight += if verbed { 1 } else { 0 };
            weight += if domain.is_some() { 5 } else { 0 };
            let mut candidate = Candidate {
                name: Some(name),
                domain,
                span,
                weight,
                placed: cued || after_colon || (led && (whole || with_partner)),
            };
            candidate.placed |= candidate.domain.is_some() || (led && verbed && !lower) || said;
            if facts.partner_spans.iter().any(|(_, p)| is_pair(text, &candidate, p)) {
                candidate.weight += 2;
                candidate.placed = true;
            }
            // "the Northwind campaign" is theirs and no account.
            let after_partner = facts
                .partner_spans
                .iter()
                .any(|(_, p)| text.get(p.end..candidate.span.start).is_some_and(|gap| gap.trim().is_empty()));
            if lower && (!candidate.placed || after_partner && candidate.domain.is_none()) {
                continue;
            }
            out.push(candidate);
        }
    }
    // "Spoke with Globex's CSM: Acme …": the first word of a sentence is a verb, when another name follows.
    if out.first().is_some_and(|first| opens_sentence(text, first, out.len() > 1)) {
        out.remove(0);
    }
    with_lone_links(text, masked, tokens, out)
}

/// Whether a name after these words is the first of its sentence: "Both Acme and …".
fn leads(before: &str) -> bool {
    let bare = before.trim_matches(|c: char| !c.is_alphanumeric() && !is_marker(c));
    bare.is_empty() || bare.eq_ignore_ascii_case("both")
}

fn opens_sentence(text: &str, first: &Candidate, among: bool) -> bool {
    static OBJECT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:this|that|these|it|the)\b"));
    static GOES_ON: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^ (?:with|to|about|from|at|by|for|in|on|off|up)\b"));
    let one_word = !text[first.span.clone()].contains(' ');
    let leads = !text[..first.span.start].contains(char::is_alphanumeric);
    let after = &text[first.span.end..];
    one_word
        && leads
        && first.domain.is_none()
        && (among && GOES_ON.is_match(after) || OBJECT.is_match(after))
}

/// Domains that stand beside no name: of an account that only its domain names, or of the one name that is akin.
fn with_lone_links(text: &str, masked: &str, tokens: &Tokens, mut out: Vec<Candidate>) -> Vec<Candidate> {
    let taken: Vec<Domain> = out.iter().filter_map(|c| c.domain.clone()).collect();
    for (at, c) in text.char_indices() {
        let domain = match index(u32::from(c), LINK).and_then(|i| tokens.links.get(i)) {
            Some(link) => link.domain.clone().map(|d| (d, Some(link))),
            None => index(u32::from(c), EMAIL)
                .filter(|_| !masked[at..].starts_with('\u{1}'))
                .and_then(|i| tokens.emails.get(i))
                .and_then(|e| Domain::of_account(e))
                .map(|d| (d, None)),
        };
        let Some((domain, link)) = domain else { continue };
        if taken.contains(&domain) {
            continue;
        }
        let akin = out
            .iter_mut()
            .find(|c| c.domain.is_none() && c.name.as_ref().is_some_and(|n| is_akin(n, &domain)));
        if let Some(candidate) = akin {
            candidate.weight += 5;
            candidate.placed = true;
            candidate.domain = Some(domain);
            continue;
        }
        let Some(link) = link.filter(|l| l.bare && !is_partners(&domain, "", &tokens.partners)) else {
            continue;
        };
        if let Some((name, span)) = name_before(text, at, &domain) {
            out.push(Candidate { name: Some(name), domain: Some(domain), span, weight: 7, placed: true });
            continue;
        }
        let written = (link.written.chars().any(char::is_uppercase) && !link.written.contains("://"))
            .then(|| link.written.clone());
        let alone =
            out.iter().filter(|c| c.domain.is_none() && c.weight >= 2).count() == 1 && written.is_none();
        if alone && let Some(c) = out.iter_mut().find(|c| c.domain.is_none() && c.weight >= 2) {
            c.domain = Some(domain);
            continue;
        }
        out.push(Candidate {
            name: written,
            domain: Some(domain),
            span: at..at + c.len_utf8(),
            weight: 2,
            placed: true,
        });
    }
    out.sort_by_key(|c| c.span.start);
    out
}

/// An everyday word that its own domain makes a name: `Target (target.com)`.
fn name_before(text: &str, link: usize, domain: &Domain) -> Option<(String, Range<usize>)> {
    static LAST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?P<name>\p{Lu}[\p{L}\d&'-]*(?: \p{Lu}[\p{L}\d&'-]*)?)\s*[(\[,|:–—-]?\s*$")
    });
    let span = LAST.captures(&text[..link]).and_then(|c| text_of(&c, "name"))?;
    let name = text[span.clone()].to_string();
    is_akin(&name, domain).then_some((name, span))
}

fn link_after(text: &str, at: usize, tokens: &Tokens) -> Option<Domain> {
    static NEXT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*[(\[,|:·–—/-]?\s*(?:(?:website|domain|site|web|url)\s*:?\s*)?[(\[]?\s*(?P<link>[\u{F3000}-\u{F3FFF}])",
        )
    });
    let captures = NEXT.captures(&text[at..])?;
    let link = tokens.links.get(index(first_char(&captures["link"]), LINK)?)?;
    link.domain.clone()
}

/// The domain's first label begins like the name, or the name like the label.
pub(super) fn is_akin(name: &str, domain: &Domain) -> bool {
    let key = name::key(name);
    let spaceless = key.replace(' ', "");
    let label = domain.as_str().split('.').next().unwrap_or_default().replace('-', "");
    let first = key.split(' ').next().unwrap_or_default();
    let initials: String = key.split(' ').filter_map(|w| w.chars().next()).collect();
    !spaceless.is_empty()
        && (label == spaceless
            || (first.len() >= 3 && label.contains(first))
            || (label.len() >= 3 && spaceless.contains(&label))
            || (initials.len() >= 3 && label == initials))
}

pub(super) fn is_partners(domain: &Domain, account: &str, partners: &[String]) -> bool {
    let label = domain.as_str().split('.').next().unwrap_or_default();
    let partner = partners.iter().any(|p| name::key(p).replace(' ', "") == label.replace('-', ""));
    partner && (account.is_empty() || !is_akin(account, domain))
}

/// `Acme x Northwind`, `Northwind / Acme`: nothing but a sign stands between the two.
pub(super) fn is_pair(text: &str, candidate: &Candidate, partner: &Range<usize>) -> bool {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^[\s)]*(?:\([^)]{0,60}\)\s*)?[\u{F3000}-\u{F3FFF}]?\s*(?:x|×|<>|<->|<=>|↔|⇄|⟷|\+|/|&|&&|=>|@|\|\|?|vs\.?|·?\s*<>\s*·?)[\s(]*$",
        )
    });
    let between = if candidate.span.end <= partner.start {
        &text[candidate.span.end..partner.start]
    } else if partner.end <= candidate.span.start {
        &text[partner.end..candidate.span.start]
    } else {
        return false;
    };
    SIGN.is_match(between)
}

/// Forms of companies that are written small as well: `Wellington Boots plc`.
const FORMS: [&str; 7] = ["plc", "ltd", "inc", "llc", "llp", "gmbh", "limited"];

/// Ends of names that carry a dot.
const ABBREVIATED: [&str; 8] = ["co", "inc", "corp", "ltd", "bros", "cie", "intl", "mfg"];

/// Names within a piece: the whole piece when it holds no word of prose, else runs of capitalised words.
fn names_in(masked: &str, piece: Range<usize>, plural: bool, told: bool) -> Vec<Range<usize>> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[^\s]+"));
    static TICKET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z]{2,10}-\d+$"));
    let body = &masked[piece.clone()];
    let words: Vec<(Range<usize>, String)> = WORD
        .find_iter(body)
        .map(|m| {
            let bare = m.as_str().trim_matches(|c: char| !c.is_alphanumeric());
            (piece.start + m.start()..piece.start + m.end(), bare.to_string())
        })
        .collect();
    let is_name = |w: &str| {
        w.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()) || w.chars().any(char::is_uppercase)
    };
    let stop = |w: &str| {
        let lower = w.to_lowercase().replace('\u{2}', " ");
        w.is_empty() || is_stop(&lower) || (lower.contains('-') && lower.split('-').all(is_stop))
    };
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut run: Vec<usize> = Vec::new();
    let prose = words.iter().any(|(_, w)| stop(w) && !is_connector(w));
    let any_name = words.iter().any(|(_, w)| is_name(w) && !stop(w));
    let all_names =
        words.len() > 1 && (piece.start > 0 || told) && words.iter().all(|(_, w)| may_stand_in_name(w));
    let calm = !any_name && words.iter().filter(|(_, w)| !stop(w)).count() <= 3;
    let article_of_name = |i: usize| words.get(i + 1).is_some_and(|(_, w)| is_name(w) && !stop(w));
    for (i, (_, word)) in words.iter().enumerate() {
        let connects = is_connector(word) && !run.is_empty() && !(plural && word == "and");
        let continues = !run.is_empty() && may_stand_in_name(word);
        let begins = run.is_empty()
            && i > 0
            && words[i - 1].1.starts_with(char::is_lowercase)
            && may_stand_in_name(word)
            && article_of_name(i);
        let initial = is_initial(word) && body_at(masked, &words[i].0).ends_with('.');
        let keeps = (!stop(word)
            || initial
            || continues
            || begins
            || all_names
            || (is_article(word) && article_of_name(i)))
            && (is_name(word) || calm || (!prose && any_name && words.len() <= 5))
            || !run.is_empty() && FORMS.contains(&word.as_str());
        let amp = word.is_empty()
            && words[i].0.len() == 1
            && !run.is_empty()
            && body_at(masked, &words[i].0) == "&";
        if keeps || connects || amp {
            run.push(i);
        } else if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs.push(run);
    let mut out = Vec::new();
    for mut run in runs {
        while run.last().is_some_and(|i| is_connector(&words[*i].1) || words[*i].1.is_empty()) {
            run.pop();
        }
        while run.first().is_some_and(|i| is_connector(&words[*i].1) && words[*i].1 != "The") {
            run.remove(0);
        }
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let name = trimmed(masked, words[*first].0.start..words[*last].0.end);
        let written = &masked[name.clone()];
        let told = written.split(|c: char| !c.is_alphanumeric()).any(|word| word.chars().count() >= 2)
            && !TICKET.is_match(written);
        if told && written.chars().any(char::is_alphabetic) && run.len() <= 6 {
            out.push(name);
        }
    }
    out
}

/// The name without the signs around it, with the dot of its abbreviation.
fn trimmed(masked: &str, span: Range<usize>) -> Range<usize> {
    let Range { start, end } = span;
    let raw = &masked[start..end];
    let lead = raw.len() - raw.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let tail =
        raw.len() - raw.trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '+'))).len();
    let (start, mut end) = (start + lead, end - tail);
    if masked[start..end].ends_with("'s") {
        end -= 2;
    }
    if ends_abbreviated(&masked[..end]) && masked[end..].starts_with('.') {
        end += 1;
    }
    start..end.max(start)
}

/// Whether the dot after the name is its own: `Saffron Hotels Ltd.`
pub(super) fn ends_abbreviated(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit([' ', '\u{2}']).next().unwrap_or_default().to_lowercase();
    ABBREVIATED.contains(&last.as_str()) || last.contains('.') || last.chars().count() == 1
}

fn is_article(word: &str) -> bool {
    ["The", "El", "La", "Los", "Las", "Le", "Les"].contains(&word)
}

fn body_at<'a>(text: &'a str, span: &Range<usize>) -> &'a str {
    &text[span.clone()]
}

/// The candidates that are accounts: the weightiest, and with it the rest of a list that it stands in.
pub(super) fn accounts(text: &str, facts: &Facts) -> Vec<Candidate> {
    let Some(best) = facts.candidates.iter().map(|c| c.weight).max() else { return Vec::new() };
    let Some(at) = facts.candidates.iter().position(|c| c.weight == best) else { return Vec::new() };
    let joined = SUFFIX_COMMA.replace_all(text, "\u{2}${form}").into_owned();
    let mut chosen = vec![facts.candidates[at].clone()];
    let listed = |a: &Candidate, b: &Candidate| {
        let gap: String =
            joined.get(a.span.end..b.span.start).unwrap_or("x").chars().filter(|c| !is_marker(*c)).collect();
        LISTED.is_match(&gap) && (facts.plural || (a.domain.is_some() && b.domain.is_some()))
    };
    for i in at + 1..facts.candidates.len() {
        if !listed(&facts.candidates[i - 1], &facts.candidates[i]) {
            break;
        }
        chosen.push(facts.candidates[i].clone());
    }
    for i in (0..at).rev() {
        if !listed(&facts.candidates[i], &facts.candidates[i + 1]) {
            break;
        }
        chosen.insert(0, facts.candidates[i].clone());
    }
    // What is listed beside an account stands where accounts stand.
    let (first, last) = (chosen.first().map_or(0, |c| c.span.start), chosen.last().map_or(0, |c| c.span.end));
    let leads = joined.get(..first).is_some_and(leads);
    let verbed = joined.get(last..).is_some_and(|after| VERB_AFTER.is_match(after));
    let placed = chosen.iter().any(|c| c.placed) || leads && verbed;
    chosen.iter_mut().for_each(|c| c.placed |= placed);
    // Names with domains of their own are accounts wherever they stand.
    for c in &facts.candidates {
        if c.domain.is_some() && c.name.is_some() && chosen[0].domain.is_some() && !chosen.contains(c) {
            chosen.push(c.clone());
        }
    }
    chosen
}
