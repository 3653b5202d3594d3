//! The words of a line: markers for what Slack wraps, escapes undone, formatting and emoji gone.

use std::sync::LazyLock;

use crate::kernel::pattern::pattern;
use regex::{Captures, Regex};

use super::flatten::{EMAIL, LINK, Link, Reader, USER, is_marker, marker};
use super::partners::mended;
use crate::map::domain::Domain;

impl Reader<'_> {
    /// Markers for what Slack wraps, escapes undone, formatting and emoji gone, typos in key words mended.
    pub(super) fn inline(&mut self, raw: &str) -> String {
        static WRAPPED: LazyLock<Regex> = LazyLock::new(|| pattern(r"<([^<>\n]+)>"));
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
        let text = self.partners.marked(&text, self.loose);
        mended(&text, self.partners)
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
}

/// Looks like a host by its ending, yet is an abbreviation or glued sentences.
fn is_no_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('/').next().unwrap_or(text).split('.').collect();
    let single = labels.iter().all(|l| l.chars().count() <= 2);
    let digits = labels.first().is_some_and(|l| l.chars().all(|c| c.is_ascii_digit()));
    single || digits
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
