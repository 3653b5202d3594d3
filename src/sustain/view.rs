//! What a note looks like: the card, the ready text, the list, and its small forms.

use askama::Template;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::draft::{Draft, Route, Stage};
use super::form::PURPOSES;
use super::relevance::Level;
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::partner::Partner;

/// The longest text of a note, in characters.
pub const TEXT_LIMIT: usize = 2500;
/// Rules whose reason is worth reading even when they pass.
const TELLING: [&str; 3] = ["names-current-overlap", "carries-gift", "touch-cap"];

/// The controls of this area.
pub mod action {
    /// Opens the form; the value is an overlap's id.
    pub const NEW: &str = "draft.new";
    /// The callback of the form that chooses partner and account.
    pub const PICK: &str = "draft.pick";
    /// Approves: a button, and the callback of the review.
    pub const APPROVE: &str = "draft.approve";
    /// Opens the words, and the callback of that modal.
    pub const EDIT: &str = "draft.edit";
    /// Asks for a reason, and the callback of that modal.
    pub const REJECT: &str = "draft.reject";
    /// The `⋯` menu.
    pub const MORE: &str = "draft.more";
    /// The callback of the modal that asks why a block is overridden.
    pub const OVERRIDE: &str = "draft.override";
    /// The callback of the modal that asks who decides instead.
    pub const REASSIGN: &str = "draft.reassign";
    /// A human saw that it arrived.
    pub const ARRIVED: &str = "draft.arrived";
    /// A human saw that it did not arrive.
    pub const RESEND: &str = "draft.resend";
    /// The sender sent it by hand.
    pub const SENT: &str = "draft.sent";
    /// The sender hands it back.
    pub const NOT_ME: &str = "draft.not_me";
    /// Opens the note for a decision, from a list or Home.
    pub const REVIEW: &str = "draft.review";
}

/// The fields of the small forms.
pub mod field {
    /// The partner.
    pub const PARTNER: &str = "partner";
    /// The account.
    pub const ACCOUNT: &str = "account";
    /// The words.
    pub const TEXT: &str = "text";
    /// Why.
    pub const REASON: &str = "reason";
    /// Who decides instead.
    pub const APPROVER: &str = "approver";
}

/// The time of day in the reader's zone, with the day where it is not today.
pub fn clock(at: &Timestamp) -> String {
    let plain = at.strftime("%-d %B, %H:%M UTC");
    format!("<!date^{}^{{date_short_pretty}} at {{time}}|{plain}>", at.as_second())
}

/// Where the note goes, in words.
fn place(draft: &Draft) -> String {
    let note = &draft.note;
    match (note.route, note.destination.as_deref()) {
        (Route::Channel, Some(channel)) => format!("<#{channel}>"),
        (Route::Direct, Some(user)) => format!("direct message to <@{user}>"),
        _ => format!("by hand of {}", note.sender.mention()),
    }
}

fn purpose(draft: &Draft) -> String {
    let label = PURPOSES.iter().find(|(p, _)| *p == draft.note.purpose).map_or("", |(_, l)| l);
    label.to_lowercase()
}

#[derive(Template)]
#[template(path = "sustain/head.mrkdwn")]
struct Head<'a> {
    contact: &'a str,
    partner: &'a str,
    place: String,
    audience: String,
    sender: String,
    purpose: String,
    account: &'a str,
    gift: &'a str,
}

fn head(draft: &Draft) -> Result<String> {
    let note = &draft.note;
    let audience = match note.route {
        Route::Channel => format!("{} staff", note.partner),
        Route::Direct | Route::ByHand => note.contact.clone(),
    };
    let head = Head {
        contact: &note.contact,
        partner: &note.partner,
        place: place(draft),
        audience,
        sender: note.sender.mention(),
        purpose: purpose(draft),
        account: draft.account_words(),
        gift: note.gift.noun(),
    };
    Ok(head.render()?.trim().to_owned())
}

