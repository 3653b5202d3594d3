//! Several accounts with several partners in one message: whatever is not found, no account may go with another's partner.

use super::grid::Pick;
use super::*;

const PARTNERS: [&str; 3] = ["Northwind", "Globex", "Initech"];

const ACCOUNTS: [(&str, &str); 9] = [
    ("Acme Corp", "acme.com"),
    ("Globex Retail", "globexretail.com"),
    ("Umbrella", "umbrella.com"),
    ("Stark & Sons", "starksons.com"),
    ("Pied Piper Inc.", "piedpiper.com"),
    ("Bank of Kent", "bankofkent.co.uk"),
    ("4Sight", "4sight.ai"),
    ("Crown Hotels", "crownhotels.com"),
    ("Initech Labs", "initechlabs.io"),
];

const OPENINGS: [&str; 5] = ["Overlaps: ", "New overlaps: ", "Two new overlaps today: ", "Hi all, ", ""];

/// One account and its partner.
const PAIRS: [&str; 27] = [
    "{a} with {p}",
    "{a} w/ {p}",
    "{a} x {p}",
    "{a} / {p}",
    "{a} ({p})",
    "{a} - {p}",
    "{p}: {a}",
    "{p} - {a}",
    "{a} at {p}",
    "{a} is a {p} customer",
    "{a} is a customer of {p}",
    "{a} is a prospect of {p}'s",
    "{a} is a {p} customer and our prospect",
    "{a} is our customer and {p}'s prospect",
    "{p} has {a} as a customer",
    "{p} lists {a} as a customer",
    "{p} sells to {a}",
    "{p} just closed {a}",
    "{a} with {p}, our prospect",
    "{a} with {p}, our customer, their prospect",
    "{a} ({d}) is a {p} customer",
    "{a} ({d}) with {p}",
    "{a} overlaps with {p}",
    "{a}: {p} customer, our open opp $50k",
    "{a} ({p} customer, our prospect)",
    "{a} w/ {p} $50k",
    "we overlap with {p} on {a}",
];

const JOINTS: [&str; 9] = [", ", " and ", ", and ", "; ", ". ", " | ", "\n", " while ", ", also "];

const ENDS: [&str; 5] =
    ["", ".", ". Both our prospects.", ", both open for us", ". We have open opps at both"];

/// Whether the account is the one that was written; a name may lack its first or last words, but is nobody else's.
fn is_of(got: &OverlapMention, account: &str, partner: &str) -> bool {
    let name = got.account.as_deref().unwrap_or_default().trim_end_matches('.');
    got.partner.as_deref() == Some(partner) && !name.is_empty() && account.contains(name)
}

#[test]
fn no_account_goes_with_the_partner_of_another() {
    let (mut written, mut found, mut told) = (0, 0, String::new());
    for nth in 0..800_u64 {
        let mut pick = Pick(nth.wrapping_mul(0x2545_F491_4F6C_DD1D));
        let (_, shape) = pick.of(&PAIRS);
        let (_, joint) = pick.of(&JOINTS);
        let (_, count) = pick.of(&[2, 2, 3]);
        let (first, _) = pick.of(&ACCOUNTS);
        let (of_partner, _) = pick.of(&PARTNERS);
        let pairs: Vec<((&str, &str), &str)> =
            (0..count).map(|i| (ACCOUNTS[(first + 2 * i) % 9], PARTNERS[(of_partner + i) % 3])).collect();
        let clauses: Vec<String> = pairs
            .iter()
            .map(|((name, domain), p)| shape.replace("{a}", name).replace("{d}", domain).replace("{p}", p))
            .collect();
        let (opening, end) = (pick.of(&OPENINGS).1, pick.of(&ENDS).1);
        let message = text(&format!("{opening}{}{end}", clauses.join(joint)).replace('&', "&amp;"));
        let got = parse(&message, &context());
        written += pairs.len();
        found += pairs.iter().filter(|((a, _), p)| got.iter().any(|o| is_of(o, a, p))).count();
        for overlap in got.iter().filter(|o| o.partner.is_some()) {
            if !pairs.iter().any(|((a, _), p)| is_of(overlap, a, p)) {
                told += &format!("{message}\n  {overlap:?}\n");
            }
        }
    }
    assert!(told.is_empty(), "{told}");
    let share = ratio(found, written);
    assert!(share >= 0.80, "found: {share:.3}");
}

fn pairs(written: &str) -> Vec<(String, Option<String>)> {
    let overlaps = parse(&text(written), &context());
    overlaps.into_iter().map(|o| (o.account.unwrap_or_default(), o.partner)).collect()
}

#[test]
fn partners_that_are_shared_go_with_every_account() {
    let with = |account: &str, partner: &str| (account.to_string(), Some(partner.to_string()));
    assert_eq!(
        pairs("Acme is shared with Northwind and Initech"),
        [with("Acme", "Northwind"), with("Acme", "Initech")]
    );
    assert_eq!(
        pairs("Overlaps: Acme and Umbrella with Northwind"),
        [with("Acme", "Northwind"), with("Umbrella", "Northwind")]
    );
    assert_eq!(
        pairs("Acme and Umbrella are customers of both Northwind and Initech, our prospects").len(),
        4
    );
    assert_eq!(
        pairs("Overlaps: Acme and Umbrella with Northwind and Initech respectively"),
        [with("Acme", "Northwind"), with("Umbrella", "Initech")]
    );
}

#[test]
fn what_the_words_leave_open_goes_with_no_partner() {
    for open in [
        "New overlaps: Acme, Umbrella with Northwind, Initech",
        "Acme and Umbrella are customers of Northwind and Initech, prospects for us",
        "New overlaps: Acme Corp, Umbrella. Partners: Northwind, Globex",
    ] {
        assert!(pairs(open).iter().all(|(_, partner)| partner.is_none()), "{open}");
        assert!(read(&text(open), &context()).doubtful.is_some(), "{open}");
    }
}
