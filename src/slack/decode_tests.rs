use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn decode(value: &Value) -> Decoded {
    body(value.to_string().into_bytes(), None)
}

fn envelope(value: &Value) -> Envelope {
    match decode(value) {
        Decoded::Envelope(e) => e,
        other => panic!("no envelope: {other:?}"),
    }
}

fn facts(e: &Envelope) -> (Kind, &str, &str, &str, bool) {
    (e.kind, &e.key, &e.name, &e.lane, e.kind.is_urgent())
}

fn event(inner: &Value) -> Value {
    json!({"token": "x", "team_id": "T1", "type": "event_callback", "event_id": "Ev1", "event_time": 1, "event": inner})
}

#[test]
fn events_are_keyed_by_their_id_and_kept_as_sent() {
    let raw = r#"{"type":"event_callback", "event_id":"Ev9","team_id":null,"enterprise_id":"E1","is_enterprise_install":true,
        "event":{"type":"message","channel":"C1","user":"U1","text":"Acme \u00e9","ts":"1.2"}}"#;
    let retry = Some(Retry { attempt: 2, reason: "http_timeout".into() });
    let Decoded::Envelope(e) = body(raw.as_bytes().to_vec(), retry.clone()) else { panic!() };
    assert_eq!(facts(&e), (Kind::Event, "Ev9", "message", "C1", false));
    assert_eq!(e.payload, raw);
    assert_eq!(e.retry, retry);
}

