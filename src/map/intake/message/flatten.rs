//! A message as Slack carries it → plain lines, in which links, mentions and partners are single marker characters.

use std::sync::LazyLock;

use rapidfuzz::distance::osa;
use regex::{Captures, Regex};
use serde_json::Value;

use super::voice::in_our_voice;
use super::words::is_stop;
use crate::map::domain::Domain;
use crate::map::name;

/// Marker of a partner: `base + index`, in private use so that no text holds it.
pub(super) const PARTNER: u32 = 0xF0000;
/// Marker of a mention of a user.
pub(super) const USER: u32 = 0xF1000;
/// Marker of an e-mail address.
pub(super) const EMAIL: u32 = 0xF2000;
/// Marker of a link or a bare domain.
pub(super) const LINK: u32 = 0xF3000;
const ROOM: usize = 0xFFF;

/// A link or a bare domain as it stood in the message.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// As written, for names such as `Booking.com`.
    pub(super) written: String,
    /// What it tells of an account: nothing for a CRM or a tool.
    pub(super) domain: Option<Domain>,
    /// Leads to the site itself, not to a page deep inside.
    pub(super) bare: bool,
}

/// What the markers stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Tokens {
    pub(super) partners: Vec<String>,
    pub(super) users: Vec<String>,
    pub(super) emails: Vec<String>,
    pub(super) links: Vec<Link>,
}

/// One line of a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) text: String,
    /// An item of a list.
    pub(super) bullet: bool,
    /// A heading: a header block, or a line that is bold throughout.
    pub(super) heading: bool,
    /// The cells, where the line is a row of a table block.
    pub(super) cells: Option<Vec<String>>,
    /// A field with its title, which is known to be one.
    pub(super) field: Option<(String, String)>,
}

/// The two ways in which a message may tell the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat {
    /// From `blocks` and `attachments`; empty when the message has no blocks.
    pub(super) rich: Vec<Line>,
    /// From `text` and `attachments`.
    pub(super) plain: Vec<Line>,
    /// `text` and `blocks` hold the same words.
    pub(super) same: bool,
    pub(super) tokens: Tokens,
}

pub(super) fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant of this crate")
}

/// Reads a message; partners are looked for under the given names.
pub(super) fn flatten(message: &Value, partners: &[String], loose: bool) -> Flat {
    let mut reader = Reader { loose, ..Reader::new(partners) };
    let text = message.get("text").and_then(Value::as_str).unwrap_or_default();
    let mut plain = Vec::new();
    reader.mrkdwn(text, &mut plain);
    let mut rich = Vec::new();
    let blocks = message.get("blocks").and_then(Value::as_array);
    for block in blocks.into_iter().flatten() {
        reader.block(block, &mut rich, 0);
    }
    let same = bare_words(&plain).contains(&bare_words(&rich)) && !rich.is_empty();
    let mut attached = Vec::new();
    for attachment in message.get("attachments").and_then(Value::as_array).into_iter().flatten() {
        reader.attachment(attachment, &mut attached);
    }
    let has_blocks = rich.iter().any(|l| !l.text.trim().is_empty() || l.cells.is_some() || l.field.is_some());
    if has_blocks {
        rich.extend(attached);
    } else {
        rich.clear();
        plain.extend(attached);
    }
    in_our_voice(&mut rich, &reader.tokens);
    in_our_voice(&mut plain, &reader.tokens);
    Flat { rich, plain, same, tokens: reader.tokens }
}

