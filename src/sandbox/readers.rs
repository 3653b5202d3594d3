//! What a test reads back.

use serde_json::{Value, json};

use super::Sandbox;

impl Sandbox {
    /// Every message of a channel that everybody sees, with thread replies and metadata, oldest first.
    pub fn messages(&self, channel: &str) -> Vec<Value> {
        self.inner.read(|s| {
            s.posts(channel).iter().filter(|p| p.only_for.is_none()).map(|p| p.value.clone()).collect()
        })
    }

    /// Those after the first `seen`, and how many there are by now.
    pub fn newer(&self, channel: &str, seen: usize) -> (Vec<Value>, usize) {
        self.inner.read(|s| {
            let posts = s.posts(channel);
            let new = posts.iter().skip(seen).filter(|p| p.only_for.is_none());
            (new.map(|p| p.value.clone()).collect(), posts.len())
        })
    }

    /// The newest of those after the first `seen` of which this is true, and how many there are by now.
    pub fn newest(&self, channel: &str, seen: usize, is: impl Fn(&Value) -> bool) -> (Option<Value>, usize) {
        self.inner.read(|s| {
            let posts = s.posts(channel);
            let new = posts.iter().skip(seen).filter(|p| p.only_for.is_none());
            (new.map(|p| &p.value).rfind(|value| is(value)).cloned(), posts.len())
        })
    }

    /// One message, also an ephemeral one.
    pub fn message(&self, channel: &str, ts: &str) -> Option<Value> {
        self.inner.read(|s| s.post(channel, ts).map(|p| p.value.clone()))
    }

    /// The replies of a thread, without its first message.
    pub fn thread(&self, channel: &str, ts: &str) -> Vec<Value> {
        self.messages(channel).into_iter().filter(|m| m["thread_ts"] == ts && m["ts"] != ts).collect()
    }

    /// What only `user` sees, in every channel, oldest first; each with its `channel`.
    pub fn ephemerals(&self, user: &str) -> Vec<Value> {
        let mut found: Vec<Value> = self.inner.read(|s| {
            let all = s.posts.iter().flat_map(|(channel, posts)| posts.iter().map(move |p| (channel, p)));
            all.filter(|(_, p)| p.only_for.as_deref() == Some(user))
                .map(|(channel, p)| {
                    let mut value = p.value.clone();
                    value["channel"] = json!(channel);
                    value
                })
                .collect()
        });
        found.sort_by(|a, b| a["ts"].as_str().cmp(&b["ts"].as_str()));
        found
    }

    /// The modal on top of `user`'s screen: Slack's view with `state` as entered, and `errors` of a refused submit.
    pub fn modal(&self, user: &str) -> Option<Value> {
        self.inner.read(|s| s.modals.get(user)?.last().map(super::page::modal))
    }

    /// How many modals lie on `user`'s screen.
    pub fn modal_depth(&self, user: &str) -> usize {
        self.inner.read(|s| s.modals.get(user).map_or(0, Vec::len))
    }

    /// The Home tab that the app published for `user`.
    pub fn home(&self, user: &str) -> Option<Value> {
        self.inner.read(|s| s.homes.get(user).cloned())
    }

    /// What a file holds.
    pub fn file(&self, id: &str) -> Option<String> {
        self.inner.read(|s| s.files.get(id).map(|f| String::from_utf8_lossy(&f.bytes).into_owned()))
    }

    /// The reactions of a message: name and users.
    pub fn reactions(&self, channel: &str, ts: &str) -> Vec<(String, Vec<String>)> {
        let message = self.message(channel, ts).unwrap_or_default();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let users = |r: &Value| r["users"].as_array().into_iter().flatten().map(text).collect();
        message["reactions"].as_array().into_iter().flatten().map(|r| (text(&r["name"]), users(r))).collect()
    }

    /// What Slack's client told `user` outside of any message.
    pub fn notices(&self, user: &str) -> Vec<String> {
        self.inner.read(|s| s.notices.iter().filter(|n| n.user == user).map(|n| n.text.clone()).collect())
    }

    /// The id of the direct conversation of `user` with the app.
    pub fn im(&self, user: &str) -> String {
        self.inner.read(|s| s.world.im_with(user))
    }

    /// The event envelopes that were sent, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.inner.read(|s| s.sent.clone())
    }
}
