//! What a note looks like: the card, the list, the small forms, and what people are told of it.

mod card;
pub mod library;
mod list;
mod modals;
mod told;

use jiff::Timestamp;

pub use self::card::card;
pub(super) use self::card::{QUOTE, said, sections};
pub use self::list::{home_row, list};
pub use self::modals::{edit_modal, pick_modal, reason_modal, reassign_modal, review_modal};
pub use self::told::{decided, proposed, ready, ready_done, rejected, reminded};

/// The longest text of a note, in characters.
pub const TEXT_LIMIT: usize = 2500;
/// The longest signature under it; Slack's longest name is shorter.
pub const SIGNATURE_LIMIT: usize = 100;

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
    /// It was sent by hand.
    pub const SENT: &str = "draft.sent";
    /// It is handed back, or taken back.
    pub const NOT_ME: &str = "draft.not_me";
    /// Somebody has looked at the text again after a fact had changed.
    pub const RECHECK: &str = "draft.recheck";
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

#[cfg(test)]
mod tests;
