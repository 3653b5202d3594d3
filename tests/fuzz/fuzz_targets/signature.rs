//! Nobody gets past the signature by chance, and whatever is signed is decoded without a panic.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;
use tandem::kernel::clock::Clock;
use tandem::slack::decode;
use tandem::slack::verify::Verifier;

fuzz_target!(|given: (&str, &str, &[u8])| {
    let (time, signature, body) = given;
    let clock = Clock::standing(Timestamp::from_second(1_772_600_000).expect("a time"));
    let verifier = Verifier::new(&SecretString::from("8f742231b10e8888abcd99yyyzzz85a5"), clock);
    assert!(verifier.check(Some(time), Some(signature), body).is_err());
    let _ = decode::body(body.to_vec(), None);
});
