//! The registrable domain of a company: what stays of `https://www.shop.acme.co.uk/a` is `acme.co.uk`.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use psl::{Psl, Type};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A registrable domain by the public suffix list: lower case, international names in their ASCII form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// From a URL, a host or an e-mail address. `None` for addresses by number, for public suffixes and for what is no host.
    pub fn registrable(text: &str) -> Option<Self> {
        Self::of_host(&host(text)?)
    }

    /// The domain of an *account*: as [`Domain::registrable`], but `None` for free mail, for hosts that many companies
    /// share (`acme.github.io`) and for hosts of CRMs and other tools, whose links tell nothing of the account.
    pub fn of_account(text: &str) -> Option<Self> {
        Site::of_account(text).map(|site| Self(site.domain().to_owned()))
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_host(host: &str) -> Option<Self> {
        registrable(host).map(|domain| Self(domain.to_owned()))
    }
}

fn registrable(host: &str) -> Option<&str> {
    parted(host).map(|(domain, _)| domain)
}

/// The registrable domain of a host and the suffix that it is registered under.
fn parted(host: &str) -> Option<(&str, psl::Suffix<'_>)> {
    let suffix = psl::List.suffix(host.as_bytes())?;
    if !suffix.is_known() && !RESERVED.contains(&host.rsplit('.').next()?) {
        return None;
    }
    let before = host.get(..host.len().checked_sub(suffix.as_bytes().len() + 1)?)?;
    let domain = host.get(before.rfind('.').map_or(0, |dot| dot + 1)..)?;
    (!domain.starts_with('.')).then_some((domain, suffix))
}

/// Where an account is on the web: the whole host, and within it the registrable domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site<'t> {
    host: Cow<'t, str>,
    domain_at: usize,
}

impl<'t> Site<'t> {
    /// As [`Domain::of_account`], with the host kept.
    pub fn of_account(text: &'t str) -> Option<Self> {
        let host = host(text)?;
        let (domain, suffix) = parted(&host)?;
        if names_no_account(&host, domain) || is_free_mail_of_many_lands(domain) || is_shared(&suffix) {
            return None;
        }
        let domain_at = host.len() - domain.len();
        Some(Self { host, domain_at })
    }

    /// `www.shop.acme.co.uk`, lower case, ASCII.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `acme.co.uk`.
    pub fn domain(&self) -> &str {
        &self.host[self.domain_at..]
    }

    /// What the domain is called below its suffix: `acme`.
    pub fn label(&self) -> &str {
        self.domain().split('.').next().unwrap_or_default()
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Domain {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::registrable(&text).ok_or_else(|| format!("{text} is no domain"))
    }
}

impl From<Domain> for String {
    fn from(domain: Domain) -> Self {
        domain.0
    }
}

/// Whether the host is one of free mail or of a tool, or one below it.
fn names_no_account(host: &str, domain: &str) -> bool {
    static THOSE: LazyLock<FxHashSet<&str>> = LazyLock::new(|| FREE_MAIL.into_iter().chain(TOOLS).collect());
    let levels = std::iter::successors(Some(host), |host| Some(host.split_once('.')?.1));
    levels.take_while(|level| level.len() >= domain.len()).any(|level| THOSE.contains(level))
}

/// The lower-case ASCII host of a URL, host or e-mail address.
fn host(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim().trim_end_matches(['.', ',', ';', '/']);
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    if text.is_empty() || text.len() > 2_000 {
        return None;
    }
    if let Some(host) = plain_host(text) {
        return Some(host);
    }
    if text.contains(char::is_whitespace) {
        return None;
    }
    let with_scheme = if text.contains("://") {
        text.to_string()
    } else {
        let after_at = text.rsplit_once('@').map_or(text, |(_, host)| host);
        format!("https://{after_at}")
    };
    let url = Url::parse(&with_scheme).ok()?;
    match url.host()? {
        Host::Domain(host) => {
            let host = host.trim_end_matches('.').to_lowercase();
            let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
            (host.contains('.') && !host.contains("..") && !host.contains(odd)).then_some(Cow::Owned(host))
        }
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// The short way, for speed: most websites of a list are letters, dots and hyphens after `https://`.
fn plain_host(text: &str) -> Option<Cow<'_, str>> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let (mut end, mut upper, mut hyphen) = (rest.len(), false, false);
    // Of the label under way: its length, whether it is the first, whether it is of letters alone.
    let (mut long, mut first, mut letters) = (0, true, true);
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'a'..=b'z' => {}
            b'A'..=b'Z' => upper = true,
            b'0'..=b'9' => letters = false,
            b'-' => (letters, hyphen) = (false, true),
            b'.' if long > 0 => {
                (long, first, letters) = (0, false, true);
                continue;
            }
            b'/' | b'?' | b'#' => {
                end = at;
                break;
            }
            _ => return None,
        }
        long += 1;
    }
    let (host, path) = rest.split_at_checked(end)?;
    // Names in Punycode are checked by the long way.
    let coded = hyphen && (host.contains("xn--") || host.contains("XN--"));
    let plain = long > 0 && !first && letters && !coded && !path.contains(char::is_whitespace);
    plain.then(|| if upper { Cow::Owned(host.to_ascii_lowercase()) } else { Cow::Borrowed(host) })
}

/// A private suffix is a host under which strangers are neighbours; a few of them merely sell names.
fn is_shared(suffix: &psl::Suffix<'_>) -> bool {
    let name = suffix.as_bytes();
    suffix.typ() == Some(Type::Private) && !NAME_SELLERS.iter().any(|seller| seller.as_bytes() == name)
}

