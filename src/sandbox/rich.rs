//! What Slack's composer adds to a message's text: a `rich_text` block.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

#[allow(clippy::unwrap_used, reason = "constant pattern, covered by the tests")]
static MARKED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([^<>]+)>").unwrap());

/// One `rich_text` block for text in Slack's markup.
pub fn blocks(text: &str) -> Value {
    let mut elements = Vec::new();
    let mut from = 0;
    let plain = |s: &str, elements: &mut Vec<Value>| {
        if !s.is_empty() {
            let s = s.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            elements.push(json!({"type": "text", "text": s}));
        }
    };
    for c in MARKED.captures_iter(text) {
        let Some(whole) = c.get(0) else { continue };
        plain(&text[from..whole.start()], &mut elements);
        elements.push(marked(&c[1]));
        from = whole.end();
    }
    plain(&text[from..], &mut elements);
    json!([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}])
}

fn marked(inside: &str) -> Value {
    let (target, label) = inside.split_once('|').map_or((inside, None), |(t, l)| (t, Some(l)));
    match target.as_bytes().first() {
        Some(b'@') => json!({"type": "user", "user_id": &target[1..]}),
        Some(b'#') => json!({"type": "channel", "channel_id": &target[1..]}),
        Some(b'!') => json!({"type": "broadcast", "range": &target[1..]}),
        _ => {
            let url = target.replace("&amp;", "&");
            match label {
                Some(label) => json!({"type": "link", "url": url, "text": label}),
                None => json!({"type": "link", "url": url}),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_into_rich_text() {
        let elements = &blocks("hi <@U1>, <http://acme.com|acme.com> &amp; co")[0]["elements"][0]["elements"];
        assert_eq!(elements[1], json!({"type": "user", "user_id": "U1"}));
        assert_eq!(elements[3], json!({"type": "link", "url": "http://acme.com", "text": "acme.com"}));
        assert_eq!(elements[4], json!({"type": "text", "text": " & co"}));
    }
}
