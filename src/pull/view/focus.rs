//! Focus lists in Slack: one private card for both sides, and its two forms.

use askama::Template;
use jiff::Zoned;
use serde_json::{Value, json};

use crate::kernel::age;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, PartnerId, UserId};
use crate::kernel::text::{capital, escape};
use crate::map::focus::{List, SIZE, Side};
use crate::map::overlap::{Overlap, Triage};
use crate::map::partner::Partner;
use crate::pull::flow::focus::Seen;
use crate::pull::focus::{Ground, Line, Proposal};

/// The controls.
pub mod action {
    /// Shows a partner's lists in private; the value is the partner's id.
    pub const SHOW: &str = "focus.show";
    /// Agrees on what is proposed; the value is `partner:side:version:seal`.
    pub const AGREE: &str = "focus.agree";
    /// The `⋯` of a row; the value of a choice is `verb:partner:side:version:account`.
    pub const ROW: &str = "focus.row";
    /// Opens the form that adds an account; its callback. The value is `partner:side:version`.
    pub const ADD: &str = "focus.add";
    /// Opens the form that lets the list hold more; its callback. The value is `partner:side:version`.
    pub const INSIST: &str = "focus.insist";
}

/// The fields of the forms.
pub mod field {
    /// One of those that are offered.
    pub const ACCOUNT: &str = "account";
    /// Any other, by its name.
    pub const NAME: &str = "name";
    /// How many the list may hold.
    pub const SIZE: &str = "size";
    /// Why.
    pub const WHY: &str = "why";
}

/// What the reader of the card may do.
#[derive(Clone, Copy, Debug)]
pub struct Rights {
    /// Pin, drop, add.
    pub may_mark: bool,
    /// Agree, insist on more.
    pub may_agree: bool,
}

fn title(side: Side, partner: &str) -> String {
    match side {
        Side::Ours => format!("Accounts that we want {partner} in"),
        Side::Theirs => format!("Accounts that {partner} wants us in"),
    }
}

struct AgreedWords {
    number: i64,
    by: String,
    day: String,
}

#[derive(Template)]
#[template(path = "pull/focus_state.mrkdwn")]
struct State<'a> {
    agreed: Option<AgreedWords>,
    rows: usize,
    partner: &'a str,
    stale: Option<String>,
    insisted: Option<(String, &'a str)>,
    size: usize,
}

#[derive(Template)]
#[template(path = "pull/focus_row.mrkdwn")]
struct Row {
    place: usize,
    label: String,
    kind: String,
    marks: String,
    why: String,
}

#[derive(Template)]
#[template(path = "pull/focus.mrkdwn")]
struct Text<'a> {
    title: String,
    state: &'a str,
    rows: &'a [String],
    notes: &'a [String],
}

fn state(ground: &Ground, proposal: &Proposal, now: &Zoned) -> Result<String> {
    let list = &ground.list;
    let agreed = list.agreed.as_ref().map(|a| AgreedWords {
        number: a.number,
        by: a.by.mention(),
        day: a.at.to_zoned(now.time_zone().clone()).strftime("%-d %B").to_string(),
    });
    let stale = ground.partner.list_age_days(now).filter(|_| ground.partner.list_is_stale(now));
    let state = State {
        agreed,
        rows: proposal.lines.len(),
        partner: &ground.partner.name,
        stale: stale.map(age::days),
        insisted: list.insisted.as_ref().map(|(by, why)| (by.mention(), why.as_str())),
        size: list.size,
    };
    Ok(state.render()?.trim().to_owned())
}

fn row(place: usize, line: &Line, anything_agreed: bool) -> Result<String> {
    let pinned = line.pinned_by.as_ref().map(|_| "pinned");
    let proposed = (anything_agreed && !line.agreed).then_some("proposed");
    let planned = (line.overlap.triage == Triage::Planned).then_some("planned");
    let row = Row {
        place,
        label: clip(&line.overlap.account.label(), 80),
        kind: clip(&line.overlap.kind_words(), 100),
        marks: proposed.into_iter().chain(pinned).chain(planned).collect::<Vec<_>>().join(", "),
        why: clip(&capital(&line.why.join(" · ")), 200),
    };
    Ok(row.render()?.trim().to_owned())
}