fn is_free_mail_of_many_lands(domain: &str) -> bool {
    let label = domain.split('.').next().unwrap_or(domain);
    matches!(label, "gmail" | "googlemail" | "yahoo" | "hotmail" | "outlook" | "ymail" | "gmx" | "yandex")
}

/// Top-level domains that examples and tests use (RFC 2606); the public suffix list does not hold them.
const RESERVED: [&str; 2] = ["example", "test"];

const NAME_SELLERS: [&str; 24] = [
    "br.com", "cn.com", "de.com", "eu.com", "jpn.com", "mex.com", "ru.com", "sa.com", "uk.com", "us.com",
    "za.com", "com.de", "gb.net", "hu.net", "jp.net", "se.net", "uk.net", "ae.org", "us.org", "com.se",
    "co.com", "gr.com", "in.net", "co.nl",
];

const FREE_MAIL: [&str; 38] = [
    "live.com",
    "msn.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "pm.me",
    "fastmail.com",
    "hey.com",
    "mail.com",
    "mail.ru",
    "bk.ru",
    "inbox.ru",
    "list.ru",
    "zoho.com",
    "zohomail.com",
    "tutanota.com",
    "tuta.io",
    "web.de",
    "t-online.de",
    "freenet.de",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "libero.it",
    "virgilio.it",
    "qq.com",
    "163.com",
    "126.com",
    "sina.com",
    "naver.com",
    "daum.net",
    "rediffmail.com",
    "comcast.net",
    "btinternet.com",
];

const TOOLS: [&str; 76] = [
    // CRMs and the mapping tools.
    "salesforce.com",
    "force.com",
    "lightning.force.com",
    "hubspot.com",
    "hubspotlinks.com",
    "hs-sites.com",
    "pipedrive.com",
    "dynamics.com",
    "zoho.com",
    "close.com",
    "attio.com",
    "copper.com",
    "freshworks.com",
    "crossbeam.com",
    "getcrossbeam.com",
    "reveal.co",
    "partnertap.com",
    "partnerstack.com",
    "impartner.com",
    "allbound.com",
    "kiflo.com",
    "introw.io",
    "superglue.io",
    "workspan.com",
    "tackle.io",
    // Talk, documents, meetings.
    "slack.com",
    "slack-edge.com",
    "slack-files.com",
    "docs.google.com",
    "drive.google.com",
    "meet.google.com",
    "calendar.google.com",
    "mail.google.com",
    "forms.gle",
    "goo.gl",
    "teams.microsoft.com",
    "office.com",
    "sharepoint.com",
    "onedrive.live.com",
    "1drv.ms",
    "notion.so",
    "notion.site",
    "zoom.us",
    "loom.com",
    "calendly.com",
    "chilipiper.com",
    "airtable.com",
    "coda.io",
    "dropbox.com",
    "box.com",
    "miro.com",
    "figma.com",
    "asana.com",
    "monday.com",
    "clickup.com",
    "trello.com",
    "atlassian.net",
    "linear.app",
    "zapier.com",
    "make.com",
    "webex.com",
    "gong.io",
    "chorus.ai",
    "clari.com",
    "outreach.io",
    "salesloft.com",
    "apollo.io",
    "zoominfo.com",
    "clay.com",
    "linkedin.com",
    "lnkd.in",
    "twitter.com",
    "x.com",
    "crunchbase.com",
    "g2.com",
    "bit.ly",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn registrable(text: &str) -> Option<String> {
        Domain::registrable(text).map(String::from)
    }

    fn account(text: &str) -> Option<String> {
        Domain::of_account(text).map(String::from)
    }

    #[test]
    fn what_stays_is_the_registrable_domain() {
        for (text, domain) in [
            ("https://www.Acme.com/about?x=1", "acme.com"),
            ("shop.acme.co.uk", "acme.co.uk"),
            ("jane@eu.acme.com.au", "acme.com.au"),
            ("mailto:jane@acme.com", "acme.com"),
            ("http://acme.com:8080/", "acme.com"),
            ("müller.de", "xn--mller-kva.de"),
            ("ACME.IO.", "acme.io"),
            ("acme.example", "acme.example"),
            ("acme.github.io", "acme.github.io"),
        ] {
            assert_eq!(registrable(text).as_deref(), Some(domain), "{text}");
        }
        for text in
            ["", "acme", "co.uk", "10.0.0.1", "https://[::1]/", "a b.com", "file.unknowntld", "..", "e.g"]
        {
            assert_eq!(registrable(text), None, "{text}");
        }
    }

    #[test]
    fn tools_shared_hosts_and_free_mail_name_no_account() {
        for text in [
            "https://acme.lightning.force.com/lightning/r/Account/001/view",
            "https://app.hubspot.com/contacts/1/company/2",
            "https://docs.google.com/document/d/1",
            "acme.github.io",
            "acme.myshopify.com",
            "jane@gmail.com",
            "jane@yahoo.co.uk",
            "https://acme.slack.com/archives/C1/p1",
            "https://www.linkedin.com/company/acme",
        ] {
            assert_eq!(account(text), None, "{text}");
        }
        assert_eq!(account("acme.uk.com").as_deref(), Some("acme.uk.com"));
        assert_eq!(account("google.com").as_deref(), Some("google.com"));
        assert_eq!(account("https://eu.initech.io").as_deref(), Some("initech.io"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            let _ = Domain::of_account(&text);
        }

        #[test]
        fn a_domain_is_its_own_domain(label in "[a-z][a-z0-9]{0,10}", suffix in "com|co\\.uk|de|io|com\\.br") {
            let text = format!("{label}.{suffix}");
            if let Some(domain) = Domain::registrable(&text) {
                prop_assert_eq!(Domain::registrable(domain.as_str()), Some(domain));
            }
        }
    }
}
