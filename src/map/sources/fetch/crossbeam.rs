//! Crossbeam's overlaps. Asked first what has changed since the last time, and read whole only when something has: what is
//! gone can be told only from the whole.
//!
//! Source: Crossbeam, Partner API: "Authentication", "Pagination", "List overlaps with accounts".

use reqwest::header::HeaderValue;
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::super::rows::{self, Sheet};
use super::super::source::Crossbeam;
use super::super::standing::{Failure, Marks};
use super::page::{PAGES, Page, changed};
use super::{Found, Http, Look, Pieces, compared};
use crate::map::name;

const WHOM: &str = "Crossbeam";
/// Rows to a page; the most that is given.
const ROWS: &str = "1000";
/// The most of a token's answer, in bytes.
const TOKEN_LIMIT: u64 = 64 * 1024;

struct Session<'a> {
    http: &'a Http,
    look: &'a Look<'a>,
    api: &'a Crossbeam,
}

pub(super) async fn fetch(http: &Http, look: &Look<'_>, api: &Crossbeam) -> Result<Found, Failure> {
    let session = Session { http, look, api };
    if let Some(marks) = look.marks
        && marks.hash.is_some()
        && let Some(cursor) = &marks.cursor
        && let Some(cursor) = session.unchanged_since(cursor).await?
    {
        return Ok(Found::Same(Marks { cursor: Some(cursor), ..marks.clone() }));
    }
    session.whole().await
}

