use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn an_edit_shows_the_message_as_it_is_now() {
    let payload = json!({"team_id": "T1", "authorizations": [{"team_id": "T1", "enterprise_id": null}],
        "event": {"type": "message", "subtype": "message_changed", "channel": "C1", "ts": "9.9",
            "message": {"user": "U1", "text": "new", "ts": "1.1", "thread_ts": "1.0", "team": "T1"},
            "previous_message": {"text": "old", "ts": "1.1"}}})
    .to_string();
    let m = MessageEvent::read(&payload);
    assert_eq!(m.change, Change::Edited { previous_text: "old".into() });
    assert_eq!((m.text.as_str(), m.ts.as_str(), m.thread_ts.as_deref()), ("new", "1.1", Some("1.0")));
    assert_eq!((m.channel.as_str(), m.actor.user_id.as_str()), ("C1", "U1"));
}

#[test]
fn a_deletion_names_what_is_gone() {
    let payload = json!({"event": {"type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": "1.1",
        "previous_message": {"user": "U1", "text": "old"}}})
    .to_string();
    let m = MessageEvent::read(&payload);
    assert_eq!((m.change, m.ts.as_str(), m.text.as_str()), (Change::Deleted, "1.1", "old"));
}

#[test]
fn a_bots_message_keeps_its_blocks_and_metadata() {
    let payload = json!({"event": {"type": "message", "subtype": "bot_message", "bot_id": "B1", "channel": "C1", "ts": "1.1",
        "text": "", "blocks": [{"type": "section"}], "metadata": {"event_type": "x", "event_payload": {"n": 7}}}})
    .to_string();
    let m = MessageEvent::read(&payload);
    assert_eq!((m.user, m.bot_id.as_deref()), (None, Some("B1")));
    assert_eq!(m.message["blocks"][0]["type"], "section");
    assert_eq!(m.message["metadata"]["event_payload"]["n"], 7);
}

#[test]
fn a_file_is_fetched_from_its_download_or_else_its_page() {
    let mut file =
        json!({"id": "F1", "name": "a.csv", "size": 12, "url_private": "https://files.slack.com/a"});
    let read = FileRef::read(&file);
    assert_eq!((read.size, read.url.as_deref()), (12, Some("https://files.slack.com/a")));
    file["url_private_download"] = json!("https://files.slack.com/a/download");
    assert_eq!(FileRef::read(&file).url.as_deref(), Some("https://files.slack.com/a/download"));
}

#[test]
fn in_a_shared_channel_the_user_is_the_partners_and_home_is_ours() {
    let click = json!({"type": "block_actions", "team": {"id": "TPARTNER"}, "user": {"id": "U9", "team_id": "TPARTNER"},
        "view": {"id": "V1", "type": "home", "app_installed_team_id": "THOME"}, "actions": []});
    let actor = ActingUser::read(&click);
    assert_eq!((actor.team_id.as_deref(), actor.home_team_id.as_deref()), (Some("TPARTNER"), Some("THOME")));

    let event = json!({"team_id": "TPARTNER", "authorizations": [{"team_id": "THOME", "enterprise_id": null}],
        "event": {"type": "message", "user": "U9", "user_team": "TPARTNER", "source_team": "TPARTNER"}});
    let actor = ActingUser::read(&event);
    assert_eq!((actor.team_id.as_deref(), actor.home_team_id.as_deref()), (Some("TPARTNER"), Some("THOME")));
}

#[test]
fn an_organisation_wide_install_has_no_team() {
    let click = json!({"type": "block_actions", "team": null, "enterprise": {"id": "E1", "name": "Org"},
        "is_enterprise_install": true, "user": {"id": "U1", "team_id": "T7"}, "actions": []});
    let actor = ActingUser::read(&click);
    assert_eq!((actor.team_id.as_deref(), actor.enterprise_id.as_deref()), (Some("T7"), Some("E1")));
    let shared =
        json!({"team_id": "T1", "event": {"type": "file_shared", "user_id": "U9", "channel_id": "C1"}});
    assert_eq!(ActingUser::read(&shared).team_id, None);
}

#[test]
fn a_click_is_read_with_its_choice() {
    let payload = json!({"type": "block_actions", "trigger_id": "t.1", "response_url": "https://hooks.slack.com/x",
        "user": {"id": "U1", "team_id": "T1"}, "container": {"type": "message", "channel_id": "C1", "message_ts": "1.1", "is_ephemeral": true},
        "actions": [{"type": "overflow", "action_id": "row.more", "block_id": "b1", "selected_option": {"value": "snooze:7"}}]})
    .to_string();
    let click = BlockActions::read(&payload);
    assert_eq!((click.channel.as_deref(), click.message_ts.as_deref()), (Some("C1"), Some("1.1")));
    assert!(click.view.is_none());
    let action = click.first().unwrap();
    assert_eq!(
        (action.action_id.as_str(), action.kind.as_str(), action.value.as_str()),
        ("row.more", "overflow", "snooze:7")
    );
}

