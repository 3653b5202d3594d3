//! Titles as they are shown: one line, without markup, not too long.

use std::sync::LazyLock;

use html_escape::decode_html_entities;
use regex::Regex;

use crate::kernel::blocks::clip;
use crate::kernel::pattern::pattern;
use crate::kernel::text::visible;

/// The longest title, in characters.
pub const TITLE_LIMIT: usize = 120;
/// What is longer is no title; only so much of it is looked at.
const LOOKED_AT: usize = 1000;

/// A tag, a comment or a declaration. A `<` before a blank or a figure is one that somebody wrote.
static MARKUP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?s)<!--.*?(?:-->|$)|<!\[CDATA\[|\]\]>|<[A-Za-z/!?@#][^<>]*(?:>|$)"));

/// One line of at most [`TITLE_LIMIT`] characters, without what nobody sees; `None` where nothing to read is left.
pub fn one_line(text: &str) -> Option<String> {
    let seen = visible(text);
    let line = seen.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    // What joins letters does nothing behind a plain space.
    let line = clip(visible(&line.collect::<Vec<_>>().join(" ")).trim(), TITLE_LIMIT);
    line.chars().any(char::is_alphanumeric).then_some(line)
}

/// The same of what a feed calls a title: its tags are taken off and its entities read, however often they were escaped.
pub fn plain_title(written: &str) -> Option<String> {
    let mut text: String = written.chars().take(LOOKED_AT).collect();
    loop {
        let bare = MARKUP.replace_all(&text, " ");
        let seen = decode_html_entities(visible(&bare).as_ref()).into_owned();
        if seen == text {
            break;
        }
        text = seen;
    }
    one_line(&text)
}