#[derive(Template)]
#[template(path = "sustain/state.mrkdwn")]
struct State<'a> {
    stage: &'a Stage,
    snoozed: Option<String>,
    version: i64,
    drafter: String,
    approver: Option<String>,
    sender: String,
    place: String,
}

impl State<'_> {
    fn clock(at: &Timestamp) -> String {
        clock(at)
    }
}

fn state(draft: &Draft, now: Timestamp) -> Result<String> {
    let state = State {
        stage: &draft.stage,
        snoozed: draft.snoozed(now).map(|until| clock(&until)),
        version: draft.version,
        drafter: draft.created_by.mention(),
        approver: draft.approver.as_ref().map(UserId::mention),
        sender: draft.note.sender.mention(),
        place: place(draft),
    };
    Ok(state.render()?.trim().to_owned())
}

#[derive(Template)]
#[template(path = "sustain/check.mrkdwn")]
struct Relevance<'a> {
    overridden: Option<(String, &'a str)>,
    passed: usize,
    total: usize,
    blocked: bool,
    said: Vec<String>,
    objections: Vec<(&'static str, &'a str, &'a str)>,
}

fn relevance(draft: &Draft) -> Result<String> {
    let check = &draft.note.check;
    let sentence = |reason: &str| reason.trim_end_matches('.').to_owned();
    let telling = TELLING.iter().filter_map(|name| check.rules.iter().find(|r| r.rule == *name));
    let view = Relevance {
        overridden: draft.overridden.as_ref().map(|o| (o.by.mention(), o.reason.as_str())),
        passed: check.passed(),
        total: check.rules.len(),
        blocked: check.verdict == Level::Block,
        said: telling.map(|r| sentence(&r.reason)).collect(),
        objections: check
            .objections()
            .into_iter()
            .map(|o| {
                let mark = if o.level == Level::Block { "blocks" } else { "warns" };
                (mark, o.reason.as_str(), o.fix.as_deref().unwrap_or_default())
            })
            .collect(),
    };
    Ok(view.render()?.trim().to_owned())
}

/// The text to the letter, as Slack takes it, in sections of a quotation.
fn quoted(text: &str) -> Vec<Value> {
    let mut sections: Vec<String> = vec![String::new()];
    for line in text.lines() {
        let letters: Vec<char> = line.chars().collect();
        let pieces = if letters.is_empty() {
            vec![String::new()]
        } else {
            // Escaped, a character may become five.
            letters.chunks(500).map(|c| escape(&c.iter().collect::<String>())).collect()
        };
        for piece in pieces {
            let last = sections.len() - 1;
            if sections[last].chars().count() + piece.chars().count() + 3 > blocks::SECTION_LIMIT {
                sections.push(String::new());
            }
            if let Some(section) = sections.last_mut() {
                section.push_str(&format!("> {piece}\n"));
            }
        }
    }
    sections.iter().map(|s| blocks::section(s.trim_end())).collect()
}

/// The card in the approvers' channel.
pub fn card(draft: &Draft, now: Timestamp) -> Result<Message> {
    let (head, state) = (head(draft)?, state(draft, now)?);
    let mut rows = vec![blocks::section(&head)];
    rows.extend(quoted(&draft.note.text));
    let relevance = relevance(draft)?;
    let shows_check = draft.is_waiting() || draft.overridden.is_some();
    if shows_check {
        let rules = if draft.note.check.verdict == Level::Pass {
            blocks::context(&relevance)
        } else {
            blocks::section(&relevance)
        };
        rows.push(rules);
        let facts: Vec<String> = draft.note.facts.iter().map(|f| escape(f)).collect();
        if draft.is_waiting() && !facts.is_empty() {
            rows.push(blocks::context(&format!("Stands on: {}", facts.join(" · "))));
        }
    }
    rows.push(blocks::context(&state));
    let controls = controls(draft);
    if !controls.is_empty() {
        rows.push(blocks::actions(controls));
    }
    let quoted: Vec<String> = draft.note.text.lines().map(|l| format!("> {}", escape(l))).collect();
    let mut text = vec![head, quoted.join("\n")];
    if shows_check {
        text.push(relevance);
    }
    text.push(state);
    Ok(Message::new(text.join("\n"), rows))
}

/// What confirms an approval: recipient and version, once more.
fn confirmation(draft: &Draft) -> String {
    let (note, version) = (&draft.note, draft.version);
    let who = format!("{} at {}", escape(&note.contact), escape(&note.partner));
    match note.route {
        Route::ByHand => format!("Hand version {version} for {who} to {}?", note.sender.mention()),
        _ => format!("Send version {version} to {who}? They will see it at once."),
    }
}

fn approve_label(draft: &Draft) -> &'static str {
    if draft.note.route == Route::ByHand { "Approve and hand over" } else { "Approve and send" }
}

