//! Nobody's words are a mention, a link or a command, and no part of a text that is split at lines is too long or lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tandem::kernel::text::{escape, split, visible};

fuzz_target!(|text: &str| {
    let escaped = escape(text);
    assert!(!escaped.contains(['<', '>']));
    let back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    assert_eq!(back, visible(text));
    let parts = split(&escaped, 200);
    assert!(parts.iter().all(|p| p.chars().count() <= 200));
    let words = |s: &str| s.split_whitespace().collect::<String>();
    assert_eq!(words(&parts.concat()), words(&escaped));
});
