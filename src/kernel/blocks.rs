//! Messages and views in Slack's Block Kit, as plain JSON.
//!
//! Source: Slack, "Reference: blocks" and "Block elements". The texts handed in are mrkdwn and escaped already
//! (templates do that; see [`super::text`]); plain-text fields are shown to the letter by Slack.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::text::{split, visible};

/// Slack cuts a message's text somewhere near 13,000 characters; we stay under.
pub const TEXT_LIMIT: usize = 12_000;
/// Slack's limit for the text of a section.
pub const SECTION_LIMIT: usize = 3000;
/// So many options a menu has at most.
const OPTIONS_LIMIT: usize = 100;
/// Slack's limit for the text of a header.
pub const HEADER_LIMIT: usize = 150;

/// One message: complete in its plain `text`, and richer in its blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// What a notification and a screen reader say.
    pub text: String,
    /// What is shown; empty when the text alone is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Value>,
}

impl Message {
    /// A message that is only text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), blocks: Vec::new() }
    }

    /// A message with blocks and the text that stands for them.
    pub fn new(text: impl Into<String>, blocks: Vec<Value>) -> Self {
        Self { text: text.into(), blocks }
    }
}

/// Cuts to `limit` characters, the last one an ellipsis when something was cut.
pub fn clip(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// A large plain heading.
pub fn header(text: &str) -> Value {
    json!({"type": "header", "text": plain(&clip(text, HEADER_LIMIT))})
}

/// A paragraph.
pub fn section(mrkdwn: &str) -> Value {
    json!({"type": "section", "text": mrkdwn_object(mrkdwn)})
}

/// As many paragraphs as the text needs, each of whole lines.
pub fn sections(mrkdwn: &str) -> Vec<Value> {
    split(mrkdwn, SECTION_LIMIT).iter().map(|part| section(part)).collect()
}

/// A paragraph with one control at its right.
pub fn section_with(mrkdwn: &str, accessory: Value) -> Value {
    json!({"type": "section", "text": mrkdwn_object(mrkdwn), "accessory": accessory})
}

/// Facts in two columns; at most ten.
pub fn fields(pairs: &[(&str, String)]) -> Value {
    let fields: Vec<Value> = pairs
        .iter()
        .take(10)
        .map(|(name, value)| json!({"type": "mrkdwn", "text": clip(&format!("*{name}*\n{value}"), 2000)}))
        .collect();
    json!({"type": "section", "fields": fields})
}

/// Small grey text for what is secondary.
pub fn context(mrkdwn: &str) -> Value {
    json!({"type": "context", "elements": [mrkdwn_object(mrkdwn)]})
}

/// A line between groups.
pub fn divider() -> Value {
    json!({"type": "divider"})
}

/// A row of controls.
pub fn actions(elements: Vec<Value>) -> Value {
    json!({"type": "actions", "elements": elements})
}

/// Gives a block its id.
pub fn with_id(mut block: Value, block_id: &str) -> Value {
    block["block_id"] = json!(block_id);
    block
}

/// A button; `value` comes back with the click.
pub fn button(label: &str, action_id: &str, value: &str) -> Value {
    json!({"type": "button", "text": plain(&clip(label, 75)), "action_id": action_id, "value": value})
}

/// Makes a button the message's one accent.
pub fn primary(mut button: Value) -> Value {
    button["style"] = json!("primary");
    button
}

/// Asks before the element acts. `confirm` is the verb on the button.
pub fn confirmed(mut element: Value, title: &str, text: &str, confirm: &str) -> Value {
    element["confirm"] = json!({
        "title": plain(&clip(title, 100)), "text": mrkdwn_object(&clip(text, 300)),
        "confirm": plain(&clip(confirm, 30)), "deny": plain("Back"),
    });
    element
}

/// The `⋯` menu: label and value of each choice, at most five.
pub fn overflow(action_id: &str, choices: &[(&str, String)]) -> Value {
    let options: Vec<Value> = choices.iter().take(5).map(|(label, value)| choice(label, value)).collect();
    json!({"type": "overflow", "action_id": action_id, "options": options})
}

/// One option of a select or a menu.
pub fn choice(label: &str, value: &str) -> Value {
    json!({"text": plain(&clip(label, 75)), "value": value})
}

/// A menu of choices; `initial` names the value that is chosen at first.
pub fn select(action_id: &str, placeholder: &str, options: &[Value], initial: Option<&str>) -> Value {
    let chosen: Vec<&Value> =
        initial.and_then(|value| options.iter().find(|o| o["value"] == value)).into_iter().collect();
    let mut element = json!({
        "type": "static_select", "action_id": action_id, "placeholder": plain(&clip(placeholder, 150)),
        "options": shown(options, &chosen),
    });
    if let Some(found) = chosen.first() {
        element["initial_option"] = json!(found);
    }
    element
}

/// The first options, as many as Slack takes. Those that are chosen are among them: what is not shown is lost on saving.
fn shown<'a>(options: &'a [Value], chosen: &[&Value]) -> Vec<&'a Value> {
    let is_chosen = |option: &Value| chosen.iter().any(|c| c["value"] == option["value"]);
    let mut free = OPTIONS_LIMIT.saturating_sub(chosen.len());
    let fits = |option: &&Value| {
        is_chosen(option) || {
            let fits = free > 0;
            free = free.saturating_sub(1);
            fits
        }
    };
    options.iter().filter(fits).take(OPTIONS_LIMIT).collect()
}

