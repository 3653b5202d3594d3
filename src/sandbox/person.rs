//! What a person does in Slack's client: write, edit, react, upload, type a command. Clicks are in `interact`.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Inner;
use super::delivery::{Failure, Parcel};
use super::payload;
use super::state::{State, Stored};
use super::web_api::{apply_inline, react};
use super::world::{Channel, Kind};

/// Why a person could not do what they tried, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    text: String,
    fields: Map<String, Value>,
}

impl Refusal {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), fields: Map::new() }
    }

    /// A form whose fields were refused: `{block_id: reason}`.
    pub(super) fn of_fields(fields: Map<String, Value>) -> Self {
        let lines =
            fields.iter().map(|(block, text)| format!("{block}: {}", text.as_str().unwrap_or_default()));
        Self { text: lines.collect::<Vec<_>>().join("; "), fields }
    }

    /// The refused fields of a form by block id; empty for any other refusal.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

/// The result of an act.
pub type Done<T = ()> = Result<T, Refusal>;

/// Whether an act waits until the app acknowledged its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As tests want it.
    Wait,
    /// As a page wants it.
    GoOn,
}

/// Somebody of the workspace. Each act returns when the app has acknowledged what it caused.
#[derive(Clone)]
pub struct Person {
    pub(super) inner: Arc<Inner>,
    pub(super) id: String,
    pace: Pace,
}

impl Person {
    pub(super) fn new(inner: Arc<Inner>, user: &str, pace: Pace) -> Self {
        Self { inner, id: user.to_owned(), pace }
    }

    /// Their user id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Posts text in Slack's own markup; returns its `ts`.
    ///
    /// # Errors
    /// When they are not in the channel, or it is archived.
    pub async fn post(&self, channel: &str, text: &str) -> Done<String> {
        self.say(channel, text, None).await
    }

    /// Replies in a thread; returns the reply's `ts`.
    ///
    /// # Errors
    /// As [`Person::post`].
    pub async fn reply(&self, channel: &str, thread: &str, text: &str) -> Done<String> {
        self.say(channel, text, Some(thread)).await
    }

    pub(super) async fn say(&self, channel: &str, text: &str, thread: Option<&str>) -> Done<String> {
        let message = self.inner.read(|s| s.spoken(&self.id, text, thread));
        self.put(channel, message).await
    }

    /// Posts a message with fields of its own, such as `blocks` and `attachments`; returns its `ts`.
    ///
    /// # Errors
    /// As [`Person::post`].
    pub async fn post_message(&self, channel: &str, fields: Value) -> Done<String> {
        let text = fields["text"].as_str().unwrap_or_default().to_owned();
        let mut message = self.inner.read(|s| s.spoken(&self.id, &text, None));
        for (key, value) in fields.as_object().into_iter().flatten() {
            message[key.as_str()] = value.clone();
        }
        self.put(channel, message).await
    }

    async fn put(&self, channel: &str, mut message: Value) -> Done<String> {
        let now = self.inner.options.clock.now();
        self.tell(|s| {
            self.may_post(s, channel)?;
            if s.world.user(&self.id).is_some_and(|u| s.world.is_stranger(u)) {
                message["user_team"] = message["team"].clone();
                message["source_team"] = message["team"].clone();
            }
            Ok(s.put(now, channel, message, None))
        })
        .await
    }

    /// Changes the text of an own message.
    ///
    /// # Errors
    /// When the message is not theirs.
    pub async fn edit(&self, channel: &str, ts: &str, text: &str) -> Done {
        let now = self.inner.options.clock.now();
        self.tell(|s| {
            let before = self.own(s, channel, ts)?;
            let mut after = before.clone();
            after["text"] = json!(text);
            after["blocks"] = super::rich::blocks(text);
            after["edited"] = json!({"user": self.id, "ts": s.ts(now)});
            s.name_blocks(&mut after);
            if let Some(post) = s.post_mut(channel, ts) {
                post.change(after.clone());
            }
            s.announce_change(now, channel, before, after);
            Ok(())
        })
        .await
    }

    /// Deletes an own message.
    ///
    /// # Errors
    /// When the message is not theirs.
    pub async fn delete(&self, channel: &str, ts: &str) -> Done {
        let now = self.inner.options.clock.now();
        self.tell(|s| {
            self.own(s, channel, ts)?;
            s.remove(now, channel, ts);
            Ok(())
        })
        .await
    }

