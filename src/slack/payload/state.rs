//! What a user entered: the values of a view's or message's inputs by block and action id.

use jiff::civil::{Date, Time};
use serde_json::{Map, Value};

/// Stands between a field's block id and the turn of its form.
const TURN: char = '~';

/// The block id of a field in a form that took the place of another, and that one of another: so many. Slack keeps what was
/// entered in a field while the form around it changes, and goes by the block id.
pub fn block_id_at(turn: u32, field: &str) -> String {
    if turn == 0 { field.to_owned() } else { format!("{field}{TURN}{turn}") }
}

/// The field and the turn of a block id.
pub(super) fn field_of(block_id: &str) -> (&str, u32) {
    let split = block_id.rsplit_once(TURN);
    split.and_then(|(field, turn)| Some((field, turn.parse().ok()?))).unwrap_or((block_id, 0))
}

/// The inputs' values, as under `view.state.values`. The ids of the blocks are those of the fields, whatever the turn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State(Map<String, Value>);

impl State {
    /// Takes `…/state/values`.
    pub fn new(values: Option<&Value>) -> Self {
        let all = values.and_then(Value::as_object).into_iter().flatten();
        Self(all.map(|(block, value)| (field_of(block).0.to_owned(), value.clone())).collect())
    }

    /// The raw value of one input.
    pub fn get(&self, block: &str, action: &str) -> Option<&Value> {
        self.0.get(block).and_then(|b| b.get(action)).filter(|v| !v.is_null())
    }

    /// The first action of a block that has only one, whatever its id.
    pub fn only(&self, block: &str) -> Option<(&str, &Value)> {
        let actions = self.0.get(block)?.as_object()?;
        actions.iter().next().map(|(id, value)| (id.as_str(), value))
    }

    /// The ids of the blocks that have inputs.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn text_at(&self, block: &str, action: &str, path: &str) -> Option<&str> {
        self.get(block, action)?.pointer(path)?.as_str().filter(|s| !s.is_empty())
    }

    fn all_at<'a>(&'a self, block: &str, action: &str, name: &str, path: &str) -> Vec<&'a str> {
        let list = self.get(block, action).and_then(|v| v.get(name)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|v| v.pointer(path)?.as_str()).collect()
    }

    /// A text, number, e-mail or URL input, without blanks around it; `None` if left empty.
    pub fn get_text(&self, block: &str, action: &str) -> Option<&str> {
        self.text_at(block, action, "/value").map(str::trim).filter(|s| !s.is_empty())
    }

    /// The value chosen in a static or external select, radio buttons or overflow.
    pub fn option(&self, block: &str, action: &str) -> Option<&str> {
        self.text_at(block, action, "/selected_option/value")
    }

    /// The values ticked in checkboxes or a multi-select.
    pub fn options(&self, block: &str, action: &str) -> Vec<&str> {
        self.all_at(block, action, "selected_options", "/value")
    }

    /// A date picker.
    pub fn date(&self, block: &str, action: &str) -> Option<Date> {
        self.text_at(block, action, "/selected_date")?.parse().ok()
    }

    /// A time picker, `HH:mm`.
    pub fn time(&self, block: &str, action: &str) -> Option<Time> {
        self.text_at(block, action, "/selected_time")?.parse().ok()
    }

    /// A user select.
    pub fn user(&self, block: &str, action: &str) -> Option<&str> {
        self.text_at(block, action, "/selected_user")
    }

    /// A multi-user select.
    pub fn users(&self, block: &str, action: &str) -> Vec<&str> {
        self.all_at(block, action, "selected_users", "")
    }

    /// Everybody who is chosen in any field.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        let actions = self.0.values().filter_map(Value::as_object).flat_map(Map::values);
        actions.flat_map(|v| {
            let one = v.get("selected_user").and_then(Value::as_str);
            let several = v.get("selected_users").and_then(Value::as_array);
            one.into_iter().chain(several.into_iter().flatten().filter_map(Value::as_str))
        })
    }

    /// A channel or conversation select.
    pub fn channel(&self, block: &str, action: &str) -> Option<&str> {
        self.text_at(block, action, "/selected_conversation")
            .or_else(|| self.text_at(block, action, "/selected_channel"))
    }
}