/// A menu of which several can be chosen; `initial` names those that are chosen at first, in their order.
pub fn multi_select(action_id: &str, placeholder: &str, options: &[Value], initial: &[String]) -> Value {
    let chosen: Vec<&Value> = initial
        .iter()
        .filter_map(|value| options.iter().find(|o| o["value"] == value.as_str()))
        .take(OPTIONS_LIMIT)
        .collect();
    let mut element = json!({
        "type": "multi_static_select", "action_id": action_id, "placeholder": plain(&clip(placeholder, 150)),
        "options": shown(options, &chosen),
    });
    if !chosen.is_empty() {
        element["initial_options"] = json!(chosen);
    }
    element
}

/// A person picker.
pub fn user_select(action_id: &str, placeholder: &str, initial: Option<&str>) -> Value {
    let mut element =
        json!({"type": "users_select", "action_id": action_id, "placeholder": plain(placeholder)});
    if let Some(user) = initial {
        element["initial_user"] = json!(user);
    }
    element
}

/// A picker of several people, at most `limit`.
pub fn users_select(action_id: &str, placeholder: &str, initial: &[&str], limit: usize) -> Value {
    let mut element = json!({
        "type": "multi_users_select", "action_id": action_id, "placeholder": plain(placeholder), "max_selected_items": limit,
    });
    if !initial.is_empty() {
        element["initial_users"] = json!(initial);
    }
    element
}

/// A time of day; `initial` as `09:00`.
pub fn time_picker(action_id: &str, initial: &str) -> Value {
    json!({"type": "timepicker", "action_id": action_id, "initial_time": initial})
}

/// Slack's own channel picker, public and private channels.
pub fn channel_select(action_id: &str, placeholder: &str, initial: Option<&str>) -> Value {
    let mut element = json!({
        "type": "conversations_select", "action_id": action_id, "placeholder": plain(placeholder),
        "filter": {"include": ["public", "private"], "exclude_bot_users": true},
    });
    if let Some(channel) = initial {
        element["initial_conversation"] = json!(channel);
    }
    element
}

/// A calendar; `initial` is the chosen day.
pub fn date_picker(action_id: &str, initial: Option<jiff::civil::Date>) -> Value {
    let mut element = json!({"type": "datepicker", "action_id": action_id});
    if let Some(date) = initial {
        element["initial_date"] = json!(date.to_string());
    }
    element
}

/// A line to type in, or several.
pub fn text_input(action_id: &str, placeholder: &str, initial: Option<&str>, multiline: bool) -> Value {
    let mut element = json!({"type": "plain_text_input", "action_id": action_id, "multiline": multiline});
    if !placeholder.is_empty() {
        element["placeholder"] = plain(&clip(placeholder, 150));
    }
    if let Some(text) = initial.filter(|t| !t.is_empty()) {
        element["initial_value"] = json!(clip(text, 3000));
    }
    element
}

/// A labelled field of a modal. The block's id is the element's action id, so that errors find it.
pub fn input(label: &str, element: Value, hint: Option<&str>, optional: bool) -> Value {
    let block_id = element["action_id"].clone();
    let mut block = json!({"type": "input", "block_id": block_id, "label": plain(label), "element": element, "optional": optional});
    if let Some(hint) = hint {
        block["hint"] = plain(hint);
    }
    block
}

/// A modal. `private_metadata` travels with it and comes back on submit.
pub fn modal(
    callback_id: &str,
    title: &str,
    submit: Option<&str>,
    private_metadata: &Value,
    blocks: Vec<Value>,
) -> Value {
    let mut view = json!({
        "type": "modal", "callback_id": callback_id, "title": plain(&clip(title, 24)), "close": plain("Cancel"),
        "private_metadata": private_metadata.to_string(), "blocks": blocks,
    });
    if let Some(submit) = submit {
        view["submit"] = plain(&clip(submit, 24));
    }
    view
}

/// A Home tab.
pub fn home(blocks: Vec<Value>) -> Value {
    json!({"type": "home", "callback_id": "home", "blocks": blocks.into_iter().take(100).collect::<Vec<_>>()})
}

/// A plain-text object.
pub fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": visible(text), "emoji": true})
}

fn mrkdwn_object(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": clip(text, SECTION_LIMIT)})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Vec<Value> {
        (0..150).map(|n| choice(&format!("Account {n}"), &format!("a{n}"))).collect()
    }

    fn values(options: &Value) -> Vec<&str> {
        options.as_array().into_iter().flatten().filter_map(|o| o["value"].as_str()).collect()
    }

    #[test]
    fn what_is_chosen_stays_in_its_order_and_among_the_options() {
        let chosen = ["a120", "a7", "a149", "a3"].map(str::to_owned);
        let menu = multi_select("accounts", "Choose accounts", &options(), &chosen);
        assert_eq!(values(&menu["initial_options"]), ["a120", "a7", "a149", "a3"]);
        let shown = values(&menu["options"]);
        assert_eq!(shown.len(), 100);
        assert_eq!((shown[0], &shown[97..]), ("a0", &["a97", "a120", "a149"][..]));
    }

    #[test]
    fn a_menu_of_one_shows_what_is_chosen() {
        let menu = select("account", "Choose one", &options(), Some("a120"));
        let shown = values(&menu["options"]);
        assert_eq!((shown.len(), shown[99], &menu["initial_option"]["value"]), (100, "a120", &json!("a120")));
        let none = select("account", "Choose one", &options(), Some("other"));
        assert_eq!((values(&none["options"]).len(), none["initial_option"].is_null()), (100, true));
    }
}