fn bare_words(lines: &[Line]) -> String {
    let all = lines.iter().map(|l| l.text.as_str()).collect::<String>();
    all.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

struct Reader {
    tokens: Tokens,
    names: Vec<(Regex, usize)>,
    spellings: Vec<(String, usize)>,
    /// A partner is a partner also where its name seems to go on.
    loose: bool,
}

impl Reader {
    fn new(partners: &[String]) -> Self {
        let mut by_length: Vec<usize> = (0..partners.len().min(ROOM)).collect();
        by_length.sort_by_key(|i| std::cmp::Reverse(partners[*i].len()));
        let mut names = Vec::new();
        let mut spellings = Vec::new();
        for i in by_length {
            let written = partners[i].trim();
            if written.is_empty() {
                continue;
            }
            let key = name::key(written);
            let loose = key.split(' ').map(regex::escape).collect::<Vec<_>>().join(r"[\s_-]?");
            let whole = regex::escape(written);
            let source =
                format!(r"(?i)\b(?:{whole}|{loose})(?:,?\s(?:inc|ltd|llc|gmbh|corp|corporation|plc)\b\.?)?");
            if let Ok(regex) = Regex::new(&source) {
                names.push((regex, i));
            }
            if !key.contains(' ') && key.len() >= 6 {
                spellings.push((key, i));
            }
        }
        Self {
            tokens: Tokens { partners: partners.to_vec(), ..Tokens::default() },
            names,
            spellings,
            loose: false,
        }
    }

    // ---- structure ----

    fn mrkdwn(&mut self, text: &str, out: &mut Vec<Line>) {
        static FENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)~([^~\n]{1,200})~"));
        let text = text.replace("```", "\n");
        let text = FENCE.replace_all(&text, " ");
        for raw in text.split(['\n', '\r', '\u{2028}']) {
            out.push(self.line(raw));
        }
    }

    fn line(&mut self, raw: &str) -> Line {
        static BULLET: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^\s*(?:[-•*◦▪▸‣–—·➤►✓✔☐☑+]|\(?\d{1,2}[.):]|[a-h]\))\s+"));
        let mut raw = raw.replace('\u{a0}', " ");
        while let Some(rest) = raw.trim_start().strip_prefix("&gt;").or(raw.trim_start().strip_prefix('>')) {
            raw = rest.to_string();
        }
        let bullet = BULLET.find(&raw).map(|m| m.end());
        let body = bullet.map_or(raw.as_str(), |end| &raw[end..]).trim_end();
        let bold = body.trim().trim_end_matches(':');
        let heading = bold.len() > 2
            && ((bold.starts_with('*') && bold.ends_with('*')) || raw.trim_start().starts_with('#'));
        let text = self.inline(body.trim_start_matches('#'));
        Line { text, bullet: bullet.is_some(), heading: heading && bullet.is_none(), ..Line::default() }
    }

    fn block(&mut self, block: &Value, out: &mut Vec<Line>, depth: usize) {
        if depth > 8 {
            return;
        }
        match kind(block) {
            "header" => {
                let mut lines = Vec::new();
                self.mrkdwn(text_of(block.get("text")), &mut lines);
                lines.iter_mut().for_each(|l| l.heading = true);
                out.extend(lines);
            }
            "section" => {
                self.field_or_lines(text_of(block.get("text")), out);
                for field in list(block, "fields") {
                    self.field_or_lines(text_of(Some(field)), out);
                }
            }
            "context" => {
                for element in list(block, "elements") {
                    self.mrkdwn(text_of(Some(element)), out);
                }
            }
            "markdown" => self.mrkdwn(text_of(block.get("text")), out),
            "rich_text" => list(block, "elements").for_each(|e| self.rich(e, out, depth + 1)),
            "table" | "data_table" => {
                for row in list(block, "rows") {
                    let cells = row.as_array().map(Vec::as_slice).unwrap_or_default();
                    let cells = cells.iter().map(|c| self.cell(c)).collect();
                    out.push(Line { cells: Some(cells), ..Line::default() });
                }
            }
            "divider" => out.push(Line::default()),
            "actions" | "input" | "image" | "video" | "file" => {}
            _ => {
                self.field_or_lines(text_of(block.get("text")), out);
                list(block, "elements")
                    .chain(list(block, "blocks"))
                    .for_each(|e| self.block(e, out, depth + 1));
            }
        }
    }

    fn cell(&mut self, cell: &Value) -> String {
        let mut lines = Vec::new();
        match kind(cell) {
            "rich_text" => list(cell, "elements").for_each(|e| self.rich(e, &mut lines, 1)),
            _ => {
                let text =
                    cell.get("value").map(plain_value).unwrap_or_else(|| text_of(Some(cell)).to_string());
                self.mrkdwn(&text, &mut lines);
            }
        }
        lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(" ").trim().to_string()
    }

    /// `*Account*\nAcme` is one field; anything else is lines.
    fn field_or_lines(&mut self, text: &str, out: &mut Vec<Line>) {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return;
        }
        if let Some((first, rest)) = trimmed.split_once('\n') {
            let title = first.trim().trim_matches(['*', '_', ':', ' ', '`']);
            if !rest.trim().is_empty() && !rest.trim().contains('\n') && super::fields::is_key(title) {
                let value = self.inline(rest.trim());
                let title = self.inline(title);
                out.push(Line { field: Some((title, value)), ..Line::default() });
                return;
            }
        }
        self.mrkdwn(trimmed, out);
    }

    fn rich(&mut self, element: &Value, out: &mut Vec<Line>, depth: usize) {
        if depth > 8 {
            return;
        }
        match kind(element) {
            "rich_text_list" => {
                for item in list(element, "elements") {
                    let mut lines = Vec::new();
                    self.rich(item, &mut lines, depth + 1);
                    lines.iter_mut().take(1).for_each(|l| l.bullet = true);
                    out.extend(lines);
                }
            }
            _ => {
                let mut written = String::new();
                for part in list(element, "elements") {
                    written.push_str(&rich_part(part));
                }
                self.mrkdwn(&written, out);
            }
        }
    }

    fn attachment(&mut self, attachment: &Value, out: &mut Vec<Line>) {
        out.push(Line::default());
        let before = out.len();
        let said = |name: &str| attachment.get(name).and_then(Value::as_str).unwrap_or_default();
        self.mrkdwn(said("pretext"), out);
        let (title, link) = (said("title"), said("title_link"));
        if !title.is_empty() {
            let written = if link.is_empty() || title.contains('<') {
                title.to_string()
            } else {
                format!("<{link}|{title}>")
            };
            self.mrkdwn(&written, out);
        }
        self.mrkdwn(said("text"), out);
        for field in list(attachment, "fields") {
            let title = field.get("title").and_then(Value::as_str).unwrap_or_default();
            let value = field.get("value").map(plain_value).unwrap_or_default();
            let title = self.inline(title.trim().trim_end_matches(':'));
            let value = self.inline(&value.replace('\n', ", "));
            out.push(Line { field: Some((title, value)), ..Line::default() });
        }
        for block in list(attachment, "blocks") {
            self.block(block, out, 1);
        }
        // Unfurls and forwarded messages carry their words in `message_blocks` too; `text` has said them.
        let told = |l: &Line| !l.text.trim().is_empty() || l.cells.is_some() || l.field.is_some();
        if !out.iter().skip(before).any(told) {
            self.mrkdwn(said("fallback"), out);
        }
    }

    // ---- words ----

    /// Markers for what Slack wraps, escapes undone, formatting and emoji gone, typos in key words mended.
    fn inline(&mut self, raw: &str) -> String {
        static WRAPPED: LazyLock<Regex> = LazyLock::new(|| pattern(r"<([^<>\n]{1,3000})>"));
        static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?x) [\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,24} \b
                | (?i:https?)://[^\s|<>)\]]+
                | \b(?:[\w](?:[\w-]*[\w])?\.)+(?:[a-z]{2,24}|[A-Z]{2,24})\b (?:/[^\s|<>)\],]*)?",
            )
        });
        let raw: String = raw.chars().filter(|c| !is_marker(*c)).collect();
        let text = WRAPPED.replace_all(&raw, |c: &Captures<'_>| self.wrapped(&c[1])).into_owned();
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let text = ADDRESS.replace_all(&text, |c: &Captures<'_>| self.address(&c[0])).into_owned();
        let text = without_emoji(&text);
        let text = without_formatting(&text);
        let text = self.with_partners(&text);
        mended(&text, &self.spellings)
    }

    fn wrapped(&mut self, inner: &str) -> String {
        let (target, label) = inner.split_once('|').unwrap_or((inner, ""));
        match target.chars().next() {
            Some('@') => marker(USER, &mut self.tokens.users, format!("<{inner}>")),
            Some('#') => " ".to_string(),
            Some('!') if target.starts_with("!date") => label.to_string(),
            Some('!') => " ".to_string(),
            _ if target.starts_with("mailto:") => {
                let address = target.trim_start_matches("mailto:");
                let own = label.is_empty() || label.contains('@');
                let mark = marker(EMAIL, &mut self.tokens.emails, address.to_string());
                if own { mark } else { format!("{label} {mark}") }
            }
            _ if target.starts_with("tel:") => label.to_string(),
            _ if target.contains("://") => {
                let host_like =
                    label.is_empty() || (!label.contains(' ') && Domain::registrable(label).is_some());
                let written = if label.is_empty() { target } else { label };
                let mark = self.link(target, written);
                if host_like { mark } else { format!("{label} ({mark})") }
            }
            _ => format!("<{inner}>"),
        }
    }

    fn address(&mut self, written: &str) -> String {
        let trimmed = written.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '`']);
        let rest = &written[trimmed.len()..];
        let mark = if trimmed.contains("://") {
            self.link(trimmed, trimmed)
        } else if trimmed.contains('@') {
            marker(EMAIL, &mut self.tokens.emails, trimmed.to_string())
        } else if Domain::registrable(trimmed).is_some() && !is_no_host(trimmed) {
            self.link(trimmed, trimmed)
        } else {
            trimmed.to_string()
        };
        format!("{mark}{rest}")
    }

    fn link(&mut self, target: &str, written: &str) -> String {
        let after_scheme = target.split_once("://").map_or(target, |(_, rest)| rest);
        let path = after_scheme.split_once('/').map_or("", |(_, path)| path);
        let link = Link {
            written: written.to_string(),
            domain: Domain::of_account(target),
            bare: path.split('?').next().is_none_or(|p| p.trim_matches('/').len() < 4),
        };
        marker(LINK, &mut self.tokens.links, link)
    }

    fn with_partners(&self, text: &str) -> String {
        static NAME_GOES_ON: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (\p{Lu}\p{Ll}+)\b"));
        let mut text = text.to_string();
        for (regex, i) in &self.names {
            let mark = char::from_u32(PARTNER + *i as u32).unwrap_or(' ').to_string();
            let replaced = regex.replace_all(&text, |c: &Captures<'_>| {
                let whole = c.get(0).map_or(0..0, |m| m.range());
                let glued = text[whole.end..].chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
                // `Globex Retail` is a company of its own.
                let goes_on = !self.loose
                    && c[0].starts_with(char::is_uppercase)
                    && NAME_GOES_ON
                        .captures(&text[whole.end..])
                        .is_some_and(|n| !is_stop(&n[1].to_lowercase()));
                let glued_before = text[..whole.start].ends_with(['-', '@', '/', '#'])
                    && !text[..whole.start].ends_with(" -")
                    && !text[..whole.start].ends_with('/');
                if glued || glued_before || goes_on { c[0].to_string() } else { mark.clone() }
            });
            text = replaced.into_owned();
        }
        text
    }
}

