//! What Slack shows of account maps.

mod card;
mod decide;
mod foot;
mod forms;
mod history;
mod review;
mod room;

use askama::Template;
use jiff::Timestamp;

pub use card::{Elsewhere, Reader, card};
pub use decide::{Offer, decide_form, decision_fields, standing};
pub use forms::{
    STEP, Whereto, involvement_form, keep_form, note_form, owners_form, person_form, relationship_form,
    step_form, touch_form,
};
pub use history::history;
pub use review::{Outcome, Walk, finish_form, review_form, summary};
pub use room::{room_is, room_lost, welcome};

use super::Names;
use super::hold::Hold;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::error::{Error, Result};
use crate::kernel::text::{escape, sentence};
use crate::map::account::Account;

/// The controls.
pub mod action {
    /// Lists the reader's accounts.
    pub const LIST: &str = "account.list";
    /// Shows a map in private; the value is the account's id.
    pub const SHOW: &str = "account.show";
    /// Posts a map in the channel; the value is the account's id.
    pub const SHARE: &str = "account.share";
    /// Shows decisions and holds in private; the value is the account's id.
    pub const HISTORY: &str = "account.history";
    /// Opens the account's room, or says where it is; the value is the account's id.
    pub const ROOM: &str = "account.room";
    /// Hands over all that happened, as a file; the value is the account's id.
    pub const EXPORT: &str = "account.export";
    /// Opens the form of a decision, and its callback; the value is the account's id.
    pub const DECIDE: &str = "account.decide";
    /// Opens the form of a person at the account, and its callback; the value is the account's id, for one who is there
    /// `account:person`.
    pub const PERSON: &str = "account.person";
    /// Opens the form of a relationship, and its callback; the value is the account's id, and perhaps `:person`.
    pub const RELATE: &str = "account.relate";
    /// Opens the form of the owners, and its callback; the value is the account's id.
    pub const OWNERS: &str = "account.owners";
    /// Opens the form of what a partner is there, and its callback; the value is `account:partner`.
    pub const INVOLVE: &str = "account.involve";
    /// Opens the form of a next step, and its callback; the value is the account's id.
    pub const STEP: &str = "account.step";
    /// A step is done; the value is `step:version`.
    pub const STEP_DONE: &str = "account.step_done";
    /// Opens the form of a touch, and its callback; the value is the account's id.
    pub const TOUCH: &str = "account.touch";
    /// The message shortcut that keeps a message as a note or a next step, and the callback of its form.
    pub const NOTE: &str = "account.note";
    /// Opens the form that keeps a hold, and its callback; the value is `hold:version`.
    pub const KEEP: &str = "account.keep";
    /// Lifts a hold; the value is `hold:version`.
    pub const LIFT: &str = "account.lift";
    /// Opens the weekly mapping, and the callback of each of its steps.
    pub const REVIEW: &str = "account.review";
    /// The end of the weekly mapping: posts its summary.
    pub const SUMMARY: &str = "account.summary";
}

/// The fields of the forms.
pub mod field {
    /// The account's name or domain.
    pub const ACCOUNT: &str = "account";
    /// A person's name.
    pub const NAME: &str = "name";
    /// Their title.
    pub const TITLE: &str = "title";
    /// What they are to the deal, or what a partner is on the account.
    pub const ROLE: &str = "role";
    /// How far up they are.
    pub const SENIORITY: &str = "seniority";
    /// Who of ours knows somebody.
    pub const USER: &str = "user";
    /// Who of a partner's knows somebody.
    pub const CONTACT: &str = "contact";
    /// Whom they know.
    pub const WHOM: &str = "whom";
    /// How well, from 1 to 5.
    pub const STRENGTH: &str = "strength";
    /// Who owns the deal.
    pub const DEAL: &str = "deal_owner";
    /// Who owns the relationship.
    pub const RELATIONSHIP: &str = "relationship_owner";
    /// What a partner does on the account.
    pub const INVOLVEMENT: &str = "involvement";
    /// What a message is kept as.
    pub const KIND: &str = "kind";
    /// What is to be done, or what was.
    pub const TEXT: &str = "text";
    /// Who does it.
    pub const OWNER: &str = "owner";
    /// The day.
    pub const DATE: &str = "date";
    /// With which partner.
    pub const PARTNER: &str = "partner";
    /// Who reaches out.
    pub const REACHES_OUT: &str = "reaches_out";
    /// Who introduces.
    pub const INTRODUCES: &str = "introduces";
    /// Who stays out of the way.
    pub const STAYS_OUT: &str = "stays_out";
    /// Why this partner.
    pub const WHY_PARTNER: &str = "why_partner";
    /// Why now.
    pub const WHY_NOW: &str = "why_now";
    /// Why this person.
    pub const WHY_PERSON: &str = "why_person";
    /// What is on hold.
    pub const HOLD: &str = "hold";
    /// The last day of the hold.
    pub const HOLD_UNTIL: &str = "hold_until";
}

