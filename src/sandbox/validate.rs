//! Slack's limits on messages and views, enforced as Slack does: the crate `slackblocks`,
//! and by hand what it lets through (duplicate ids, totals, a modal with inputs but no submit).

use std::collections::HashSet;

use serde_json::{Value, json};
use slackblocks::{HomeTabView, MessagePayload, ModalView, ValidationError};

use super::{elements, properties};

/// Text of one message, in characters; Slack fails somewhere above.
const TEXT_TOTAL: usize = 12_000;
/// Serialised size of a view, in bytes (Slack: `view_too_large`).
const VIEW_BYTES: usize = 250_000;

/// A refusal in Slack's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The error code.
    pub error: &'static str,
    /// Lines for `response_metadata.messages`.
    pub messages: Vec<String>,
}

impl Invalid {
    fn new(error: &'static str, message: String) -> Self {
        Self { error, messages: vec![message] }
    }

    fn code(error: &'static str) -> Self {
        Self { error, messages: Vec::new() }
    }
}

/// What `chat.postMessage` and its kin carry.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// Plain text.
    pub text: &'a str,
    /// Array of blocks, or null.
    pub blocks: &'a Value,
    /// Array of attachments, or null.
    pub attachments: &'a Value,
    /// Message metadata, or null.
    pub metadata: &'a Value,
}

/// Checks a message.
///
/// # Errors
/// `no_text`, `msg_too_long`, `too_many_attachments`, `invalid_attachments`, `invalid_blocks`,
/// `metadata_must_be_sent_from_app`, `invalid_metadata_format`, `metadata_too_large`.
pub fn message(content: &Content<'_>) -> Result<(), Invalid> {
    let blocks = list(content.blocks, "invalid_blocks_format")?;
    let attachments = list(content.attachments, "invalid_attachments")?;
    if content.text.is_empty() && blocks.is_empty() && attachments.is_empty() {
        return Err(Invalid::code("no_text"));
    }
    if content.text.chars().count() > TEXT_TOTAL {
        return Err(Invalid::code("msg_too_long"));
    }
    if attachments.len() > 100 {
        return Err(Invalid::code("too_many_attachments"));
    }
    metadata(content.metadata)?;
    let mut ids = Ids::default();
    blocks_of(content.blocks, "/blocks", 50, &mut ids)?;
    let mut total = text_total(content.blocks);
    for (i, attachment) in attachments.iter().enumerate() {
        if !attachment.is_object() {
            return Err(Invalid::new(
                "invalid_attachments",
                format!("must be an object [json-pointer:/attachments/{i}]"),
            ));
        }
        if let Some(inner) = attachment.get("blocks") {
            list(inner, "invalid_blocks_format")?;
            blocks_of(inner, &format!("/attachments/{i}/blocks"), 50, &mut ids)?;
            total += text_total(inner);
        }
    }
    if total > TEXT_TOTAL {
        return Err(Invalid::code("msg_blocks_too_long"));
    }
    let payload = json!({"channel": "C0", "text": "-", "blocks": content.blocks});
    if !blocks.is_empty() {
        MessagePayload::try_from(payload).map_err(|e| from_crate("invalid_blocks", &e))?;
    }
    for (i, attachment) in attachments.iter().enumerate() {
        let inner = &attachment["blocks"];
        if inner.as_array().is_some_and(|b| !b.is_empty()) {
            MessagePayload::try_from(json!({"channel": "C0", "text": "-", "blocks": inner})).map_err(
                |e| {
                    let mut refusal = from_crate("invalid_blocks", &e);
                    refusal.messages[0].push_str(&format!(" in attachment {i}"));
                    refusal
                },
            )?;
        }
    }
    Ok(())
}

