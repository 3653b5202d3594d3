//! Links in a text and whether a host is on the allowed list.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use url::Url;

/// A link as a reader's client would follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
    /// The address; `None` when it cannot be followed safely (`javascript:`, `data:` …).
    pub url: Option<Url>,
    /// Written without `https://`.
    pub bare: bool,
}

/// With the letters of every script: a host that only looks like an allowed one is another.
static FOUND: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i)(?P<scheme>\b(?:[a-z][a-z0-9+.-]{1,12}://|javascript:|data:[a-z]+/|vbscript:)[^\s<>|\]]+)",
        r"|(?P<bare>\b(?:[\p{L}\p{N}-]+\.)+(?P<tld>\p{L}+)\b(?::[0-9]+)?(?:/[^\s<>|\])]*)?)"
    );
    RegexBuilder::new(pattern).dfa_size_limit(64 * 1024).build().expect("a constant pattern")
});
/// Endings that are also file names.
const FILES: &[&str] = &["md", "sh", "rs", "py", "zip", "mov", "pl", "ps", "so", "cc", "ai", "app"];

/// Every link in `text`. A bare domain counts when its ending is a public suffix; an e-mail address does not.
pub(super) fn links(text: &str) -> Vec<Link> {
    FOUND
        .captures_iter(text)
        .filter_map(|c| {
            let whole = c.get(0)?;
            let shown = whole
                .as_str()
                .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '"', '*', '_', '”']);
            let span = whole.start()..whole.start() + shown.len();
            if c.name("scheme").is_some() {
                let url = Url::parse(shown)
                    .ok()
                    .filter(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some());
                if shown.to_lowercase().starts_with("mailto:") {
                    return None;
                }
                return Some(Link { span, url, bare: false });
            }
            bare(text, shown, span, &c["tld"])
        })
        .collect()
}

fn bare(text: &str, shown: &str, span: Range<usize>, tld: &str) -> Option<Link> {
    let mail = text[..span.start].ends_with('@') || text[span.end..].starts_with('@');
    let path = shown.contains('/');
    let file = !path && FILES.contains(&tld) && !shown.starts_with("www.") && shown.matches('.').count() == 1;
    let host = shown.split(['/', ':']).next()?;
    let known = psl::suffix(host.to_lowercase().as_bytes()).is_some_and(|s| s.is_known());
    if mail || file || !known || tld.chars().any(char::is_uppercase) {
        return None;
    }
    Some(Link { span, url: Url::parse(&format!("https://{shown}")).ok(), bare: true })
}

/// Whether `url` is on the list: the host itself or a subdomain of it, under the entry's path if it has one.
pub(super) fn allowed(url: &Url, list: &[String]) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_lowercase();
    list.iter().any(|entry| {
        let entry = entry
            .trim()
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_start_matches("*.");
        let (want, path) = entry.split_once('/').unwrap_or((entry, ""));
        let want = want.to_lowercase();
        let same =
            !want.is_empty() && (host == want || host.strip_suffix(&want).is_some_and(|h| h.ends_with('.')));
        same && url.username().is_empty() && url.path().trim_start_matches('/').starts_with(path)
    })
}

#[cfg(test)]
mod tests {
    use super::{allowed, links};

    fn ok(text: &str) -> Vec<bool> {
        let list = ["example.com".to_owned()];
        links(text).iter().map(|l| l.url.as_ref().is_some_and(|u| allowed(u, &list))).collect()
    }

    #[test]
    fn look_alikes_are_seen_through() {
        assert_eq!(ok("see https://example.com/a."), [true]);
        assert_eq!(ok("see docs.example.com/a, now"), [true]);
        assert_eq!(ok("https://example.com.evil.io/a"), [false]);
        assert_eq!(ok("https://example.com@evil.io/a"), [false]);
        assert_eq!(ok("https://notexample.com"), [false]);
        assert_eq!(ok("<https://evil.io/x|example.com>"), [false, true]);
        assert_eq!(ok("javascript:alert(1)"), [false]);
        assert_eq!(ok("bit.ly/3abc"), [false]);
        assert!(ok("mail sam@evil.io, e.g. at 9.30 or checklist.pdf").is_empty());
    }
}
