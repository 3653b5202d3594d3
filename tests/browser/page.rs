//! What a person does on the sandbox's page, as verbs.

use std::sync::atomic::{AtomicUsize, Ordering};

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
    clicks: AtomicUsize,
}

impl Page {
    /// Opens the page at `base`, such as `http://127.0.0.1:4000`.
    pub async fn open(driver: &Driver, base: &str, size: Size) -> Self {
        let page = Self {
            window: driver.window(size).await,
            base: base.trim_end_matches('/').to_owned(),
            clicks: AtomicUsize::new(0),
        };
        page.window.open(&page.base).await;
        page.until("the workspace", "return document.body.dataset.ready === '1'", &[]).await;
        page
    }

    /// Opens the page as somebody, in a place: a channel's id or `home`.
    pub async fn open_at(driver: &Driver, base: &str, size: Size, user: &str, place: &str) -> Self {
        let base = base.trim_end_matches('/');
        let page = Self::open(driver, &format!("{base}/#{user}/{place}"), size).await;
        Self { base: base.to_owned(), ..page }
    }

    /// So many clicks were made on it, the sidebar's among them.
    pub fn clicks(&self) -> usize {
        self.clicks.load(Ordering::Relaxed)
    }

    /// Goes on as this person, a user's id.
    pub async fn as_user(&self, user: &str) {
        let acting =
            "return document.querySelector(`[data-test=acting]${by('user', arguments[0])}`) ? 'yes' : 'no'";
        if self.until("the acting person", acting, &[json!(user)]).await == json!("yes") {
            return;
        }
        self.click("the acting person", "document.querySelector('[data-test=acting]')", &[]).await;
        self.click(user, "document.querySelector(`#layer ${by('user', arguments[0])}`)", &[json!(user)])
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
            "const shown = surface.main().dataset.channel || 'home'; \
             if (location.hash.endsWith(`/${{arguments[0]}}`)) return shown === arguments[0]; \
             surface.sidebar().querySelector({link})?.click(); return false"
        );
        self.until(&format!("being in {place}"), &there, &[json!(place)]).await;
        self.clicks.fetch_add(1, Ordering::Relaxed);
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
        let sender = "document.querySelector(`${by('test', arguments[0])}:not(:disabled)`)";
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
        let link = "message('main', arguments[0])?.querySelector('[data-test=thread-link]')";
        self.click("the thread", link, &[json!(text)]).await;
        self.until("the open thread", "return surface.thread()", &[]).await;
    }

    /// Uses a message shortcut on the newest message that contains `text`.
    pub async fn message_shortcut(&self, text: &str, callback_id: &str) {
        self.click("the message", "message('main', arguments[0])", &[json!(text)]).await;
        let more = "message('main', arguments[0])?.querySelector('[data-test=message-more]')";
        self.click("the message's menu", more, &[json!(text)]).await;
        let item = "document.querySelector(`#layer ${by('value', arguments[0])}`)";
        self.click(callback_id, item, &[json!(callback_id)]).await;
    }

    /// Clicks a button.
    pub async fn click_action(&self, control: Control<'_>) {
        self.click(control.action_id, "control(...arguments)", &control.args()).await;
    }

    /// The text of the question that a click led to.
    pub async fn question(&self) -> String {
        let question = "return document.querySelector('[data-test=confirm]')?.innerText";
        let question = self.until("the question", question, &[]).await;
        question.as_str().unwrap_or_default().to_owned()
    }

    /// Answers the question's text and says yes.
    pub async fn say_yes(&self) -> String {
        let question = self.question().await;
        self.click("yes", "document.querySelector('[data-test=confirm-yes]')", &[]).await;
        question
    }

    /// Chooses `label` from a select or an overflow menu.
    pub async fn choose(&self, control: Control<'_>, label: &str) {
        self.click_action(control).await;
        self.click(label, "choice(arguments[0])", &[json!(label)]).await;
    }

    /// Whether the control is there now.
    pub async fn has(&self, control: Control<'_>) -> bool {
        let there = "return String(Boolean(control(...arguments)))";
        self.until(control.action_id, there, &control.args()).await == json!("true")
    }

    /// Waits for any modal.
    pub async fn until_modal(&self) {
        self.until("a modal", "return Boolean(surface.modal())", &[]).await;
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
                self.click(name, "field(arguments[0])?.querySelector('.select')", &[json!(name)]).await;
                let typed =
                    "return enter(document.querySelector('#layer [data-test=calendar-typed]'), arguments[0])";
                self.until("the calendar", typed, &[json!(value)]).await;
            }
            Some("select") => {
                self.click(name, "field(arguments[0])?.querySelector('.select')", &[json!(name)]).await;
                let search = "const s = document.querySelector('#layer [data-test=picker-search]'); \
                    return s && paste(s, arguments[0])";
                self.until("the list's search", search, &[json!(value)]).await;
                self.click(value, "choice(arguments[0])", &[json!(value)]).await;
                let told = "return !document.querySelector('[aria-busy=true]') && !document.querySelector('#layer').firstChild";
                self.until("the choice to be taken", told, &[]).await;
            }
            _ => {
                let choice =
                    "first(field(arguments[0])?.querySelectorAll('.choice') ?? [], says(arguments[1]))";
                self.click(value, choice, &[json!(name), json!(value)]).await;
            }
        }
    }

    /// What a select of the modal shows.
    pub async fn chosen(&self, name: &str) -> String {
        let words = "return field(arguments[0])?.querySelector('.select')?.innerText";
        self.until(name, words, &[json!(name)]).await.as_str().unwrap_or_default().to_owned()
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

    /// Submits a modal that another page of the same form follows, and waits for that.
    pub async fn submit_page(&self) {
        let words = "return surface.modal()?.innerText";
        let page = self.until("a modal", words, &[]).await;
        self.press_submit().await;
        let other = "return surface.modal()?.innerText !== arguments[0] && surface.modal()?.getAttribute('aria-busy') !== 'true'";
        self.until("the next page", other, &[page]).await;
    }

    /// Waits until the modal on top says `text`.
    pub async fn modal_says(&self, text: &str) {
        let says = "return surface.modal()?.innerText.includes(arguments[0])";
        self.until(&format!("{text:?} in the modal"), says, &[json!(text)]).await;
    }

    /// Submits the modal on top and answers the first error that it shows.
    pub async fn submit_refused(&self) -> String {
        self.press_submit().await;
        let error = "return first(surface.modal()?.querySelectorAll('.block-error') ?? [], seen)?.innerText";
        self.until("the modal's error", error, &[]).await.as_str().unwrap_or_default().to_owned()
    }

    async fn press_submit(&self) {
        self.click("submit", "surface.modal()?.querySelector('[data-test=modal-submit]')", &[]).await;
    }

    /// Waits for a message that contains `text` and answers all of it.
    pub async fn sees(&self, place: Place, text: &str) -> String {
        let found = "return message(...arguments)?.innerText";
        let found =
            self.until(&format!("a message with {text:?}"), found, &[place.name(), json!(text)]).await;
        found.as_str().unwrap_or_default().to_owned()
    }

    /// Where the newest link of what is open leads whose address has `part`.
    pub async fn link(&self, part: &str) -> String {
        let link = "return [...surface.main().querySelectorAll('a')].map((a) => a.href)\
            .filter((href) => href.includes(arguments[0])).at(-1)";
        let link = self.until(&format!("a link to {part}"), link, &[json!(part)]).await;
        link.as_str().unwrap_or_default().to_owned()
    }

    /// The text of the newest message in `place`.
    pub async fn last_message(&self, place: Place) -> String {
        let newest = "return last(messages(arguments[0]))?.innerText";
        self.until("a message", newest, &[place.name()]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the newest message in `place` with `text` also says `with`.
    pub async fn sees_with(&self, place: Place, text: &str, with: &str) {
        let found = "return message(arguments[0], arguments[1])?.innerText.includes(arguments[2])";
        let what = format!("a message with {text:?} and {with:?}");
        self.until(&what, found, &[place.name(), json!(text), json!(with)]).await;
    }

    /// Waits until the newest message in `place` with `text` does not say `without`.
    pub async fn sees_without(&self, place: Place, text: &str, without: &str) {
        let found = "return message(arguments[0], arguments[1])?.innerText.includes(arguments[2]) === false";
        let what = format!("a message with {text:?} and without {without:?}");
        self.until(&what, found, &[place.name(), json!(text), json!(without)]).await;
    }

    /// Waits until the newest message in `place` with `text` is another, or there is none any more.
    pub async fn moves_on(&self, place: Place, text: &str, from: &str) {
        let moved = "return message(arguments[0], arguments[1])?.innerText !== arguments[2]";
        self.until("the message to move on", moved, &[place.name(), json!(text), json!(from)]).await;
    }

    /// Whether a click led to a question, asked a moment after it.
    pub async fn asks(&self) -> bool {
        let asked = "return String(Boolean(document.querySelector('[data-test=confirm]')))";
        self.until("a question or none", asked, &[]).await == json!("true")
    }

    /// The page shows nothing new until [`Page::thaw`].
    pub async fn freeze(&self) {
        self.until("a frozen page", "return freeze()", &[]).await;
    }

    /// The page shows again what there is.
    pub async fn thaw(&self) {
        self.until("a page that goes on", "return thaw()", &[]).await;
    }

    /// A picture of the newest message that contains `text`.
    pub async fn crop(&self, text: &str) -> Vec<u8> {
        let found =
            "document.querySelector('#layer')?.replaceChildren(); return message('main', arguments[0])";
        self.window.crop(text, &library(found), &[json!(text)]).await
    }

    /// Scrolls the newest message that contains `text` to the top of what is seen.
    pub async fn scroll_to(&self, place: Place, text: &str) {
        let scroll =
            "const m = message(...arguments); m?.scrollIntoView({ block: 'start' }); return Boolean(m)";
        self.until(&format!("a message with {text:?}"), scroll, &[place.name(), json!(text)]).await;
    }

    /// Closes the open thread.
    pub async fn close_thread(&self) {
        self.click("the thread's end", "document.querySelector('[data-test=thread-close]')", &[]).await;
    }

    /// Closes the modal on top without submitting it.
    pub async fn close_modal(&self) {
        self.click("close", "surface.modal()?.querySelector('[data-test=modal-close]')", &[]).await;
        self.until("no modal", "return !surface.modal()", &[]).await;
    }

    /// The text of what is open: a channel or Home.
    pub async fn text(&self) -> String {
        let text = self.until("the page's text", "return surface.main().innerText", &[]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until what is open says `text`.
    pub async fn says(&self, text: &str) {
        let says = "return surface.main().innerText.includes(arguments[0])";
        self.until(&format!("{text:?} on the page"), says, &[json!(text)]).await;
    }

    /// Moves the workspace's clock with one of the bar's buttons: `clock-monday`, `clock-day` or `clock-hour`.
    pub async fn move_clock(&self, button: &str) {
        let now = "return document.querySelector('[data-test=clock]').dataset.now";
        let before = self.until("the clock", now, &[]).await;
        let shown = "return String(seen(document.querySelector(by('test', arguments[0]))))";
        if self.until("the clock", shown, &[json!(button)]).await == json!("false") {
            self.click("the clock", "document.querySelector('[data-test=clock]')", &[]).await;
        }
        self.click(button, "document.querySelector(by('test', arguments[0]))", &[json!(button)]).await;
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

    /// Clicks what the expression gives, as soon as it can be clicked.
    async fn click(&self, what: &str, node: &str, args: &[Value]) {
        self.until(&format!("a click on {what}"), &format!("return press({node})"), args).await;
        self.clicks.fetch_add(1, Ordering::Relaxed);
    }
}

fn library(body: &str) -> String {
    format!("{}\n{body}", include_str!("page.js"))
}
