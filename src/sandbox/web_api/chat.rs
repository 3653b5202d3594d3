//! `chat.*`

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Answer, Args, Ctx, Refused};
use crate::sandbox::state::bare;
use crate::sandbox::validate::{self, Content};

/// Characters of text that an edit may carry, fewer than a post (Slack: `chat.update`).
const UPDATE_TEXT: usize = 4000;
/// How far ahead of one message a second a channel may run: a burst of three.
const BURST: Duration = Duration::from_secs(2);

/// Text, blocks, attachments and metadata of a call, read and checked.
pub struct Draft {
    text: String,
    blocks: Value,
    attachments: Value,
    metadata: Value,
}

impl Draft {
    /// Reads the content of a call.
    ///
    /// # Errors
    /// When structured data is no JSON.
    pub fn read(args: &Args) -> Result<Self, Refused> {
        Ok(Self {
            text: args.str("text").unwrap_or_default().to_owned(),
            blocks: args.json("blocks", "invalid_blocks_format")?,
            attachments: args.json("attachments", "invalid_attachments")?,
            metadata: args.json("metadata", "invalid_metadata_format")?,
        })
    }

    /// Checks it against Slack's limits.
    pub fn check(&self) -> Result<(), Refused> {
        let content = Content {
            text: &self.text,
            blocks: &self.blocks,
            attachments: &self.attachments,
            metadata: &self.metadata,
        };
        Ok(validate::message(&content)?)
    }

    /// Lays it over a message object; what is absent stays as it was.
    pub fn onto(&self, value: &mut Value, has_text: bool) {
        if has_text {
            value["text"] = json!(self.text);
        }
        for (key, new) in
            [("blocks", &self.blocks), ("attachments", &self.attachments), ("metadata", &self.metadata)]
        {
            if !new.is_null() {
                value[key] = new.clone();
            }
        }
    }
}

/// A message by the bot, without content.
pub fn by_bot(ctx: &Ctx<'_>) -> Value {
    let (app, team) = (&ctx.state.world.app, &ctx.state.world.home.id);
    json!({"type": "message", "user": app.bot_user, "bot_id": app.bot_id, "app_id": app.id, "text": "", "team": team,
        "bot_profile": {"id": app.bot_id, "app_id": app.id, "name": app.name, "deleted": false,
            "user_id": app.bot_user, "team_id": team, "updated": 0, "icons": {}}})
}

pub fn post_message(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.channel(args, "channel")?;
    if channel.archived {
        return Err("is_archived".into());
    }
    if !channel.has(&ctx.state.world.app.bot_user) {
        return Err("not_in_channel".into());
    }
    if channel.restricted {
        return Err("restricted_action".into());
    }
    let draft = Draft::read(args)?;
    draft.check()?;
    within_rate(ctx, &channel.id)?;
    let mut value = by_bot(ctx);
    draft.onto(&mut value, true);
    if let Some(thread) = args.str("thread_ts") {
        if ctx.state.post(&channel.id, thread).is_none() {
            return Err("thread_not_found".into());
        }
        value["thread_ts"] = json!(thread);
        if args.flag("reply_broadcast") {
            value["subtype"] = json!("thread_broadcast");
        }
    }
    if let Some(name) = args.str("username") {
        value["subtype"] = json!("bot_message");
        value["username"] = json!(name);
    }
    let now = ctx.now;
    let ts = ctx.state.put(now, &channel.id, value, None);
    let message = ctx.state.post(&channel.id, &ts).map(|p| p.value.clone());
    Ok(json!({"channel": channel.id, "ts": ts, "message": message}))
}

fn within_rate(ctx: &mut Ctx<'_>, channel: &str) -> Result<(), Refused> {
    if !ctx.inner.options.limit_posts {
        return Ok(());
    }
    let now = Instant::now();
    let next = ctx.state.last_posted.entry(channel.to_owned()).or_insert(now);
    if *next > now + BURST {
        return Err(Refused { retry_after: Some(1), ..Refused::from("ratelimited") });
    }
    *next = (*next).max(now) + Duration::from_secs(1);
    Ok(())
}

pub fn post_ephemeral(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.own_channel(args, "channel")?;
    if channel.archived {
        return Err("is_archived".into());
    }
    let user = args.str("user").unwrap_or_default().to_owned();
    if !channel.has(&user) {
        return Err("user_not_in_channel".into());
    }
    let draft = Draft::read(args)?;
    draft.check()?;
    let mut value = by_bot(ctx);
    draft.onto(&mut value, true);
    if let Some(thread) = args.str("thread_ts") {
        value["thread_ts"] = json!(thread);
    }
    let now = ctx.now;
    let ts = ctx.state.put(now, &channel.id, value, Some(user));
    Ok(json!({"message_ts": ts}))
}

pub fn update(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.own_channel(args, "channel")?;
    if channel.archived {
        return Err("is_archived".into());
    }
    let ts = args.str("ts").unwrap_or_default();
    let before = own_post(ctx, &channel.id, ts, "cant_update_message")?;
    let draft = Draft::read(args)?;
    if draft.text.chars().count() > UPDATE_TEXT {
        return Err("msg_too_long".into());
    }
    let mut after = before.clone();
    draft.onto(&mut after, args.has("text"));
    let whole = Draft {
        text: after["text"].as_str().unwrap_or_default().to_owned(),
        blocks: after["blocks"].clone(),
        attachments: after["attachments"].clone(),
        metadata: draft.metadata.clone(),
    };
    whole.check()?;
    let now = ctx.now;
    after["edited"] = json!({"user": ctx.state.world.app.bot_id, "ts": ctx.state.ts(now)});
    ctx.state.name_blocks(&mut after);
    if let Some(post) = ctx.state.post_mut(&channel.id, ts) {
        post.change(after.clone());
    }
    ctx.state.announce_change(now, &channel.id, before, after.clone());
    Ok(json!({"channel": channel.id, "ts": ts, "text": after["text"], "message": after}))
}

pub fn delete(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.own_channel(args, "channel")?;
    let ts = args.str("ts").unwrap_or_default();
    own_post(ctx, &channel.id, ts, "cant_delete_message")?;
    let now = ctx.now;
    ctx.state.remove(now, &channel.id, ts);
    Ok(json!({"channel": channel.id, "ts": ts}))
}

/// The message when it is the bot's own and not ephemeral.
fn own_post(ctx: &Ctx<'_>, channel: &str, ts: &str, error: &str) -> Answer {
    let post = ctx.state.post(channel, ts).filter(|p| p.only_for.is_none() && p.value["deleted"] != true);
    let Some(post) = post else { return Err("message_not_found".into()) };
    if post.value["bot_id"] == ctx.state.world.app.bot_id {
        Ok(post.value.clone())
    } else {
        Err(error.into())
    }
}

pub fn permalink(ctx: &mut Ctx<'_>, args: &Args) -> Answer {
    let channel = ctx.channel(args, "channel")?;
    let ts = args.str("message_ts").unwrap_or_default();
    let Some(post) = ctx.state.post(&channel.id, ts) else { return Err("message_not_found".into()) };
    let digits = ts.replace('.', "");
    let mut link = format!("{}/archives/{}/p{digits}", ctx.inner.base, channel.id);
    if let Some(parent) = post.reply_to() {
        link.push_str(&format!("?thread_ts={parent}&cid={}", channel.id));
    }
    Ok(json!({"channel": channel.id, "permalink": link}))
}

/// A message as history shows it.
pub fn shown(value: &Value, with_metadata: bool) -> Value {
    if with_metadata { value.clone() } else { bare(value.clone()) }
}
