//! Text for Slack: escaping, so that nobody's words become a mention, a link or a command; splitting what is too long.

use std::fmt::{self, Write};

/// Escapes `&`, `<` and `>` as Slack asks and leaves everything else alone.
///
/// Source: Slack, "Formatting text for app surfaces", Escaping text.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    // Writing to a String cannot fail.
    let _ = write_escaped(&mut out, text);
    out
}

/// `&`, `<` and `>` as people typed them: the reverse of [`escape`].
pub fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What somebody wrote, as a sentence: closed with a full stop where it is not closed.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let closed = text.is_empty() || text.ends_with(['.', '!', '?', '…', ')', '"', '”']);
    if closed { text.to_owned() } else { format!("{text}.") }
}

fn write_escaped<W: Write>(out: &mut W, text: &str) -> fmt::Result {
    for c in text.chars() {
        match c {
            '&' => out.write_str("&amp;")?,
            '<' => out.write_str("&lt;")?,
            '>' => out.write_str("&gt;")?,
            c => out.write_char(c)?,
        }
    }
    Ok(())
}

/// askama's escaper for `.mrkdwn` templates; see [`escape`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Mrkdwn;

impl askama::filters::Escaper for Mrkdwn {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        write_escaped(&mut dest, string)
    }
}

/// Splits `text` into parts of at most `limit` characters: at line ends, a longer line at a space, a longer word anywhere.
///
/// Nothing is lost but the line end or space at which it was split. An empty text is no part; `limit` 0 counts as 1.
pub fn split(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(1);
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((over, _)) = rest.char_indices().nth(limit) {
        // The part may take everything before `over`; a separator standing right there is still a good place.
        let window = &rest[..over + rest[over..].chars().next().map_or(0, char::len_utf8)];
        let cut = window.rfind('\n').or_else(|| window.rfind(' ')).filter(|cut| *cut > 0);
        let (part, next) = match cut {
            Some(cut) => (&rest[..cut], &rest[cut + 1..]),
            None => rest.split_at(over),
        };
        parts.push(part.to_owned());
        rest = next;
    }
    if !rest.is_empty() {
        parts.push(rest.to_owned());
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_splits_at_lines_then_spaces_then_anywhere() {
        assert_eq!(split("one\ntwo\nthree", 8), ["one\ntwo", "three"]);
        assert_eq!(split("one\ntwo\nthree", 7), ["one\ntwo", "three"]);
        assert_eq!(split("a long line", 6), ["a long", "line"]);
        assert_eq!(split("äöüßé", 2), ["äö", "üß", "é"]);
        assert_eq!(split("short", 5), ["short"]);
        assert!(split("", 5).is_empty());
    }

    proptest! {
        #[test]
        fn parts_fit_and_keep_every_letter(text in "[a-zé \n]{0,200}", limit in 0usize..20) {
            let parts = split(&text, limit);
            let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&parts.concat()), letters(&text));
            prop_assert!(parts.iter().all(|p| p.chars().count() <= limit.max(1)));
        }
    }
}
