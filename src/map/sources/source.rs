//! A source as it is configured: checked once, at the start.

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::fetch::guard;
use crate::config::{CalendarFeed, LaunchFeed, ListExtent, ListKind, ListSource};
use crate::kernel::error::{Error, Result};
use crate::map::import::Extent;
use crate::map::name;
use crate::map::overlap::Population;

/// Looked at so often where nothing else is configured, in minutes.
const EVERY: u32 = 360;
/// The same for a calendar and for a feed.
const EVERY_FEED: u32 = 60;
/// The same for a folder, which costs nothing.
const EVERY_FOLDER: u32 = 5;
/// A secret that is shorter can be guessed.
const SECRET_LENGTH: usize = 16;
/// Where Crossbeam's API is.
const CROSSBEAM: &str = "https://api.crossbeam.com";
/// Where Crossbeam's access tokens are had.
const CROSSBEAM_TOKENS: &str = "https://auth.crossbeam.com/oauth/token";
/// Where PartnerTap's reports are.
const PARTNERTAP: &str = "https://reports-analytics.partnertap.com";
/// PartnerTap's "Global Overlap List".
const PARTNERTAP_REPORT: &str = "GLOBAL_VERTICAL_ACCOUNTS";

/// Where one list comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// Whose list it is, as configured; `None`: each row names its own.
    pub partner: Option<String>,
    /// It is only the list of these accounts of the partner's.
    pub population: Option<Population>,
    /// How a list gets here.
    pub kind: Kind,
    /// Looked at so often.
    pub every: SignedDuration,
    /// A list that is older is stale; `None`: the partner's own interval counts.
    pub expected_days: Option<i64>,
    /// What its lists say of what they do not name.
    pub extent: Extent,
    /// Addresses of this machine and of private networks may be asked.
    pub private: bool,
}

/// How a list gets here.
#[derive(Clone, Debug)]
pub enum Kind {
    /// The newest file in a folder.
    Folder(PathBuf),
    /// A file behind an address.
    Url {
        /// The address; what follows the host may be secret.
        url: Secret,
        /// Goes with the request.
        token: Option<SecretString>,
    },
    /// Somebody posts it.
    Webhook(SecretString),
    /// Crossbeam's API.
    Crossbeam(Crossbeam),
    /// PartnerTap's API.
    PartnerTap(PartnerTap),
}

/// How Crossbeam's API is asked.
#[derive(Clone, Debug)]
pub struct Crossbeam {
    /// Where it is.
    pub url: Url,
    /// Where access tokens are had.
    pub token_url: Url,
    /// Of the integration.
    pub client_id: String,
    /// Beside it.
    pub client_secret: SecretString,
    /// Gets a new access token.
    pub refresh_token: SecretString,
    /// Ours.
    pub organization: String,
    /// Only this partner's overlaps.
    pub partner_id: Option<String>,
}

/// How PartnerTap's API is asked.
#[derive(Clone, Debug)]
pub struct PartnerTap {
    /// Where it is.
    pub url: Url,
    /// Ours.
    pub api_key: SecretString,
    /// Which report.
    pub report: String,
}

/// An address of which only the host is shown.
#[derive(Clone)]
pub struct Secret(pub Url);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an address at {}", self.host())
    }
}

impl Secret {
    /// Its host.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or("nowhere")
    }
}

impl Source {
    /// How it gets here, in words.
    pub fn words(&self) -> String {
        match &self.kind {
            Kind::Folder(path) => format!("folder {}", path.display()),
            Kind::Url { url, .. } => url.host().to_owned(),
            Kind::Webhook(_) => "posted to /hooks/overlaps".to_owned(),
            Kind::Crossbeam(_) => "Crossbeam".to_owned(),
            Kind::PartnerTap(_) => "PartnerTap".to_owned(),
        }
    }

    /// Whether it is looked at; what is posted comes by itself.
    pub fn is_fetched(&self) -> bool {
        !matches!(self.kind, Kind::Webhook(_))
    }
}

/// Every source that is configured.
///
/// # Errors
/// Says which source is wrong, why, and what can be set.
pub fn configured(sources: &[ListSource]) -> Result<Vec<Source>> {
    let mut names = HashSet::new();
    let mut all: Vec<Source> = Vec::new();
    for written in sources {
        let wrong = |why: String| {
            Error::fault(format!("the configuration cannot be used: the source {:?}: {why}", written.name))
        };
        if !names.insert(&written.name) {
            return Err(wrong("there are two of this name; give each its own".to_owned()));
        }
        let source = one(written).map_err(wrong)?;
        if let Some(other) = all.iter().find(|other| rivals(other, &source)) {
            return Err(wrong(format!(
                "it and {:?} would each be the whole list of the same partner, and what one lacks would be gone; set list = \"addition\" on one of them",
                other.name
            )));
        }
        all.push(source);
    }
    Ok(all)
}

