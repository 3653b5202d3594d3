//! Interactive elements of blocks: where they are, and the shape of what a person enters into them.

use serde_json::{Map, Value, json};

/// For each stateful element type: the key of its value, and the key of its initial value
/// (Slack: "Block elements", "view.state.values").
const STATEFUL: &[(&str, &str, &str)] = &[
    ("plain_text_input", "value", "initial_value"),
    ("email_text_input", "value", "initial_value"),
    ("url_text_input", "value", "initial_value"),
    ("number_input", "value", "initial_value"),
    ("rich_text_input", "rich_text_value", "initial_value"),
    ("static_select", "selected_option", "initial_option"),
    ("external_select", "selected_option", "initial_option"),
    ("radio_buttons", "selected_option", "initial_option"),
    ("checkboxes", "selected_options", "initial_options"),
    ("multi_static_select", "selected_options", "initial_options"),
    ("multi_external_select", "selected_options", "initial_options"),
    ("users_select", "selected_user", "initial_user"),
    ("multi_users_select", "selected_users", "initial_users"),
    ("conversations_select", "selected_conversation", "initial_conversation"),
    ("multi_conversations_select", "selected_conversations", "initial_conversations"),
    ("channels_select", "selected_channel", "initial_channel"),
    ("multi_channels_select", "selected_channels", "initial_channels"),
    ("datepicker", "selected_date", "initial_date"),
    ("timepicker", "selected_time", "initial_time"),
    ("datetimepicker", "selected_date_time", "initial_date_time"),
    ("file_input", "files", "files"),
];

/// An element with the block that holds it.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The block around it.
    pub block: &'a Value,
    /// The element itself.
    pub element: &'a Value,
}

impl Placed<'_> {
    /// Its block's id.
    pub fn block_id(&self) -> &str {
        self.block["block_id"].as_str().unwrap_or_default()
    }

    /// Its action id.
    pub fn action_id(&self) -> &str {
        self.element["action_id"].as_str().unwrap_or_default()
    }

    /// Its type.
    pub fn kind(&self) -> &str {
        self.element["type"].as_str().unwrap_or_default()
    }

    /// True when its block is an input that must be filled.
    pub fn required(&self) -> bool {
        self.block["type"] == "input" && self.block["optional"] != true
    }

    /// True when it stands in an input block.
    pub fn is_input(&self) -> bool {
        self.block["type"] == "input"
    }
}

/// Every interactive element of `blocks`, in reading order, with those inside containers and cards.
pub fn all(blocks: &Value) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    for block in blocks.as_array().into_iter().flatten() {
        let singles = ["element", "accessory"].iter().filter_map(|k| block.get(*k));
        let lists = ["elements", "actions"].iter().filter_map(|k| block.get(*k)?.as_array()).flatten();
        for element in singles.chain(lists) {
            if element.get("action_id").is_some() {
                found.push(Placed { block, element });
            }
        }
        for key in ["child_blocks", "blocks"] {
            if let Some(inner) = block.get(key) {
                found.extend(all(inner));
            }
        }
    }
    found
}

/// The elements of a message: its blocks and those of its attachments.
pub fn of_message(message: &Value) -> Vec<Placed<'_>> {
    let mut found = all(&message["blocks"]);
    for attachment in message["attachments"].as_array().into_iter().flatten() {
        found.extend(all(&attachment["blocks"]));
    }
    found
}

fn keys(kind: &str) -> Option<(&'static str, &'static str)> {
    STATEFUL.iter().find(|(k, ..)| *k == kind).map(|(_, value, initial)| (*value, *initial))
}