fn controls(draft: &Draft) -> Vec<Value> {
    let value = draft.value();
    match &draft.stage {
        Stage::Proposed { .. } => {
            let edit = blocks::button("Edit", action::EDIT, &value);
            let reject = blocks::button("Reject", action::REJECT, &value);
            let menu = |verb: &str| format!("{verb}:{value}");
            let mut more = vec![
                ("Let somebody else decide", menu("reassign")),
                ("Snooze until tomorrow", menu("tomorrow")),
                ("Snooze until Monday", menu("monday")),
            ];
            if draft.is_sendable() {
                let approve = blocks::primary(blocks::button(approve_label(draft), action::APPROVE, &value));
                let approve = blocks::confirmed(approve, "To the partner", &confirmation(draft), "Send it");
                vec![approve, edit, reject, blocks::overflow(action::MORE, &more)]
            } else {
                more.push(("Override the block", menu("override")));
                vec![blocks::primary(edit), reject, blocks::overflow(action::MORE, &more)]
            }
        }
        Stage::Unconfirmed { .. } => {
            let name = escape(&draft.note.contact);
            let arrived = blocks::button("It arrived", action::ARRIVED, &value);
            let resend = blocks::button("Resend", action::RESEND, &value);
            vec![
                blocks::confirmed(
                    arrived,
                    "It arrived",
                    &format!("Mark version {} to {name} as sent? Look in the channel first.", draft.version),
                    "It arrived",
                ),
                blocks::confirmed(
                    resend,
                    "Send again",
                    &format!("Send it to {name} again? If the first one did arrive, they read it twice."),
                    "Resend",
                ),
            ]
        }
        _ => Vec::new(),
    }
}

#[derive(Template)]
#[template(path = "sustain/ready.mrkdwn")]
struct Ready<'a> {
    contact: &'a str,
    partner: &'a str,
    account: &'a str,
    by: String,
}

/// The ready text for the one who sends it by hand.
pub fn ready(draft: &Draft, approved_by: &UserId) -> Result<Message> {
    let note = &draft.note;
    let head = Ready {
        contact: &note.contact,
        partner: &note.partner,
        account: draft.account_words(),
        by: approved_by.mention(),
    };
    let head = head.render()?.trim().to_owned();
    let value = draft.value();
    let sent = blocks::primary(blocks::button("I sent it", action::SENT, &value));
    let not_me = blocks::button("Not me", action::NOT_ME, &value);
    let text = escape(&note.text);
    let mut rows = vec![blocks::section(&head), blocks::divider()];
    rows.extend(plain_sections(&note.text));
    rows.extend([blocks::divider(), blocks::actions(vec![sent, not_me])]);
    Ok(Message::new(format!("{head}\n{text}"), rows))
}

fn plain_sections(text: &str) -> Vec<Value> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(600).map(|c| blocks::section(&escape(&c.iter().collect::<String>()))).collect()
}

/// The ready text after its sender answered.
pub fn ready_done(draft: &Draft, sent: bool) -> Message {
    let to = format!("*To {} at {}*", escape(&draft.note.contact), escape(&draft.note.partner));
    Message::text(if sent {
        format!("{to}: marked as sent. The card says so.")
    } else {
        format!("{to}: handed back. A partner manager decides again.")
    })
}

