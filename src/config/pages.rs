//! The settings of pages.

use serde::Deserialize;

/// Pages that are opened by a link from Slack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pages {
    /// The address by which browsers reach the web server; without it no link is given.
    pub url: Option<String>,
    /// A link opens its page for so many hours.
    pub hours: u16,
}

impl Default for Pages {
    fn default() -> Self {
        Self { url: None, hours: 24 }
    }
}

impl Pages {
    /// Whether the address is one that a link can begin with.
    pub(super) fn has_fit_url(&self) -> bool {
        let Some(url) = &self.url else { return true };
        let Ok(url) = url::Url::parse(url) else { return false };
        let bare = url.query().is_none() && url.fragment().is_none();
        bare && url.has_host() && matches!(url.scheme(), "http" | "https")
    }
}
