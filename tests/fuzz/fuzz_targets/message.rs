//! Whatever stands in a channel message, reading it ends, and what it finds is well-formed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tandem::map::intake::message::{Context, read};

fuzz_target!(|text: &str| {
    let context = Context::new(vec!["Northwind".to_owned(), "Globex".to_owned()], None);
    // JSON is read as a whole message, with its blocks and attachments; anything else as what a person typed.
    let message = match serde_json::from_str::<Value>(text) {
        Ok(message @ Value::Object(_)) => message,
        _ => json!({"type": "message", "user": "U1", "text": text}),
    };
    for overlap in read(&message, &context).overlaps {
        assert!(overlap.account.is_none_or(|a| !a.trim().is_empty()));
        assert!(overlap.partner.is_none_or(|p| !p.trim().is_empty()));
    }
});