#[derive(Template)]
#[template(path = "sustain/decided.mrkdwn")]
struct Decided<'a> {
    stage: &'a Stage,
    version: i64,
    editor: Option<(String, String)>,
}

impl Decided<'_> {
    fn clock(at: &Timestamp) -> String {
        clock(at)
    }
}

/// What somebody is told who comes too late; `editor` changed the note last.
pub fn decided(draft: &Draft, editor: Option<(UserId, Timestamp)>) -> Result<String> {
    let editor = editor.map(|(who, at)| (who.mention(), clock(&at)));
    let text = Decided { stage: &draft.stage, version: draft.version, editor };
    Ok(text.render()?.trim().to_owned())
}

/// One line about a note: to whom, about what, how it stands.
fn summary(draft: &Draft, now: Timestamp) -> String {
    let note = &draft.note;
    let stands = match (&draft.stage, note.check.verdict) {
        (Stage::Unconfirmed { .. }, _) => "not confirmed",
        _ if draft.snoozed(now).is_some() => "snoozed",
        (_, Level::Block) if draft.overridden.is_none() => "blocked by the relevance check",
        (_, Level::Block) => "block overridden",
        (_, Level::Warn) => "worth another look",
        (_, Level::Pass) => "ready to approve",
    };
    let days = (now.as_second() - draft.created_at.as_second()).max(0) / 86_400;
    let age = match days {
        0 => "today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    format!(
        "*Note to {} at {}* · {} · {stands} · {age}",
        escape(&note.contact),
        escape(&note.partner),
        escape(draft.account_words())
    )
}

/// A note as one row of Home or of a list.
pub fn home_row(draft: &Draft, now: Timestamp) -> Vec<Value> {
    let review = blocks::button("Review", action::REVIEW, &draft.value());
    vec![blocks::section_with(&summary(draft, now), review)]
}

/// The private list; `links` leads to each note's card where that is known.
pub fn list(drafts: &[Draft], links: &[Option<String>], now: Timestamp) -> Message {
    const SHOWN: usize = 15;
    if drafts.is_empty() {
        return Message::text("No note waits for a decision. `/partner draft new` starts one.");
    }
    let mut rows = vec![blocks::section("*Notes that wait for a decision*")];
    let mut text = vec!["*Notes that wait for a decision*".to_owned()];
    for (draft, link) in drafts.iter().zip(links).take(SHOWN) {
        let mut line = summary(draft, now);
        if let Some(link) = link {
            line.push_str(&format!(" · <{link}|card>"));
        }
        let review = blocks::button("Review", action::REVIEW, &draft.value());
        rows.push(blocks::section_with(&line, review));
        text.push(line);
    }
    if drafts.len() > SHOWN {
        let more = format!("{} more wait. The oldest are shown.", drafts.len() - SHOWN);
        rows.push(blocks::context(&more));
        text.push(more);
    }
    Message::new(text.join("\n"), rows)
}

/// What the drafter is told in private.
pub fn proposed(draft: &Draft, channel: &str) -> Message {
    let note = &draft.note;
    let who = draft.approver.as_ref().map_or_else(|| "A partner manager".to_owned(), UserId::mention);
    let stands = match note.check.verdict {
        Level::Block => "The relevance check blocks it: edit it there.".to_owned(),
        Level::Warn => format!("{who} decides; the relevance check has a remark."),
        Level::Pass => format!("{who} decides. Nothing is sent before."),
    };
    Message::text(format!(
        "Drafted a note to {} at {} about {}. It is in <#{channel}>. {stands}",
        escape(&note.contact),
        escape(&note.partner),
        escape(draft.account_words())
    ))
}

