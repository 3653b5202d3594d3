//! The tails of `/partner session request`, `/partner commit add` and `/partner ask`, as people type them.
//!
//! The words are cut into pieces at small words (`with`, `for`, `by` …); each piece finds its place by what is known
//! here and by whether it reads as a date. What finds no place stays where it was: in the goal or in what is promised.

mod markup;
mod names;
mod question;

use jiff::civil::Date;

use crate::kernel::dates::{DateError, parse_date};

pub use markup::plain;
pub use names::Names;
pub use question::{Question, question};

/// Names that the reading goes by.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Every partner's name.
    pub partners: Names,
    /// Accounts' names; they need not be all.
    pub accounts: Names,
}

/// What was understood of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The account as written.
    pub account: Option<String>,
    /// The partner as written, or its name where that was recognised.
    pub partner: Option<String>,
    /// The day, or why what was written is none.
    pub date: Option<Result<Date, DateError>>,
    /// What the session is for.
    pub goal: Option<String>,
}

/// What was understood of a commitment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commitment {
    /// What is promised.
    pub text: Option<String>,
    /// The partner as written, or its name where that was recognised.
    pub partner: Option<String>,
    /// The account as written.
    pub account: Option<String>,
    /// The day, or why what was written is none.
    pub date: Option<Result<Date, DateError>>,
    /// Who does it.
    pub owner: Option<Owner>,
}

/// Who was named with an `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Slack says who: its user id.
    User(String),
    /// A name that Slack did not resolve, without its `@`.
    Written(String),
}

/// The longest date in words: `the end of the next quarter`.
const DATE_WORDS: usize = 6;
/// The longest name in words.
const NAME_WORDS: usize = 6;

/// Reads `acme with northwind by friday because they renew in May`; all parts are optional and in any order.
///
/// A word that holds a blank was quoted and is kept whole. `today` is the writer's civil date.
pub fn request(words: &[String], today: Date, known: &Known) -> Request {
    let mut pieces = pieces(words);
    let date = take_date(&mut pieces, today);
    let partner = take_partner(&mut pieces, known, true);
    let account = take_account_asked(&mut pieces, known);
    let goal = join(&pieces, true);
    Request { account, partner, date, goal }
}

/// Reads `"send the case study" to northwind by 12 dec <@U1>`, also without the quotes.
///
/// A word that holds a blank was quoted and is kept whole. `today` is the writer's civil date.
pub fn commitment(words: &[String], today: Date, known: &Known) -> Commitment {
    let (owner, rest) = take_owner(words);
    let mut pieces = pieces(&rest);
    // What stands in quotes is what is promised; nothing else needs to be kept then.
    let quoted = take_quoted(&mut pieces);
    let date = take_date(&mut pieces, today);
    let partner = take_partner(&mut pieces, known, quoted.is_some());
    let account = take_account_named(&mut pieces, known, quoted.is_some());
    let left = join(&pieces, false);
    let (text, account) = match (quoted, account, left) {
        (Some(quoted), None, Some(left)) if is_name(&left) => (Some(quoted), Some(left)),
        (Some(quoted), account, Some(left)) => (Some(format!("{quoted} {left}")), account),
        (Some(quoted), account, None) => (Some(quoted), account),
        (None, account, left) => (left, account),
    };
    Commitment { text, partner, account, date, owner }
}

/// The first of the `known` names that stands in a text, as it is known.
pub fn named_in(text: &str, known: &Names) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (0..words.len()).find_map(|from| {
        let longest = NAME_WORDS.min(words.len() - from);
        let name = |n: usize| known.get(&words[from..from + n].join(" "));
        // A name of few letters is more often a word.
        (1..=longest).rev().find_map(|n| name(n).filter(|k| k.len() > 2).cloned())
    })
}

