//! Modals as a person fills them in: submit, what the app answers to that, close.

use serde_json::{Map, Value, json};

use super::delivery::Parcel;
use super::elements::{self, Placed};
use super::payload;
use super::person::{Done, Person, Refusal};
use super::state::State;
use super::validate;
use super::view::with_values;

impl Person {
    /// Fills in the modal on top and submits it. `values` maps an `action_id` or `block_id` to a plain value: text, an
    /// option's value or text, an id, a date, or a list of these. What is not named stays as it is.
    ///
    /// # Errors
    /// What the client or the app refuses, field by field (also in [`super::Sandbox::modal`] under `errors`).
    pub async fn submit(&self, values: Value) -> Done {
        let id = self.top_id()?;
        let shaped = self.inner.read(|s| {
            let modal = s.modal_mut(&id).ok_or_else(|| Refusal::new("no modal is open"))?;
            let mut shaped = json!({});
            for (key, plain) in values.as_object().into_iter().flatten() {
                let all = elements::all(&modal.view["blocks"]);
                let placed = all.iter().find(|p| p.action_id() == key || p.block_id() == key);
                let Some(placed) = placed else {
                    return Err(Refusal::new(format!("the modal has no field {key}")));
                };
                let entry = elements::filled(placed.element, plain).map_err(Refusal::new)?;
                shaped[placed.block_id()][placed.action_id()] = entry;
            }
            Ok(shaped)
        })?;
        self.submit_view(&id, &shaped).await
    }

    /// Submits a modal with `state.values` in Slack's shape.
    ///
    /// # Errors
    /// As [`Person::submit`].
    pub async fn submit_view(&self, view_id: &str, values: &Value) -> Done {
        let payload = self.tell(|s| {
            let Some(modal) = s.modal_mut(view_id) else { return Err(Refusal::new("that modal is closed")) };
            modal.values = elements::merged(modal.values.clone(), values);
            let errors = elements::client_errors(&modal.view["blocks"], &modal.values);
            let refusal = (!errors.is_empty()).then(|| Refusal::of_fields(errors.clone()));
            modal.errors = Value::Object(errors);
            if let Some(refusal) = refusal {
                return Err(refusal);
            }
            let view = with_values(&modal.view, &modal.values);
            let mut out = payload::interaction(s, "view_submission", &self.id);
            out["view"] = view;
            out["response_urls"] = json!([]);
            Ok(out)
        });
        let payload = payload.await?;
        match self.inner.hand(Parcel::Interaction(&payload), None).await {
            Ok(answer) => self.after_submit(view_id, &answer.unwrap_or_default()).await,
            Err(failure) => Err(self.failed("That form", &failure)),
        }
    }

    async fn after_submit(&self, view_id: &str, answer: &Value) -> Done {
        let now = self.inner.options.clock.now();
        let action = answer["response_action"].as_str();
        if let Some("update" | "push") = action
            && let Err(invalid) = validate::view(&answer["view"])
        {
            let text =
                format!("That form answered with a view that Slack refuses: {}", invalid.messages.join(" "));
            return Err(self.told(text));
        }
        self.tell(|s| {
            match action {
                Some("errors") => {
                    let errors = answer["errors"].as_object().cloned().unwrap_or_default();
                    return Err(self.refused_fields(s, view_id, errors));
                }
                Some("update") => {
                    s.replace_modal(now, view_id, &answer["view"]);
                }
                Some("push") => {
                    s.push_modal(now, &self.id, &answer["view"]);
                }
                Some("clear") => {
                    s.modals.remove(&self.id);
                }
                _ => {
                    if let Some(stack) = s.modals.get_mut(&self.id) {
                        stack.retain(|m| m.view["id"] != view_id);
                    }
                }
            }
            Ok(())
        })
        .await
    }

    /// Closes the modal on top.
    ///
    /// # Errors
    /// When none is open, or the app does not answer `view_closed`.
    pub async fn close_view(&self) -> Done {
        let id = self.top_id()?;
        self.close(&id).await
    }

    /// Closes a modal; the app hears of it when it asked to.
    ///
    /// # Errors
    /// As [`Person::close_view`].
    pub async fn close(&self, view_id: &str) -> Done {
        let payload = self.tell(|s| {
            let modal = s.modal_mut(view_id).cloned().ok_or_else(|| Refusal::new("that modal is closed"))?;
            let all = modal.view["clear_on_close"] == true;
            if let Some(stack) = s.modals.get_mut(&self.id) {
                stack.retain(|m| !all && m.view["id"] != view_id);
            }
            if modal.view["notify_on_close"] != true {
                return Ok(None);
            }
            let mut out = payload::interaction(s, "view_closed", &self.id);
            if let Some(map) = out.as_object_mut() {
                map.shift_remove("trigger_id");
            }
            out["view"] = with_values(&modal.view, &modal.values);
            out["is_cleared"] = json!(all);
            Ok(Some(out))
        });
        let Some(payload) = payload.await? else { return Ok(()) };
        let answer = self.inner.hand(Parcel::Interaction(&payload), None).await;
        answer.map(|_| ()).map_err(|failure| self.failed("The app", &failure))
    }

    /// Shows the app's errors on the modal. Slack shows none of them when one names a block that is no input.
    fn refused_fields(&self, s: &mut State, view_id: &str, errors: Map<String, Value>) -> Refusal {
        let Some(modal) = s.modal_mut(view_id) else { return Refusal::new("that modal is closed") };
        let inputs = elements::all(&modal.view["blocks"]);
        let known =
            |id: &String| inputs.iter().filter(|p| p.is_input()).map(Placed::block_id).any(|b| b == id);
        if let Some(unknown) = errors.keys().find(|id| !known(id)) {
            let text = format!("That form answered with an error for {unknown}, which is no input of it");
            s.notice(&self.id, text.clone());
            return Refusal::new(text);
        }
        modal.errors = Value::Object(errors.clone());
        Refusal::of_fields(errors)
    }
}
