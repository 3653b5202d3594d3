//! What the intake understands of one channel message.
//!
//! A small pipeline: `flatten` (with `inline`, `partners` and `voice`) turns the message into plain lines with one marker
//! for each link, mention and partner; `segment` turns fields and tables into `record`s and lets headings speak for what
//! stands below, `prose` does so with sentences (by `sentences` and `clauses`), `judge` says which are overlaps; `fields` (with `people`, `populations`, `relations`, `sides` and `stages`, by `patterns`) and `titled` (by `keys`) read the words;
//! what is left over may be an account (`accounts`, by `words`). What a message does not state stays `None`.

mod accounts;
mod clauses;
mod fields;
mod flatten;
mod inline;
mod judge;
mod keys;
mod partners;
mod patterns;
mod people;
mod populations;
mod prose;
mod record;
mod relations;
mod segment;
mod sentences;
mod sides;
mod stages;
mod titled;
mod voice;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::partners::Partners;
use self::record::{Record, Records};
use crate::kernel::money::Money;
use crate::map::domain::Domain;
use crate::map::name;
use crate::map::overlap::Population;

/// What is known before a message is read. Patterns are compiled once, so keep it for many messages.
#[derive(Clone, Debug, Default)]
pub struct Context {
    partners: Partners,
    self_bot: Option<String>,
}

impl Context {
    /// The partners by name, in the spelling in which a mention is answered, and the id of our own bot, whose posts
    /// hold no overlap.
    pub fn new(partners: Vec<String>, self_bot: Option<String>) -> Self {
        Self { partners: Partners::new(partners), self_bot }
    }
}

/// One overlap as a message states it. As JSON all fields are present, `null` where nothing was stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlapMention {
    /// The account's name as written; `None` when only its domain stands there.
    pub account: Option<String>,
    /// The account's registrable domain.
    pub domain: Option<Domain>,
    /// A partner in the spelling of [`Context::new`], or as written in a field that is titled so.
    pub partner: Option<String>,
    /// Our population of the account.
    pub our_population: Option<Population>,
    /// The partner's population of it.
    pub their_population: Option<Population>,
    /// Our owner: the mention, e-mail address or name as written.
    pub owner: Option<String>,
    /// Ours where both sides' stand.
    pub amount: Option<Money>,
    /// The deal's stage as written, without its preposition.
    pub stage: Option<String>,
}

/// A mention that lacks its account or its partner; the fields that were understood prefill the question.
pub type PartialMention = OverlapMention;

/// What a message holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The overlaps, in reading order.
    pub overlaps: Vec<OverlapMention>,
    /// Meant as an overlap, it seems, but without an account or without a partner: worth a private question.
    pub doubtful: Option<PartialMention>,
}

/// The overlaps of one message, as Slack's `message` event carries it.
pub fn parse(message: &Value, context: &Context) -> Vec<OverlapMention> {
    read(message, context).overlaps
}

/// The overlaps of one message, and what remains to be asked.
pub fn read(message: &Value, context: &Context) -> Reading {
    let message = match message.get("subtype").and_then(Value::as_str) {
        Some("message_changed") => message.get("message").unwrap_or(message),
        _ => message,
    };
    if !is_heard(message, context) {
        return Reading::default();
    }
    let reading = read_as(message, context, false);
    let mut found = reading.overlaps.iter().chain(&reading.doubtful).peekable();
    if found.peek().is_some() && found.all(|o| o.partner.is_none()) {
        // `Globex Acme: …` may be a partner and an account, when no other partner is there.
        let loose = read_as(message, context, true);
        if loose.overlaps.first().is_some_and(|o| o.partner.is_some()) {
            return loose;
        }
    }
    reading
}