/// The first date that stands in a text: after `by` and its like, or a day by its name.
pub fn date_in(text: &str, today: Date) -> Option<Date> {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).collect();
    let announced = (0..words.len()).find_map(|i| {
        let from = match words[i].to_lowercase().as_str() {
            word if is_date_marker(word) || word == "on" => i + 1,
            "in" | "next" | "this" | "tomorrow" | "today" => i,
            _ => return None,
        };
        prefix_date(&words[from..], today)
    });
    match announced {
        Some((date, _)) => date.ok(),
        None => [3, 2].into_iter().find_map(|n| words.windows(n).find_map(|w| full_date(w, today))),
    }
}

// ---- pieces ----

/// A small word and what follows it up to the next one; the first piece may have none.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    marker: Option<String>,
    words: Vec<String>,
}

fn pieces(words: &[String]) -> Vec<Piece> {
    let mut all = vec![Piece { marker: None, words: Vec::new() }];
    for word in words.iter().map(|w| w.trim()).filter(|w| !w.is_empty()) {
        let lower = word.to_lowercase();
        if is_marker(&lower) {
            all.push(Piece { marker: Some(word.to_owned()), words: Vec::new() });
        } else if let Some(last) = all.last_mut() {
            last.words.push(word.to_owned());
        }
    }
    all
}

impl Piece {
    fn is(&self, markers: &[&str]) -> bool {
        self.marker.as_deref().is_some_and(|m| markers.contains(&m.to_lowercase().as_str()))
    }

    fn text(&self) -> String {
        self.words.join(" ")
    }

    /// What is left when its first `n` words have found their place; its marker went with them.
    fn without_first(&mut self, n: usize) {
        self.words.drain(..n.min(self.words.len()));
        self.marker = None;
    }
}

const PARTNER_MARKERS: [&str; 5] = ["with", "w/", "via", "to", "at"];
const ACCOUNT_MARKERS: [&str; 7] = ["for", "on", "about", "re", "re:", "regarding", "account"];
const DATE_MARKERS: [&str; 7] = ["by", "before", "until", "till", "due", "on", "by:"];
const REASONS: [&str; 6] = ["because", "since", "goal:", "goal", "reason:", "so"];

fn is_date_marker(word: &str) -> bool {
    DATE_MARKERS.contains(&word) && word != "on"
}

fn is_marker(word: &str) -> bool {
    PARTNER_MARKERS.contains(&word)
        || ACCOUNT_MARKERS.contains(&word)
        || DATE_MARKERS.contains(&word)
        || REASONS.contains(&word)
}

/// What is left, in its order; `opening` words such as `because` are dropped at the start of a goal.
fn join(pieces: &[Piece], opening: bool) -> Option<String> {
    let mut out: Vec<&str> = Vec::new();
    for piece in pieces {
        let dropped = out.is_empty() && opening;
        if let Some(marker) = piece.marker.as_deref().filter(|_| !dropped && !piece.words.is_empty()) {
            out.push(marker);
        }
        out.extend(piece.words.iter().map(String::as_str));
    }
    let text = out.join(" ");
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    (!text.is_empty()).then(|| text.to_owned())
}

// ---- dates ----

fn take_date(pieces: &mut [Piece], today: Date) -> Option<Result<Date, DateError>> {
    let marked: Vec<usize> = (0..pieces.len()).rev().filter(|i| pieces[*i].is(&DATE_MARKERS)).collect();
    for i in &marked {
        let words: Vec<&str> = pieces[*i].words.iter().map(String::as_str).collect();
        if let Some((Ok(date), n)) = prefix_date(&words, today) {
            pieces[*i].without_first(n);
            return Some(Ok(date));
        }
    }
    for piece in pieces.iter_mut().rev() {
        if let Some((date, n)) = suffix_date(&piece.words, today) {
            let left = piece.words.len() - n;
            piece.words.truncate(left);
            return Some(Ok(date));
        }
    }
    // A date was meant and is none: over, in doubt, or not to be read.
    let i = marked.into_iter().find(|i| !pieces[*i].is(&["on"]) && !pieces[*i].words.is_empty())?;
    let words: Vec<&str> = pieces[i].words.iter().map(String::as_str).collect();
    let (error, n) = match prefix_date(&words, today) {
        Some((Err(error), n)) => (error, n),
        _ => (parse_date(&words.join(" "), today).err()?, words.len()),
    };
    pieces[i].without_first(n);
    Some(Err(error))
}

