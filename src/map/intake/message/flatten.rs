//! A message as Slack carries it → plain lines, in which links, mentions and partners are single marker characters.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::Regex;
use serde_json::Value;

use super::partners::Partners;
use super::voice::in_our_voice;
use crate::map::domain::Domain;

/// Marker of a partner: `base + index`, in private use so that no text holds it.
pub(super) const PARTNER: u32 = 0xF0000;
/// Marker of a mention of a user.
pub(super) const USER: u32 = 0xF1000;
/// Marker of an e-mail address.
pub(super) const EMAIL: u32 = 0xF2000;
/// Marker of a link or a bare domain.
pub(super) const LINK: u32 = 0xF3000;
pub(super) const ROOM: usize = 0xFFF;

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
    /// Quoted with `>`.
    pub(super) quoted: bool,
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

/// Reads a message; partners are looked for under the given names.
pub(super) fn flatten(message: &Value, partners: &Partners, loose: bool) -> Flat {
    let tokens = Tokens { partners: partners.names.clone(), ..Tokens::default() };
    let mut reader = Reader { tokens, partners, loose };
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

/// Reads the parts of a message and keeps what the markers stand for.
pub(super) struct Reader<'a> {
    pub(super) tokens: Tokens,
    pub(super) partners: &'a Partners,
    /// A partner is a partner also where its name seems to go on.
    pub(super) loose: bool,
}

impl Reader<'_> {
    // ---- structure ----

    fn mrkdwn(&mut self, text: &str, out: &mut Vec<Line>) {
        static FENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)~([^~\n]+)~"));
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
        let mut quoted = false;
        while let Some(rest) = raw.trim_start().strip_prefix("&gt;").or(raw.trim_start().strip_prefix('>')) {
            raw = rest.to_string();
            quoted = true;
        }
        let bullet = BULLET.find(&raw).map(|m| m.end());
        let body = bullet.map_or(raw.as_str(), |end| &raw[end..]).trim_end();
        let bold = body.trim().trim_end_matches(':');
        let inner = bold.strip_prefix('*').and_then(|b| b.strip_suffix('*'));
        let heading = inner.is_some_and(|i| !i.is_empty() && !i.contains('*'))
            || raw.trim_start().starts_with('#') && bold.len() > 2;
        let text = self.inline(body.trim_start_matches('#'));
        let heading = heading && bullet.is_none();
        Line { text, quoted, bullet: bullet.is_some(), heading, ..Line::default() }
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
            let title = self.inline(title);
            if !rest.trim().is_empty() && !rest.trim().contains('\n') && super::fields::is_key(&title) {
                let value = self.inline(rest.trim());
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
}

pub(super) fn marker<T>(base: u32, list: &mut Vec<T>, value: T) -> String {
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