    /// Adds a reaction, or takes it back when it is there.
    ///
    /// # Errors
    /// When there is no such message.
    pub async fn react(&self, channel: &str, ts: &str, name: &str) -> Done {
        self.tell(|s| {
            let Some(post) = s.post_mut(channel, ts) else {
                return Err(Refusal::new("there is no such message"));
            };
            if !react(&mut post.value, &self.id, name, true) {
                react(&mut post.value, &self.id, name, false);
            }
            Ok(())
        })
        .await
    }

    /// Drops a file into a channel; returns its id and the `ts` of the message that shows it.
    ///
    /// # Errors
    /// As [`Person::post`].
    pub async fn upload(&self, channel: &str, name: &str, bytes: impl Into<Bytes>) -> Done<(String, String)> {
        self.share(channel, None, name, bytes.into()).await
    }

    pub(super) async fn share(
        &self,
        channel: &str,
        thread: Option<&str>,
        name: &str,
        bytes: Bytes,
    ) -> Done<(String, String)> {
        let now = self.inner.options.clock.now();
        self.tell(|s| {
            self.may_post(s, channel)?;
            let id = s.id("F");
            let mut file = file_object(&self.inner.base, s, &id, name, bytes.len());
            file["user"] = json!(self.id);
            file["created"] = json!(now.as_second());
            file["timestamp"] = json!(now.as_second());
            file["channels"] = json!([channel]);
            let mut message = s.spoken(&self.id, "", thread);
            message["subtype"] = json!("file_share");
            message["upload"] = json!(false);
            message["files"] = json!([file]);
            if let Some(map) = message.as_object_mut() {
                map.shift_remove("blocks");
            }
            let ts = s.put(now, channel, message, None);
            file["shares"] = json!({"public": {channel: [{"ts": ts}]}});
            s.files.insert(id.clone(), Stored { value: file, bytes });
            let event_ts = s.ts(now);
            let shared = json!({"type": "file_shared", "channel_id": channel, "file_id": id, "user_id": self.id,
                "file": {"id": id}, "event_ts": event_ts});
            s.event(channel, shared);
            Ok((id, ts))
        })
        .await
    }

    /// Opens the app's Home tab.
    ///
    /// # Errors
    /// For somebody of another team, who has no Home of the app.
    pub async fn open_home(&self) -> Done {
        let now = self.inner.options.clock.now();
        self.tell(|s| {
            self.at_home(s)?;
            let channel = s.world.im_with(&self.id);
            let ts = s.ts(now);
            let mut event = json!({"type": "app_home_opened", "user": self.id, "channel": channel, "tab": "home",
                "event_ts": ts});
            if let Some(view) = s.homes.get(&self.id) {
                event["view"] = view.clone();
            }
            s.events.push(event);
            Ok(())
        })
        .await
    }

    /// Types a slash command. The app's immediate answer is shown as Slack shows it;
    /// no answer in time becomes a notice and an error.
    ///
    /// # Errors
    /// When the command is unknown, not open to this person, or not answered.
    pub async fn command(&self, channel: &str, typed: &str) -> Done {
        let (command, text) = typed.trim().split_once(char::is_whitespace).unwrap_or((typed.trim(), ""));
        let now = self.inner.options.clock.now();
        match command {
            "/invite" => return self.membership(channel, text.trim(), command, State::invite).await,
            "/remove" => return self.membership(channel, text.trim(), command, State::remove_member).await,
            _ => {}
        }
        let fields = self.tell(|s| {
            self.may_post(s, channel)?;
            let known = s.world.app.commands.iter().any(|c| c.command == command);
            if !known || self.at_home(s).is_err() {
                let text = format!("{command} is not a command that you can use here.");
                s.notice(&self.id, text.clone());
                return Err(Refusal::new(text));
            }
            Ok(payload::command(s, now, &self.inner.base, &self.id, channel, (command, text.trim())))
        });
        let fields = fields.await?;
        let answer = self.inner.hand(Parcel::Command(&fields), None).await;
        let body = answer.map_err(|failure| self.failed(command, &failure))?;
        let Some(body) = body.filter(|b| b.as_object().is_some_and(|m| !m.is_empty())) else { return Ok(()) };
        apply_inline(&self.inner, channel, &self.id, &body).map_err(|error| {
            self.told(format!("{command} answered with a message that Slack refuses: {error}"))
        })
    }

