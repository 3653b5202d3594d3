//! Text for Slack: escaping, so that nobody's words become a mention, a link or a command.

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
