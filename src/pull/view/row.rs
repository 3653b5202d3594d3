//! A row: an overlap, why now, and what can be done with it.

use askama::Template;
use serde_json::Value;

use super::{Scene, action};
use crate::kernel::blocks::{self, clip};
use crate::kernel::error::Result;
use crate::kernel::text::capital;
use crate::map::lists::review::WRONG;
use crate::pull::digest::{Decided, Decision, Row, waits};

/// So many holds stand on a row; the map has the rest.
const HOLDS: usize = 2;

#[derive(Template)]
#[template(path = "pull/row.mrkdwn")]
struct OpenRow<'a> {
    account: String,
    partner: Option<&'a str>,
    kind: String,
    why: String,
    held: String,
    assigned: Option<String>,
    holds: &'a [String],
}

#[derive(Template)]
#[template(path = "pull/decided.mrkdwn")]
struct DecidedRow<'a> {
    account: String,
    partner: Option<&'a str>,
    kind: String,
    state: String,
    holds: &'a [String],
}

/// A row as text, and what can be done with it.
pub(super) struct Shown {
    pub text: String,
    pub control: Control,
}

pub(super) enum Control {
    /// The second part: the matcher made it; the third: nobody has it.
    Decide(String, bool, bool),
    Reopen(String),
    Nothing,
}

/// `None` when the overlap is no longer known. `named`: the row says the partner.
pub(super) fn row(row: &Row, scene: &Scene, named: bool) -> Result<Option<Shown>> {
    let Some(o) = scene.overlaps.get(&row.overlap) else { return Ok(None) };
    let made = scene.decided.get(&o.id);
    let account = clip(&o.account.name, 60);
    let partner = named.then_some(o.partner.as_str());
    let mut kind = clip(&o.kind_words(), 120);
    if let Some(kin) = scene.kin.get(&o.id) {
        kind = format!("{kind} · {}", clip(kin, 120));
    }
    let value = format!("{}:{}", o.id, o.version);
    let holds = scene.holds.get(&o.account.id).map_or(&[][..], Vec::as_slice);
    let holds = &holds[..holds.len().min(HOLDS)];
    let (text, control) = if o.gone_at.is_some() {
        let state = match o.change_note.as_deref() {
            Some(WRONG) => "Taken back as a wrong match".to_owned(),
            _ => format!("No longer on {}'s list", o.partner),
        };
        (DecidedRow { account, partner, kind, state, holds }.render()?, Control::Nothing)
    } else if waits(o, scene.now) {
        // Who has it; or that it was turned down before, and came back because it changed.
        let lasts = |m: &&Decided| match &m.what {
            Decision::Assign(user) => o.assignee.as_ref() == Some(user),
            Decision::Dismiss(_) => true,
            _ => false,
        };
        let assigned = made.filter(lasts).and_then(|m| scene.decision(m, &o.partner));
        let (why, mut held) = (clip(&capital(&row.why), 200), scene.held(o));
        if why.is_empty() {
            held = capital(&held);
        }
        let matched = scene.matched.contains(&o.id);
        (
            OpenRow { account, partner, kind, why, held, assigned, holds }.render()?,
            Control::Decide(value, matched, o.holder().is_none()),
        )
    } else {
        let state = made.and_then(|m| scene.decision(m, &o.partner));
        let state = clip(&state.unwrap_or_else(|| "Decided".to_owned()), 300);
        (DecidedRow { account, partner, kind, state, holds }.render()?, Control::Reopen(value))
    };
    Ok(Some(Shown { text: text.trim().to_owned(), control }))
}

/// At most five fit: where there is Plan, a wrong match is a reason to dismiss.
fn menu(value: &str, matched: bool, with_plan: bool) -> Value {
    let verb = |verb: &str| format!("{verb}:{value}");
    let mut choices = vec![
        ("Assign", verb("assign")),
        ("Snooze", verb("snooze")),
        ("Dismiss", verb("dismiss")),
        ("Draft note", verb("draft")),
    ];
    if with_plan {
        choices.insert(0, ("Plan", verb("plan")));
    } else if matched {
        choices.push(("Wrong match", verb("wrong")));
    }
    blocks::overflow(action::MENU, &choices)
}

fn decided_menu(value: &str) -> Value {
    let choices = [("Reopen", format!("reopen:{value}")), ("Draft note", format!("draft:{value}"))];
    blocks::overflow(action::MENU, &choices)
}

/// A row of the message itself: **Plan** and `⋯` under it.
pub(super) fn top_blocks(shown: &Shown, out: &mut Vec<Value>) {
    match &shown.control {
        Control::Decide(value, matched, free) => {
            out.push(blocks::section(&shown.text));
            let claim = free.then(|| blocks::button("Claim", action::CLAIM, value));
            let mut all = vec![blocks::button("Plan", action::PLAN, value)];
            all.extend(claim);
            all.push(menu(value, *matched, false));
            out.push(blocks::actions(all));
        }
        _ => out.push(thread_block(shown)),
    }
}

/// A row of a reply: one block, its controls in `⋯`.
pub(super) fn thread_block(shown: &Shown) -> Value {
    match &shown.control {
        Control::Decide(value, matched, _) => blocks::section_with(&shown.text, menu(value, *matched, true)),
        Control::Reopen(value) => blocks::section_with(&shown.text, decided_menu(value)),
        Control::Nothing => blocks::section(&shown.text),
    }
}
