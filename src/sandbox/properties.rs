//! Properties that Slack does not know are refused by it; the block types that stood for years are held to that here.

use serde_json::Value;

const BLOCKS: &[(&str, &[&str])] = &[
    ("section", &["text", "fields", "accessory", "expand"]),
    ("divider", &[]),
    ("actions", &["elements"]),
    ("context", &["elements"]),
    ("header", &["text", "level"]),
    ("input", &["label", "element", "dispatch_action", "hint", "optional"]),
    (
        "image",
        &[
            "alt_text",
            "image_url",
            "slack_file",
            "title",
            "image_width",
            "image_height",
            "image_bytes",
            "fallback",
        ],
    ),
];

const CHOICE: &[&str] = &[
    "action_id",
    "placeholder",
    "options",
    "option_groups",
    "initial_option",
    "initial_options",
    "confirm",
    "focus_on_load",
    "max_selected_items",
    "min_query_length",
];

const ELEMENTS: &[(&str, &[&str])] = &[
    ("button", &["text", "action_id", "url", "value", "style", "confirm", "accessibility_label"]),
    ("overflow", &["action_id", "options", "confirm"]),
    ("static_select", CHOICE),
    ("multi_static_select", CHOICE),
    ("external_select", CHOICE),
    ("radio_buttons", CHOICE),
    ("checkboxes", CHOICE),
    ("datepicker", &["action_id", "placeholder", "initial_date", "confirm", "focus_on_load"]),
    ("timepicker", &["action_id", "placeholder", "initial_time", "confirm", "focus_on_load", "timezone"]),
    (
        "plain_text_input",
        &[
            "action_id",
            "placeholder",
            "initial_value",
            "multiline",
            "min_length",
            "max_length",
            "dispatch_action_config",
            "focus_on_load",
        ],
    ),
];

const TEXTS: &[(&str, &[&str])] = &[("plain_text", &["text", "emoji"]), ("mrkdwn", &["text", "verbatim"])];

/// The first property of a block that Slack does not know, in its own words.
pub fn unknown_of_block(block: &Value) -> Option<String> {
    stranger(block, BLOCKS).or_else(|| unknown_text(block))
}

/// The first property of an element that Slack does not know.
pub fn unknown_of_element(element: &Value) -> Option<String> {
    stranger(element, ELEMENTS)
}

fn stranger(value: &Value, table: &[(&str, &[&str])]) -> Option<String> {
    let kind = value["type"].as_str()?;
    let (_, known) = table.iter().find(|(k, _)| *k == kind)?;
    let name = value
        .as_object()?
        .keys()
        .find(|k| *k != "type" && *k != "block_id" && !known.contains(&k.as_str()))?;
    Some(format!("invalid additional property: {name}"))
}

/// Text objects anywhere below: a `type` and a `text` that is a string.
fn unknown_text(value: &Value) -> Option<String> {
    match value {
        Value::Array(list) => list.iter().find_map(unknown_text),
        Value::Object(map) => {
            let own = map.get("text").filter(|t| t.is_string()).and_then(|_| stranger(value, TEXTS));
            own.or_else(|| map.values().find_map(unknown_text))
        }
        _ => None,
    }
}
