//! What a person does with what the app shows: click, choose, fill in, submit, close, call a shortcut.

use serde_json::{Map, Value, json};

use super::delivery::Parcel;
use super::elements::{self, Placed};
use super::payload;
use super::person::{Done, Person, Refusal};
use super::state::State;
use super::view::with_values;

/// Where an element stands.
#[derive(Clone, Debug)]
pub enum Surface {
    /// In a message.
    Message {
        /// Channel id.
        channel: String,
        /// The message.
        ts: String,
    },
    /// In a modal or a Home tab.
    View {
        /// `V…`
        id: String,
    },
}

impl Person {
    /// Presses the button `action_id` of a message.
    ///
    /// # Errors
    /// When this person sees no such element, or the app does not answer.
    pub async fn click(&self, channel: &str, ts: &str, action_id: &str) -> Done {
        self.choose(channel, ts, action_id, Value::Null).await
    }

    /// Chooses in an overflow menu, select or picker of a message: an option's value or text, a date, a user id.
    ///
    /// # Errors
    /// As [`Person::click`]; also when there is no such option.
    pub async fn choose(&self, channel: &str, ts: &str, action_id: &str, value: impl Into<Value>) -> Done {
        let surface = Surface::Message { channel: channel.to_owned(), ts: ts.to_owned() };
        self.operate(surface, action_id, value.into()).await
    }

    /// Chooses in an element on top of this person's modals that dispatches an action.
    ///
    /// # Errors
    /// As [`Person::choose`].
    pub async fn choose_in_view(&self, action_id: &str, value: impl Into<Value>) -> Done {
        let id = self.top_id()?;
        self.operate(Surface::View { id }, action_id, value.into()).await
    }

    /// Presses the button `action_id` on this person's Home tab.
    ///
    /// # Errors
    /// As [`Person::click`].
    pub async fn click_in_home(&self, action_id: &str) -> Done {
        self.choose_in_home(action_id, Value::Null).await
    }

    /// Chooses on this person's Home tab.
    ///
    /// # Errors
    /// As [`Person::choose`].
    pub async fn choose_in_home(&self, action_id: &str, value: impl Into<Value>) -> Done {
        let id = self.inner.read(|s| s.homes.get(&self.id).and_then(|v| v["id"].as_str().map(str::to_owned)));
        let Some(id) = id else { return Err(Refusal::new("there is nothing on the Home tab")) };
        self.operate(Surface::View { id }, action_id, value.into()).await
    }

    async fn operate(&self, surface: Surface, action_id: &str, value: Value) -> Done {
        let action = self.inner.read(|s| {
            let shown = self.shown(s, &surface)?;
            let placed = find(&shown, action_id, None)?;
            let mut action = if value.is_null() || placed.kind() == "button" {
                json!({"type": placed.kind()})
            } else if placed.kind() == "overflow" {
                let option = elements::option(placed.element, &value).map_err(Refusal::new)?;
                json!({"type": "overflow", "selected_option": option})
            } else {
                elements::filled(placed.element, &value).map_err(Refusal::new)?
            };
            action["action_id"] = json!(action_id);
            action["block_id"] = json!(placed.block_id());
            Ok(action)
        })?;
        self.block_action(&surface, action, &Value::Null).await
    }