/// Two whole lists of one partner would take from each other.
fn rivals(one: &Source, other: &Source) -> bool {
    let same = match (&one.partner, &other.partner) {
        (Some(one), Some(other)) => name::key(one) == name::key(other),
        _ => true,
    };
    let apart = one.population.zip(other.population).is_some_and(|(one, other)| one != other);
    same && !apart && one.extent == Extent::Whole && other.extent == Extent::Whole
}

fn one(s: &ListSource) -> Result<Source, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if s.name.is_empty() || s.name.len() > 40 || !s.name.chars().all(fits) {
        return Err("name it with up to 40 lower case letters, digits and dashes".to_owned());
    }
    refuse_strays(s)?;
    let kind = kind(s)?;
    let every = s.every_minutes.unwrap_or(if s.kind == ListKind::Folder { EVERY_FOLDER } else { EVERY });
    if !(1..=43_200).contains(&every) {
        return Err("every_minutes is a number from 1 to 43200, which is 30 days".to_owned());
    }
    if s.expected_days.is_some_and(|days| !(1..=365).contains(&days)) {
        return Err("expected_days is a number from 1 to 365".to_owned());
    }
    if s.expected_days.is_some() && s.partner.is_none() {
        return Err("expected_days needs partner: without it each partner has its own interval".to_owned());
    }
    let population = match s.population.as_deref() {
        None => None,
        Some(written) => Some(
            Population::understood(written)
                .ok_or_else(|| "population is customers, prospects or open opportunities".to_owned())?,
        ),
    };
    let usual = if s.kind == ListKind::Webhook { ListExtent::Addition } else { ListExtent::Whole };
    Ok(Source {
        name: s.name.clone(),
        partner: s.partner.clone(),
        population,
        kind,
        every: SignedDuration::from_mins(every.into()),
        expected_days: s.expected_days,
        extent: match s.list.unwrap_or(usual) {
            ListExtent::Whole => Extent::Whole,
            ListExtent::Addition => Extent::Addition,
        },
        private: s.private_addresses,
    })
}

/// A calendar is fetched as a list is: from an address that the guard admits, with the same time-outs.
///
/// # Errors
/// Says in words what of it cannot be used.
pub fn calendar(feed: &CalendarFeed) -> Result<Source, String> {
    // Calendar programs write their addresses as webcal://, which is https.
    let written = feed.url.expose_secret();
    let https = written.strip_prefix("webcal://").map(|rest| format!("https://{rest}"));
    let url = https.as_deref().unwrap_or(written);
    plain(&feed.name, url, feed.every_minutes, feed.private_addresses)
}

/// A feed of what a partner ships, likewise.
///
/// # Errors
/// Says in words what of it cannot be used.
pub fn feed(feed: &LaunchFeed) -> Result<Source, String> {
    plain(&feed.name, feed.url.expose_secret(), feed.every_minutes, feed.private_addresses)
}

/// An address that is looked at, and no list.
fn plain(name: &str, url: &str, every_minutes: Option<u32>, private: bool) -> Result<Source, String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 40 || !name.chars().all(fits) {
        return Err("name it with up to 40 lower case letters, digits and dashes".to_owned());
    }
    let every = every_minutes.unwrap_or(EVERY_FEED);
    if !(1..=43_200).contains(&every) {
        return Err("every_minutes is a number from 1 to 43200, which is 30 days".to_owned());
    }
    let url = address("url", url, private)?;
    Ok(Source {
        name: name.to_owned(),
        partner: None,
        population: None,
        kind: Kind::Url { url: Secret(url), token: None },
        every: SignedDuration::from_mins(every.into()),
        expected_days: None,
        extent: Extent::Whole,
        private,
    })
}

