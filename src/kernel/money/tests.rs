use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Option<(f64, Option<&'static str>)> {
    Money::parse(text).map(|m| (m.hundredths as f64 / 100.0, m.currency.map(|c| c.code())))
}

#[test]
fn one_amount_as_people_write_it() {
    for (text, value, currency) in [
        ("$120k", 120_000.0, Some("USD")),
        ("€1.2M", 1_200_000.0, Some("EUR")),
        ("120,000 USD", 120_000.0, Some("USD")),
        ("120.000 EUR", 120_000.0, Some("EUR")),
        ("1.2m", 1_200_000.0, None),
        ("USD 50k", 50_000.0, Some("USD")),
        ("£80K ARR", 80_000.0, Some("GBP")),
        ("120k€", 120_000.0, Some("EUR")),
        ("$1,234.50", 1_234.5, Some("USD")),
        ("SEK 900 000", 900_000.0, Some("SEK")),
        ("$1.5 million", 1_500_000.0, Some("USD")),
        ("1.234.567,89 €", 1_234_567.89, Some("EUR")),
        ("€ 1,2 Mio.", 1_200_000.0, Some("EUR")),
        ("CHF 1'200'000", 1_200_000.0, Some("CHF")),
        ("C$75k", 75_000.0, Some("CAD")),
        ("$75k CAD", 75_000.0, Some("CAD")),
        ("120000", 120_000.0, None),
        ("~$40k+", 40_000.0, Some("USD")),
        ("120keur", 120_000.0, Some("EUR")),
        ("kr 900 000", 900_000.0, None),
        ("50k USD", 50_000.0, Some("USD")),
        ("80 thousand pounds", 80_000.0, Some("GBP")),
        ("$250K/yr", 250_000.0, Some("USD")),
    ] {
        assert_eq!(read(text), Some((value, currency)), "{text}");
    }
    for text in ["", "k", "$", "ten", "$100-150k", "Q3", "50%", "99999999999999999999k", "acme 5k"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn an_amount_in_running_text() {
    let text = "Acme in Q3 2026, 200 seats, $120k ARR";
    let found = Money::find(text).unwrap();
    assert_eq!(&text[found.span], "$120k");
    for text in
        ["10k employees", "we met 3 times in 2026", "at 14:30 on 12 dec", "the top 5m users", "B2B", "v1.2"]
    {
        assert_eq!(Money::find(text), None, "{text}");
    }
}

#[test]
fn in_words() {
    for (text, words) in [
        ("$120000", "$120k"),
        ("€1.2M", "€1.2M"),
        ("SEK 900 000", "SEK 900k"),
        ("$1,234.50", "$1,234.50"),
        ("£999", "£999"),
        ("1234567", "1,234,567"),
        ("$1.25m", "$1.25M"),
    ] {
        assert_eq!(Money::parse(text).unwrap().to_string(), words, "{text}");
    }
}

#[test]
fn as_json() {
    let money = Money::parse("$120k").unwrap();
    assert_eq!(serde_json::to_string(&money).unwrap(), r#"{"value":120000,"currency":"USD"}"#);
    let money = Money::parse("1,234.50").unwrap();
    assert_eq!(serde_json::to_string(&money).unwrap(), r#"{"value":1234.5,"currency":null}"#);
    let back: Money = serde_json::from_str(r#"{"value":1234.5,"currency":"EUR"}"#).unwrap();
    assert_eq!(back, Money { hundredths: 123_450, currency: Some(Currency::EUR) });
}

proptest! {
    #[test]
    fn never_panics(text in "\\PC{0,60}") {
        let _ = Money::parse(&text);
        for found in Money::find_all(&text) {
            prop_assert!(text.get(found.span).is_some());
        }
    }

    #[test]
    fn words_can_be_read_again(units in 0i64..1_000_000_000) {
        let money = Money { hundredths: units * 100, currency: Some(Currency::USD) };
        prop_assert_eq!(Money::parse(&money.to_string()), Some(money));
    }
}
