//! What is posted to `/hooks/overlaps`: is it from one of our senders, and what does it say.
//!
//! A sender signs with the secret that is configured for its source: base64 of HMAC-SHA256 over the body followed by the
//! time. Crossbeam does so by itself (`X-Crossbeam-Signature-256`, `X-Crossbeam-Timestamp`); anybody else sends
//! `X-Tandem-Signature-256` and `X-Tandem-Timestamp`.
//!
//! Source: Crossbeam, Partner API, "Webhooks".

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{Kind, Source};
use crate::map::import::Extent;

/// How far the sender's time may be from ours, in seconds, either way.
pub const WINDOW_SECONDS: u64 = 300;

/// What a request says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The sender's time, as written.
    pub time: Option<&'a str>,
    /// The signature, as written.
    pub signature: Option<&'a str>,
}

/// The request is not to be trusted. Says nothing of the right signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// A header is absent or cannot be read.
    #[error("the signature or its time is missing")]
    Missing,
    /// The time is more than [`WINDOW_SECONDS`] away.
    #[error("the request's time is too far from ours")]
    Stale,
    /// The signature is nobody's.
    #[error("the signature does not match")]
    Mismatch,
}

/// The source whose secret signed this, and what to remember of it so that it is not taken twice.
pub fn sender<'a>(
    sources: &'a [Source],
    signed: Signed<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<(&'a Source, String), Untrusted> {
    let (Some(time), Some(signature)) = (signed.time, signed.signature) else {
        return Err(Untrusted::Missing);
    };
    let sent: i64 = time.trim().parse().map_err(|_| Untrusted::Missing)?;
    // Some clocks count milliseconds.
    let sent = if sent.unsigned_abs() > 100_000_000_000 { sent / 1000 } else { sent };
    if now.as_second().abs_diff(sent) > WINDOW_SECONDS {
        return Err(Untrusted::Stale);
    }
    let given = BASE64_STANDARD.decode(signature.trim()).map_err(|_| Untrusted::Mismatch)?;
    let mut found = None;
    for source in sources {
        let Kind::Webhook(secret) = &source.kind else { continue };
        let Some(mac) = mac(secret, time, body) else { continue };
        // Every secret is tried, so that the time tells nothing of which one it was.
        if mac.verify_slice(&given).is_ok() {
            found = found.or(Some(source));
        }
    }
    let source = found.ok_or(Untrusted::Mismatch)?;
    Ok((source, format!("signature:{}", hex::encode(Sha256::digest(&given)))))
}

fn mac(secret: &SecretString, time: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).ok()?;
    mac.update(body);
    mac.update(time.as_bytes());
    Some(mac)
}