/// The longest beginning that is meant as a date: one to plan with, or what is wrong about it.
fn prefix_date(words: &[&str], today: Date) -> Option<(Result<Date, DateError>, usize)> {
    (1..=words.len().min(DATE_WORDS)).rev().find_map(|n| match parse_date(&words[..n].join(" "), today) {
        Err(DateError::Unreadable(_) | DateError::Empty) => None,
        read => Some((read, n)),
    })
}

/// The longest ending that is a date.
fn suffix_date(words: &[String], today: Date) -> Option<(Date, usize)> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let longest = words.len().min(DATE_WORDS);
    let read = |n: usize| full_date(&words[words.len() - n..], today);
    (1..=longest).rev().find_map(|n| read(n).map(|date| (date, n)))
}

/// A date that nothing announces must begin as one: `3 days` is a length, `in 3 days` is a day.
fn full_date(words: &[&str], today: Date) -> Option<Date> {
    let text = words.join(" ").to_lowercase();
    let length = words.len() == 2
        && text.starts_with(|c: char| c.is_ascii_digit() || c == 'a')
        && ["day", "week", "month", "year", "wk", "yr", "fortnight"]
            .iter()
            .any(|unit| words[1].to_lowercase().starts_with(unit));
    let filler = words
        .first()
        .is_some_and(|w| is_marker(&w.to_lowercase()) || matches!(w.to_lowercase().as_str(), "the" | "of"));
    if length || (filler && words.len() > 1) {
        return None;
    }
    parse_date(&text, today).ok()
}

// ---- names ----

/// The longest beginning of a piece that is a known name, as (name, words).
fn known_prefix(words: &[String], known: &Names) -> Option<(String, usize)> {
    let longest = words.len().min(NAME_WORDS);
    (1..=longest).rev().find_map(|n| known.get(&words[..n].join(" ")).map(|k| (k.clone(), n)))
}

/// The partner's piece. `sure`: what stands behind `with` or `to` can be nothing else.
fn take_partner(pieces: &mut [Piece], known: &Known, sure: bool) -> Option<String> {
    let marked: Vec<usize> = (0..pieces.len()).rev().filter(|i| pieces[*i].is(&PARTNER_MARKERS)).collect();
    let others = (0..pieces.len()).filter(|i| !marked.contains(i) && pieces[*i].marker.is_some());
    for i in marked.iter().copied().chain(others.collect::<Vec<_>>()) {
        if let Some((partner, n)) = known_prefix(&pieces[i].words, &known.partners) {
            pieces[i].without_first(n);
            return Some(partner);
        }
    }
    let near = |words: &[String]| known.partners.has_near(&words.join(" "));
    for i in &marked {
        let words = &pieces[*i].words;
        if let Some(n) = (1..=words.len().min(3)).find(|n| near(&words[..*n])) {
            let written = words[..n].join(" ");
            pieces[*i].without_first(n);
            return Some(written);
        }
    }
    if let Some(partner) = partner_at_the_edge(pieces, known) {
        return Some(partner);
    }
    let i =
        marked.into_iter().rev().find(|i| sure && !pieces[*i].words.is_empty() && !pieces[*i].is(&["at"]))?;
    let written = pieces[i].text();
    pieces[i].words.clear();
    Some(written)
}

/// `acme northwind`: without any small word, a known name at either end.
fn partner_at_the_edge(pieces: &mut [Piece], known: &Known) -> Option<String> {
    let first = pieces.first_mut()?;
    if let Some((partner, n)) = known_prefix(&first.words, &known.partners) {
        first.words.drain(..n);
        return Some(partner);
    }
    let len = first.words.len();
    let (partner, from) = (1..len).find_map(|from| {
        let (partner, n) = known_prefix(&first.words[from..], &known.partners)?;
        (from + n == len).then_some((partner, from))
    })?;
    first.words.truncate(from);
    Some(partner)
}

