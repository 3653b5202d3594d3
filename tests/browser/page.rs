//! What a person does on the sandbox's page, as verbs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::driver::{Driver, Size, Window};

/// Where on the page.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// The open channel, or Home.
    Main,
    Thread,
    Modal,
}

impl Place {
    fn name(self) -> Value {
        match self {
            Self::Main => json!("main"),
            Self::Thread => json!("thread"),
            Self::Modal => json!("modal"),
        }
    }
}

/// A control in a surface: an action of Block Kit.
#[derive(Clone, Copy, Debug)]
pub struct Control<'a> {
    place: Place,
    message: Option<&'a str>,
    row: Option<&'a str>,
    action_id: &'a str,
}

impl<'a> Control<'a> {
    /// The last one with this action in `place`.
    pub fn of(place: Place, action_id: &'a str) -> Self {
        Self { place, message: None, row: None, action_id }
    }

    /// In the newest message that contains `text`.
    pub fn in_message(self, text: &'a str) -> Self {
        Self { message: Some(text), ..self }
    }

    /// In or after the block that contains `text`, as in a row of the digest.
    pub fn beside(self, text: &'a str) -> Self {
        Self { row: Some(text), ..self }
    }

    fn args(self) -> [Value; 4] {
        [self.place.name(), json!(self.message), json!(self.row), json!(self.action_id)]
    }
}

/// The sandbox's page in one window.
pub struct Page {
    pub window: Window,
    base: String,
}

impl Page {
    /// Opens the page at `base`, such as `http://127.0.0.1:4000`.
    pub async fn open(driver: &Driver, base: &str, size: Size) -> Self {
        let page = Self { window: driver.window(size).await, base: base.trim_end_matches('/').to_owned() };
        page.window.open(&page.base).await;
        page.until("the workspace", "return document.querySelector('[data-test=acting]')", &[]).await;
        page
    }

    /// Goes on as this person, a user's id.
    pub async fn as_user(&self, user: &str) {
        self.click("the acting person", "return document.querySelector('[data-test=acting]')", &[]).await;
        self.click(
            user,
            "return document.querySelector(`#layer ${by('user', arguments[0])}`)",
            &[json!(user)],
        )
        .await;
        let acting = "return document.querySelector(`[data-test=acting]${by('user', arguments[0])}`)";
        self.until(&format!("acting as {user}"), acting, &[json!(user)]).await;
    }

    /// Opens a channel, by its id.
    pub async fn open_channel(&self, channel: &str) {
        self.go(channel, "by('channel', arguments[0])").await;
    }

    /// Opens the bot's Home tab.
    pub async fn open_home(&self) {
        self.go("home", "by('test', arguments[0])").await;
    }

    /// The sidebar may be drawn anew or slide away between the pointer's down and up, and such a click is lost.
    /// So the link is followed in the page, until it was.
    async fn go(&self, place: &str, link: &str) {
        let there = format!(
            "if (location.hash.endsWith(`/${{arguments[0]}}`)) return true; \
             surface.sidebar().querySelector({link})?.click(); return false"
        );
        self.until(&format!("being in {place}"), &there, &[json!(place)]).await;
    }

    /// Pastes `text` into the open channel's composer and sends it; a slash command is sent the same way.
    pub async fn paste_message(&self, text: &str) {
        self.compose("composer", "send", text).await;
    }

    /// Replies in the open thread.
    pub async fn reply(&self, text: &str) {
        self.compose("thread-composer", "thread-send", text).await;
    }

    async fn compose(&self, field: &str, send: &str, text: &str) {
        let paste =
            "const f = document.querySelector(by('test', arguments[0])); return f && paste(f, arguments[1])";
        self.until(field, paste, &[json!(field), json!(text)]).await;
        let sender = "return document.querySelector(`${by('test', arguments[0])}:not(:disabled)`)";
        self.click(send, sender, &[json!(send)]).await;
        let sent = "return document.querySelector(by('test', arguments[0])).value === ''";
        self.until("the message to be sent", sent, &[json!(field)]).await;
    }

    /// Drops a file on the open channel.
    pub async fn drop_file(&self, name: &str, content: &[u8]) {
        let args = [json!("main"), json!(name), json!(STANDARD.encode(content))];
        self.until(name, "return drop(...arguments)", &args).await;
    }

    /// Opens the thread of the newest message that contains `text`.
    pub async fn open_thread(&self, text: &str) {
        let link = "return message('main', arguments[0])?.querySelector('[data-test=thread-link]')";
        self.click("the thread", link, &[json!(text)]).await;
        self.until("the open thread", "return surface.thread()", &[]).await;
    }

    /// Uses a message shortcut on the newest message that contains `text`.
    pub async fn message_shortcut(&self, text: &str, callback_id: &str) {
        self.click("the message", "return message('main', arguments[0])", &[json!(text)]).await;
        let more = "return message('main', arguments[0])?.querySelector('[data-test=message-more]')";
        self.click("the message's menu", more, &[json!(text)]).await;
        let item = "return document.querySelector(`#layer ${by('value', arguments[0])}`)";
        self.click(callback_id, item, &[json!(callback_id)]).await;
    }

    /// Clicks a button.
    pub async fn click_action(&self, control: Control<'_>) {
        self.click(control.action_id, "return control(...arguments)", &control.args()).await;
    }

    /// Clicks a button that asks to confirm; answers the question's text and says yes.
    pub async fn click_and_confirm(&self, control: Control<'_>) -> String {
        self.click_action(control).await;
        let question = "return document.querySelector('[data-test=confirm]')?.innerText";
        let question = self.until("the question", question, &[]).await;
        self.click("yes", "return document.querySelector('[data-test=confirm-yes]')", &[]).await;
        question.as_str().unwrap_or_default().to_owned()
    }