/// What would go, and what somebody dropped.
fn notes(ground: &Ground, proposal: &Proposal) -> Vec<String> {
    let mut notes = Vec::new();
    if !proposal.leaving.is_empty() {
        let leaving: Vec<String> = proposal
            .leaving
            .iter()
            .map(|l| format!("*{}* ({})", escape(&clip(&l.account.name, 60)), escape(&clip(&l.because, 80))))
            .collect();
        notes.push(format!("Would go: {}.", leaving.join(", ")));
    }
    match proposal.planned() {
        (_, true) => notes.push(format!(
            "All of it is planned, and nothing else with {} is worth a place: fewer sessions will do until there is more.",
            escape(&ground.partner.name)
        )),
        (0, _) => {}
        (planned, _) => notes.push(format!("{planned} of {} planned already.", proposal.lines.len())),
    }
    if ground.list.agreed.is_some() && proposal.differs() {
        notes.push("Until somebody agrees, the list stays as it was agreed.".to_owned());
    }
    if !proposal.dropped.is_empty() {
        let dropped: Vec<String> = proposal
            .dropped
            .iter()
            .take(SIZE)
            .map(|(a, by)| format!("{} by {}", escape(&clip(&a.name, 60)), by.mention()))
            .collect();
        notes.push(format!("Dropped: {}. Add one to bring it back.", dropped.join(", ")));
    }
    notes
}

fn agree_label(list: &List, proposal: &Proposal) -> String {
    match proposal.lines.len() {
        _ if list.agreed.is_some() => "Agree on the change".to_owned(),
        1 => "Agree on this one".to_owned(),
        n => format!("Agree on these {}", super::in_letters(i64::try_from(n).unwrap_or(i64::MAX))),
    }
}

fn menu(line: &Line, seen: &Seen) -> Value {
    let value = |verb: &str| format!("{verb}:{}:{}", seen.value(), line.overlap.account.id);
    let pin = if line.pinned_by.is_some() { ("Unpin", value("unpin")) } else { ("Pin", value("pin")) };
    blocks::overflow(action::ROW, &[pin, ("Drop", value("drop"))])
}

fn buttons(ground: &Ground, proposal: &Proposal, rights: Rights, accent: bool) -> Vec<Value> {
    let seen = Seen::of(&ground.list);
    let mut all = Vec::new();
    let to_agree = if ground.list.agreed.is_some() { proposal.differs() } else { !proposal.lines.is_empty() };
    if rights.may_agree && to_agree {
        let value = format!("{}:{}", seen.value(), proposal.seal());
        let agree = blocks::button(&agree_label(&ground.list, proposal), action::AGREE, &value);
        all.push(if accent { blocks::primary(agree) } else { agree });
    }
    if rights.may_mark {
        all.push(blocks::button("Add account", action::ADD, &seen.value()));
    }
    if rights.may_agree && (proposal.lines.len() >= SIZE || ground.list.size > SIZE) {
        all.push(blocks::button("Insist on more", action::INSIST, &seen.value()));
    }
    all
}

/// Both lists of a partner, in private.
pub fn card(sides: &[(Ground, Proposal)], rights: Rights, now: &Zoned) -> Result<Message> {
    let mut shown = Vec::new();
    let mut texts = Vec::new();
    let mut accent = true;
    for (ground, proposal) in sides {
        let title = title(ground.list.side, &ground.partner.name);
        let state = state(ground, proposal, now)?;
        shown.push(blocks::section(&format!("*{}*", escape(&title))));
        shown.push(blocks::context(&state));
        let seen = Seen::of(&ground.list);
        let mut rows = Vec::new();
        for (at, line) in proposal.lines.iter().enumerate() {
            let text = row(at + 1, line, ground.list.agreed.is_some())?;
            shown.push(if rights.may_mark {
                blocks::section_with(&text, menu(line, &seen))
            } else {
                blocks::section(&text)
            });
            rows.push(text);
        }
        let notes = notes(ground, proposal);
        if !notes.is_empty() {
            shown.push(blocks::context(&notes.join("\n")));
        }
        let buttons = buttons(ground, proposal, rights, accent);
        if !buttons.is_empty() {
            accent &= !buttons.iter().any(|b| b["action_id"] == action::AGREE);
            shown.push(blocks::actions(buttons));
        }
        texts.push(Text { title, state: &state, rows: &rows, notes: &notes }.render()?.trim().to_owned());
    }
    Ok(Message::new(clip(&texts.join("\n\n"), blocks::TEXT_LIMIT), shown))
}

