//! What has happened in the workspace since it started: the mutable half of the sandbox.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fault::Script;
use super::oauth::Tokens;
use super::rich;
use super::web_api::Unfinished;
use super::world::{Channel, World};

/// A call of the Web API as the sandbox saw it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Method name, such as `chat.postMessage`.
    pub method: String,
    /// Its arguments, without the token.
    pub request: Value,
    /// What was answered, or would have been when a fault ate the answer.
    pub response: Value,
}

/// A message in a channel.
#[derive(Clone, Debug)]
pub struct Post {
    /// Slack's message object; `metadata` is kept here and shown only on request.
    pub value: Value,
    /// Set for an ephemeral message: the only person who sees it.
    pub only_for: Option<String>,
    /// What it said before it was edited, the oldest first: a window that hangs still shows one of them.
    pub earlier: Vec<Value>,
}

impl Post {
    /// Edits it.
    pub fn change(&mut self, after: Value) {
        self.earlier.push(std::mem::replace(&mut self.value, after));
    }

    /// The message's `ts`.
    pub fn ts(&self) -> &str {
        self.value["ts"].as_str().unwrap_or_default()
    }

    /// The thread it stands in, when it is a reply.
    pub fn reply_to(&self) -> Option<&str> {
        self.value["thread_ts"].as_str().filter(|t| *t != self.ts())
    }

    /// True when `user` can see it.
    pub fn visible_to(&self, user: &str) -> bool {
        self.only_for.as_deref().is_none_or(|u| u == user)
    }
}

/// A modal on somebody's screen.
#[derive(Clone, Debug)]
pub struct Modal {
    /// Slack's view object.
    pub view: Value,
    /// `state.values` as entered up to now.
    pub values: Value,
    /// Errors of the last refused submit, by block id.
    pub errors: Value,
}

/// A file and its bytes.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Slack's file object.
    pub value: Value,
    /// The content.
    pub bytes: bytes::Bytes,
}

/// A file on its way in: asked for, perhaps sent, and shown nowhere yet.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The id that the file will have.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How long it was said to be.
    pub length: usize,
    /// What was sent.
    pub bytes: Option<bytes::Bytes>,
}

/// What Slack's client tells one person outside of any message.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Running number.
    pub id: u64,
    /// Whom it tells.
    pub user: String,
    /// What it says.
    pub text: String,
}

/// Permission to open a modal: three seconds, one use.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Whose screen.
    pub user: String,
    /// When it was issued, in real time.
    pub at: Instant,
    /// True after its one use.
    pub used: bool,
}

/// Where a `response_url` leads.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The channel of the click or command.
    pub channel: String,
    /// Who clicked.
    pub user: String,
    /// The message that was clicked, when there is one.
    pub ts: Option<String>,
    /// Uses left, out of five.
    pub left: u32,
    /// Thirty minutes after its issue, by the clock.
    pub until: Timestamp,
}

/// Everything that changes.
#[derive(Debug)]
pub struct State {
    pub world: World,
    pub rev: u64,
    pub posts: BTreeMap<String, Vec<Post>>,
    pub modals: HashMap<String, Vec<Modal>>,
    pub homes: HashMap<String, Value>,
    pub files: BTreeMap<String, Stored>,
    /// Uploads of the app's by the secret of their address.
    pub uploads: HashMap<String, Upload>,
    /// What `users.info` says of a person beside or instead of what the world says.
    pub traits: HashMap<String, Value>,
    pub triggers: HashMap<String, Trigger>,
    pub replies: HashMap<String, Reply>,
    pub notices: Vec<Notice>,
    pub unread: HashMap<(String, String), u32>,
    pub calls: Vec<Call>,
    pub script: Script,
    /// Calls that take effect later.
    pub unfinished: Vec<Unfinished>,
    /// Inner events that wait to be sent.
    pub events: Vec<Value>,
    /// Event envelopes that were sent, oldest first.
    pub sent: Vec<Value>,
    /// Set while events are held back.
    pub held: Option<Vec<Value>>,
    /// Set once the bot's token is no longer valid: the error that says so.
    pub revoked: Option<&'static str>,
    /// The bot's tokens.
    pub tokens: Tokens,
    pub last_posted: HashMap<String, Instant>,
    seq: u64,
    last_us: i64,
}

impl State {
    pub fn new(world: World) -> Self {
        Self {
            world,
            rev: 1,
            posts: BTreeMap::new(),
            modals: HashMap::new(),
            homes: HashMap::new(),
            files: BTreeMap::new(),
            uploads: HashMap::new(),
            traits: HashMap::new(),
            triggers: HashMap::new(),
            replies: HashMap::new(),
            notices: Vec::new(),
            unread: HashMap::new(),
            calls: Vec::new(),
            script: Script::default(),
            unfinished: Vec::new(),
            events: Vec::new(),
            sent: Vec::new(),
            held: None,
            revoked: None,
            tokens: Tokens::default(),
            last_posted: HashMap::new(),
            seq: 0,
            last_us: 0,
        }
    }

