//! What was given and asked with one partner, in private.

use askama::Template;
use jiff::Zoned;
use serde_json::{Value, json};

use super::super::introduction::Direction;
use super::super::ledger::{Count, Ledger};
use super::introduction;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::error::Result;
use crate::kernel::text::{capital, escape};
use crate::map::account_map::Names;
use crate::map::overlap::Overlap;
use crate::map::partner::Partner;

/// So many people are shown on each side.
const PEOPLE: usize = 5;
/// Drafts a note about an overlap, which is answered elsewhere.
const DRAFT: &str = "draft.new";

#[derive(Template)]
#[template(path = "plan/ledger.mrkdwn")]
struct Head<'a> {
    partner: &'a str,
    count: String,
    made: usize,
    received: usize,
    balance: String,
}

/// The ledger, and what could be given next; `may_draft`: the reader may draft notes to the partner.
pub fn ledger(
    partner: &Partner,
    ledger: &Ledger,
    next: Option<&Overlap>,
    names: &Names,
    may_draft: bool,
    now: &Zoned,
) -> Result<Message> {
    let mut balance = ledger.balance_words(&partner.name);
    if let Some(trend) = ledger.trend() {
        balance.push_str(&format!(" {}.", capital(&trend)));
    }
    let (made, received) = (ledger.count.made, ledger.count.received);
    let count = if ledger.count.is_empty() { String::new() } else { ledger.count.words() };
    let head = Head { partner: &partner.name, count, made, received, balance };
    let mut parts = vec![head.render()?.trim().to_owned()];
    if ledger.only_asks {
        parts.push("*The last five were all asks.*".to_owned());
    }
    parts.push(suggested(partner, next));
    parts.extend(people(ledger, names));
    if !ledger.newest.is_empty() {
        let lines: Vec<String> = ledger
            .newest
            .iter()
            .map(|e| {
                let day = spoken(e.at.to_zoned(now.time_zone().clone()).date(), now.date());
                format!("{day} · {} · {}", e.motion.as_str(), escape(&clip(&e.words, 200)))
            })
            .collect();
        parts.push(format!("*Latest*\n{}", lines.join("\n")));
    }
    let mut shown: Vec<Value> = parts.iter().map(|part| blocks::section(part)).collect();
    shown.push(blocks::actions(buttons(partner, next, may_draft)));
    Ok(Message::new(parts.join("\n"), shown))
}

fn suggested(partner: &Partner, next: Option<&Overlap>) -> String {
    match next {
        Some(o) => format!("*Give next:* {}, {}.", escape(&o.account.name), escape(&o.kind_words())),
        None => format!("No give is on the map with {} just now.", escape(&partner.name)),
    }
}

fn people(ledger: &Ledger, names: &Names) -> Option<String> {
    let row = |(name, count): (&str, &Count)| format!("{}: {}", escape(name), count.words());
    let theirs = ledger.contacts.iter().map(|(name, count)| (name.as_str(), count));
    let ours = ledger.ours.iter().map(|(user, count)| (names.of_user(user), count));
    let lines: Vec<String> = theirs.take(PEOPLE).chain(ours.take(PEOPLE)).map(row).collect();
    (!lines.is_empty()).then(|| format!("*By person*\n{}", lines.join("\n")))
}

fn buttons(partner: &Partner, next: Option<&Overlap>, may_draft: bool) -> Vec<Value> {
    let account = next.map(|o| o.account.domain.clone().unwrap_or_else(|| o.account.name.clone()));
    let prefill = introduction::Prefill {
        account: account.unwrap_or_default(),
        partner: partner.name.clone(),
        direction: Some(Direction::Made.as_str().to_owned()),
        ..introduction::Prefill::default()
    };
    let value = serde_json::to_string(&prefill).unwrap_or_else(|_| json!({}).to_string());
    let mut all = vec![blocks::button("Log introduction", introduction::action::ADD, &value)];
    if let (true, Some(next)) = (may_draft, next) {
        all.push(blocks::button("Draft note", DRAFT, next.id.as_str()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::super::ledger::{Entry, tests::entry};
    use super::*;
    use crate::map::account_map::testing::{at, map};
    use crate::map::overlap::{Motion, Population};

    fn shown(entries: Vec<Entry>, next: bool) -> String {
        let map = map();
        let mut overlap = map.overlaps[0].clone();
        overlap.our_population = Some(Population::Customer);
        overlap.their_population = Some(Population::Prospect);
        let now = at("2026-03-09T08:00:00Z");
        let found = Ledger::of(entries, now);
        let names = Names::of(&[("UREP", "Alex <Rivera>")]);
        let here = now.in_tz("Europe/Stockholm").expect("a zone");
        let next = next.then_some(&overlap);
        ledger(&map.partners[0], &found, next, &names, true, &here).expect("a message").text
    }

    #[test]
    fn it_says_how_it_stands_and_what_could_be_given() {
        let mut entries: Vec<_> = (0..6).map(|n| entry(n * 9, Motion::Ask, n % 3 == 0)).collect();
        entries.push(entry(120, Motion::Give, true));
        entries.push(entry(130, Motion::Joint, false));
        insta::assert_snapshot!(shown(entries, true), @r"
        *Give and ask with Northwind*
        1 give, 6 asks, 1 joint in the last year · introductions: 1 made, 2 received
        5 more asks than gives. Worse than in the quarter before.
        *The last five were all asks.*
        *Give next:* Acme, their prospect, our customer ($120k).
        *By person*
        Sam Whitfield: 1 give, 6 asks, 1 joint
        Alex &lt;Rivera&gt;: 1 give, 6 asks, 1 joint
        *Latest*
        Mon 9 Mar · ask · Account 0
        Sat 28 Feb · ask · Account 9
        Thu 19 Feb · ask · Account 18
        Tue 10 Feb · ask · Account 27
        Sun 1 Feb · ask · Account 36
        ");
        insta::assert_snapshot!(shown(Vec::new(), false), @r"
        *Give and ask with Northwind*
        Nothing was given or asked with Northwind in a year.
        No give is on the map with Northwind just now.
        ");
    }
}
