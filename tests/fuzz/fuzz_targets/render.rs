//! Nobody's words are a mention, a link or a command, alone or on a card; what the approver sees, what is sent and what is
//! kept are the same text; and no part of a text that is split at lines is too long or lost.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tandem::kernel::text::{escape, split, unescaped, visible};
use tandem::sustain::draft::{Check, Draft, Finding, Note, Override, Route, TemplateUsed};
use tandem::sustain::relevance::{Channel, GiftKind, Level, Purpose};
use tandem::sustain::template::Version;
use tandem::sustain::view;

fuzz_target!(|given: (&str, &str, &str)| {
    let (text, name, said) = given;
    for words in [text, name, said] {
        alone(words);
    }
    let draft = draft(text, name, said);
    let now = Timestamp::from_second(1_773_219_600).expect("a time");
    let card = view::card(&draft, now).expect("a card");
    harmless(&card.text);
    card.blocks.iter().for_each(block);
    let modal = view::review_modal(&Value::Null, &draft, None, now).expect("a modal");
    block(&modal);
    let ready = view::ready(&draft, &"U0MAYA".into()).expect("the ready text");
    harmless(&ready.text);
    ready.blocks.iter().for_each(block);
    harmless(&view::rejected(&draft, &"U0MAYA".into(), said).text);
    harmless(&view::proposed(&draft, "C0OPS").text);

    // The ready text says the note to the letter, and so does the edit form.
    let sent = escape(&draft.note.text);
    assert!(ready.text.ends_with(&sent));
    assert_eq!(unescaped(&sent), draft.note.text);
    let form = view::edit_modal(&Value::Null, &draft);
    let offered = form["blocks"][0]["element"]["initial_value"].as_str().unwrap_or_default();
    assert_eq!(offered, draft.note.text);
});

fn alone(words: &str) {
    let escaped = escape(words);
    assert!(!escaped.contains(['<', '>']));
    assert_eq!(unescaped(&escaped), visible(words));
    assert_eq!(visible(&visible(words)), visible(words));
    assert!(!escaped.contains(hidden));
    let parts = split(&escaped, 200);
    assert!(parts.iter().all(|p| p.chars().count() <= 200));
    let letters = |s: &str| s.split_whitespace().collect::<String>();
    assert_eq!(letters(&parts.concat()), letters(&escaped));
}

/// What no message of ours holds: control characters, and what turns the direction of writing.
fn hidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// What `<` may begin on a card: the people and the channel that we put there, and a time.
fn harmless(mrkdwn: &str) {
    assert!(!mrkdwn.contains(hidden), "{mrkdwn:?}");
    let ours = ["<@U0ALEX>", "<@U0MAYA>", "<@U0OMAR>", "<#C0NORTHWIND>", "<#C0OPS>", "<!date^1773219600^"];
    for (at, _) in mrkdwn.match_indices('<') {
        let rest = &mrkdwn[at..];
        assert!(ours.iter().any(|own| rest.starts_with(own)) || !rest.contains('>'), "{mrkdwn:?}");
    }
}

/// Looks at every text of a block or modal.
fn block(value: &Value) {
    if value["type"] == "mrkdwn" {
        let text = value["text"].as_str().unwrap_or_default();
        assert!(text.chars().count() <= 3000);
        harmless(text);
    }
    match value {
        Value::Array(parts) => parts.iter().for_each(block),
        Value::Object(parts) => parts.values().for_each(block),
        Value::String(text) => assert!(!text.contains(hidden), "{text:?}"),
        _ => {}
    }
}

/// A note as it is kept, in which everybody's words are hostile.
fn draft(text: &str, name: &str, said: &str) -> Draft {
    let finding = Finding {
        rule: "carries-gift".into(),
        level: Level::Block,
        reason: said.into(),
        fix: Some(name.into()),
    };
    let note = Note {
        partner_id: "p1".into(),
        partner: name.into(),
        contact_id: "c1".into(),
        contact: name.into(),
        account_id: Some("a1".into()),
        account: Some(name.into()),
        purpose: Purpose::Expansion,
        gift: GiftKind::Introduction,
        template: "expansion-introduction".into(),
        template_used: Some(TemplateUsed { title: name.into(), version: Version::Own(3) }),
        channel: Channel::Email,
        sender: "U0ALEX".into(),
        route: Route::Channel,
        destination: Some("C0NORTHWIND".into()),
        text: visible(text).into_owned(),
        facts: vec![said.into()],
        check: Check { verdict: Level::Block, rules: vec![finding] },
    };
    let now = Timestamp::from_second(1_773_219_600).expect("a time");
    let draft = Draft::propose(note, Some("U0MAYA".into()), "U0OMAR".into(), now);
    let overridden = Override { by: "U0MAYA".into(), reason: said.into(), rules: Vec::new() };
    Draft { overridden: Some(overridden), ..draft }
}
