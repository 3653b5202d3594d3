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
        "account,domain,amount,currency\nAcme,acme,1,USD\n,,5,USD\nAcme,acme.com,5,XXQ\n#REF!,acme.com,5,\nAcme,kim@gmail.com,\"€1.2M\",\n",
    );
    insta::assert_snapshot!(complaints(&bad), @r##"
    Line 2: "acme" is not a domain or a website.
    Line 3: There is no account name and no domain.
    Line 4: I don't know the currency "XXQ". Write its code, as USD or EUR.
    Line 5: "#REF!" is not an account's name.
    "##);
    let row = &rows[0];
    assert_eq!(row.domain, None, "free mail is no domain");
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

/// A list has an account whose row cannot be read whole.
#[test]
fn a_bad_row_says_whom_it_is_about() {
    let (_, bad) = read_text(
        "account,domain,partner,amount\nAcme,acme.com,Northwind,a lot\nAcme,acme,Northwind,1\nAcme, Inc,acme.com,Northwind,1\n,,Northwind,1\n\"Acme,acme.com,Northwind,1\n",
    );
    let about = |row: &BadRow| {
        let row = row.about.as_ref()?;
        Some((row.account.clone(), row.domain.as_ref().map(|d| d.as_str().to_owned()), row.partner.clone()))
    };
    let acme = |domain: Option<&str>, partner: &str| {
        Some(("Acme".to_owned(), domain.map(str::to_owned), Some(partner.to_owned())))
    };
    assert_eq!(
        bad.iter().map(about).collect::<Vec<_>>(),
        [acme(Some("acme.com"), "Northwind"), acme(None, "Northwind"), acme(None, "acme.com"), None, None]
    );
}

/// Nothing is kept of a day, so one that cannot be read costs nothing.
#[test]
fn a_column_that_is_not_used_refuses_no_row() {
    let (rows, bad) = read_text("account,domain,created\nAcme,acme.com,soon\nGlobex,globex.com,Q3/26\n");
    assert_eq!((accounts(&rows), bad), (vec!["Acme", "Globex"], vec![]));
}
