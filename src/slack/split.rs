//! Oversize text becomes several: split at line ends, the rest goes into the thread.

/// Slack cuts a message's text somewhere near 13,000 characters; we stay under.
pub const MESSAGE_LIMIT: usize = 12_000;

/// Splits `text` into parts of at most `limit` characters: at line ends, a longer line at a space, a longer word anywhere.
///
/// Nothing is lost but the line end or space at which it was split. An empty text is no part; `limit` 0 counts as 1.
pub fn split_text(text: &str, limit: usize) -> Vec<String> {
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
        assert_eq!(split_text("one\ntwo\nthree", 8), ["one\ntwo", "three"]);
        assert_eq!(split_text("one\ntwo\nthree", 7), ["one\ntwo", "three"]);
        assert_eq!(split_text("a long line", 6), ["a long", "line"]);
        assert_eq!(split_text("äöüßé", 2), ["äö", "üß", "é"]);
        assert_eq!(split_text("short", 5), ["short"]);
        assert!(split_text("", 5).is_empty());
    }

    proptest! {
        #[test]
        fn parts_fit_and_keep_every_letter(text in "[a-zé \n]{0,200}", limit in 0usize..20) {
            let parts = split_text(&text, limit);
            let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&parts.concat()), letters(&text));
            prop_assert!(parts.iter().all(|p| p.chars().count() <= limit.max(1)));
        }
    }
}
