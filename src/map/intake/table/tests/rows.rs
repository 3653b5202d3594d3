//! The meaning of cells.

use super::*;
use crate::map::overlap::Population;

#[test]
fn three_bad_rows_in_ten_thousand() {
    let (rows, bad) = read_text(&generate(10_000, &[17, 5_000, 10_000]));
    assert_eq!((rows.len(), bad.len()), (9_997, 3));
    insta::assert_snapshot!(complaints(&bad), @r#"
    Line 18: I can't read "a lot" as an amount. Write it as 120000 or 120,000 USD.
    Line 5001: I can't read "a lot" as an amount. Write it as 120000 or 120,000 USD.
    Line 10001: I can't read "a lot" as an amount. Write it as 120000 or 120,000 USD.
    "#);
    let first = &rows[0];
    assert_eq!(first.account, "Company 1, Inc.");
    assert_eq!(first.domain.as_ref().unwrap().as_str(), "company1.com");
    assert_eq!(
        (first.our_population, first.their_population),
        (Some(Population::OpenOpportunity), Some(Population::Customer))
    );
    assert_eq!(first.amount.unwrap().currency.unwrap().code(), "USD");
    assert_eq!(first.stage.as_deref(), Some("Discovery"));
}

#[test]
fn rows_that_cannot_be_used_say_why() {
    let (rows, bad) = read_text(
        "account,domain,amount,currency,seen on\nAcme,acme,1,USD,\n,,5,USD,\nAcme,acme.com,5,XXQ,\n#REF!,acme.com,5,,\nAcme,acme.com,,,soon\nAcme,kim@gmail.com,\"€1.2M\",,3/4/2026\n",
    );
    insta::assert_snapshot!(complaints(&bad), @r##"
    Line 2: "acme" is not a domain or a website.
    Line 3: There is no account name and no domain.
    Line 4: I don't know the currency "XXQ". Write its code, as USD or EUR.
    Line 5: "#REF!" is not an account's name.
    Line 6: I can't read "soon" as a date. Write it as 2026-12-31.
    "##);
    let row = &rows[0];
    assert_eq!((&row.domain, row.seen_on), (&None, None), "free mail and an ambiguous day are not guessed");
    assert_eq!(row.amount.map(|m| (m.hundredths, m.currency.unwrap().code())), Some((120_000_000, "EUR")));
}

#[test]
fn domains_and_amounts_as_lists_have_them() {
    let (rows, bad) = read_text(
        "account,domain,amount\nAcme,acme.com; acme.de,1234.56789\nGlobex,https://globex.lightning.force.com/001,120.000\nHooli,hooli.nowhere,1\nInitech,n.a.,\"$120k\"\n",
    );
    let seen: Vec<_> =
        rows.iter().map(|r| (r.domain.as_ref().map(|d| d.as_str()), r.amount.unwrap().hundredths)).collect();
    assert_eq!(seen, [(Some("acme.com"), 123_456), (None, 12_000_000), (None, 12_000_000)]);
    insta::assert_snapshot!(complaints(&bad), @r#"Line 4: "hooli.nowhere" is not a domain or a website."#);
}
