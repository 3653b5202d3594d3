//! Is this request from Slack? Signature v0 over the raw body, before anything is parsed.
//!
//! Source: Slack, "Verifying requests from Slack".

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::kernel::clock::Clock;

/// How far the request's time may be from ours, in seconds, either way.
pub const WINDOW_SECONDS: u64 = 300;

/// The request is not to be trusted. Deliberately says nothing of the right signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// A header is absent or cannot be read.
    #[error("the signature or its time is missing")]
    Missing,
    /// The time is more than [`WINDOW_SECONDS`] away.
    #[error("the request's time is too far from ours")]
    Stale,
    /// The signature is another one.
    #[error("the signature does not match")]
    Mismatch,
}

/// Checks signatures with one signing secret. `Debug` does not show it.
#[derive(Clone)]
pub struct Verifier {
    keyed: Option<Hmac<Sha256>>,
    clock: Clock,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

impl Verifier {
    /// Takes the app's signing secret. With an empty one every request is refused.
    pub fn new(signing_secret: &SecretString, clock: Clock) -> Self {
        let secret = signing_secret.expose_secret().as_bytes();
        let keyed = if secret.is_empty() { None } else { Hmac::new_from_slice(secret).ok() };
        Self { keyed, clock }
    }

    /// Checks `X-Slack-Request-Timestamp` and `X-Slack-Signature` against the raw body, in constant time.
    pub fn check(
        &self,
        timestamp: Option<&str>,
        signature: Option<&str>,
        body: &[u8],
    ) -> Result<(), Untrusted> {
        let (Some(timestamp), Some(signature)) = (timestamp, signature) else {
            return Err(Untrusted::Missing);
        };
        let sent: i64 = timestamp.parse().map_err(|_| Untrusted::Missing)?;
        if self.clock.now().as_second().abs_diff(sent) > WINDOW_SECONDS {
            return Err(Untrusted::Stale);
        }
        let mut given = [0u8; 32];
        let digits = signature.strip_prefix("v0=").ok_or(Untrusted::Missing)?;
        hex::decode_to_slice(digits, &mut given).map_err(|_| Untrusted::Mismatch)?;
        let mut mac = self.keyed.clone().ok_or(Untrusted::Mismatch)?;
        mac.update(b"v0:");
        mac.update(timestamp.as_bytes());
        mac.update(b":");
        mac.update(body);
        mac.verify_slice(&given).map_err(|_| Untrusted::Mismatch)
    }
}

/// Signs a body as Slack does: the value of `X-Slack-Signature`. For the tests and the fuzz targets.
pub fn sign(signing_secret: &SecretString, timestamp: i64, body: &[u8]) -> String {
    let mut mac = match Hmac::<Sha256>::new_from_slice(signing_secret.expose_secret().as_bytes()) {
        Ok(mac) => mac,
        // HMAC takes keys of every length.
        Err(_) => return String::new(),
    };
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const TIME: i64 = 1_531_420_618;
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    /// The example in Slack's documentation.
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    fn verifier(now: i64) -> Verifier {
        Verifier::new(&SECRET.into(), Clock::standing(Timestamp::from_second(now).unwrap()))
    }

    fn check(now: i64, time: &str, signature: &str, body: &str) -> Result<(), Untrusted> {
        verifier(now).check(Some(time), Some(signature), body.as_bytes())
    }

    #[test]
    fn the_documented_example_passes() {
        assert_eq!(check(TIME, "1531420618", SIGNATURE, BODY), Ok(()));
        assert_eq!(sign(&SECRET.into(), TIME, BODY.as_bytes()), SIGNATURE);
    }

    proptest! {
        #[test]
        fn one_signature_fits_and_only_for_its_time_body_and_secret(
            body in prop::collection::vec(any::<u8>(), 0..300),
            late in -300_i64..=300,
            (at, bit) in (any::<prop::sample::Index>(), 0_u8..8),
            given in "(v0=)?[0-9a-fA-F]{60,68}|\\PC{0,80}",
        ) {
            let verifier = verifier(TIME + late);
            let (time, right) = (TIME.to_string(), sign(&SECRET.into(), TIME, &body));
            prop_assert_eq!(verifier.check(Some(&time), Some(&right), &body), Ok(()));
            prop_assert!(verifier.check(Some(&time), Some(&given), &body).is_err());
            prop_assert!(verifier.check(Some(&(TIME + 1).to_string()), Some(&right), &body).is_err());
            let other = sign(&"another secret".into(), TIME, &body);
            prop_assert!(verifier.check(Some(&time), Some(&other), &body).is_err());
            let mut changed = body.clone();
            changed.push(0);
            changed[at.index(body.len() + 1)] ^= 1 << bit;
            prop_assert!(verifier.check(Some(&time), Some(&right), &changed).is_err());
        }
    }

    #[test]
    fn the_window_is_five_minutes_either_way() {
        for (now, ok) in [(TIME + 300, true), (TIME - 300, true), (TIME + 301, false), (TIME - 301, false)] {
            let expected = if ok { Ok(()) } else { Err(Untrusted::Stale) };
            assert_eq!(check(now, "1531420618", SIGNATURE, BODY), expected, "now {now}");
        }
        assert_eq!(check(TIME, &i64::MIN.to_string(), SIGNATURE, BODY), Err(Untrusted::Stale));
    }

    #[test]
    fn anything_else_is_refused() {
        let shorter = &SIGNATURE[..66];
        let upper_scheme = SIGNATURE.replace("v0=", "V0=");
        assert_eq!(check(TIME, "1531420618", SIGNATURE, &BODY[1..]), Err(Untrusted::Mismatch));
        assert_eq!(check(TIME, "1531420618", shorter, BODY), Err(Untrusted::Mismatch));
        assert_eq!(check(TIME, "1531420618", &upper_scheme, BODY), Err(Untrusted::Missing));
        assert_eq!(check(TIME, "soon", SIGNATURE, BODY), Err(Untrusted::Missing));
        assert_eq!(verifier(TIME).check(None, Some(SIGNATURE), b""), Err(Untrusted::Missing));
        assert_eq!(verifier(TIME).check(Some("1531420618"), None, b""), Err(Untrusted::Missing));
    }

    #[test]
    fn an_empty_secret_refuses_even_its_own_signature() {
        let clock = Clock::standing(Timestamp::from_second(TIME).unwrap());
        let signed = sign(&"".into(), TIME, b"{}");
        let verifier = Verifier::new(&"".into(), clock);
        assert_eq!(verifier.check(Some("1531420618"), Some(&signed), b"{}"), Err(Untrusted::Mismatch));
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", verifier(TIME)), "Verifier");
    }
}
