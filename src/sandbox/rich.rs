//! What Slack's composer makes of typed text: escapes, links, mentions, and a `rich_text` block.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::world::World;

#[allow(clippy::unwrap_used, reason = "constant patterns, covered by the tests")]
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?<marked><(?:https?://|mailto:|@[UW]|\#C|!)[^<>]*>)
        | (?<url>https?://[^\s<>]*[^\s<>.,;:!?)\]])
        | (?<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
        | (?<domain>\b(?:[a-z0-9][a-z0-9-]*\.)+(?:com|net|org|io|co|dev|ai|eu|se|de|uk|fr|nl)\b)
        | (?<at>@[\w.]+)
        | (?<hash>\#[a-z0-9_-]+)
        | (?<special>[&<>])",
    )
    .unwrap()
});

#[allow(clippy::unwrap_used, reason = "constant pattern, covered by the tests")]
static MARKED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([^<>]+)>").unwrap());

/// Typed text as Slack sends it: `&`, `<` and `>` escaped, addresses wrapped, `@name` and `#channel` resolved.
/// What is marked up already stays.
pub fn composed(typed: &str, world: &World) -> String {
    let replaced = TOKEN.replace_all(typed, |c: &regex::Captures<'_>| {
        let whole = &c[0];
        if c.name("marked").is_some() {
            whole.to_owned()
        } else if c.name("url").is_some() {
            format!("<{}>", whole.replace('&', "&amp;"))
        } else if c.name("mail").is_some() {
            format!("<mailto:{whole}|{whole}>")
        } else if c.name("domain").is_some() {
            format!("<http://{whole}|{whole}>")
        } else if c.name("at").is_some() {
            let name = &whole[1..];
            let known = world.users.iter().find(|u| u.name == name.to_lowercase());
            known.map_or_else(|| whole.to_owned(), |u| format!("<@{}>", u.id))
        } else if c.name("hash").is_some() {
            let known = world.channels.iter().find(|ch| ch.name == whole[1..]);
            known.map_or_else(|| whole.to_owned(), |ch| format!("<#{}|{}>", ch.id, ch.name))
        } else {
            match whole {
                "&" => "&amp;",
                "<" => "&lt;",
                _ => "&gt;",
            }
            .to_owned()
        }
    });
    replaced.into_owned()
}

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
    fn composes_as_slack_does() {
        let world = World::meridian();
        let typed =
            "Acme (acme.com) & <b> for @alex in #partner-ops, see https://a.example/x?a=1&b=2. a@b.com <@U1>";
        assert_eq!(
            composed(typed, &world),
            "Acme (<http://acme.com|acme.com>) &amp; &lt;b&gt; for <@U0ALEX> in <#C0PARTNEROPS|partner-ops>, \
             see <https://a.example/x?a=1&amp;b=2>. <mailto:a@b.com|a@b.com> <@U1>"
        );
    }

    #[test]
    fn splits_into_rich_text() {
        let elements = &blocks("hi <@U1>, <http://acme.com|acme.com> &amp; co")[0]["elements"][0]["elements"];
        assert_eq!(elements[1], json!({"type": "user", "user_id": "U1"}));
        assert_eq!(elements[3], json!({"type": "link", "url": "http://acme.com", "text": "acme.com"}));
        assert_eq!(elements[4], json!({"type": "text", "text": " & co"}));
    }
}
