//! Plain messages, put together from the ways in which people name an account, a partner and both sides' populations,
//! with what a reader understands of each.

use std::collections::BTreeMap;

use super::*;

/// A shape with its slots, and what the slots hold.
pub(super) struct Pick(pub(super) u64);

impl Pick {
    /// One of the choices, by a fixed sequence, so that every run reads the same messages.
    pub(super) fn of<T: Copy>(&mut self, choices: &[T]) -> (usize, T) {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let at = ((mixed ^ (mixed >> 31)) % choices.len() as u64) as usize;
        (at, choices[at])
    }
}

const PARTNERS: [(&str, &str); 4] =
    [("Northwind", "Northwind"), ("Globex", "Globex"), ("northwind", "Northwind"), ("globex", "Globex")];

/// Name and domain.
const ACCOUNTS: [(&str, &str); 12] = [
    ("Hooli", "hooli.com"),
    ("Initrode", "initrode.com"),
    ("Acme Corp", "acme.com"),
    ("Wayne Enterprises", "wayne.io"),
    ("Umbrella GmbH", "umbrella.de"),
    ("Pied Piper Inc.", "piedpiper.com"),
    ("Vandelay Industries Ltd", "vandelay.co.uk"),
    ("Stark & Sons", "starksons.com"),
    ("4Sight", "4sight.ai"),
    ("Level 3 Systems", "level3systems.net"),
    ("BigBank", "bigbank.com"),
    ("Soylent", "soylent.example"),
];

/// How the account is written: `{n}` its name, `{l}` its name in lower case, `{d}` its domain.
const NAMED: [&str; 7] = [
    "{n}",
    "{n} ({d})",
    "{n} (<https://{d}|{d}>)",
    "<https://{d}|{n}>",
    "{d}",
    "<https://{d}|{d}>",
    "{l} ({d})",
];

/// `{o}` our population, `{t}` theirs; `{ao}` and `{at}` with their article.
const SIDES: [&str; 34] = [
    "our {o}, their {t}",
    "their {t}, our {o}",
    "our {o} and their {t}",
    "our {o} / their {t}",
    "our {o}/their {t}",
    "our {o} | their {t}",
    "our {o} · their {t}",
    "our {o} × their {t}",
    "our {o} x their {t}",
    "our {o} - their {t}",
    "our {o}; their {t}",
    "their {t} – our {o}",
    "{o} of ours, {t} of theirs",
    "{o} of ours, {t} for them",
    "{o} for us, {t} for them",
    "{t} for them, {o} for us",
    "{ao} for us and {at} for them",
    "we: {o}, they: {t}",
    "us: {o}, them: {t}",
    "us: {o} / them: {t}",
    "us = {o}, them = {t}",
    "ours: {o} theirs: {t}",
    "ours: {o}, theirs: {t}",
    "theirs: {t}, ours: {o}",
    "{o} (us) / {t} (them)",
    "{t} (them), {o} (us)",
    "{o} on our side, {t} on theirs",
    "{t} on their side, {o} on ours",
    "{ao} on our end, {at} on their end",
    "they have them as {at}, we have them as {ao}",
    "we have them as {ao}, they have them as {at}",
    "they list them as {at}, we list them as {ao}",
    "our side {o}, their side {t}",
    "we see {ao}, they see {at}",
];

/// Wordings of one pair of populations only.
const FIXED: [(&str, Option<&str>, Option<&str>); 14] = [
    ("our customer", Some("customer"), None),
    ("their customer", None, Some("customer")),
    ("our open opp", Some("open_opportunity"), None),
    ("we have an open opp", Some("open_opportunity"), None),
    ("they have an open deal", None, Some("open_opportunity")),
    ("they have them as customer, we're prospecting", Some("prospect"), Some("customer")),
    ("they're a customer of ours, prospect for them", Some("customer"), Some("prospect")),
    ("both have them as a customer", Some("customer"), Some("customer")),
    ("mutual customer", Some("customer"), Some("customer")),
    ("customer of both", Some("customer"), Some("customer")),
    ("prospect on both sides", Some("prospect"), Some("prospect")),
    ("our open deal × their customer", Some("open_opportunity"), Some("customer")),
    ("we have an open opp, they have them as a customer", Some("open_opportunity"), Some("customer")),
    ("open opp on our side, customer on theirs", Some("open_opportunity"), Some("customer")),
];

/// A word for a population, with its article, and the population.
const POPULATIONS: [(&str, &str, &str); 6] = [
    ("customer", "a", "customer"),
    ("prospect", "a", "prospect"),
    ("open opp", "an", "open_opportunity"),
    ("open deal", "an", "open_opportunity"),
    ("open opportunity", "an", "open_opportunity"),
    ("client", "a", "customer"),
];