fn metadata(seen: &Seen, from: Option<&ChannelId>) -> Value {
    json!({"id": seen.value(), "channel": from})
}

/// The form that adds an account; `others` are those that would be next.
pub fn add_modal(partner: &Partner, seen: &Seen, others: &[Overlap], from: Option<&ChannelId>) -> Value {
    let mut fields = vec![blocks::context(&escape(&title(seen.side, &partner.name)))];
    let offered = !others.is_empty();
    if offered {
        let options: Vec<Value> = others
            .iter()
            .map(|o| {
                let label = clip(&format!("{}: {}", o.account.name, o.kind_words()), 75);
                blocks::choice(&label, o.account.id.as_str())
            })
            .collect();
        let select = blocks::select(field::ACCOUNT, "Choose one", &options, None);
        fields.push(blocks::input("The next by worth", select, None, true));
    }
    fields.push(blocks::input(
        if offered { "Or another account" } else { "Account" },
        blocks::text_input(field::NAME, "Acme or acme.com", None, false),
        Some("It is pinned: it stays on the list whatever its worth."),
        offered,
    ));
    blocks::modal(action::ADD, "Add to the focus list", Some("Add"), &metadata(seen, from), fields)
}

/// The form in which somebody insists on more than ten.
pub fn insist_modal(partner: &Partner, list: &List, from: Option<&ChannelId>) -> Value {
    let size = list.size.max(SIZE + 1).to_string();
    let fields = vec![
        blocks::context(&format!(
            "{}. A focus list has ten accounts, so that both sides can work on each of them.",
            escape(&title(list.side, &partner.name))
        )),
        blocks::input(
            "How many it may hold",
            blocks::text_input(field::SIZE, "12", Some(&size), false),
            Some("From 11 to 20; 10 takes the exception back."),
            false,
        ),
        blocks::input(
            "Why",
            blocks::text_input(field::WHY, "Two regions, each with a team of its own", None, true),
            Some("Whoever sees the list reads it."),
            false,
        ),
    ];
    let metadata = metadata(&Seen::of(list), from);
    blocks::modal(action::INSIST, "More than ten", Some("Insist"), &metadata, fields)
}

/// A partner's lists in a few words, for its card: `ours 10, agreed on 4 March; theirs none yet`.
pub fn summary(lists: &[(List, usize)], now: &Zoned) -> String {
    let words = |(list, accounts): &(List, usize)| {
        let whose = list.side.as_str();
        match &list.agreed {
            None => format!("{whose} none yet"),
            Some(agreed) => {
                let day = agreed.at.to_zoned(now.time_zone().clone()).strftime("%-d %B");
                format!("{whose} {accounts}, agreed on {day}")
            }
        }
    };
    if lists.iter().all(|(list, _)| list.agreed.is_none()) {
        return "none yet".to_owned();
    }
    lists.iter().map(words).collect::<Vec<_>>().join("; ")
}

/// Lists that are overdue, a line a partner with its button; on Home.
pub fn home_row(partner: (&PartnerId, &str), why: &[(Side, String)]) -> Value {
    let why: Vec<String> = why.iter().map(|(side, why)| format!("{}: {why}", side.as_str())).collect();
    let text = format!("*Focus list with {}*\n{}", escape(partner.1), escape(&capital(&why.join("; "))));
    blocks::section_with(&text, blocks::button("Review list", action::SHOW, partner.0.as_str()))
}

/// What the second of two people is told, above the card as it is now.
pub fn second(partner: &str) -> String {
    format!(
        "The focus list with {} changed since you looked, so nothing was done. This is how it stands now.",
        escape(partner)
    )
}

/// Who may agree on it, for whoever may not.
pub fn refusal(partner: &Partner) -> String {
    let who = partner.manager.as_ref().map(UserId::mention);
    format!(
        "Only {}'s manager or an admin agrees on its focus list.{} Nothing was changed.",
        escape(&partner.name),
        who.map(|who| format!(" That is {who}.")).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests;
