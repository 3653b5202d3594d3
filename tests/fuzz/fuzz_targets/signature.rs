//! Only what Slack signed within five minutes gets in, to the letter; whatever is signed is decoded without a panic into
//! something that a database can hold.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;
use serde::de::IgnoredAny;
use tandem::kernel::clock::Clock;
use tandem::slack::decode::{self, Decoded};
use tandem::slack::verify::{Verifier, WINDOW_SECONDS, sign};

const NOW: i64 = 1_772_600_000;

fuzz_target!(|given: (&str, &str, i16, u16, u8, &[u8])| {
    let (time, signature, late, at, other, body) = given;
    let secret = SecretString::from("8f742231b10e8888abcd99yyyzzz85a5");
    let clock = Clock::standing(Timestamp::from_second(NOW).expect("a time"));
    let verifier = Verifier::new(&secret, clock.clone());
    assert!(verifier.check(Some(time), Some(signature), body).is_err(), "nobody guesses a signature");

    // Signed by Slack, somewhat early or late.
    let sent = NOW - i64::from(late);
    let (stamp, signed) = (sent.to_string(), sign(&secret, sent, body));
    let fresh = u64::from(late.unsigned_abs()) <= WINDOW_SECONDS;
    assert_eq!(verifier.check(Some(&stamp), Some(&signed), body).is_ok(), fresh);

    // The same with one thing changed on the way.
    let mut changed = body.to_vec();
    match changed.get_mut(usize::from(at)) {
        Some(byte) if *byte != other => *byte = other,
        _ => changed.push(other),
    }
    assert!(verifier.check(Some(&stamp), Some(&signed), &changed).is_err());
    assert!(verifier.check(Some(&stamp), Some(&signed[..signed.len() - 1]), body).is_err());
    assert!(verifier.check(Some(&NOW.to_string()), Some(&signed), body).is_err() || sent == NOW);
    assert!(verifier.check(Some(time), Some(&signed), body).is_err() || time == stamp);
    let foreign = sign(&SecretString::from("another app's"), sent, body);
    assert!(verifier.check(Some(&stamp), Some(&foreign), body).is_err());
    assert!(Verifier::new(&SecretString::from(""), clock).check(Some(&stamp), Some(&signed), body).is_err());

    let decoded = decode::body(body.to_vec(), None);
    if let Decoded::Envelope(envelope) = &decoded {
        assert!(!envelope.key.is_empty());
        for id in [&envelope.key, &envelope.name, &envelope.lane] {
            assert!(id.len() <= 255 && !id.contains(char::is_control), "{id:?}");
        }
        assert!(!envelope.payload.contains('\0'));
        assert!(
            serde_json::from_str::<IgnoredAny>(&envelope.payload).is_ok(),
            "whoever works on it can read it"
        );
    }
    // What Slack sends again is the same thing.
    assert_eq!(decode::body(body.to_vec(), None), decoded);
});
