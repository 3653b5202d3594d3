//! What happens to the workspace as a whole: other apps post, channels change, the app is removed, events come twice.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Sandbox;
use super::state::State;
use super::world::{Kind, Team};

impl State {
    /// Adds a member and queues `member_joined_channel`.
    pub fn add_member(&mut self, now: Timestamp, channel: &str, user: &str, inviter: Option<&str>) {
        let Some(found) = self.world.channel_mut(channel).filter(|c| !c.has(user)) else { return };
        found.members.push(user.to_owned());
        let ts = self.ts(now);
        let team = self.world.user(user).map(|u| u.team_id.clone());
        let mut event = json!({"type": "member_joined_channel", "user": user, "channel": channel,
            "channel_type": "C", "team": team, "event_ts": ts});
        if let Some(inviter) = inviter {
            event["inviter"] = json!(inviter);
        }
        self.event(channel, event);
    }
}

impl State {
    /// What `/invite` does: with somebody of another company the channel becomes a shared one.
    pub fn invite(&mut self, now: Timestamp, channel: &str, user: &str, inviter: &str) {
        let team = self.world.user(user).map(|u| u.team_id.clone()).filter(|t| *t != self.world.home.id);
        self.add_member(now, channel, user, Some(inviter));
        let Some(team) = team else { return };
        let Some(found) = self.world.channel_mut(channel).filter(|c| !c.shared_with.contains(&team)) else {
            return;
        };
        found.shared_with.push(team.clone());
        let ts = self.ts(now);
        let event =
            json!({"type": "channel_shared", "connected_team_id": team, "channel": channel, "event_ts": ts});
        self.event(channel, event);
    }

    /// What `/remove` does; with the last person of another company its part in the channel ends.
    pub fn remove_member(&mut self, now: Timestamp, channel: &str, user: &str, by: &str) {
        let Some(found) = self.world.channel_mut(channel).filter(|c| c.has(user)) else { return };
        let private = found.kind == Kind::Private;
        let ts = self.ts(now);
        let bot = user == self.world.app.bot_user;
        if bot {
            // Who is removed hears of it by an event of its own.
            let kind = if private { "group_left" } else { "channel_left" };
            self.event(channel, json!({"type": kind, "channel": channel, "actor_id": by, "event_ts": ts}));
        }
        if let Some(found) = self.world.channel_mut(channel) {
            found.members.retain(|m| m != user);
        }
        let team = self.world.user(user).map(|u| u.team_id.clone());
        let left = json!({"type": "member_left_channel", "user": user, "channel": channel, "channel_type": "C",
            "team": team, "event_ts": ts});
        self.event(channel, left);
        if let Some(team) = team.filter(|t| *t != self.world.home.id) {
            let members = self.world.channel(channel).map(|c| c.members.clone()).unwrap_or_default();
            if !members.iter().filter_map(|m| self.world.user(m)).any(|u| u.team_id == team) {
                self.unshare(now, channel, &team);
            }
        }
    }

    /// Ends a company's part in a channel; its people are no longer in it.
    pub fn unshare(&mut self, now: Timestamp, channel: &str, team: &str) {
        let theirs: Vec<String> =
            self.world.users.iter().filter(|u| u.team_id == team).map(|u| u.id.clone()).collect();
        let Some(found) = self.world.channel_mut(channel) else { return };
        found.shared_with.retain(|t| t != team);
        found.members.retain(|m| !theirs.contains(m));
        let still = !found.shared_with.is_empty();
        let ts = self.ts(now);
        let event = json!({"type": "channel_unshared", "previously_connected_team_id": team, "channel": channel,
            "is_ext_shared": still, "event_ts": ts});
        self.event(channel, event);
    }
}

impl Sandbox {
    /// Renames a channel.
    pub async fn rename_channel(&self, channel: &str, name: &str) {
        let now = self.clock().now();
        self.tell(|s| {
            if let Some(found) = s.world.channel_mut(channel) {
                found.name = name.to_owned();
            }
            let ts = s.ts(now);
            let named =
                json!({"id": channel, "name": name, "name_normalized": name, "created": now.as_second()});
            s.event(channel, json!({"type": "channel_rename", "channel": named, "event_ts": ts}));
        })
        .await;
    }

    /// Archives a channel.
    pub async fn archive_channel(&self, channel: &str, by: &str) {
        let now = self.clock().now();
        self.tell(|s| {
            if let Some(found) = s.world.channel_mut(channel) {
                found.archived = true;
            }
            let ts = s.ts(now);
            s.event(
                channel,
                json!({"type": "channel_archive", "channel": channel, "user": by, "event_ts": ts}),
            );
        })
        .await;
    }

    /// Opens an archived channel again.
    pub async fn unarchive_channel(&self, channel: &str, by: &str) {
        let now = self.clock().now();
        self.tell(|s| {
            if let Some(found) = s.world.channel_mut(channel) {
                found.archived = false;
            }
            let ts = s.ts(now);
            let event = json!({"type": "channel_unarchive", "channel": channel, "user": by, "event_ts": ts});
            s.event(channel, event);
        })
        .await;
    }