fn marker<T>(base: u32, list: &mut Vec<T>, value: T) -> String {
    if list.len() >= ROOM {
        return " ".to_string();
    }
    list.push(value);
    char::from_u32(base + (list.len() as u32 - 1)).unwrap_or(' ').to_string()
}

/// Which of its kind a marker is.
pub(super) fn index(c: u32, base: u32) -> Option<usize> {
    (base..base + 0x1000).contains(&c).then(|| (c - base) as usize)
}

pub(super) fn is_marker(c: char) -> bool {
    (0xF0000..=0xFFFFD).contains(&(c as u32))
}

/// Looks like a host by its ending, yet is an abbreviation or glued sentences.
fn is_no_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('/').next().unwrap_or(text).split('.').collect();
    let single = labels.iter().all(|l| l.chars().count() <= 2);
    let digits = labels.first().is_some_and(|l| l.chars().all(|c| c.is_ascii_digit()));
    single || digits
}

fn kind(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text_of(value: Option<&Value>) -> &str {
    match value {
        Some(Value::String(text)) => text,
        Some(object) => object.get("text").and_then(Value::as_str).unwrap_or_default(),
        None => "",
    }
}

fn plain_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn rich_part(part: &Value) -> String {
    let said = |name: &str| part.get(name).and_then(Value::as_str).unwrap_or_default();
    let struck = part.pointer("/style/strike").and_then(Value::as_bool).unwrap_or(false);
    let bold = part.pointer("/style/bold").and_then(Value::as_bool).unwrap_or(false);
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match kind(part) {
        _ if struck => " ".to_string(),
        "text" if bold && !said("text").trim().is_empty() && !said("text").contains('\n') => {
            let text = said("text");
            let (head, tail) = (text.trim_start(), text.trim_end());
            let lead = &text[..text.len() - head.len()];
            format!("{lead}*{}*{}", escaped(text.trim()), &text[tail.len()..])
        }
        "text" => escaped(said("text")),
        "link" => {
            let label = said("text").replace(['|', '<', '>', '\n'], " ");
            if label.trim().is_empty() {
                format!("<{}>", said("url"))
            } else {
                format!("<{}|{label}>", said("url"))
            }
        }
        "user" => format!("<@{}>", said("user_id")),
        "emoji" => format!(":{}:", said("name")),
        "date" => said("fallback").to_string(),
        _ => " ".to_string(),
    }
}

/// Emoji part things as a dot would; two hands that shake stand between two companies.
fn without_emoji(text: &str) -> String {
    static SHORT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r":[a-z0-9_+'-]*[a-z][a-z0-9_+'-]*:(?::skin-tone-\d:)?"));
    let text = text.replace(":handshake:", " <> ").replace('🤝', " <> ");
    let replaced = SHORT.replace_all(&text, |c: &Captures<'_>| {
        let whole = c.get(0).map_or(0..0, |m| m.range());
        let glued = text[..whole.start].ends_with(char::is_alphanumeric);
        if glued { c[0].to_string() } else { " · ".to_string() }
    });
    let mut out = String::with_capacity(replaced.len());
    for c in replaced.chars() {
        match c as u32 {
            0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF if c != '➔' && c != '➜' && c != '➡' =>
            {
                out.push_str(" · ");
            }
            0xFE0F | 0x200D | 0x200B | 0x20E3 => {}
            _ => out.push(c),
        }
    }
    out
}