    /// `/invite <@U…|name>` and `/remove`, which are Slack's own.
    async fn membership(
        &self,
        channel: &str,
        whom: &str,
        command: &str,
        change: fn(&mut State, Timestamp, &str, &str, &str),
    ) -> Done {
        let now = self.inner.options.clock.now();
        self.tell(|s| {
            self.may_post(s, channel)?;
            self.at_home(s)?;
            let id = whom.trim_start_matches("<@").split(['|', '>']).next().unwrap_or_default();
            let name = whom.trim_start_matches('@');
            let found = s.world.users.iter().find(|u| u.id == id || u.name == name).map(|u| u.id.clone());
            let found = found.ok_or_else(|| {
                Refusal::new(format!("There is nobody by that name. Write {command} @sam."))
            })?;
            change(s, now, channel, &found, &self.id);
            Ok(())
        })
        .await
    }

    /// Marks a channel as read.
    pub fn read(&self, channel: &str) {
        let (_, _) = self.inner.change(|s| s.unread.remove(&(self.id.clone(), channel.to_owned())));
    }

    /// Puts a notice away.
    pub fn dismiss_notice(&self, id: u64) {
        let (_, _) = self.inner.change(|s| s.notices.retain(|n| n.id != id || n.user != self.id));
    }

    /// Changes the state, then sends what that caused.
    pub(super) async fn tell<R>(&self, f: impl FnOnce(&mut State) -> Done<R>) -> Done<R> {
        let (result, envelopes) = self.inner.change(|s| {
            match s.world.user(&self.id) {
                None => return Err(Refusal::new(format!("there is no user {}", self.id))),
                Some(u) if u.deleted => return Err(Refusal::new("this account is deactivated")),
                Some(_) => {}
            }
            f(s)
        });
        match self.pace {
            Pace::Wait => self.inner.send_events(&envelopes).await,
            Pace::GoOn => self.inner.background(envelopes),
        }
        result
    }

    /// Turns a failed delivery into what Slack's client would say.
    pub(super) fn failed(&self, what: &str, failure: &Failure) -> Refusal {
        self.told(format!("{what} {}", failure.text))
    }

    pub(super) fn told(&self, text: String) -> Refusal {
        let (_, _) = self.inner.change(|s| s.notice(&self.id, text.clone()));
        Refusal::new(text)
    }

    /// Refuses people of other teams, for whom the app is not installed.
    pub(super) fn at_home(&self, s: &State) -> Done {
        match s.world.user(&self.id) {
            Some(u) if !s.world.is_stranger(u) => Ok(()),
            _ => Err(Refusal::new("this app is not installed in your workspace")),
        }
    }

    pub(super) fn member<'s>(&self, s: &'s State, channel: &str) -> Done<&'s Channel> {
        let found = s.world.channel(channel).filter(|c| c.has(&self.id));
        found.ok_or_else(|| Refusal::new(format!("{} is not in {channel}", self.id)))
    }

    fn may_post(&self, s: &State, channel: &str) -> Done {
        if self.member(s, channel)?.archived {
            return Err(Refusal::new("this channel is archived"));
        }
        Ok(())
    }

    fn own(&self, s: &State, channel: &str, ts: &str) -> Done<Value> {
        let post = s.post(channel, ts).filter(|p| p.value["user"] == self.id.as_str());
        post.map(|p| p.value.clone()).ok_or_else(|| Refusal::new("there is no such message of yours"))
    }
}

/// Slack's file object, without what depends on the moment.
pub(super) fn file_object(base: &str, s: &State, id: &str, name: &str, size: usize) -> Value {
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e).to_lowercase();
    let (mimetype, pretty) = match extension.as_str() {
        "csv" => ("text/csv", "CSV"),
        "tsv" => ("text/tab-separated-values", "TSV"),
        "xlsx" => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel Spreadsheet"),
        "txt" => ("text/plain", "Plain Text"),
        "png" => ("image/png", "PNG"),
        "pdf" => ("application/pdf", "PDF"),
        _ => ("application/octet-stream", "Binary"),
    };
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let home = &s.world.home.id;
    json!({
        "id": id, "name": name, "title": name, "mimetype": mimetype, "filetype": extension, "pretty_type": pretty,
        "editable": false, "size": size, "mode": "hosted", "is_external": false, "external_type": "",
        "is_public": true, "public_url_shared": false, "display_as_bot": false, "username": "",
        "url_private": format!("{base}/files-pri/{home}-{id}/{safe}"),
        "url_private_download": format!("{base}/files-pri/{home}-{id}/download/{safe}"),
        "permalink": format!("{base}/files/{id}/{safe}"), "user_team": home, "file_access": "visible",
    })
}

/// As the client calls a channel.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "channel",
        Kind::Private => "private",
        Kind::Im => "im",
    }
}