    /// A new id with this prefix, unique in the workspace.
    pub fn id(&mut self, prefix: &str) -> String {
        self.seq += 1;
        format!("{prefix}{:010X}", self.seq)
    }

    /// A secret part of an address.
    pub fn secret(&mut self) -> String {
        format!("{:032x}", rand::random::<u128>())
    }

    /// A message's `ts`: seconds and microseconds, unique and rising.
    pub fn ts(&mut self, now: Timestamp) -> String {
        self.last_us = now.as_microsecond().max(self.last_us) + 100;
        format!("{}.{:06}", self.last_us / 1_000_000, self.last_us % 1_000_000)
    }

    /// A trigger for `user`.
    pub fn trigger(&mut self, user: &str) -> String {
        let id = format!("{}.{}", self.id("").trim_start_matches('0'), self.secret());
        let trigger = Trigger { user: user.to_owned(), at: Instant::now(), used: false };
        self.triggers.insert(id.clone(), trigger);
        id
    }

    /// The path of a new `response_url`.
    pub fn reply_path(&mut self, now: Timestamp, channel: &str, user: &str, ts: Option<&str>) -> String {
        let (id, secret) = (self.id(""), self.secret());
        let path = format!("/actions/{}/{id}/{secret}", self.world.home.id);
        let until = now + jiff::SignedDuration::from_mins(30);
        let reply = Reply {
            channel: channel.to_owned(),
            user: user.to_owned(),
            ts: ts.map(str::to_owned),
            left: 5,
            until,
        };
        self.replies.insert(path.clone(), reply);
        path
    }

    /// Tells `user` something outside of any message.
    pub fn notice(&mut self, user: &str, text: String) {
        self.seq += 1;
        self.notices.push(Notice { id: self.seq, user: user.to_owned(), text });
    }

    /// The posts of a channel, oldest first.
    pub fn posts(&self, channel: &str) -> &[Post] {
        self.posts.get(channel).map_or(&[], Vec::as_slice)
    }

    /// One post. What is asked for is mostly new.
    pub fn post(&self, channel: &str, ts: &str) -> Option<&Post> {
        self.posts(channel).iter().rfind(|p| p.ts() == ts)
    }

    /// One post, to change it.
    pub fn post_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Post> {
        self.posts.get_mut(channel)?.iter_mut().rfind(|p| p.ts() == ts)
    }

    /// Puts a message into a channel: gives it a `ts` and block ids, counts replies and unread marks,
    /// and queues its event unless it is ephemeral. Returns the `ts`.
    pub fn put(
        &mut self,
        now: Timestamp,
        channel: &str,
        mut value: Value,
        only_for: Option<String>,
    ) -> String {
        let ts = self.ts(now);
        value["type"] = json!("message");
        value["ts"] = json!(ts);
        self.name_blocks(&mut value);
        if let Some(parent) = value["thread_ts"].as_str().map(str::to_owned) {
            self.count_reply(channel, &parent, &value, &ts, only_for.is_some());
        }
        let author = value["user"].as_str().unwrap_or_default().to_owned();
        let ephemeral = only_for.is_some();
        self.posts.entry(channel.to_owned()).or_default().push(Post {
            value: value.clone(),
            only_for,
            earlier: Vec::new(),
        });
        if ephemeral {
            return ts;
        }
        let members = self.world.channel(channel).map(|c| c.members.clone()).unwrap_or_default();
        for member in members.into_iter().filter(|m| *m != author) {
            *self.unread.entry((member, channel.to_owned())).or_default() += 1;
        }
        self.announce(channel, &value);
        ts
    }

    fn count_reply(&mut self, channel: &str, parent: &str, reply: &Value, ts: &str, ephemeral: bool) {
        if ephemeral {
            return;
        }
        let author = reply["user"].as_str().or(reply["bot_id"].as_str()).map(str::to_owned);
        let Some(parent) = self.post_mut(channel, parent) else { return };
        let value = &mut parent.value;
        let count = value["reply_count"].as_u64().unwrap_or(0) + 1;
        value["thread_ts"] = value["ts"].clone();
        value["reply_count"] = json!(count);
        value["latest_reply"] = json!(ts);
        let mut users = value["reply_users"].as_array().cloned().unwrap_or_default();
        if let Some(author) = author.map(Value::String).filter(|a| !users.contains(a)) {
            users.push(author);
        }
        value["reply_users_count"] = json!(users.len());
        value["reply_users"] = Value::Array(users);
    }

