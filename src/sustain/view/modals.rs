//! The small forms: which partner and account, other words, a reason, who decides, and the note for review.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::draft::Draft;
use super::card::{QUOTE, approve_label, head, relevance, sections, state};
use super::{TEXT_LIMIT, action, field, library};
use crate::kernel::blocks;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::partner::Partner;

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
    rows.extend(sections(&draft.note.text, QUOTE));
    rows.push(blocks::section(&relevance(draft)?));
    rows.extend(library::stands_on(draft).map(|facts| blocks::context(&facts)));
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