/// `{p}` the partner, `{a}` the account, `{s}` the sides with what follows them.
const SHAPES: [&str; 48] = [
    "{p}: {a}, {s}",
    "{p}: {a} - {s}",
    "{p}: {a}: {s}",
    "{p}: {a} ({s})",
    "{p}: {a} – {s}",
    "{p} - {a} - {s}",
    "{p} – {a} – {s}",
    "{p} — {a} — {s}",
    "{p} - {a}: {s}",
    "{p} - {a}, {s}",
    "{p} | {a} | {s}",
    "{p}, {a}, {s}",
    "{p} / {a}: {s}",
    "{p} / {a} / {s}",
    "{p} / {a} - {s}",
    "{p} x {a}: {s}",
    "{p} → {a} → {s}",
    "{p} · {a} · {s}",
    "{p} // {a} // {s}",
    "{p}; {a}; {s}",
    "{p}\n{a}\n{s}",
    "{p}:\n{a} - {s}",
    "{p}:\n• {a}: {s}",
    "{p}: {a}\n{s}",
    "{p} overlap: {a}, {s}",
    "{p} overlap: {a} - {s}",
    "{p} overlap - {a}: {s}",
    "overlap with {p}: {a}, {s}",
    "Overlap w/ {p}: {a} - {s}",
    "New overlap with {p} on {a}: {s}",
    "New overlap: {a} w/ {p}, {s}",
    "New overlap: {a} ({p}) - {s}",
    "{a} / {p}: {s}",
    "{a} x {p}: {s}",
    "{a} x {p} - {s}",
    "{a} <> {p}: {s}",
    "{a} + {p}: {s}",
    "{a} - {p} - {s}",
    "{a} | {p} | {s}",
    "{a}, {p}, {s}",
    "{a} → {p} → {s}",
    "{a} // {p} // {s}",
    "{a} with {p}: {s}",
    "{a} w/ {p}: {s}",
    "{a} ({p}): {s}",
    "{a}: {s} ({p})",
    "{a}: {s}, with {p}",
    "{a} - {s} - {p}",
];

/// Sentences, in which account, partner and sides stand together.
const SENTENCES: [&str; 14] = [
    "{a} is {ao} of ours and {at} of {p}",
    "{a} is our {o} and {p}'s {t}",
    "{a}: our {o}, {p}'s {t}",
    "{a} - {p} {t}, our {o}",
    "{a}: {o} for us, {t} for {p}",
    "{a} – {p}: {t}, us: {o}",
    "{a} - us: {o}, {p}: {t}",
    "We have {a} as {ao}, {p} has them as {at}",
    "{p} has {a} as {at}, we have them as {ao}",
    "{p} has {a} as {at}, {o} for us",
    "{p} lists {a} as {at}, it's our {o}",
    "Our {o} {a} is {at} of {p}",
    "FYI {a} is {p}'s {t} and our {o}",
    "{a} ({o} for us, {t} for {p})",
];