fn read_as(message: &Value, context: &Context, loose: bool) -> Reading {
    let flat = flatten::flatten(message, &context.partners, loose);
    let plain = segment::records(&flat.plain, &flat.tokens, false);
    let records = if flat.rich.is_empty() {
        plain
    } else {
        let announced = !flat.same && (!plain.sure.is_empty() || plain.doubtful.is_some());
        with_fallback(segment::records(&flat.rich, &flat.tokens, announced), plain, flat.same)
    };
    let overlaps: Vec<OverlapMention> = records.sure.iter().flat_map(mentions).collect();
    let doubtful = match &records.doubtful {
        Some(record) if overlaps.is_empty() => mentions(record).into_iter().next(),
        _ => overlaps.iter().find(|o| o.partner.is_none()).cloned(),
    };
    Reading { overlaps, doubtful }
}

/// Answers one line of the command `overlaps parse`: `{"id", "message"}` → `{"id", "overlaps"}` or `{"id", "error"}`.
pub fn answer_line(line: &str, context: &Context) -> Value {
    let input: Value = match serde_json::from_str(line) {
        Ok(input) => input,
        Err(error) => return json!({"id": null, "error": format!("the line is no JSON: {error}")}),
    };
    let id = input.get("id").cloned().unwrap_or(Value::Null);
    match input.get("message") {
        _ if id.is_null() => json!({"id": null, "error": "the line holds no id"}),
        Some(message @ Value::Object(_)) => json!({"id": id, "overlaps": parse(message, context)}),
        Some(_) => json!({"id": id, "error": "the message is no object"}),
        None => json!({"id": id, "error": "the line holds no message"}),
    }
}

/// People and apps are heard; joins, topics, deletions and our own posts are not.
fn is_heard(message: &Value, context: &Context) -> bool {
    const HEARD: [&str; 5] =
        ["bot_message", "file_share", "thread_broadcast", "me_message", "message_replied"];
    let said = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    let own = context.self_bot.as_deref().is_some_and(|own| {
        !own.is_empty() && ["/bot_id", "/bot_profile/id", "/user"].iter().any(|p| said(p) == Some(own))
    });
    !own && said("/subtype").is_none_or(|subtype| HEARD.contains(&subtype))
}

/// Blocks say it best; the text beside them fills what they leave open and is never counted twice.
fn with_fallback(mut rich: Records, plain: Records, same: bool) -> Records {
    if rich.sure.is_empty() {
        return if plain.sure.is_empty() && rich.doubtful.is_some() { rich } else { plain };
    }
    if same {
        return rich;
    }
    let shared = plain.sure.first().filter(|first| plain.sure.iter().all(|r| r.partners == first.partners));
    for record in &mut rich.sure {
        let twin = plain.sure.iter().find(|p| match (&p.account, &record.account) {
            (Some(a), Some(b)) => name::key(a) == name::key(b),
            _ => p.domain.is_some() && p.domain == record.domain,
        });
        if let Some(twin) = twin {
            record.fill(twin);
        } else if let Some(shared) = shared {
            record.offer_partners(&shared.partners);
        }
        if let Some(doubtful) = &plain.doubtful {
            record.offer_partners(&doubtful.partners);
        }
    }
    rich
}

/// One account under two partners is two overlaps.
fn mentions(record: &Record) -> Vec<OverlapMention> {
    let partners: Vec<Option<&String>> =
        if record.partners.is_empty() { vec![None] } else { record.partners.iter().map(Some).collect() };
    let theirs = |partner: Option<&String>| {
        let named = record.theirs.iter().find(|(p, _)| p.is_some() && p.as_ref() == partner);
        named.or(record.theirs.iter().find(|(p, _)| p.is_none())).map(|(_, population)| *population)
    };
    partners
        .into_iter()
        .map(|partner| OverlapMention {
            account: record.account.clone(),
            domain: record.domain.clone(),
            partner: partner.cloned(),
            our_population: record.ours,
            their_population: theirs(partner),
            owner: record.owner.clone(),
            amount: record.our_amount.or(record.their_amount),
            stage: record.stage.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