#[test]
fn the_lane_is_the_channel_wherever_slack_puts_it() {
    for (inner, lane) in [
        (
            json!({"type": "message", "subtype": "message_changed", "channel": "C1", "message": {"user": "U2"}}),
            "C1",
        ),
        (json!({"type": "channel_rename", "channel": {"id": "C2", "name": "new", "created": 1}}), "C2"),
        (json!({"type": "file_shared", "channel_id": "C3", "file_id": "F1", "user_id": "U1"}), "C3"),
        (json!({"type": "app_home_opened", "user": "U5", "channel": "D1", "tab": "home"}), "U5"),
        (json!({"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}), "T1"),
        (json!({"type": "message", "channel": null, "user": ["odd", {"id": 1}]}), "T1"),
    ] {
        assert_eq!(envelope(&event(&inner)).lane, lane, "{inner}");
    }
}

#[test]
fn interactions_are_keyed_by_their_trigger() {
    let click = json!({"type": "block_actions", "trigger_id": "t.1", "team": null, "enterprise": {"id": "E1"},
        "user": {"id": "U1", "team_id": "T2"}, "channel": {"id": "C1", "name": "x"},
        "actions": [{"action_id": "digest.plan", "type": "button", "value": "7"}]});
    assert_eq!(facts(&envelope(&click)), (Kind::BlockActions, "t.1", "digest.plan", "C1", true));

    let ephemeral = json!({"type": "block_actions", "trigger_id": "t.2", "user": {"id": "U1"},
        "container": {"type": "message", "channel_id": "C7"}, "actions": []});
    assert_eq!(facts(&envelope(&ephemeral)), (Kind::BlockActions, "t.2", "", "C7", true));

    let view = json!({"id": "V2", "root_view_id": "V1", "callback_id": "draft.edit", "hash": "h1"});
    let submit = json!({"type": "view_submission", "trigger_id": "t.3", "user": {"id": "U1"}, "view": view});
    let key = envelope(&submit).key;
    assert!(key.starts_with("submitted:V2:h1:"), "{key}");
    assert_eq!(facts(&envelope(&submit)), (Kind::ViewSubmission, key.as_str(), "draft.edit", "V1", true));
    let closed = json!({"type": "view_closed", "user": {"id": "U1"}, "view": view, "is_cleared": false});
    assert_eq!(facts(&envelope(&closed)), (Kind::ViewClosed, "closed:V2:h1", "draft.edit", "V1", false));

    let on_message = json!({"type": "message_action", "trigger_id": "t.4", "callback_id": "overlap.add",
        "channel": {"id": "C1"}, "user": {"id": "U1"}, "message": {"ts": "1.1"}});
    assert_eq!(facts(&envelope(&on_message)), (Kind::MessageShortcut, "t.4", "overlap.add", "C1", true));
    let global =
        json!({"type": "shortcut", "trigger_id": "t.5", "callback_id": "commit.log", "user": {"id": "U1"}});
    assert_eq!(facts(&envelope(&global)), (Kind::GlobalShortcut, "t.5", "commit.log", "U1", true));
}

#[test]
fn a_form_that_is_sent_again_is_the_same_and_another_is_not() {
    let submit = |trigger: &str, hash: &str, why: &str| {
        let state = json!({"values": {"why": {"why": {"value": why}}}});
        let view = json!({"id": "V2", "callback_id": "draft.edit", "hash": hash, "state": state});
        envelope(&json!({"type": "view_submission", "trigger_id": trigger, "view": view})).key
    };
    let first = submit("t.1", "h1", "too early");
    assert_eq!(submit("t.2", "h1", "too early"), first);
    assert_ne!(submit("t.2", "h1", "no fit"), first, "the words were changed");
    assert_ne!(submit("t.2", "h2", "too early"), first, "the form was drawn anew");
}

#[test]
fn the_verification_token_goes_no_further() {
    let event = json!({"token": "Xs1kd83JdM2lfk9sLwQ0", "type": "event_callback", "event_id": "Ev1",
        "event": {"type": "message", "channel": "C1", "text": "hi"}});
    let kept: Value = serde_json::from_str(&envelope(&event).payload).unwrap();
    assert_eq!((&kept["token"], &kept["event"]), (&json!(""), &event["event"]));
    let Decoded::Envelope(command) =
        body(b"command=%2Fpartner&token=Xs1kd83JdM2lfk9sLwQ0&text=a".to_vec(), None)
    else {
        panic!()
    };
    assert!(!command.payload.contains("Xs1kd83JdM2lfk9sLwQ0"), "{}", command.payload);
}

#[test]
fn an_interaction_comes_in_a_form() {
    let click =
        json!({"type": "block_actions", "trigger_id": "t.1", "actions": [{"action_id": "a"}]}).to_string();
    let form = serde_urlencoded::to_string([("payload", click.as_str())]).unwrap();
    let Decoded::Envelope(e) = body(form.into_bytes(), None) else { panic!() };
    assert_eq!((e.key.as_str(), e.payload), ("t.1", click));
}

#[test]
fn a_command_becomes_an_object_and_binary_is_no_fault() {
    let mut form = b"command=%2Fpartner&user_id=U1&channel_id=C1&trigger_id=t.9&text=a+%00%FF%FE".to_vec();
    form.extend([0xC3, 0x28, 0x00]);
    let Decoded::Envelope(e) = body(form, None) else { panic!() };
    assert_eq!(facts(&e), (Kind::Command, "t.9", "/partner", "U1", true));
    assert!(!e.payload.contains('\0'));
    let fields: Value = serde_json::from_str(&e.payload).unwrap();
    assert_eq!(fields["text"], "a \0\u{fffd}\u{fffd}\u{fffd}(\0");
    // Socket Mode brings the same command as an object.
    assert_eq!(json(e.payload.clone(), None), Decoded::Envelope(e));
}

#[test]
fn handshakes() {
    let challenge = json!({"type": "url_verification", "challenge": "3eZ", "token": "x"});
    assert_eq!(decode(&challenge), Decoded::UrlVerification { challenge: "3eZ".into() });
    assert_eq!(body(b"ssl_check=1&token=x".to_vec(), None), Decoded::SslCheck);
}

#[test]
fn what_we_have_no_use_for_is_ignored_by_name() {
    assert_eq!(decode(&event(&json!({"type": "star_added"}))), Decoded::Ignored("event:star_added".into()));
    assert_eq!(decode(&json!({"type": "workflow_step_edit"})), Decoded::Ignored("workflow_step_edit".into()));
    assert_eq!(decode(&json!({"type": "app_rate_limited"})), Decoded::Ignored("app_rate_limited".into()));
}

#[test]
fn what_slack_never_sends_is_malformed() {
    let nested = "[".repeat(100_000);
    let deep = format!("{{\"type\":\"event_callback\",\"event\":{nested}");
    for raw in ["", "{", "{}", "[]", "{\"type\":7}", "text=hi", "payload=%7B", "payload=null", &deep] {
        assert!(matches!(body(raw.as_bytes().to_vec(), None), Decoded::Malformed(_)), "{raw:.40}");
    }
    assert!(matches!(body(b"{\"type\":\"\xff\"}".to_vec(), None), Decoded::Malformed(_)));
    assert!(matches!(decode(&event(&json!(null))), Decoded::Malformed(_)));
}

#[test]
fn without_a_usable_id_the_content_is_the_key() {
    let mut a = event(&json!({"type": "message", "channel": "C1"}));
    a["event_id"] = json!("bad\0id");
    let first = envelope(&a).key;
    assert!(first.starts_with("event:") && first.len() == 70, "{first}");
    assert_eq!(envelope(&a).key, first);
    a["event"]["text"] = json!("other");
    assert_ne!(envelope(&a).key, first);
    a["event"]["channel"] = json!("C\u{0}1".repeat(200));
    assert!(envelope(&a).lane.starts_with("C1C1") && envelope(&a).lane.len() <= LONGEST_ID);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "event_callback",
            "block_actions",
            "view_submission",
            "view_closed",
            "message"
        ])
        .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "type",
        "event",
        "event_id",
        "trigger_id",
        "user",
        "channel",
        "view",
        "id",
        "hash",
        "actions",
        "action_id",
        "command",
        "team",
        "container",
        "item",
        "callback_id",
        "channel_id",
        "other",
    ]);
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(raw in prop::collection::vec(any::<u8>(), 0..400)) {
        body(raw, None);
    }

    #[test]
    fn no_json_makes_it_panic_and_ids_are_storable(value in any_json()) {
        if let Decoded::Envelope(e) = decode(&value) {
            prop_assert!(!e.key.is_empty() && e.key.len() <= LONGEST_ID);
            for text in [&e.key, &e.name, &e.lane] {
                prop_assert!(!text.contains('\0'));
            }
            prop_assert_eq!(e.payload, value.to_string());
        }
    }
}