/// Checks a modal or Home view.
///
/// # Errors
/// `invalid_arguments` with messages, `view_too_large`.
pub fn view(view: &Value) -> Result<(), Invalid> {
    const ERROR: &str = "invalid_arguments";
    let refuse =
        |at: &str, what: &str| Err(Invalid::new(ERROR, format!("[ERROR] {what} [json-pointer:/view{at}]")));
    if !view.is_object() {
        return refuse("", "must be an object");
    }
    if view.to_string().len() > VIEW_BYTES {
        return Err(Invalid::code("view_too_large"));
    }
    let Some(blocks) = view["blocks"].as_array() else {
        return refuse("/blocks", "missing required field: blocks");
    };
    for (key, limit) in [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)] {
        if view[key].as_str().is_some_and(|s| s.chars().count() > limit) {
            return refuse(&format!("/{key}"), &format!("must be less than {} characters", limit + 1));
        }
    }
    blocks_of(&view["blocks"], "/view/blocks", 100, &mut Ids::default())
        .map_err(|e| Invalid { error: ERROR, ..e })?;
    match view["type"].as_str() {
        Some("modal") => {
            for key in ["title", "submit", "close"] {
                if view[key]["text"].as_str().is_some_and(|s| s.chars().count() > 24) {
                    return refuse(&format!("/{key}/text"), "must be less than 25 characters");
                }
            }
            if view["submit"].is_null() && blocks.iter().any(|b| b["type"] == "input") {
                return refuse("/submit", "missing required field: submit, as the view has input blocks");
            }
            // Empty modals are sent nowhere, but Slack takes them.
            ModalView::try_from(view.clone()).map_err(|e| from_crate(ERROR, &e))?;
        }
        Some("home") => {
            HomeTabView::try_from(view.clone()).map_err(|e| from_crate(ERROR, &e))?;
        }
        other => return refuse("/type", &format!("unsupported type: {}", other.unwrap_or("none"))),
    }
    Ok(())
}

fn from_crate(error: &'static str, e: &ValidationError) -> Invalid {
    Invalid::new(error, format!("[ERROR] {} [{} at {}]", e.message(), e.category(), e.path()))
}

fn list<'a>(value: &'a Value, error: &'static str) -> Result<&'a [Value], Invalid> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(list) => Ok(list),
        _ => Err(Invalid::code(error)),
    }
}

fn metadata(metadata: &Value) -> Result<(), Invalid> {
    if metadata.is_null() {
        return Ok(());
    }
    let Some(kind) = metadata["event_type"].as_str() else {
        return Err(Invalid::code("invalid_metadata_format"));
    };
    let flat = |v: &Value| !v.is_null() && !v.is_object();
    match metadata["event_payload"].as_object() {
        Some(payload) if !kind.is_empty() && payload.values().all(flat) => {}
        _ => return Err(Invalid::code("invalid_metadata_schema")),
    }
    if metadata.to_string().len() > 8 * 1024 {
        return Err(Invalid::code("metadata_too_large"));
    }
    Ok(())
}

#[derive(Default)]
struct Ids {
    blocks: HashSet<String>,
}

/// Limits block by block; `at` is the JSON pointer of the list.
fn blocks_of(blocks: &Value, at: &str, max: usize, ids: &mut Ids) -> Result<(), Invalid> {
    let list = list(blocks, "invalid_blocks_format")?;
    let refuse = |at: String, what: String| {
        Invalid::new("invalid_blocks", format!("[ERROR] {what} [json-pointer:{at}]"))
    };
    if list.len() > max {
        return Err(refuse(at.into(), format!("no more than {max} items allowed")));
    }
    if list.iter().filter(|b| b["type"] == "table").count() > 1 {
        return Err(Invalid {
            error: "invalid_attachments",
            messages: vec!["only_one_table_allowed".into()],
        });
    }
    for (i, block) in list.iter().enumerate() {
        let here = format!("{at}/{i}");
        if !block.is_object() {
            return Err(refuse(here, "must be an object".into()));
        }
        match block["block_id"].as_str() {
            Some(id) if id.chars().count() > 255 => {
                return Err(refuse(format!("{here}/block_id"), "must be less than 256 characters".into()));
            }
            Some(id) if !ids.blocks.insert(id.to_owned()) => {
                return Err(refuse(format!("{here}/block_id"), format!("`{id}` is used by another block")));
            }
            _ => {}
        }
        if let Some(what) = properties::unknown_of_block(block) {
            return Err(refuse(here, what));
        }
        let mut actions = HashSet::new();
        let one = json!([block]);
        for placed in elements::all(&one) {
            if placed.block["block_id"] == block["block_id"] && !actions.insert(placed.action_id().to_owned())
            {
                return Err(refuse(here, format!("`action_id` {} already exists", placed.action_id())));
            }
            element(placed.element).map_err(|what| refuse(here.clone(), what))?;
        }
        text_limits(block).map_err(|(place, what)| refuse(format!("{here}{place}"), what))?;
    }
    Ok(())
}

fn element(element: &Value) -> Result<(), String> {
    let length = |v: &Value| v.as_str().map_or(0, |s| s.chars().count());
    for (value, limit, name) in [
        (&element["action_id"], 255, "action_id"),
        (&element["value"], 2000, "value"),
        (&element["placeholder"]["text"], 150, "placeholder"),
    ] {
        if length(value) > limit {
            return Err(format!("{name} must be less than {} characters", limit + 1));
        }
    }
    if let Some(what) = properties::unknown_of_element(element) {
        return Err(what);
    }
    if element["type"] == "button" && length(&element["text"]["text"]) > 75 {
        return Err("button text must be less than 76 characters".into());
    }
    Ok(())
}