/// At most so many accounts are listed.
const LISTED: usize = 12;

/// A short list in private: the reader's accounts, then those whose map changed last.
pub fn list(found: &[(Account, bool)], may_review: bool) -> Message {
    let review = blocks::button("Start weekly mapping", action::REVIEW, "walk");
    if found.is_empty() {
        let text = "No account has a map yet. `/partner account show acme` opens the map of Acme, and its buttons fill it.";
        let mut shown = vec![blocks::section(text)];
        shown.extend(may_review.then(|| blocks::actions(vec![review])));
        return Message::new(text, shown);
    }
    let mut lines = Vec::new();
    let mut shown = Vec::new();
    for own in [true, false] {
        let group: Vec<&Account> = found
            .iter()
            .take(LISTED)
            .filter(|(_, is_own)| *is_own == own)
            .map(|(account, _)| account)
            .collect();
        if group.is_empty() {
            continue;
        }
        let title = if own { "*Your accounts*" } else { "*Maps that changed last*" };
        lines.push(title.to_owned());
        shown.push(blocks::section(title));
        for account in group {
            let line = escape(&clip(&account.label(), 120));
            let map = blocks::button("Show map", action::SHOW, account.id.as_str());
            shown.push(blocks::section_with(&line, map));
            lines.push(line);
        }
    }
    shown.extend(may_review.then(|| blocks::actions(vec![review])));
    Message::new(lines.join("\n"), shown)
}

/// What was saved, with the way back to the map and perhaps the next thing to say; `text` is mrkdwn.
pub fn saved(text: &str, account: &Account, next: Option<(&str, &str, &str)>) -> Message {
    let mut buttons: Vec<_> =
        next.into_iter().map(|(label, action, value)| blocks::button(label, action, value)).collect();
    buttons.push(blocks::button("Show map", action::SHOW, account.id.as_str()));
    Message::new(text, vec![blocks::section(text), blocks::actions(buttons)])
}

/// A hold is not what it was when its button was shown.
pub(super) fn hold_changed(hold: &Hold, account: &Account) -> Error {
    let state = match &hold.lifted {
        Some((by, _)) => format!("was lifted by {}", by.mention()),
        None => "changed".to_owned(),
    };
    Error::user(format!(
        "The hold on *{}* {state} before you pressed the button. Nothing else was changed.",
        escape(&account.name)
    ))
}

#[derive(Template)]
#[template(path = "map/account/hold.mrkdwn")]
struct HoldText<'a> {
    account: &'a str,
    text: String,
    held: String,
    until: String,
    asks: bool,
    lifted: Option<&'a str>,
}

fn hold_text(hold: &Hold, account: &Account, names: &Names, now: Timestamp, asks: bool) -> Result<String> {
    let text = HoldText {
        account: &account.name,
        text: sentence(&clip(&hold.text, 600)),
        held: hold.whom(names),
        until: hold.until_words(now),
        asks,
        lifted: hold.lifted.as_ref().map(|(by, _)| names.of_user(by)),
    };
    Ok(text.render()?.trim().to_owned())
}

/// The question to its author when a hold ran out.
pub(super) fn hold_ran_out(hold: &Hold, account: &Account, names: &Names, now: Timestamp) -> Result<Message> {
    let text = hold_text(hold, account, names, now, true)?;
    let value = format!("{}:{}", hold.id, hold.version);
    let buttons = vec![
        blocks::button("Keep until…", action::KEEP, &value),
        blocks::button("Lift", action::LIFT, &value),
        blocks::button("Show map", action::SHOW, account.id.as_str()),
    ];
    Ok(Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(buttons)]))
}

/// The same message, once it is answered.
pub(super) fn hold_settled(hold: &Hold, account: &Account, names: &Names, now: Timestamp) -> Result<Message> {
    let text = hold_text(hold, account, names, now, false)?;
    Ok(Message::new(text.clone(), vec![blocks::section(&text)]))
}

/// The holds on an account in one line each, for wherever somebody looks it up; mrkdwn.
pub fn hold_lines(holds: &[Hold], names: &Names, now: Timestamp) -> Vec<String> {
    holds.iter().map(|h| format!("*Hold:* {}", escape(&clip(&h.line(names, now), 300)))).collect()
}

#[cfg(test)]
mod tests;