#[test]
fn a_submission_is_read_input_by_input() {
    let values = json!({
        "text": {"v": {"type": "plain_text_input", "value": "  Acme \n"}},
        "empty": {"v": {"type": "plain_text_input", "value": null}},
        "kind": {"v": {"type": "static_select", "selected_option": {"value": "give"}}},
        "ticks": {"v": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
        "day": {"v": {"type": "datepicker", "selected_date": "2026-12-12"}},
        "odd": {"v": {"type": "datepicker", "selected_date": "fryday"}},
        "hour": {"v": {"type": "timepicker", "selected_time": "09:30"}},
        "who": {"v": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}},
        "where": {"v": {"type": "conversations_select", "selected_conversation": "C9"}},
    });
    let payload = json!({"type": "view_submission", "trigger_id": "t", "user": {"id": "U1", "team_id": "T1"},
        "view": {"id": "V1", "callback_id": "commit.add", "private_metadata": "{\"n\":1}", "state": {"values": values}}})
    .to_string();
    let s = ViewSubmission::read(&payload);
    assert_eq!((s.callback_id.as_str(), &s.metadata), ("commit.add", &json!({"n": 1})));
    let v = &s.values;
    assert_eq!(
        (v.get_text("text", "v"), v.get_text("empty", "v"), v.get_text("none", "v")),
        (Some("Acme"), None, None)
    );
    assert_eq!((v.option("kind", "v"), v.options("ticks", "v")), (Some("give"), vec!["a", "b"]));
    assert_eq!((v.date("day", "v"), v.date("odd", "v")), (Some(date(2026, 12, 12)), None));
    assert_eq!(v.time("hour", "v").map(|t| t.minute()), Some(30));
    assert_eq!((v.users("who", "v"), v.channel("where", "v")), (vec!["U1", "U2"], Some("C9")));
    assert_eq!(v.only("kind").map(|(id, _)| id), Some("v"));
}

#[test]
fn commands_shortcuts_and_the_smaller_events() {
    let command = json!({"command": "/partner", "text": " digest preview ", "user_id": "U1", "team_id": "T1", "channel_id": "C1"});
    let c = SlashCommand::read(&command.to_string());
    assert_eq!(
        (c.text.as_str(), c.channel.as_str(), c.actor.user_id.as_str()),
        ("digest preview", "C1", "U1")
    );

    let shortcut = json!({"type": "message_action", "callback_id": "overlap.add", "channel": {"id": "C1"}, "user": {"id": "U1"},
        "message": {"text": "Acme", "ts": "1.1", "user": "U2"}});
    let on = Shortcut::read(&shortcut.to_string()).on.unwrap();
    assert_eq!((on.channel.as_str(), on.ts.as_str(), on.user.as_deref()), ("C1", "1.1", Some("U2")));

    let home = json!({"event": {"type": "app_home_opened", "user": "U1", "tab": "home"}}).to_string();
    let home = AppHomeOpened::read(&home);
    assert_eq!((home.user.as_str(), home.tab.as_str()), ("U1", "home"));
    let rename =
        json!({"event": {"type": "channel_rename", "channel": {"id": "C1", "name": "new"}}}).to_string();
    assert_eq!(ChannelChange::read(&rename).channel, "C1");
    let file = json!({"event": {"type": "file_shared", "file_id": "F1", "user_id": "U1", "file": {"id": "F1"}, "channel_id": "C1"}});
    assert_eq!(FileShared::read(&file.to_string()).file_id, "F1");
}

proptest! {
    #[test]
    fn no_payload_makes_a_reader_panic(payload in "\\PC{0,80}|\\{\"(event|user|view|actions|message)\":(null|7|\"x\"|\\[\\]|\\{\\}|\\[null\\])\\}") {
        MessageEvent::read(&payload);
        BlockActions::read(&payload);
        ViewSubmission::read(&payload);
        SlashCommand::read(&payload);
        Shortcut::read(&payload);
        AppHomeOpened::read(&payload);
        FileShared::read(&payload);
        MemberJoined::read(&payload);
        ChannelChange::read(&payload);
    }
}

#[test]
fn a_field_is_the_same_whatever_the_turn_of_its_form() {
    let payload = json!({"view": {
        "blocks": [{"type": "section"}, {"type": "input", "block_id": "stall~2"}],
        "state": {"values": {"stall~2": {"stall": {"value": "their lawyers"}}}},
    }});
    let submission = ViewSubmission::read(&payload.to_string());
    assert_eq!((submission.view.turn, submission.view.first_input.as_deref()), (2, Some("stall")));
    assert_eq!(submission.values.get_text("stall", "stall"), Some("their lawyers"));
    assert_eq!([0, 2].map(|turn| block_id_at(turn, "stall")), ["stall", "stall~2"]);
}