    /// Sends a `block_actions` interaction. `action` is Slack's action object, at least `action_id`, `type` and what was
    /// chosen; `values` is the surface's `state.values` as the client has it, null for what is known.
    ///
    /// # Errors
    /// As [`Person::click`].
    pub async fn block_action(&self, surface: &Surface, action: Value, values: &Value) -> Done {
        let now = self.inner.options.clock.now();
        let payload = self.tell(|s| {
            let wanted = action["action_id"].as_str().unwrap_or_default();
            let shown = self.last_with(s, surface, wanted, action["block_id"].as_str())?;
            let placed = find(&shown, wanted, action["block_id"].as_str())?;
            let action = completed(s.ts(now), &placed, &action);
            let entered = entered(&placed, &action);
            let mut out = payload::interaction(s, "block_actions", &self.id);
            match surface {
                Surface::Message { channel, ts } => {
                    let initial = elements::initial_state(&elements::of_message(&shown));
                    let ephemeral = s.post(channel, ts).is_some_and(|p| p.only_for.is_some());
                    let state = elements::merged(elements::merged(initial, values), &entered);
                    out["container"] = json!({"type": "message", "message_ts": ts, "channel_id": channel,
                        "is_ephemeral": ephemeral});
                    payload::about_message(s, &mut out, now, &self.inner.base, (channel, ts));
                    if ephemeral && let Some(map) = out.as_object_mut() {
                        map.shift_remove("message");
                    }
                    out["state"] = json!({"values": state});
                }
                Surface::View { id } => {
                    let known = match s.modal_mut(id) {
                        Some(modal) => modal.values.clone(),
                        None => elements::initial_state(&elements::all(&shown["blocks"])),
                    };
                    let state = elements::merged(elements::merged(known, values), &entered);
                    if let Some(modal) = s.modal_mut(id) {
                        modal.values = state.clone();
                    }
                    out["container"] = json!({"type": "view", "view_id": id});
                    out["view"] = with_values(&shown, &state);
                }
            }
            out["actions"] = json!([action]);
            Ok(out)
        });
        let payload = payload.await?;
        let answer = self.inner.hand(Parcel::Interaction(&payload), None).await;
        answer.map(|_| ()).map_err(|failure| self.failed("That button", &failure))
    }

    /// Calls a shortcut on a message.
    ///
    /// # Errors
    /// When the person is of another team, sees no such message, or the app does not answer.
    pub async fn shortcut(&self, callback_id: &str, channel: &str, ts: &str) -> Done {
        let now = self.inner.options.clock.now();
        let payload = self.tell(|s| {
            self.at_home(s)?;
            let surface = Surface::Message { channel: channel.to_owned(), ts: ts.to_owned() };
            self.shown(s, &surface)?;
            let mut out = payload::interaction(s, "message_action", &self.id);
            out["callback_id"] = json!(callback_id);
            out["action_ts"] = json!(s.ts(now));
            out["message_ts"] = json!(ts);
            payload::about_message(s, &mut out, now, &self.inner.base, (channel, ts));
            Ok(out)
        });
        self.call_shortcut(&payload.await?).await
    }

    /// Calls a shortcut from anywhere.
    ///
    /// # Errors
    /// As [`Person::shortcut`].
    pub async fn global_shortcut(&self, callback_id: &str) -> Done {
        let now = self.inner.options.clock.now();
        let payload = self.tell(|s| {
            self.at_home(s)?;
            let mut out = payload::interaction(s, "shortcut", &self.id);
            out["callback_id"] = json!(callback_id);
            out["action_ts"] = json!(s.ts(now));
            Ok(out)
        });
        self.call_shortcut(&payload.await?).await
    }

    async fn call_shortcut(&self, payload: &Value) -> Done {
        let answer = self.inner.hand(Parcel::Interaction(payload), None).await;
        answer.map(|_| ()).map_err(|failure| self.failed("That shortcut", &failure))
    }

    /// The options of an external select for what was typed.
    ///
    /// # Errors
    /// When there is no such element, or the app does not answer.
    pub async fn options(&self, surface: &Surface, action_id: &str, query: &str) -> Done<Vec<Value>> {
        let payload = self.tell(|s| {
            let shown = self.shown(s, surface)?;
            let placed = find(&shown, action_id, None)?;
            let (block_id, mut out) =
                (placed.block_id().to_owned(), payload::interaction(s, "block_suggestion", &self.id));
            out["action_id"] = json!(action_id);
            out["block_id"] = json!(block_id);
            out["value"] = json!(query);
            match surface {
                Surface::Message { channel, ts } => {
                    out["container"] = json!({"type": "message", "message_ts": ts, "channel_id": channel});
                    out["channel"] = payload::channel(s, channel);
                    out["message"] = super::state::bare(shown);
                }
                Surface::View { id } => {
                    out["container"] = json!({"type": "view", "view_id": id});
                    let values = s.modal_mut(id).map_or_else(|| json!({}), |m| m.values.clone());
                    out["view"] = with_values(&shown, &values);
                }
            }
            Ok(out)
        });
        let payload = payload.await?;
        let answer = self.inner.hand(Parcel::Interaction(&payload), None).await;
        let answer = answer.map_err(|failure| self.failed("The list", &failure))?.unwrap_or_default();
        let flat = answer["options"].as_array().cloned().unwrap_or_default();
        let groups = answer["option_groups"].as_array().into_iter().flatten();
        let grouped = groups.filter_map(|g| g["options"].as_array()).flatten().cloned();
        Ok(flat.into_iter().chain(grouped).collect())
    }

