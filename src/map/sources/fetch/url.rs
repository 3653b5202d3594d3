//! A file behind an address: taken only when it has changed, as far as the server tells.

use reqwest::StatusCode;
use reqwest::header::{ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::super::rows;
use super::super::source::Secret;
use super::super::standing::{Failure, Marks};
use super::{Found, Http, Look, compared, guard, keep};

/// So often a server may send us on.
const REDIRECTS: usize = 5;

pub(super) async fn fetch(
    http: &Http,
    look: &Look<'_>,
    address: &Secret,
    token: Option<&SecretString>,
) -> Result<Found, Failure> {
    let host = address.host();
    let mut url = address.0.clone();
    for _ in 0..=REDIRECTS {
        // The token is for whom it was given to, and for nobody that it sends us on to.
        let token = token.filter(|_| url.origin() == address.0.origin());
        let reply = http
            .send(look.source.private, host, |client| {
                let mut request = client.get(url.clone());
                if let Some(token) = token {
                    request = request.bearer_auth(token.expose_secret());
                }
                let marks = look.marks.filter(|m| m.hash.is_some());
                if let Some(etag) = marks.and_then(|m| m.etag.as_ref()) {
                    request = request.header(IF_NONE_MATCH, etag);
                }
                if let Some(modified) = marks.and_then(|m| m.modified.as_ref()) {
                    request = request.header(IF_MODIFIED_SINCE, modified);
                }
                request
            })
            .await?;
        let status = reply.status();
        let header =
            |name: HeaderName| reply.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        match status {
            StatusCode::UNAUTHORIZED => {
                return Err(Failure::lasting(format!("{host} asks who we are (401): check the token")));
            }
            StatusCode::NOT_MODIFIED => return Ok(Found::Same(look.marks.cloned().unwrap_or_default())),
            _ if status.is_redirection() => url = next(&url, header(LOCATION), host, look.source.private)?,
            _ => {
                let (etag, modified) = (header(ETAG), header(LAST_MODIFIED));
                keep(reply, host, look.to, look.limit).await?;
                let hash = rows::settle(look.to).await?;
                let marks = Marks { etag, modified, cursor: None, hash: Some(hash) };
                return Ok(compared(look, file_name(&url, host), marks));
            }
        }
    }
    Err(Failure::lasting(format!("{host} sends us on more than {REDIRECTS} times")))
}

fn next(from: &Url, location: Option<String>, host: &str, private: bool) -> Result<Url, Failure> {
    let to = location.and_then(|to| from.join(&to).ok());
    let to = to.ok_or_else(|| Failure::lasting(format!("{host} sends us on, and does not say where")))?;
    guard::admit(&to, private).map_err(|why| {
        Failure::lasting(format!("{host} sends us on to an address that is not asked: {why}"))
    })?;
    Ok(to)
}

/// The last part of the address, where it reads like a file's name.
fn file_name(url: &Url, host: &str) -> String {
    let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let reads_well = last.contains('.') && last.len() <= 60 && last.chars().all(plain);
    if reads_well { last.to_owned() } else { format!("list of {host}") }
}