/// A session's account: what stands first, else what stands behind `for`, `on`, `about`.
fn take_account_asked(pieces: &mut [Piece], known: &Known) -> Option<String> {
    let marked = |p: &Piece| p.is(&ACCOUNT_MARKERS) || p.marker.is_none();
    if let Some(i) =
        pieces.iter().position(|p| marked(p) && known_prefix(&p.words, &known.accounts).is_some())
    {
        let (_, n) = known_prefix(&pieces[i].words, &known.accounts)?;
        let written = pieces[i].words[..n].join(" ");
        pieces[i].without_first(n);
        return Some(written);
    }
    let lead = pieces.iter().position(|p| p.marker.is_none() && !p.words.is_empty());
    let i = lead.or_else(|| pieces.iter().position(|p| p.is(&ACCOUNT_MARKERS) && is_name(&p.text())))?;
    // A quoted name ends where its quotes do.
    let n = if pieces[i].words[0].contains(' ') { 1 } else { pieces[i].words.len() };
    let written = pieces[i].words[..n].join(" ");
    pieces[i].without_first(n);
    Some(written)
}

/// A commitment's account: a name that is known, or close to one, behind a small word. `sure`: any name there.
fn take_account_named(pieces: &mut [Piece], known: &Known, sure: bool) -> Option<String> {
    let marked: Vec<usize> = (0..pieces.len()).rev().filter(|i| pieces[*i].is(&ACCOUNT_MARKERS)).collect();
    let others: Vec<usize> = (0..pieces.len()).rev().filter(|i| pieces[*i].is(&PARTNER_MARKERS)).collect();
    for i in marked.iter().copied().chain(others) {
        if let Some((_, n)) = known_prefix(&pieces[i].words, &known.accounts) {
            let written = pieces[i].words[..n].join(" ");
            pieces[i].without_first(n);
            return Some(written);
        }
    }
    let fits = |p: &Piece| {
        let text = p.text();
        is_name(&text) && (sure || known.accounts.has_near(&text))
    };
    let i = marked.into_iter().find(|i| fits(&pieces[*i]))?;
    let written = pieces[i].text();
    pieces[i].words.clear();
    Some(written)
}

/// A few words that begin with no article.
fn is_name(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().to_lowercase();
    !matches!(
        first.as_str(),
        "" | "the" | "a" | "an" | "our" | "their" | "my" | "his" | "her" | "this" | "that" | "them" | "us"
    ) && words.count() < 5
}

fn take_quoted(pieces: &mut [Piece]) -> Option<String> {
    for piece in pieces.iter_mut().filter(|p| p.marker.is_none()) {
        if let Some(at) = piece.words.iter().position(|w| w.contains(' ')) {
            return Some(piece.words.remove(at));
        }
    }
    None
}

fn take_owner(words: &[String]) -> (Option<Owner>, Vec<String>) {
    let mut rest = words.to_vec();
    let found = words.iter().enumerate().rev().find_map(|(i, word)| Some((i, owner(word)?)));
    if let Some((i, _)) = &found {
        rest.remove(*i);
    }
    // Whoever else is mentioned is part of what is promised, by name.
    for word in rest.iter_mut().filter(|w| w.starts_with("<@") && w.contains('|')) {
        *word = plain(word);
    }
    (found.map(|(_, owner)| owner), rest)
}

fn owner(word: &str) -> Option<Owner> {
    let bare = word.trim_end_matches([',', '.', ';']);
    if let Some(inside) = bare.strip_prefix("<@").and_then(|w| w.strip_suffix('>')) {
        let id = inside.split('|').next().unwrap_or(inside);
        let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric());
        return is_id.then(|| Owner::User(id.to_owned()));
    }
    let written = bare.strip_prefix('@')?;
    (!written.is_empty() && !word.contains(' ')).then(|| Owner::Written(written.to_owned()))
}

#[cfg(test)]
mod tests;