/// `state.values` of a surface that nobody has touched: each stateful element with its initial value or null.
pub fn initial_state(placed: &[Placed<'_>]) -> Value {
    let mut values = Map::new();
    for p in placed {
        let Some((key, initial)) = keys(p.kind()) else { continue };
        let value = p.element.get(initial).cloned().unwrap_or_else(|| match key {
            "selected_options" | "selected_users" | "selected_channels" | "selected_conversations" => {
                json!([])
            }
            _ => Value::Null,
        });
        put(&mut values, p, json!({"type": p.kind(), key: value}));
    }
    Value::Object(values)
}

fn put(values: &mut Map<String, Value>, p: &Placed<'_>, entry: Value) {
    let block = values.entry(p.block_id().to_owned()).or_insert_with(|| json!({}));
    if let Some(block) = block.as_object_mut() {
        block.insert(p.action_id().to_owned(), entry);
    }
}

/// Lays the entries of `over` above those of `under`, block by block.
pub fn merged(mut under: Value, over: &Value) -> Value {
    for (block, entries) in over.as_object().into_iter().flatten() {
        for (action, entry) in entries.as_object().into_iter().flatten() {
            under[block.as_str()][action.as_str()] = entry.clone();
        }
    }
    under
}

/// The state entry or action for a plain value: text, an option's value, an id, a date, or a list of these.
/// Options are looked up in the element, so that their text and value come as Slack sends them;
/// an unknown option of a static element is an error, as nobody could click it.
pub fn filled(element: &Value, plain: &Value) -> Result<Value, String> {
    let kind = element["type"].as_str().unwrap_or_default();
    let Some((key, _)) = keys(kind) else { return Err(format!("nothing can be entered into a {kind}")) };
    if plain.is_object() && plain.get(key).is_some() {
        return Ok(plain.clone());
    }
    let value = match key {
        _ if plain.is_null() => Value::Null,
        "selected_option" => option(element, plain)?,
        "selected_options" => {
            let chosen = listed(plain);
            Value::Array(chosen.iter().map(|v| option(element, v)).collect::<Result<_, _>>()?)
        }
        "selected_users" | "selected_channels" | "selected_conversations" => Value::Array(listed(plain)),
        "value" if plain.is_number() => Value::String(plain.to_string()),
        _ => plain.clone(),
    };
    Ok(json!({"type": kind, key: value}))
}

fn listed(plain: &Value) -> Vec<Value> {
    plain.as_array().cloned().unwrap_or_else(|| vec![plain.clone()])
}

/// The option of `element` with this value or this text.
pub fn option(element: &Value, wanted: &Value) -> Result<Value, String> {
    if wanted.is_object() {
        return Ok(wanted.clone());
    }
    let flat = element["options"].as_array().into_iter().flatten();
    let groups = element["option_groups"].as_array().into_iter().flatten();
    let grouped = groups.filter_map(|g| g["options"].as_array()).flatten();
    let mut options = flat.chain(grouped);
    if let Some(found) = options.find(|o| o["value"] == *wanted || o["text"]["text"] == *wanted) {
        return Ok(found.clone());
    }
    if element["type"].as_str().is_some_and(|t| t.ends_with("external_select")) {
        return Ok(json!({"text": {"type": "plain_text", "text": wanted}, "value": wanted}));
    }
    Err(format!("there is no option {wanted} in {}", element["action_id"]))
}

/// True when nothing was entered.
pub fn is_empty(entry: &Value) -> bool {
    let Some((key, _)) = keys(entry["type"].as_str().unwrap_or_default()) else { return true };
    match &entry[key] {
        Value::Null => true,
        Value::String(s) => s.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// What Slack's own client refuses before the app is asked: `{block_id: reason}`.
pub fn client_errors(blocks: &Value, values: &Value) -> Map<String, Value> {
    let mut errors = Map::new();
    for p in all(blocks).into_iter().filter(Placed::is_input) {
        let entry = &values[p.block_id()][p.action_id()];
        if is_empty(entry) {
            if p.required() {
                errors.insert(p.block_id().into(), json!("Please complete this required field."));
            }
            continue;
        }
        if let Some(text) = entry["value"].as_str() {
            let length = text.chars().count() as u64;
            if p.element["max_length"].as_u64().is_some_and(|max| length > max) {
                errors.insert(p.block_id().into(), json!("This entry is too long."));
            }
            if p.element["min_length"].as_u64().is_some_and(|min| length < min) {
                errors.insert(p.block_id().into(), json!("This entry is too short."));
            }
        }
    }
    errors
}