/// Signs a body as a sender does. For tests.
pub fn sign(secret: &SecretString, time: i64, body: &[u8]) -> String {
    let mac = mac(secret, &time.to_string(), body);
    mac.map_or_else(String::new, |mac| BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// What was posted.
#[derive(Clone, Debug, PartialEq)]
pub enum Posted {
    /// Overlaps, in our own format.
    List {
        /// Whose they are, where the list says so.
        partner: Option<String>,
        /// What it says of what it does not name; `None`: as is configured.
        extent: Option<Extent>,
        /// The overlaps.
        rows: Vec<Map<String, Value>>,
    },
    /// A deal of a partner's.
    Signal(Box<Signal>),
    /// A signal, or a trial, that says nothing of use.
    Nothing,
}

/// A deal that a partner opened or won, as Crossbeam tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Its id at Crossbeam.
    pub event: String,
    /// Whether the deal was won; otherwise it was opened.
    pub won: bool,
    /// The account.
    pub account: String,
    /// The partner, as written.
    pub partner: String,
    /// Our populations.
    pub ours: Vec<String>,
    /// The partner's.
    pub theirs: Vec<String>,
    /// The deal's name.
    pub deal: Option<String>,
    /// Its stage, as the partner calls it.
    pub stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnFormat {
    partner: Option<String>,
    list: Option<Extents>,
    overlaps: Vec<Overlap>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Extents {
    Whole,
    Addition,
}

/// Cells may be texts or numbers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlap {
    account: Option<Value>,
    domain: Option<Value>,
    partner: Option<Value>,
    our_population: Option<Value>,
    their_population: Option<Value>,
    owner: Option<Value>,
    amount: Option<Value>,
    currency: Option<Value>,
    stage: Option<Value>,
}

#[derive(Deserialize)]
struct SignalFormat {
    event_id: Option<String>,
    event_type: String,
    record_name: Option<String>,
    partner_name: Option<String>,
    #[serde(default)]
    populations: Vec<PopulationFormat>,
    #[serde(default)]
    partner_populations: Vec<PopulationFormat>,
    partner_data: Option<PartnerData>,
}

#[derive(Deserialize)]
struct PopulationFormat {
    name: Option<String>,
    segment: Option<String>,
}

#[derive(Deserialize)]
struct PartnerData {
    deal: Option<Deal>,
}

#[derive(Deserialize)]
struct Deal {
    name: Option<String>,
    stage: Option<String>,
}

/// Reads a body.
///
/// # Errors
/// Says in plain words what is wrong with it.
pub fn read(body: &[u8]) -> Result<Posted, String> {
    let value: Value = serde_json::from_slice(body).map_err(|e| format!("The body is no JSON: {e}."))?;
    let Some(object) = value.as_object() else { return Err("The body is no JSON object.".to_owned()) };
    if object.contains_key("event_type") {
        return signal(value);
    }
    if !object.contains_key("overlaps") {
        return Ok(Posted::Nothing);
    }
    let list: OwnFormat =
        serde_json::from_value(value).map_err(|e| format!("The list cannot be read: {e}."))?;
    let mut rows = Vec::with_capacity(list.overlaps.len());
    for (at, overlap) in list.overlaps.into_iter().enumerate() {
        rows.push(
            row(overlap, list.partner.as_deref())
                .map_err(|field| format!("overlaps[{at}].{field} is neither a text nor a number."))?,
        );
    }
    if rows.is_empty() {
        return Err(
            "The list names no overlap. A list that lacks everything would clear the last one.".to_owned()
        );
    }
    let extent = list.list.map(|list| match list {
        Extents::Whole => Extent::Whole,
        Extents::Addition => Extent::Addition,
    });
    Ok(Posted::List { partner: list.partner, extent, rows })
}

fn row(o: Overlap, partner: Option<&str>) -> Result<Map<String, Value>, &'static str> {
    let mut row = Map::new();
    for (name, value) in [
        ("account", o.account),
        ("domain", o.domain),
        ("partner", o.partner.or_else(|| partner.map(Value::from))),
        ("our_population", o.our_population),
        ("their_population", o.their_population),
        ("owner", o.owner),
        ("amount", o.amount),
        ("currency", o.currency),
        ("stage", o.stage),
    ] {
        match value {
            None | Some(Value::Null) => {}
            Some(value @ (Value::String(_) | Value::Number(_))) => drop(row.insert(name.to_owned(), value)),
            Some(_) => return Err(name),
        }
    }
    Ok(row)
}

fn signal(value: Value) -> Result<Posted, String> {
    let said: SignalFormat =
        serde_json::from_value(value).map_err(|e| format!("The signal cannot be read: {e}."))?;
    let won = match said.event_type.as_str() {
        "partner_deal_opened" => false,
        "partner_deal_closed_won" => true,
        _ => return Ok(Posted::Nothing),
    };
    let named = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let (Some(event), Some(account), Some(partner)) =
        (named(said.event_id), named(said.record_name), named(said.partner_name))
    else {
        return Err("The signal lacks event_id, record_name or partner_name.".to_owned());
    };
    let names =
        |all: Vec<PopulationFormat>| all.into_iter().flat_map(|p| [p.name, p.segment]).flatten().collect();
    let (deal, stage) = said.partner_data.and_then(|d| d.deal).map_or((None, None), |d| (d.name, d.stage));
    Ok(Posted::Signal(Box::new(Signal {
        event,
        won,
        account,
        partner,
        ours: names(said.populations),
        theirs: names(said.partner_populations),
        deal: named(deal),
        stage: named(stage),
    })))
}

#[cfg(test)]
mod tests;