    pub(super) fn top_id(&self) -> Done<String> {
        let id = self.inner.read(|s| {
            let top = s.modals.get(&self.id)?.last()?;
            top.view["id"].as_str().map(str::to_owned)
        });
        id.ok_or_else(|| Refusal::new("no modal is open"))
    }

    /// What this person sees there, or saw before it was edited: Slack takes the click of a window that is behind.
    fn last_with(
        &self,
        s: &State,
        surface: &Surface,
        action_id: &str,
        block_id: Option<&str>,
    ) -> Done<Value> {
        let shown = self.shown(s, surface)?;
        let Surface::Message { channel, ts } = surface else { return Ok(shown) };
        if find(&shown, action_id, block_id).is_ok() {
            return Ok(shown);
        }
        let mut earlier = s.post(channel, ts).into_iter().flat_map(|p| p.earlier.iter().rev());
        Ok(earlier.find(|v| find(v, action_id, block_id).is_ok()).cloned().unwrap_or(shown))
    }

    /// What this person sees there: the message, or the view.
    fn shown(&self, s: &State, surface: &Surface) -> Done<Value> {
        match surface {
            Surface::Message { channel, ts } => {
                self.member(s, channel)?;
                let post = s.post(channel, ts).filter(|p| p.visible_to(&self.id));
                post.map(|p| p.value.clone()).ok_or_else(|| Refusal::new("there is no such message"))
            }
            Surface::View { id } => {
                let modal = s.modals.get(&self.id).into_iter().flatten().map(|m| &m.view);
                let mut views = modal.chain(s.homes.get(&self.id));
                views
                    .find(|v| v["id"] == id.as_str())
                    .cloned()
                    .ok_or_else(|| Refusal::new("that view is closed"))
            }
        }
    }
}

/// The element with this action id among those of a message or view.
fn find<'v>(shown: &'v Value, action_id: &str, block_id: Option<&str>) -> Done<Placed<'v>> {
    let mut all = elements::of_message(shown).into_iter();
    let fits = |p: &Placed<'_>| p.action_id() == action_id && block_id.is_none_or(|b| b == p.block_id());
    all.find(fits).ok_or_else(|| Refusal::new(format!("there is no element {action_id} there")))
}

/// Adds to an action what Slack repeats from the element.
fn completed(action_ts: String, placed: &Placed<'_>, action: &Value) -> Value {
    let mut full =
        json!({"action_id": placed.action_id(), "block_id": placed.block_id(), "type": placed.kind()});
    let repeated: &[&str] =
        if placed.kind() == "button" { &["text", "value", "style", "url"] } else { &["placeholder"] };
    for key in repeated {
        if let Some(value) = placed.element.get(*key) {
            full[*key] = value.clone();
        }
    }
    for (key, value) in action.as_object().into_iter().flatten() {
        if full.get(key).is_none() {
            full[key.as_str()] = value.clone();
        }
    }
    full["action_ts"] = json!(action_ts);
    full
}

/// The state entry that an action leaves behind; nothing for buttons and overflow menus.
fn entered(placed: &Placed<'_>, action: &Value) -> Value {
    if elements::initial_state(&[*placed]).as_object().is_none_or(Map::is_empty) {
        return json!({});
    }
    let kept = |key: &str| {
        key == "type"
            || key == "value"
            || key == "files"
            || key.starts_with("selected_")
            || key == "rich_text_value"
    };
    let entry: Map<String, Value> = action
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| kept(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if entry.len() < 2 {
        return json!({});
    }
    let mut values = json!({});
    values[placed.block_id()][placed.action_id()] = Value::Object(entry);
    values
}