fn without_formatting(text: &str) -> String {
    static ITALIC: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(^|[\s(\[,;:*·])_([^_\n]+)_($|[\s)\],.;:!?*])"));
    let text = text.replace(['*', '`'], "");
    ITALIC.replace_all(&text, "$1$2$3").replace(['“', '”'], "\"").replace('’', "'")
}

const KEY_WORDS: [&str; 12] = [
    "overlap",
    "overlaps",
    "customer",
    "customers",
    "prospect",
    "prospects",
    "opportunity",
    "opportunities",
    "partner",
    "account",
    "pipeline",
    "overlapping",
];
const NO_TYPOS: [&str; 8] =
    ["overlay", "overlays", "customers", "accounts", "partners", "prospector", "accounting", "parker"];

/// `overlpa`, `cutomer`, `prosepct`: key words with one slip of a finger, and partners likewise.
fn mended(text: &str, partners: &[(String, usize)]) -> String {
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z]{5,16}"));
    WORD.replace_all(text, |c: &Captures<'_>| {
        let written = &c[0];
        let word = written.to_lowercase();
        match word.as_str() {
            "costumer" => return "customer".to_string(),
            "costumers" => return "customers".to_string(),
            w if KEY_WORDS.contains(&w) || NO_TYPOS.contains(&w) => return written.to_string(),
            _ => {}
        }
        let near = |a: &str, most: usize| {
            a.len().abs_diff(word.len()) <= 1 && osa::distance(a.chars(), word.chars()) <= most
        };
        if word.len() >= 6 {
            let slips = |k: &str| if k.len() >= 11 { 2 } else { 1 };
            if let Some(meant) = KEY_WORDS.iter().find(|k| near(k, slips(k))) {
                return (*meant).to_string();
            }
        }
        match partners.iter().find(|(name, _)| word != *name && near(name, 1)) {
            Some((_, i)) if word.len() >= 6 => char::from_u32(PARTNER + *i as u32).unwrap_or(' ').to_string(),
            _ => written.to_string(),
        }
    })
    .into_owned()
}
