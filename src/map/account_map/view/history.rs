//! What was decided on an account, the newest first, and the holds that came of it.

use askama::Template;

use super::action;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::text::{escape, sentence};
use crate::map::account_map::Names;
use crate::map::account_map::decision::Decision;
use crate::map::account_map::sight::Sight;

/// At most so many of each are shown.
const SHOWN: usize = 10;

#[derive(Template)]
#[template(path = "map/account/decision.mrkdwn")]
struct DecisionText<'a> {
    day: &'a str,
    by: &'a str,
    words: String,
    partner: Option<&'a str>,
    why_partner: String,
    why_now: String,
    why_person: String,
}

/// A decision with its intent, as mrkdwn.
pub(super) fn decision_text(made: &Decision, names: &Names, day: &str) -> String {
    let why = |text: &str| clip(text, 300);
    let text = DecisionText {
        day,
        by: names.of_user(&made.by),
        words: made.words(names),
        partner: made.partner_name.as_deref(),
        why_partner: why(&made.intent.partner),
        why_now: why(&made.intent.now),
        why_person: why(&made.intent.person),
    };
    // Rendering into a string fails for no text.
    text.render().map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// Decisions and holds, in private.
pub fn history(sight: &Sight<'_>) -> Message {
    let map = sight.map;
    let name = escape(&map.account.name);
    let mut lines: Vec<String> = Vec::new();
    if map.decisions.is_empty() {
        lines.push(format!("Nothing was decided on *{name}* yet."));
    } else {
        lines.push(format!("*Decisions on {name}*, the newest first"));
        let made = map.decisions.iter().take(SHOWN);
        lines.extend(made.map(|d| decision_text(d, &map.names, &sight.day(d.at))));
    }
    if !map.holds.is_empty() {
        lines.push("*Holds*".to_owned());
    }
    for hold in map.holds.iter().take(SHOWN) {
        let state = match &hold.lifted {
            Some((by, at)) => format!("lifted by {} on {}", map.names.of_user(by), sight.day(*at)),
            None => hold.until_words(sight.now.timestamp()),
        };
        lines.push(format!(
            "{} Holds {}; put by {} on {}, {}.",
            escape(&sentence(&clip(&hold.text, 400))),
            escape(&hold.whom(&map.names)),
            escape(map.names.of_user(&hold.author)),
            sight.day(hold.at),
            escape(&state)
        ));
    }
    let mut shown: Vec<_> = lines.iter().map(|line| blocks::section(line)).collect();
    let id = map.account.id.as_str();
    shown.push(blocks::actions(vec![
        blocks::button("Show map", action::SHOW, id),
        blocks::button("Export history", action::EXPORT, id),
    ]));
    Message::new(clip(&lines.join("\n"), blocks::TEXT_LIMIT), shown)
}