    /// Chooses `label` from a select or an overflow menu.
    pub async fn choose(&self, control: Control<'_>, label: &str) {
        self.click_action(control).await;
        self.click(label, "return choice(arguments[0])", &[json!(label)]).await;
    }

    /// Whether the control is there now.
    pub async fn has(&self, control: Control<'_>) -> bool {
        let there = "return String(Boolean(control(...arguments)))";
        self.until(control.action_id, there, &control.args()).await == json!("true")
    }

    /// Waits for the modal whose title is `title`.
    pub async fn modal(&self, title: &str) {
        let here = "return surface.modal()?.querySelector('h2').innerText === arguments[0]";
        self.until(&format!("the modal {title}"), here, &[json!(title)]).await;
    }

    /// Sets a field of the modal on top, named by its block_id or by how its label begins. `value` is typed into a
    /// text field; elsewhere it is the option's label, or a date as `2026-03-13`.
    pub async fn fill(&self, name: &str, value: &str) {
        let kind = "const f = field(arguments[0]); \
            return f && (f.querySelector('.field') ? 'text' : f.querySelector('.select.date') ? 'date' \
            : f.querySelector('.select') ? 'select' : 'choice')";
        let kind = self.until(name, kind, &[json!(name)]).await;
        match kind.as_str() {
            Some("text") => {
                let paste = "return paste(field(arguments[0]).querySelector('.field'), arguments[1])";
                self.until(name, paste, &[json!(name), json!(value)]).await;
            }
            Some("date") => {
                self.click(name, "return field(arguments[0]).querySelector('.select')", &[json!(name)]).await;
                let typed = library("return document.querySelector('#layer [data-test=calendar-typed]')");
                let typed = self.window.element("the calendar", &typed, &[]).await;
                typed.send_keys(&format!("{value}\u{e007}")).await.expect("a typed date");
            }
            Some("select") => {
                self.click(name, "return field(arguments[0]).querySelector('.select')", &[json!(name)]).await;
                let search = "const s = document.querySelector('#layer [data-test=picker-search]'); \
                    return s && paste(s, arguments[0])";
                self.until("the list's search", search, &[json!(value)]).await;
                self.click(value, "return choice(arguments[0])", &[json!(value)]).await;
            }
            _ => {
                let choice =
                    "return first(field(arguments[0]).querySelectorAll('.choice'), says(arguments[1]))";
                self.click(value, choice, &[json!(name), json!(value)]).await;
            }
        }
    }

    /// What a text field of the modal holds.
    pub async fn value(&self, name: &str) -> String {
        let value = "const f = field(arguments[0])?.querySelector('.field'); return f && [f.value]";
        self.until(name, value, &[json!(name)]).await[0].as_str().unwrap_or_default().to_owned()
    }

    /// Submits the modal on top and waits until it has closed or made way.
    pub async fn submit(&self) {
        let title = "return surface.modal()?.dataset.viewId";
        let view = self.until("a modal", title, &[]).await;
        self.press_submit().await;
        let gone = "return surface.modal()?.dataset.viewId !== arguments[0]";
        self.until("the modal to be accepted", gone, &[view]).await;
    }

    /// Submits the modal on top and answers the first error that it shows.
    pub async fn submit_refused(&self) -> String {
        self.press_submit().await;
        let error = "return first(surface.modal()?.querySelectorAll('.block-error') ?? [], seen)?.innerText";
        self.until("the modal's error", error, &[]).await.as_str().unwrap_or_default().to_owned()
    }

    async fn press_submit(&self) {
        self.click("submit", "return surface.modal()?.querySelector('[data-test=modal-submit]')", &[]).await;
    }

    /// Waits for a message that contains `text` and answers all of it.
    pub async fn sees(&self, place: Place, text: &str) -> String {
        let found = "return message(...arguments)?.innerText";
        let found =
            self.until(&format!("a message with {text:?}"), found, &[place.name(), json!(text)]).await;
        found.as_str().unwrap_or_default().to_owned()
    }

    /// The text of the newest message in `place`.
    pub async fn last_message(&self, place: Place) -> String {
        let newest = "return last(messages(arguments[0]))?.innerText";
        self.until("a message", newest, &[place.name()]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Moves the workspace's clock with one of the bar's buttons: `clock-monday`, `clock-day` or `clock-hour`.
    pub async fn move_clock(&self, button: &str) {
        let now = "return document.querySelector('[data-test=clock]').dataset.now";
        let before = self.until("the clock", now, &[]).await;
        let shown = "return String(seen(document.querySelector(by('test', arguments[0]))))";
        if self.until("the clock", shown, &[json!(button)]).await == json!("false") {
            self.click("the clock", "return document.querySelector('[data-test=clock]')", &[]).await;
        }
        self.click(button, "return document.querySelector(by('test', arguments[0]))", &[json!(button)]).await;
        let moved = "return document.querySelector('[data-test=clock]').dataset.now !== arguments[0]";
        self.until("the clock to move", moved, &[before]).await;
    }

    pub async fn screenshot(&self, name: &str) {
        self.window.screenshot(name).await;
    }

    pub async fn close(self) {
        self.window.close().await;
    }

    async fn until(&self, what: &str, body: &str, args: &[Value]) -> Value {
        self.window.until(what, &library(body), args).await
    }

    async fn click(&self, what: &str, body: &str, args: &[Value]) {
        self.window.click(what, &library(body), args).await;
    }
}

fn library(body: &str) -> String {
    format!("{}\n{body}", include_str!("page.js"))
}
