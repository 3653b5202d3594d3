//! PartnerTap's report of overlaps, page by page.
//!
//! Source: PartnerTap, "Global Overlap List API Guide".

use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use url::Url;

use super::super::rows::{self, Sheet};
use super::super::source::PartnerTap;
use super::super::standing::{Failure, Marks};
use super::page::{PAGES, Page, changed};
use super::{Found, Http, Look, compared};
use crate::map::name;

const WHOM: &str = "PartnerTap";
/// Rows to a page; the most that is given.
const ROWS: &str = "2000";

pub(super) async fn fetch(http: &Http, look: &Look<'_>, api: &PartnerTap) -> Result<Found, Failure> {
    let mut key = HeaderValue::from_str(api.api_key.expose_secret())
        .map_err(|_| Failure::lasting("The api_key is no key: it holds characters that no header may"))?;
    key.set_sensitive(true);
    let filters = look.partner.map_or_else(|| json!({}), |partner| json!({"partner_org_name": partner}));
    let body = json!({"filters": filters, "search": ""});
    let mut sheet = Sheet::create(look.to, &rows::PARTNERTAP, look.limit)?;
    let (mut seen, mut named) = (0, 0);
    let mut cursor = None;
    for number in 0..PAGES {
        let url = address(api, number, cursor.as_deref())?;
        let reply = http
            .send(look.source.private, WHOM, |client| {
                client.post(url.clone()).header("api-key", key.clone()).json(&body)
            })
            .await?;
        let status = reply.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err(Failure::lasting("PartnerTap does not take the api_key (401): make a new one there"));
        }
        if !status.is_success() {
            return Err(Failure::lasting(format!("PartnerTap answered {}", status.as_u16())));
        }
        let mut page = Page::read(reply, WHOM).await?;
        let rows = page.take(WHOM)?;
        let empty = rows.is_empty();
        for row in rows {
            seen += 1;
            named += u64::from(row.get("account_name").is_some_and(Value::is_string));
            if is_ours(look, &row) {
                sheet.row(&row)?;
            }
        }
        if seen > 0 && named == 0 {
            return Err(changed(WHOM, "its rows have no account_name"));
        }
        let before = std::mem::replace(&mut cursor, page.pagination.next_cursor.clone());
        if cursor.is_some() && cursor == before {
            return Err(changed(WHOM, "a page leads to itself"));
        }
        if empty || is_last(&page, number) {
            let hash = sheet.finish()?;
            let marks = Marks { hash: Some(hash), ..Marks::default() };
            return Ok(compared(look, "overlaps".to_owned(), marks));
        }
    }
    Err(changed(WHOM, "its pages do not end"))
}

fn is_ours(look: &Look<'_>, row: &Map<String, Value>) -> bool {
    let named = row.get("partner_org_name").and_then(Value::as_str).unwrap_or_default();
    look.partner.is_none_or(|partner| name::key(named) == name::key(partner))
}

/// By its own words, by its number, or, where it has neither, by the lack of a cursor.
fn is_last(page: &Page, number: usize) -> bool {
    match (page.last, page.pagination.has_more, page.total_pages) {
        (Some(last), ..) => last,
        (None, Some(more), _) => !more,
        (None, None, Some(total)) => number as u64 + 1 >= total,
        (None, None, None) => page.pagination.next_cursor.is_none(),
    }
}

fn address(api: &PartnerTap, number: usize, cursor: Option<&str>) -> Result<Url, Failure> {
    let mut url = api.url.clone();
    let mut path =
        url.path_segments_mut().map_err(|()| Failure::lasting("The address of PartnerTap's API is none"))?;
    path.pop_if_empty().extend(["v1", "report-analytics", "report", &api.report, "records"]);
    drop(path);
    let mut query = url.query_pairs_mut();
    match cursor {
        Some(cursor) => query.append_pair("cursor", cursor),
        None => query.append_pair("page", &number.to_string()),
    };
    query.append_pair("size", ROWS);
    drop(query);
    Ok(url)
}