fn text_limits(block: &Value) -> Result<(), (&'static str, String)> {
    let length = |v: &Value| v.as_str().map_or(0, |s| s.chars().count());
    let (limit, what) = match block["type"].as_str() {
        Some("section") => (3000, "section"),
        Some("header") => (150, "header"),
        _ => return Ok(()),
    };
    if length(&block["text"]["text"]) > limit {
        return Err(("/text/text", format!("{what} text must be less than {} characters", limit + 1)));
    }
    Ok(())
}

/// Characters under every `text` key.
fn text_total(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(text_total).sum(),
        Value::Object(map) => map
            .iter()
            .map(|(key, v)| match v {
                Value::String(s) if key == "text" => s.chars().count(),
                _ => text_total(v),
            })
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(text: &str) -> Value {
        json!({"type": "section", "text": {"type": "mrkdwn", "text": text}})
    }

    fn code(blocks: Value) -> Option<&'static str> {
        let content =
            Content { text: "t", blocks: &blocks, attachments: &Value::Null, metadata: &Value::Null };
        message(&content).err().map(|e| e.error)
    }

    fn button(action: &str, text: &str) -> Value {
        json!({"type": "button", "action_id": action, "text": {"type": "plain_text", "text": text}})
    }

    #[test]
    fn takes_what_slack_takes() {
        assert_eq!(code(json!([section("hello"), {"type": "divider"}])), None);
        assert_eq!(
            code(json!([{"type": "actions", "elements": [button("a", "A"), button("b", "B")]}])),
            None
        );
        let same_action_in_two_blocks = json!([{"type": "actions", "elements": [button("a", "A")]}, {"type": "actions", "elements": [button("a", "A")]}]);
        assert_eq!(code(same_action_in_two_blocks), None);
    }

    #[test]
    fn refuses_what_slack_refuses() {
        let twice = json!({"type": "divider", "block_id": "same"});
        for bad in [
            json!([section("")]),
            json!([section(&"x".repeat(3001))]),
            json!([{"type": "header", "text": {"type": "plain_text", "text": "x".repeat(151)}}]),
            json!([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
            json!([{"type": "no_such_block"}]),
            json!([{"type": "divider", "colour": "red"}]),
            json!([{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": true}}]),
            json!([{"type": "actions", "elements": [{"type": "button", "action_id": "a", "label": "x",
                "text": {"type": "plain_text", "text": "A"}}]}]),
            json!([twice, twice]),
            json!([{"type": "actions", "elements": [button("a", "A"), button("a", "B")]}]),
            json!([{"type": "actions", "elements": [button("a", &"x".repeat(76))]}]),
            json!([{"type": "actions", "elements": [button(&"x".repeat(256), "A")]}]),
            json!(vec![json!({"type": "divider"}); 51]),
        ] {
            assert_eq!(code(bad.clone()), Some("invalid_blocks"), "{bad}");
        }
        let wall: Vec<_> = (0..5).map(|_| section(&"x".repeat(2900))).collect();
        assert_eq!(code(json!(wall)), Some("msg_blocks_too_long"));
    }

    #[test]
    fn refuses_an_empty_message_and_odd_metadata() {
        let none = Value::Null;
        let empty = Content { text: "", blocks: &none, attachments: &none, metadata: &none };
        assert_eq!(message(&empty).map_err(|e| e.error), Err("no_text"));
        let odd = json!({"event_type": "x"});
        let odd = Content { text: "t", metadata: &odd, ..empty };
        assert_eq!(message(&odd).map_err(|e| e.error), Err("invalid_metadata_schema"));
    }

    #[test]
    fn a_modal_with_inputs_needs_a_submit() {
        let input = json!({"type": "input", "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "name"}});
        let title = json!({"type": "plain_text", "text": "New"});
        let mut modal = json!({"type": "modal", "title": title, "blocks": [input]});
        assert_eq!(view(&modal).map_err(|e| e.error), Err("invalid_arguments"));
        modal["submit"] = json!({"type": "plain_text", "text": "Save"});
        assert_eq!(view(&modal), Ok(()));
        modal["title"]["text"] = json!("A title that is much too long");
        assert_eq!(view(&modal).map_err(|e| e.error), Err("invalid_arguments"));
        modal["title"]["text"] = json!("New");
        modal["private_metadata"] = json!("x".repeat(3001));
        assert_eq!(view(&modal).map_err(|e| e.error), Err("invalid_arguments"));
    }
}