    /// Queues the `message` event, and `app_mention` when the text names the bot.
    fn announce(&mut self, channel: &str, value: &Value) {
        let mut event = value.clone();
        if let Some(map) = event.as_object_mut() {
            for key in ["metadata", "reply_count", "reactions"] {
                map.shift_remove(key);
            }
        }
        event["channel"] = json!(channel);
        event["event_ts"] = value["ts"].clone();
        event["channel_type"] = json!(self.world.channel(channel).map_or("channel", Channel::event_kind));
        if let Some(parent) = value["thread_ts"].as_str().and_then(|t| self.post(channel, t)) {
            event["parent_user_id"] = parent.value["user"].clone();
        }
        let mention = format!("<@{}>", self.world.app.bot_user);
        let named = value["text"].as_str().is_some_and(|t| t.contains(&mention));
        let own = value["user"] == self.world.app.bot_user;
        let im = event["channel_type"] == "im";
        self.event(channel, event.clone());
        if named && !own && !im && value["subtype"].is_null() {
            event["type"] = json!("app_mention");
            if let Some(map) = event.as_object_mut() {
                map.shift_remove("channel_type");
            }
            self.event(channel, event);
        }
    }

    /// Queues an event about `channel`, when the bot is there to hear it.
    pub fn event(&mut self, channel: &str, event: Value) {
        let bot = &self.world.app.bot_user;
        if self.world.channel(channel).is_none_or(|c| c.has(bot)) {
            self.events.push(event);
        }
    }

    /// Queues `message_changed` after an edit.
    pub fn announce_change(&mut self, now: Timestamp, channel: &str, before: Value, after: Value) {
        let ts = self.ts(now);
        let kind = self.world.channel(channel).map_or("channel", Channel::event_kind);
        self.event(
            channel,
            json!({"type": "message", "subtype": "message_changed", "hidden": true, "channel": channel,
                "channel_type": kind, "ts": ts, "event_ts": ts,
                "message": bare(after), "previous_message": bare(before)}),
        );
    }

    /// Removes a message; one with replies leaves a tombstone. Queues `message_deleted`.
    /// False when there is no such message.
    pub fn remove(&mut self, now: Timestamp, channel: &str, ts: &str) -> bool {
        let Some(posts) = self.posts.get_mut(channel) else { return false };
        let Some(at) = posts.iter().rposition(|p| p.ts() == ts) else { return false };
        let before = posts[at].clone();
        if before.value["reply_count"].as_u64().unwrap_or(0) > 0 {
            let kept = &before.value;
            posts[at].value = json!({"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": ts,
                "text": "This message was deleted.", "hidden": true, "deleted": true,
                "thread_ts": ts, "reply_count": kept["reply_count"], "reply_users": kept["reply_users"]});
        } else {
            posts.remove(at);
        }
        if before.only_for.is_none() {
            let event_ts = self.ts(now);
            let kind = self.world.channel(channel).map_or("channel", Channel::event_kind);
            self.event(
                channel,
                json!({"type": "message", "subtype": "message_deleted", "hidden": true, "channel": channel,
                    "channel_type": kind, "ts": event_ts, "event_ts": event_ts, "deleted_ts": ts,
                    "previous_message": bare(before.value)}),
            );
        }
        true
    }

    /// Gives every block of a message or view an id, as Slack does, and what a block is made of its defaults.
    pub fn name_blocks(&mut self, value: &mut Value) {
        let own = value.get_mut("blocks").and_then(Value::as_array_mut).into_iter().flatten();
        let mut unnamed: Vec<&mut Value> = own.collect();
        let mut inner = Vec::new();
        for block in unnamed.drain(..) {
            if !block["block_id"].is_string() {
                self.seq += 1;
                block["block_id"] = json!(format!("b{:05x}", self.seq));
            }
            inner.extend(block.get_mut("child_blocks").and_then(Value::as_array_mut).into_iter().flatten());
        }
        for block in inner {
            if block.is_object() && !block["block_id"].is_string() {
                self.seq += 1;
                block["block_id"] = json!(format!("b{:05x}", self.seq));
            }
        }
        let attachments = value.get_mut("attachments").and_then(Value::as_array_mut);
        for (i, attachment) in attachments.into_iter().flatten().enumerate() {
            if !attachment.is_object() {
                continue;
            }
            attachment["id"] = json!(i + 1);
            self.name_blocks(attachment);
        }
    }

    /// A message by a person, with the rich text that Slack's composer adds.
    pub fn spoken(&mut self, user: &str, text: &str, thread: Option<&str>) -> Value {
        let team = self.world.user(user).map_or(self.world.home.id.clone(), |u| u.team_id.clone());
        let client = self.secret();
        let mut value = json!({"type": "message", "user": user, "text": text, "team": team,
            "client_msg_id": client, "blocks": rich::blocks(text)});
        if let Some(thread) = thread {
            value["thread_ts"] = json!(thread);
        }
        value
    }
}

/// A message without what only a request for it may show.
pub fn bare(mut value: Value) -> Value {
    if let Some(map) = value.as_object_mut() {
        map.shift_remove("metadata");
    }
    value
}
