use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const SECRET: &str = "a secret of some length";
const TIME: i64 = 1_772_614_800;

fn hook(name: &str, secret: &str) -> Source {
    Source {
        name: name.to_owned(),
        partner: None,
        population: None,
        kind: Kind::Webhook(secret.into()),
        every: SignedDuration::ZERO,
        expected_days: None,
        extent: Extent::Addition,
        private: false,
    }
}

fn checked(now: i64, time: &str, signature: &str, body: &[u8]) -> Result<String, Untrusted> {
    let sources = [hook("other", "another secret of some length"), hook("ours", SECRET)];
    let signed = Signed { time: Some(time), signature: Some(signature) };
    sender(&sources, signed, body, Timestamp::from_second(now).unwrap())
        .map(|(source, _)| source.name.clone())
}

/// `printf '%s' '{"a":1}1772614800' | openssl dgst -sha256 -hmac 'a secret of some length' -binary | base64`
#[test]
fn it_is_signed_as_documented() {
    assert_eq!(sign(&SECRET.into(), TIME, b"{\"a\":1}"), "R8xfwVfMapsTr48hrWw8ySFEsqPuAyOnpFVvhrBcN9I=");
}

#[test]
fn the_window_is_five_minutes_either_way() {
    let signature = sign(&SECRET.into(), TIME, b"{}");
    for (late, ok) in [(300, true), (-300, true), (301, false), (-301, false)] {
        let found = checked(TIME + late, &TIME.to_string(), &signature, b"{}");
        assert_eq!(found, if ok { Ok("ours".to_owned()) } else { Err(Untrusted::Stale) }, "{late}");
    }
    let in_milliseconds = TIME * 1000 + 7;
    let signature = sign(&SECRET.into(), in_milliseconds, b"{}");
    assert!(checked(TIME, &in_milliseconds.to_string(), &signature, b"{}").is_ok());
    assert_eq!(checked(TIME, "soon", &signature, b"{}"), Err(Untrusted::Missing));
    assert_eq!(checked(TIME, &i64::MIN.to_string(), &signature, b"{}"), Err(Untrusted::Stale));
}

proptest! {
    #[test]
    fn one_signature_fits_and_only_for_its_time_body_and_secret(
        body in prop::collection::vec(any::<u8>(), 0..200),
        (at, bit) in (any::<prop::sample::Index>(), 0_u8..8),
        given in "[A-Za-z0-9+/]{40,46}={0,2}|\\PC{0,60}",
    ) {
        let right = sign(&SECRET.into(), TIME, &body);
        let time = TIME.to_string();
        prop_assert_eq!(checked(TIME, &time, &right, &body), Ok("ours".to_owned()));
        prop_assert!(checked(TIME, &time, &given, &body).is_err());
        prop_assert!(checked(TIME, &(TIME + 1).to_string(), &right, &body).is_err());
        let strangers = sign(&"a stranger's secret".into(), TIME, &body);
        prop_assert!(checked(TIME, &time, &strangers, &body).is_err());
        let mut changed = body.clone();
        changed.push(0);
        changed[at.index(body.len() + 1)] ^= 1 << bit;
        prop_assert!(checked(TIME, &time, &right, &changed).is_err());
    }

    #[test]
    fn no_body_is_too_odd(body in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
        let _ = read(&body);
        let _ = read(format!("{{\"overlaps\": [{{\"account\": {text}}}]}}").as_bytes());
    }
}

#[test]
fn our_own_format_is_strict() {
    let wrong = [
        "[]",
        "{\"overlaps\": []}",
        "{\"overlaps\": [{\"acount\": \"Acme\"}]}",
        "{\"overlaps\": [{\"account\": [\"Acme\"]}]}",
        "{\"overlaps\": [{\"account\": \"Acme\"}], \"list\": \"all\"}",
    ]
    .map(|body| read(body.as_bytes()).unwrap_err());
    insta::assert_snapshot!(wrong.join("\n"), @r"
    The body is no JSON object.
    The list names no overlap. A list that lacks everything would clear the last one.
    The list cannot be read: unknown field `acount`, expected one of `account`, `domain`, `partner`, `our_population`, `their_population`, `owner`, `amount`, `currency`, `stage`.
    overlaps[0].account is neither a text nor a number.
    The list cannot be read: unknown variant `all`, expected `whole` or `addition`.
    ");
    assert_eq!(read(b"{\"test\": true}"), Ok(Posted::Nothing), "somebody tries it out");
    let posted = read(
        br#"{"partner": "Northwind", "list": "whole", "overlaps": [{"account": "Acme", "amount": 120000.5, "stage": null}]}"#,
    );
    let Ok(Posted::List { partner, extent, rows }) = posted else { panic!("{posted:?}") };
    assert_eq!((partner.as_deref(), extent), (Some("Northwind"), Some(Extent::Whole)));
    assert_eq!(
        serde_json::to_string(&rows).unwrap(),
        r#"[{"account":"Acme","partner":"Northwind","amount":120000.5}]"#
    );
}

#[test]
fn crossbeams_signals_are_understood() {
    let body = r#"{"event_id": "e1", "event_type": "partner_deal_opened", "triggered_at": "2026-03-04T08:00:00Z",
        "record_type": "account", "record_id": "001", "record_name": "Acme", "partner_id": "p", "partner_name": "Northwind",
        "populations": [{"id": 1, "name": "EMEA", "segment": "customers"}],
        "partner_populations": [{"id": 2, "name": "Open Opportunities", "segment": null}],
        "partner_data": {"deal": {"name": "Platform", "stage": "Proposal", "is_closed": false}}}"#;
    let signal = |body: &str| read(body.as_bytes());
    let Ok(Posted::Signal(said)) = signal(body) else { panic!("it is one") };
    assert_eq!((said.won, said.account.as_str(), said.deal.as_deref()), (false, "Acme", Some("Platform")));
    assert_eq!(
        (said.ours, said.theirs),
        (vec!["EMEA".into(), "customers".into()], vec!["Open Opportunities".into()])
    );
    let won = signal(&body.replace("deal_opened", "deal_closed_won"));
    assert!(matches!(won, Ok(Posted::Signal(said)) if said.won));
    assert_eq!(signal(&body.replace("deal_opened", "deal_lost")), Ok(Posted::Nothing));
    assert!(signal(&body.replace("\"Acme\"", "null")).unwrap_err().contains("record_name"));
}
