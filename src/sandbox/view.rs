//! Views: modals on people's screens and Home tabs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::elements;
use super::state::{Modal, State};

/// The fields of a view that an app may set.
const SETTABLE: &[&str] = &[
    "type",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
];

impl State {
    /// Makes Slack's view object of what an app sent; `old` is the view that it replaces.
    pub fn new_view(&mut self, now: Timestamp, given: &Value, old: Option<&Value>) -> Value {
        let id = match old.and_then(|o| o["id"].as_str()) {
            Some(id) => id.to_owned(),
            None => self.id("V"),
        };
        let world = &self.world;
        let mut view = json!({
            "id": id, "team_id": world.home.id, "app_id": world.app.id, "app_installed_team_id": world.installed(),
            "bot_id": world.app.bot_id, "title": null, "submit": null, "close": null, "blocks": [],
            "private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false,
            "notify_on_close": false, "state": {"values": {}}, "previous_view_id": null, "root_view_id": id,
        });
        for key in SETTABLE {
            if let Some(value) = given.get(*key).filter(|v| !v.is_null()) {
                view[*key] = value.clone();
            }
        }
        for key in ["previous_view_id", "root_view_id"] {
            if let Some(old) = old {
                view[key] = old[key].clone();
            }
        }
        let secret = self.secret();
        view["hash"] = json!(format!("{}.{}", now.as_second(), &secret[..8]));
        self.name_blocks(&mut view);
        view
    }

    /// A modal that nobody has touched.
    pub fn fresh_modal(view: Value) -> Modal {
        let values = elements::initial_state(&elements::all(&view["blocks"]));
        Modal { view, values, errors: json!({}) }
    }

    /// The modal with this id, and whose it is.
    pub fn modal_mut(&mut self, view_id: &str) -> Option<&mut Modal> {
        self.modals.values_mut().flatten().find(|m| m.view["id"] == view_id)
    }

    /// Puts a view on top of `user`'s stack.
    pub fn push_modal(&mut self, now: Timestamp, user: &str, given: &Value) -> Value {
        let mut view = self.new_view(now, given, None);
        if let Some(below) = self.modals.get(user).and_then(|stack| stack.last()) {
            view["previous_view_id"] = below.view["id"].clone();
            view["root_view_id"] = below.view["root_view_id"].clone();
        }
        self.modals.entry(user.to_owned()).or_default().push(Self::fresh_modal(view.clone()));
        view
    }

    /// Replaces a view in place. What was entered stays where block and action ids are the same.
    pub fn replace_modal(&mut self, now: Timestamp, view_id: &str, given: &Value) -> Option<Value> {
        let old = self.modal_mut(view_id)?.clone();
        let view = self.new_view(now, given, Some(&old.view));
        let mut fresh = Self::fresh_modal(view.clone());
        for (block, entries) in old.values.as_object().into_iter().flatten() {
            for (action, entry) in entries.as_object().into_iter().flatten() {
                let slot = fresh.values.get_mut(block).and_then(|b| b.get_mut(action));
                if let Some(slot) = slot.filter(|s| s["type"] == entry["type"] && !elements::is_empty(entry))
                {
                    *slot = entry.clone();
                }
            }
        }
        *self.modal_mut(view_id)? = fresh;
        Some(view)
    }
}

/// A view with what was entered, as interactions carry it.
pub fn with_values(view: &Value, values: &Value) -> Value {
    let mut view = view.clone();
    view["state"] = json!({"values": values});
    view
}