/// A setting of another kind is a mistake: it would do nothing.
fn refuse_strays(s: &ListSource) -> Result<(), String> {
    use ListKind::{Crossbeam, Folder, PartnerTap, Url, Webhook};
    let set: [(&str, bool, &[ListKind]); 13] = [
        ("population", s.population.is_some(), &[Folder, Url, Webhook]),
        ("every_minutes", s.every_minutes.is_some(), &[Folder, Url, Crossbeam, PartnerTap]),
        ("private_addresses", s.private_addresses, &[Url, Crossbeam, PartnerTap]),
        ("folder", s.folder.is_some(), &[Folder]),
        ("url", s.url.is_some(), &[Url, Crossbeam, PartnerTap]),
        ("token", s.token.is_some(), &[Url]),
        ("secret", s.secret.is_some(), &[Webhook]),
        ("client_id", s.client_id.is_some(), &[Crossbeam]),
        ("client_secret", s.client_secret.is_some(), &[Crossbeam]),
        ("refresh_token", s.refresh_token.is_some(), &[Crossbeam]),
        ("organization", s.organization.is_some(), &[Crossbeam]),
        ("api_key", s.api_key.is_some(), &[PartnerTap]),
        ("report", s.report.is_some(), &[PartnerTap]),
    ];
    let more = [
        ("token_url", s.token_url.is_some(), &[Crossbeam][..]),
        ("partner_id", s.partner_id.is_some(), &[Crossbeam]),
    ];
    let stray = set.into_iter().chain(more).find(|(_, set, kinds)| *set && !kinds.contains(&s.kind));
    match stray {
        Some((setting, ..)) => Err(format!("{setting} means nothing for this kind; leave it out")),
        None => Ok(()),
    }
}

fn kind(s: &ListSource) -> Result<Kind, String> {
    let missing = |setting: &str, what: &str| format!("{setting} is not set: {what}");
    Ok(match s.kind {
        ListKind::Folder => {
            let folder = s.folder.clone().ok_or_else(|| missing("folder", "the folder that is watched"))?;
            Kind::Folder(folder)
        }
        ListKind::Url => {
            let url = s.url.as_ref().ok_or_else(|| missing("url", "where the list is"))?;
            let url = address("url", url.expose_secret(), s.private_addresses)?;
            Kind::Url { url: Secret(url), token: s.token.clone() }
        }
        ListKind::Webhook => {
            let what = "what the sender signs with; `openssl rand -hex 32` makes one";
            let secret = s.secret.clone().ok_or_else(|| missing("secret", what))?;
            if secret.expose_secret().len() < SECRET_LENGTH {
                return Err(format!(
                    "the secret is shorter than {SECRET_LENGTH} characters; `openssl rand -hex 32` makes one"
                ));
            }
            Kind::Webhook(secret)
        }
        ListKind::Crossbeam => Kind::Crossbeam(crossbeam(s)?),
        ListKind::PartnerTap => {
            let what = "made under Admin Center, Data, API Keys";
            let url = s.url.as_ref().map_or(PARTNERTAP, |url| url.expose_secret());
            Kind::PartnerTap(PartnerTap {
                url: address("url", url, s.private_addresses)?,
                api_key: s.api_key.clone().ok_or_else(|| missing("api_key", what))?,
                report: word("report", s.report.as_deref().unwrap_or(PARTNERTAP_REPORT))?,
            })
        }
    })
}

fn crossbeam(s: &ListSource) -> Result<Crossbeam, String> {
    let missing = |setting: &str, what: &str| format!("{setting} is not set: {what}");
    let integration = "of the integration at app.crossbeam.com/integrations";
    let refresh = "of an authorisation with the scopes openid read:reports offline_access";
    let organization = "the organization.uuid that /v1/users/me says";
    let url = s.url.as_ref().map_or(CROSSBEAM, |url| url.expose_secret());
    let token_url = s.token_url.as_deref().unwrap_or(CROSSBEAM_TOKENS);
    Ok(Crossbeam {
        url: address("url", url, s.private_addresses)?,
        token_url: address("token_url", token_url, s.private_addresses)?,
        client_id: s.client_id.clone().ok_or_else(|| missing("client_id", integration))?,
        client_secret: s.client_secret.clone().ok_or_else(|| missing("client_secret", integration))?,
        refresh_token: s.refresh_token.clone().ok_or_else(|| missing("refresh_token", refresh))?,
        organization: word(
            "organization",
            s.organization.as_deref().ok_or_else(|| missing("organization", organization))?,
        )?,
        partner_id: s.partner_id.clone(),
    })
}

/// The address is not repeated: what follows the host may be secret.
fn address(setting: &str, text: &str, private: bool) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| {
        format!("{setting} is no address; write one such as https://lists.example.com/overlaps.csv")
    })?;
    guard::admit(&url, private).map_err(|why| format!("{setting}: {why}"))?;
    Ok(url)
}

/// Becomes part of an address or of a header.
fn word(setting: &str, text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let fine = !text.is_empty() && text.chars().all(fits);
    if fine { Ok(text.to_owned()) } else { Err(format!("{setting} has letters, digits, - and _ only")) }
}

#[cfg(test)]
mod tests;
