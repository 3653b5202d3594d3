//! One page of an API's answer.

use reqwest::Response;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::standing::Failure;
use super::Pieces;

/// The most of one page, in bytes.
const LIMIT: u64 = 32 * 1024 * 1024;
/// More pages than this are no list.
pub(super) const PAGES: usize = 20_000;

/// Rows, and how it goes on.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default, alias = "data", alias = "content")]
    items: Option<Vec<Map<String, Value>>>,
    #[serde(default)]
    pub pagination: Pagination,
    /// PartnerTap's: this is the last page.
    pub last: Option<bool>,
    /// PartnerTap's.
    #[serde(rename = "totalPages")]
    pub total_pages: Option<u64>,
}

/// Crossbeam's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pagination {
    pub has_more: Option<bool>,
    pub next_href: Option<String>,
    pub next_cursor: Option<String>,
}

impl Page {
    /// Reads an answer.
    pub(super) async fn read(reply: Response, whom: &str) -> Result<Self, Failure> {
        let body = Pieces::of(reply, whom, LIMIT)?.whole().await?;
        // The parser's own words would repeat what was sent.
        serde_json::from_slice(&body).map_err(|_| changed(whom, "it is no page of rows"))
    }

    /// Its rows.
    pub(super) fn take(&mut self, whom: &str) -> Result<Vec<Map<String, Value>>, Failure> {
        self.items.take().ok_or_else(|| changed(whom, "there are no rows under items or data"))
    }
}

/// The API is not as it was when this was written.
pub(super) fn changed(whom: &str, how: &str) -> Failure {
    Failure::lasting(format!("{whom}'s answer has changed and cannot be read: {how}"))
}
