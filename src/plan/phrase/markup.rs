//! Slack's markup, taken off.

use crate::kernel::text::unescaped;

/// A message's text as a person would read it: Slack's links, mentions and escapes undone, on one line.
///
/// Source: Slack, "Formatting text for app surfaces", Retrieving messages.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((inside, after)) => {
                out.push_str(&shown(inside));
                rest = after;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    let out = unescaped(&out);
    let words: Vec<&str> = out.split_whitespace().map(unmarked).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

/// `https://acme.com|acme.com` is shown as `acme.com`, `@U1|sam` as `@sam`, `!here` not at all.
fn shown(inside: &str) -> String {
    let (target, label) = inside.split_once('|').map_or((inside, None), |(t, l)| (t, Some(l)));
    match (target.chars().next(), label) {
        (Some('!'), None) => String::new(),
        (Some('@'), Some(label)) => format!("@{}", label.trim_start_matches('@')),
        (Some('@'), None) => String::new(),
        (Some('#'), Some(label)) => format!("#{label}"),
        (_, Some(label)) => label.to_owned(),
        (_, None) => target.trim_start_matches("mailto:").to_owned(),
    }
}

/// `*bold*`, `_italic_`, `~struck~` and `` `code` `` without their marks.
fn unmarked(word: &str) -> &str {
    let marks = ['*', '_', '~', '`'];
    let bare = word.trim_matches(marks);
    if bare.is_empty() || matches!(word, "•" | "-") { "" } else { bare }
}
