//! Text for Slack: escaping, so that nobody's words become a mention, a link or a command; splitting what is too long.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// Escapes `&`, `<` and `>` as Slack asks and leaves out what nobody would see; see [`visible`].
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

/// A link as Slack writes it, behind these words; neither can end it.
pub fn linked(url: &str, words: &str) -> String {
    format!("<{}|{}>", escape(url).replace('|', "%7C"), escape(words))
}

/// With a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What somebody wrote, as a sentence: closed with a full stop where it is not closed.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let closed = text.is_empty() || text.ends_with(['.', '!', '?', '…', ')', '"', '”']);
    if closed { text.to_owned() } else { format!("{text}.") }
}

/// As a reader sees it: without characters that show nothing and can make a text read as another, which are control
/// bytes, zero-width spaces, blank letters and what turns the direction of writing. Joiners, variants and tags stay where
/// scripts and emoji are written with them, and a line separator is a line end. What is visible stays as it is.
///
/// Source: Unicode Technical Report 36, "Bidirectional text spoofing"; Unicode Technical Standard 39, hidden characters.
pub fn visible(text: &str) -> Cow<'_, str> {
    let may_change = |c| is_hidden(c) || is_joining(c) || is_tag(c) || is_line_separator(c);
    if text.contains(may_change) { seen(text).collect::<String>().into() } else { text.into() }
}

/// The characters of [`visible`].
fn seen(text: &str) -> impl Iterator<Item = char> {
    let mut before = '\n';
    text.chars().filter_map(move |c| {
        let alone = is_joining(c) && !is_joined(before, c);
        let stray = is_tag(c) && before != FLAG && !is_tag(before);
        if is_hidden(c) || alone || stray {
            return None;
        }
        before = if is_line_separator(c) { '\n' } else { c };
        Some(before)
    })
}

/// The flag that tags make one of a country's part.
const FLAG: char = '\u{1F3F4}';

fn is_hidden(c: char) -> bool {
    let shows_nothing = matches!(c, '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0001}');
    let blank_letter = matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}');
    let turns =
        matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}');
    shows_nothing || blank_letter || turns || c.is_control() && !matches!(c, '\n' | '\t')
}

/// A joiner or the choice of a variant.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether it does anything behind `before`: Latin, Greek and Cyrillic letters know neither joiners nor variants.
fn is_joined(before: char, c: char) -> bool {
    let emoji = matches!(c, '\u{FE0E}' | '\u{FE0F}') && matches!(before, '#' | '*' | '0'..='9' | '©' | '®');
    before >= '\u{590}' || emoji
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007F}')
}

fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn write_escaped<W: Write>(out: &mut W, text: &str) -> fmt::Result {
    for c in seen(text) {
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
    fn hidden_characters_are_left_out_and_others_stay() {
        assert_eq!(escape("invoice\u{202E}fdp.exe\u{202C}\u{200B}\u{7}\u{0}"), "invoicefdp.exe");
        assert_eq!(
            visible("Glo\u{200D}bex, Gl\u{FE0F}\u{200D}obex, Müller\u{200C}, \u{3164}Globe\u{200E}x"),
            "Globex, Globex, Müller, Globex"
        );
        assert_eq!(visible("Hi\u{E0048}\u{E0049}\u{2028}there"), "Hi\nthere");
        let family = "Ørsted & Müller\n\t\u{1F469}\u{200D}\u{1F680} می\u{200C}خواهم 1\u{FE0F}\u{20E3} ©\u{FE0F} \u{2764}\u{FE0F}\u{200D}\u{1F525}";
        assert_eq!(visible(family), family);
        let england = "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";
        assert_eq!(visible(england), england);
    }

    proptest! {
        /// Nothing that anybody writes is a mention, a link or a command, and all that can be seen is still there.
        #[test]
        fn nobodys_words_are_a_command(written in r"(\PC|[<>&!@#|\x00-\x1f\u{200B}\u{200D}\u{202E}\u{2028}\u{FE0F}]|<!channel>|<@U0EVE>){0,60}") {
            let escaped = escape(&written);
            prop_assert!(!escaped.contains(['<', '>']));
            prop_assert!(!escaped.contains(is_hidden));
            let back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            prop_assert_eq!(&back, &visible(&written));
            prop_assert_eq!(visible(&back), back.as_str());
        }
    }

    #[test]
    fn a_link_ends_where_it_should() {
        assert_eq!(
            linked("https://a.example/?a=1&b=2|c>d", "Fish & <chips>"),
            "<https://a.example/?a=1&amp;b=2%7Cc&gt;d|Fish &amp; &lt;chips&gt;>"
        );
    }

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