/// What may follow the sides: the words, and the owner, amount and stage that they state.
type Extra = (&'static str, Option<&'static str>, Option<i64>, Option<&'static str>);

const EXTRAS: [Extra; 10] = [
    ("", None, None, None),
    ("", None, None, None),
    (", $120k", None, Some(120_000), None),
    (", owner <@U7>", Some("<@U7>"), None, None),
    (", owner Jane Doe", Some("Jane Doe"), None, None),
    (", owner: <@U7>, $80k", Some("<@U7>"), Some(80_000), None),
    (", $45,000, stage: negotiation", None, Some(45_000), Some("negotiation")),
    (", in legal", None, None, Some("legal")),
    (", stage discovery, owned by <@U7>", Some("<@U7>"), None, Some("discovery")),
    (" ($1.2M)", None, Some(1_200_000), None),
];

struct Case {
    text: String,
    expected: Value,
    /// The choices by name, for the report of what fails.
    choices: [String; 4],
}

fn case(nth: u64) -> Case {
    let mut pick = Pick(nth.wrapping_mul(0x2545_F491_4F6C_DD1D));
    let (_, (partner, known_as)) = pick.of(&PARTNERS);
    let (_, (name, domain)) = pick.of(&ACCOUNTS);
    let (_, named) = pick.of(&NAMED);
    let lower = name.to_lowercase();
    let account = named.replace("{n}", name).replace("{l}", &lower).replace("{d}", domain);
    let account = account.replace('&', "&amp;");
    let (_, (o, article_o, mut ours)) = pick.of(&POPULATIONS);
    let (_, (t, article_t, mut theirs)) = pick.of(&POPULATIONS);
    let filled = |template: &str| {
        template
            .replace("{ao}", &format!("{article_o} {o}"))
            .replace("{at}", &format!("{article_t} {t}"))
            .replace("{o}", o)
            .replace("{t}", t)
            .replace("{p}", partner)
            .replace("{a}", &account)
    };
    let (_, (extra, owner, amount, stage)) = pick.of(&EXTRAS);
    let (kind, _) = pick.of(&[0; 6]);
    let (mut has_ours, mut has_theirs) = (true, true);
    let (shape, sides, text) = match kind {
        0 => {
            let (_, sentence) = pick.of(&SENTENCES);
            (sentence, "", format!("{}{extra}", filled(sentence)))
        }
        1 => {
            let (_, shape) = pick.of(&SHAPES);
            let (_, (sides, we, they)) = pick.of(&FIXED);
            (has_ours, has_theirs) = (we.is_some(), they.is_some());
            (ours, theirs) = (we.unwrap_or_default(), they.unwrap_or_default());
            (shape, sides, filled(shape).replace("{s}", &format!("{sides}{extra}")))
        }
        _ => {
            let (_, shape) = pick.of(&SHAPES);
            let (_, sides) = pick.of(&SIDES);
            (shape, sides, filled(&shape.replace("{s}", &format!("{sides}{extra}"))))
        }
    };
    let by_name = |b: bool, value: String| if b { Some(value) } else { None };
    let account = match named {
        "{n}" | "{n} ({d})" | "{n} (<https://{d}|{d}>)" | "<https://{d}|{n}>" => Some(name.to_string()),
        "{l} ({d})" => Some(lower.clone()),
        _ => None,
    };
    let expected = json!([{
        "account": account,
        "domain": by_name(named != "{n}", domain.to_string()),
        "partner": known_as,
        "our_population": by_name(has_ours, ours.to_string()),
        "their_population": by_name(has_theirs, theirs.to_string()),
        "owner": owner,
        "amount": amount.map(|value| json!({"value": value, "currency": "USD"})),
        "stage": stage,
    }]);
    let choices = [shape, sides, named, extra].map(String::from);
    Case { text, expected, choices }
}

const CASES: u64 = 2500;

#[test]
fn plain_messages_are_understood() {
    let context = Context::new(["Northwind", "Globex"].map(String::from).to_vec(), None);
    let mut failed: [BTreeMap<String, (usize, usize)>; 4] = Default::default();
    let mut told = String::new();
    let mut right = 0;
    for nth in 0..CASES {
        let Case { text, expected, choices } = case(nth);
        let got = serde_json::to_value(parse(&super::text(&text), &context)).unwrap();
        let well = got == expected;
        right += usize::from(well);
        for (tally, choice) in failed.iter_mut().zip(choices) {
            let entry = tally.entry(choice).or_default();
            entry.0 += usize::from(!well);
            entry.1 += 1;
        }
        if !well {
            told += &format!("{text:?}\n  got {got}\n  not {expected}\n");
        }
    }
    for tally in failed {
        let mut worst: Vec<_> = tally.into_iter().filter(|(_, (wrong, _))| *wrong > 0).collect();
        worst.sort_by_key(|(_, (wrong, all))| std::cmp::Reverse(wrong * 1000 / all));
        worst.iter().for_each(|(choice, (wrong, all))| told += &format!("{wrong}/{all} {choice:?}\n"));
    }
    let share = ratio(right, CASES as usize);
    assert!(share >= 0.98, "{told}wholly right: {share:.3}");
}

/// Talk in which account, partner and population stand together and no overlap is told.
const CHATTER: [&str; 24] = [
    "No overlap with {p} on {a}",
    "There is no overlap with {p} for {a}.",
    "We don't have any overlap with {p} on {a}",
    "{a} is not an overlap with {p}",
    "The overlap with {p} on {a} was a false positive",
    "Do we have an overlap with {p} on {a}?",
    "Is {a} a {o} of {p}?",
    "Does {p} have {a} as a {o}?",
    "Any overlap with {p} on {a}?",
    "Does anyone know if {a} is a {o} of {p}?",
    "Would be great to have an overlap with {p} on {a}",
    "Not sure whether {a} is a {o} of {p}",
    "Can you check if {p} has {a} as a {o}",
    "If {a} were our {o}, {p} could help",
    "Rumour has it that {p} has {a} as a {o}",
    "Lunch with {p} on Thursday",
    "Meeting with {p} and {a} moved to Friday",
    "The {p} webinar with {a} is on Tuesday",
    "{p} hired two people from {a}",
    "Congrats to {p} on the {a} launch",
    "Please remember to post overlaps, for example {p}: {a}, our {o}, their {o}",
    "Who owns {a} at {p}?",
    "Slides for the {p} QBR are in the folder",
    "I wish {a} was a {o} of {p}",
];

#[test]
fn plain_chatter_holds_nothing() {
    let context = Context::new(["Northwind", "Globex"].map(String::from).to_vec(), None);
    let mut found = String::new();
    for chatter in CHATTER {
        for ((partner, _), (account, _)) in
            PARTNERS.iter().flat_map(|p| ACCOUNTS.iter().step_by(4).map(move |a| (*p, *a)))
        {
            for population in ["customer", "prospect", "open opp"] {
                let said = chatter.replace("{p}", partner).replace("{a}", account).replace("{o}", population);
                if !parse(&super::text(&said), &context).is_empty() {
                    found += &format!("{said}\n");
                }
            }
        }
    }
    assert!(found.is_empty(), "{found}");
}