    /// Gives a channel another id, as Slack does when a private one is shared.
    pub async fn renumber_channel(&self, channel: &str, id: &str) {
        let now = self.clock().now();
        self.tell(|s| {
            if let Some(found) = s.world.channel_mut(channel) {
                found.id = id.to_owned();
            }
            if let Some(posts) = s.posts.remove(channel) {
                s.posts.insert(id.to_owned(), posts);
            }
            let ts = s.ts(now);
            let event = json!({"type": "channel_id_changed", "old_channel_id": channel, "new_channel_id": id, "event_ts": ts});
            s.event(id, event);
        })
        .await;
    }

    /// Deletes a channel with everything in it.
    pub async fn delete_channel(&self, channel: &str) {
        let now = self.clock().now();
        self.tell(|s| {
            let ts = s.ts(now);
            s.event(channel, json!({"type": "channel_deleted", "channel": channel, "event_ts": ts}));
            s.world.channels.retain(|c| c.id != channel);
            s.posts.remove(channel);
        })
        .await;
    }

    /// Lets only a channel's managers post there, or everybody again; Slack sends no event for it.
    pub fn restrict_channel(&self, channel: &str, restricted: bool) {
        let (_, _) = self.inner.change(|s| {
            if let Some(found) = s.world.channel_mut(channel) {
                found.restricted = restricted;
            }
        });
    }

    /// Takes `user` out of a channel.
    pub async fn remove(&self, channel: &str, user: &str, by: &str) {
        let now = self.clock().now();
        self.tell(|s| s.remove_member(now, channel, user, by)).await;
    }

    /// Ends a company's part in a channel.
    pub async fn unshare_channel(&self, channel: &str, team: &str) {
        let now = self.clock().now();
        self.tell(|s| s.unshare(now, channel, team)).await;
    }

    /// Shares a channel with another team (Slack Connect).
    pub async fn share_channel(&self, channel: &str, with: Team) {
        let now = self.clock().now();
        self.tell(|s| {
            let team = with.id.clone();
            if s.world.team(&team).is_none() {
                s.world.others.push(with);
            }
            if let Some(found) = s.world.channel_mut(channel) {
                found.shared_with.push(team.clone());
            }
            let ts = s.ts(now);
            let event = json!({"type": "channel_shared", "connected_team_id": team, "channel": channel, "event_ts": ts});
            s.event(channel, event);
        })
        .await;
    }

    /// Adds `user` to a channel, invited by `inviter`; somebody of another company makes it a shared one.
    pub async fn invite(&self, channel: &str, user: &str, inviter: &str) {
        let now = self.clock().now();
        self.tell(|s| s.invite(now, channel, user, inviter)).await;
    }

    /// Takes the bot's token away: `tokens_revoked`, and `token_revoked` on every call from now on.
    pub async fn revoke_token(&self) {
        self.tell(|s| {
            s.revoked = Some("token_revoked");
            let tokens = json!({"oauth": [], "bot": [s.world.app.bot_user]});
            s.events.push(json!({"type": "tokens_revoked", "tokens": tokens}));
        })
        .await;
    }

    /// Removes the app from the workspace: `app_uninstalled`, and `account_inactive` on every call from now on.
    pub async fn uninstall(&self) {
        self.tell(|s| {
            s.revoked = Some("account_inactive");
            s.events.push(json!({"type": "app_uninstalled"}));
        })
        .await;
    }

    /// Lays these fields over what `users.info` says of a person: guests, members of an organisation and the like.
    pub fn describe(&self, user: &str, traits: Value) {
        self.inner.read(|s| s.traits.insert(user.to_owned(), traits));
    }

    /// Makes a person a guest of the workspace.
    pub fn make_guest(&self, user: &str) {
        let (_, _) = self.inner.change(|s| {
            if let Some(user) = s.world.users.iter_mut().find(|u| u.id == user) {
                user.is_guest = true;
            }
        });
    }

    /// Moves a person to another zone, as an IANA name.
    pub fn set_zone(&self, user: &str, zone: &str) {
        let (_, _) = self.inner.change(|s| {
            if let Some(user) = s.world.users.iter_mut().find(|u| u.id == user) {
                zone.clone_into(&mut user.zone);
            }
        });
    }

    /// Sends an event that is not modelled here, to the app alone.
    pub async fn raw_event(&self, event: Value) {
        self.tell(|s| s.events.push(event)).await;
    }

    /// Sends the last `n` events again, with the same event ids, as Slack does when it missed the answer.
    pub async fn redeliver_last(&self, n: usize) {
        let again = self.inner.read(|s| s.sent[s.sent.len().saturating_sub(n)..].to_vec());
        for envelope in &again {
            self.inner.send_event(envelope, Some((1, "http_timeout"))).await;
        }
    }

    /// Keeps events back until [`Sandbox::release`].
    pub fn hold(&self) {
        self.inner.read(|s| s.held = Some(Vec::new()));
    }

    /// Forgets what was kept back: the app never hears of it.
    pub fn lose(&self) {
        self.inner.read(|s| s.held = None);
    }

    /// Sends what was kept back, newest first when `reversed`.
    pub async fn release(&self, reversed: bool) {
        let mut held = self.inner.read(|s| s.held.take()).unwrap_or_default();
        if reversed {
            held.reverse();
        }
        self.inner.send_events(&held).await;
    }

    async fn tell<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        let (result, envelopes) = self.inner.change(f);
        self.inner.send_events(&envelopes).await;
        result
    }
}
