//! The shapes of what Slack sends to an app (Slack: "Events API", "Interactivity payloads", "Slash commands").

use jiff::Timestamp;
use serde_json::{Value, json};

use super::state::{State, bare};

/// The verification token that old apps compare; it proves nothing.
const TOKEN: &str = "sandbox-verification-token";

/// The outer envelope of an event.
pub fn envelope(state: &mut State, event: Value, now: Timestamp) -> Value {
    let channel =
        event["channel"].as_str().or(event["channel_id"].as_str()).or(event["channel"]["id"].as_str());
    let shared = channel.and_then(|c| state.world.channel(c)).is_some_and(|c| !c.shared_with.is_empty());
    let id = state.id("Ev");
    let world = &state.world;
    let team = if world.org_wide { Value::Null } else { json!(world.home.id) };
    json!({
        "token": TOKEN,
        "team_id": team,
        "enterprise_id": world.enterprise_id,
        "context_team_id": team,
        "context_enterprise_id": world.enterprise_id,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": id,
        "event_time": now.as_second(),
        "authorizations": [{
            "enterprise_id": world.enterprise_id,
            "team_id": team,
            "user_id": world.app.bot_user,
            "is_bot": true,
            "is_enterprise_install": world.org_wide,
        }],
        "is_ext_shared_channel": shared,
        "event_context": format!("4-{id}"),
    })
}

/// What every interaction carries: who, where from, for which app. A person of another team brings that team.
pub fn interaction(state: &mut State, kind: &str, user: &str) -> Value {
    let trigger = state.trigger(user);
    let world = &state.world;
    let (name, team_id) =
        world.user(user).map_or((user, world.home.id.as_str()), |u| (u.name.as_str(), u.team_id.as_str()));
    let domain = world.team(team_id).map_or("", |t| t.domain.as_str());
    let enterprise = world.enterprise_id.as_ref().map(|id| json!({"id": id, "name": world.home.name}));
    let team = if world.org_wide { Value::Null } else { json!({"id": team_id, "domain": domain}) };
    json!({
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": team_id},
        "api_app_id": world.app.id,
        "token": TOKEN,
        "trigger_id": trigger,
        "team": team,
        "enterprise": enterprise,
        "is_enterprise_install": world.org_wide,
    })
}

/// `{id, name}` of a channel; a direct conversation is called `directmessage`.
pub fn channel(state: &State, id: &str) -> Value {
    let name = state.world.channel(id).map(|c| c.name.as_str()).filter(|n| !n.is_empty());
    json!({"id": id, "name": name.unwrap_or("directmessage")})
}

/// Adds to an interaction the message it is about, and the address that answers it.
pub fn about_message(state: &mut State, out: &mut Value, now: Timestamp, base: &str, at: (&str, &str)) {
    let (channel_id, ts) = at;
    let user = out["user"]["id"].as_str().unwrap_or_default().to_owned();
    let path = state.reply_path(now, channel_id, &user, Some(ts));
    out["response_url"] = json!(format!("{base}{path}"));
    out["channel"] = channel(state, channel_id);
    if let Some(post) = state.post(channel_id, ts) {
        out["message"] = bare(post.value.clone());
    }
}

/// The form fields of a slash command.
pub fn command(
    state: &mut State,
    now: Timestamp,
    base: &str,
    user: &str,
    channel_id: &str,
    typed: (&str, &str),
) -> Vec<(String, String)> {
    let trigger = state.trigger(user);
    let path = state.reply_path(now, channel_id, user, None);
    let channel = channel(state, channel_id);
    let world = &state.world;
    let user_name = world.user(user).map_or(user, |u| u.name.as_str());
    let mut fields = vec![
        ("token", TOKEN.to_owned()),
        ("team_id", world.home.id.clone()),
        ("team_domain", world.home.domain.clone()),
        ("channel_id", channel_id.to_owned()),
        ("channel_name", channel["name"].as_str().unwrap_or_default().to_owned()),
        ("user_id", user.to_owned()),
        ("user_name", user_name.to_owned()),
        ("command", typed.0.to_owned()),
        ("text", typed.1.to_owned()),
        ("api_app_id", world.app.id.clone()),
        ("is_enterprise_install", world.org_wide.to_string()),
        ("response_url", format!("{base}{path}")),
        ("trigger_id", trigger),
    ];
    if let Some(id) = &world.enterprise_id {
        fields.push(("enterprise_id", id.clone()));
        fields.push(("enterprise_name", world.home.name.clone()));
    }
    fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}