/// What the drafter is told when it was rejected.
pub fn rejected(draft: &Draft, by: &UserId, reason: &str) -> Message {
    Message::text(format!(
        "{} rejected your note to {} at {}: {}",
        by.mention(),
        escape(&draft.note.contact),
        escape(&draft.note.partner),
        escape(reason)
    ))
}

/// The first of two short forms, where no overlap is chosen yet.
pub fn pick_modal(
    metadata: &Value,
    partners: &[Partner],
    partner: Option<&Partner>,
    account: Option<&str>,
) -> Value {
    let options: Vec<Value> = partners.iter().map(|p| blocks::choice(&p.name, p.id.as_str())).collect();
    let chosen = partner.or(if partners.len() == 1 { partners.first() } else { None });
    let element = blocks::select(field::PARTNER, "Choose a partner", &options, chosen.map(|p| p.id.as_str()));
    let account = blocks::text_input(field::ACCOUNT, "Acme Corp", account, false);
    blocks::modal(
        action::PICK,
        "Draft a note",
        Some("Next"),
        metadata,
        vec![
            blocks::input("Partner", element, None, false),
            blocks::input("Account", account, Some("A note is about one account that both have."), false),
        ],
    )
}

/// The words, to be changed. Saving never sends.
pub fn edit_modal(metadata: &Value, draft: &Draft) -> Value {
    let mut element = blocks::text_input(field::TEXT, "", Some(&draft.note.text), true);
    element["max_length"] = json!(TEXT_LIMIT);
    let hint =
        "Saving checks it again and never sends. Amounts, other partners' names and new links are stopped.";
    blocks::modal(
        action::EDIT,
        "Edit the note",
        Some("Save"),
        metadata,
        vec![blocks::input("Text", element, Some(hint), false)],
    )
}

/// Asks for a reason.
pub fn reason_modal(callback: &str, metadata: &Value, draft: &Draft) -> Value {
    let (title, verb, label, hint) = if callback == action::OVERRIDE {
        (
            "Override the block",
            "Override",
            "Why it is right to send it",
            "It is logged and shown on the card. Approve is a step of its own.",
        )
    } else {
        ("Reject the note", "Reject", "Why", "The drafter reads it.")
    };
    let mut element = blocks::text_input(field::REASON, "", None, true);
    element["max_length"] = json!(500);
    let about = blocks::section(&format!(
        "Version {} to {} at {}",
        draft.version,
        escape(&draft.note.contact),
        escape(&draft.note.partner)
    ));
    blocks::modal(
        callback,
        title,
        Some(verb),
        metadata,
        vec![about, blocks::input(label, element, Some(hint), false)],
    )
}

/// Asks who decides instead.
pub fn reassign_modal(metadata: &Value, draft: &Draft) -> Value {
    let element =
        blocks::user_select(field::APPROVER, "Who decides", draft.approver.as_ref().map(UserId::as_str));
    let hint = format!("A partner manager for {} or an admin.", draft.note.partner);
    blocks::modal(
        action::REASSIGN,
        "Who decides",
        Some("Ask them"),
        metadata,
        vec![blocks::input("Decides", element, Some(&hint), false)],
    )
}

/// The whole note in a modal, with approval as its one step.
pub fn review_modal(metadata: &Value, draft: &Draft, card: Option<&str>, now: Timestamp) -> Result<Value> {
    let mut rows = vec![blocks::section(&head(draft)?)];
    rows.extend(quoted(&draft.note.text));
    rows.push(blocks::section(&relevance(draft)?));
    rows.push(blocks::context(&state(draft, now)?));
    if let Some(link) = card {
        rows.push(blocks::context(&format!("Edit, reject, snooze: <{link}|on the card>.")));
    }
    let submit = draft.is_sendable().then(|| approve_label(draft));
    let submit = submit.map(|label| if label.len() > 24 { "Approve" } else { label });
    let mut view = blocks::modal(action::APPROVE, "Note to a partner", submit, metadata, rows);
    if submit.is_none() {
        view["close"] = blocks::plain("Close");
    }
    Ok(view)
}

#[cfg(test)]
mod tests;