impl Session<'_> {
    /// How far an unchanged list goes; `None` when something has changed, or the cursor is no longer taken.
    async fn unchanged_since(&self, cursor: &str) -> Result<Option<String>, Failure> {
        let mut page = match self.page(&self.first(Some(cursor))?).await {
            Err(failure) if !failure.passing => return Ok(None),
            page => page?,
        };
        let quiet = page.take(WHOM)?.is_empty() && page.pagination.has_more == Some(false);
        Ok(quiet.then(|| bookmark(&page).unwrap_or_else(|| cursor.to_owned())))
    }

    async fn whole(&self) -> Result<Found, Failure> {
        let mut sheet = Sheet::create(self.look.to, &rows::CROSSBEAM, self.look.limit)?;
        let (mut seen, mut named) = (0, 0);
        let mut url = self.first(None)?;
        for _ in 0..PAGES {
            let mut page = self.page(&url).await?;
            for row in page.take(WHOM)? {
                seen += 1;
                named += u64::from(row.get("record_name").is_some_and(Value::is_string));
                if let Some(row) = self.ours(row) {
                    sheet.row(&row)?;
                }
            }
            if seen > 0 && named == 0 {
                return Err(changed(WHOM, "its rows have no record_name"));
            }
            match self.after(&page, &url)? {
                Some(next) => url = next,
                None => {
                    let hash = sheet.finish()?;
                    let marks = Marks { cursor: bookmark(&page), hash: Some(hash), ..Marks::default() };
                    return Ok(compared(self.look, "overlaps".to_owned(), marks));
                }
            }
        }
        Err(changed(WHOM, "its pages do not end"))
    }

    /// A row as it is kept: one that was removed, or is another partner's, is not.
    fn ours(&self, mut row: Map<String, Value>) -> Option<Map<String, Value>> {
        if row.get("is_deleted") == Some(&Value::Bool(true)) {
            return None;
        }
        let Some(partner) = self.look.partner else { return Some(row) };
        let named = row.get("partner_name").and_then(Value::as_str).unwrap_or_default();
        if self.api.partner_id.is_none() && name::key(named) != name::key(partner) {
            return None;
        }
        row.insert("partner_name".to_owned(), partner.into());
        Some(row)
    }

    fn first(&self, cursor: Option<&str>) -> Result<Url, Failure> {
        let mut url = self.api.url.clone();
        let mut path = url
            .path_segments_mut()
            .map_err(|()| Failure::lasting("The address of Crossbeam's API is none"))?;
        path.pop_if_empty().extend(["v1", "overlaps", "accounts"]);
        drop(path);
        let mut query = url.query_pairs_mut();
        query.append_pair("limit", ROWS);
        if let Some(id) = &self.api.partner_id {
            query.append_pair("partner-id", id);
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        drop(query);
        Ok(url)
    }

    /// The next page: where the answer says, as long as that is the same API; else with its cursor.
    fn after(&self, page: &Page, url: &Url) -> Result<Option<Url>, Failure> {
        let more = &page.pagination;
        if more.has_more == Some(false) {
            return Ok(None);
        }
        let named = more.next_href.as_ref().and_then(|href| url.join(href).ok());
        let next = match (named.filter(|next| next.origin() == self.api.url.origin()), &more.next_cursor) {
            (Some(next), _) => Some(next),
            (None, Some(cursor)) => Some(self.first(Some(cursor))?),
            (None, None) => None,
        };
        if next.as_ref() == Some(url) {
            return Err(changed(WHOM, "a page leads to itself"));
        }
        Ok(next)
    }

    async fn page(&self, url: &Url) -> Result<Page, Failure> {
        let name = &self.look.source.name;
        let known = self.http.access(name);
        let was_known = known.is_some();
        let token = match known {
            Some(token) => token,
            None => self.refresh().await?,
        };
        let mut reply = self.ask(url, &token).await?;
        if reply.status() == StatusCode::UNAUTHORIZED && was_known {
            // It ran out, as it does every day.
            self.http.forget_access(name);
            reply = self.ask(url, &self.refresh().await?).await?;
        }
        match reply.status() {
            StatusCode::UNAUTHORIZED => {
                self.http.forget_access(name);
                Err(Failure::lasting(
                    "Crossbeam does not take the access token (401): check organization and scopes",
                ))
            }
            status if !status.is_success() => {
                Err(Failure::lasting(format!("Crossbeam answered {}", status.as_u16())))
            }
            _ => Page::read(reply, WHOM).await,
        }
    }

    async fn ask(&self, url: &Url, token: &SecretString) -> Result<Response, Failure> {
        let organization = HeaderValue::from_str(&self.api.organization)
            .map_err(|_| Failure::lasting("The organization is no word"))?;
        self.http
            .send(self.look.source.private, WHOM, |client| {
                let request = client.get(url.clone()).bearer_auth(token.expose_secret());
                request.header("Xbeam-Organization", organization.clone())
            })
            .await
    }

    /// A new access token.
    async fn refresh(&self) -> Result<SecretString, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            access_token: SecretString,
            refresh_token: Option<SecretString>,
        }
        let name = &self.look.source.name;
        let rotated = self.http.rotated(name);
        let refresh = rotated.as_ref().or(self.look.refresh_token).unwrap_or(&self.api.refresh_token);
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &self.api.client_id),
            ("client_secret", self.api.client_secret.expose_secret()),
            ("refresh_token", refresh.expose_secret()),
        ];
        let reply = self
            .http
            .send(self.look.source.private, WHOM, |client| {
                client.post(self.api.token_url.clone()).form(&form)
            })
            .await
            .map_err(|failure| match failure.passing {
                true => failure,
                false => Failure::lasting(format!(
                    "{}: no access token is given for the refresh token",
                    failure.why
                )),
            })?;
        if !reply.status().is_success() {
            return Err(Failure::lasting(
                "Crossbeam does not take the refresh token: authorise Tandem there anew",
            ));
        }
        let body = Pieces::of(reply, WHOM, TOKEN_LIMIT)?.whole().await?;
        let answer: Answer =
            serde_json::from_slice(&body).map_err(|_| changed(WHOM, "it gives no access_token"))?;
        let new = answer.refresh_token.filter(|new| new.expose_secret() != refresh.expose_secret());
        self.http.refreshed(name, answer.access_token.clone(), new);
        Ok(answer.access_token)
    }
}

/// From where the next look asks what has changed.
fn bookmark(page: &Page) -> Option<String> {
    let more = &page.pagination;
    more.next_cursor.clone().or_else(|| {
        let href = Url::parse(more.next_href.as_deref()?).ok()?;
        href.query_pairs().find(|(name, _)| name == "cursor").map(|(_, cursor)| cursor.into_owned())
    })
}
