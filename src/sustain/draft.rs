//! A note to a partner: its text, its stage, and what may become of it.

mod note;
mod stage;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

pub(in crate::sustain) use self::note::as_checked;
pub use self::note::{Check, Finding, Note, Route, TemplateUsed, e_mail};
pub use self::stage::{Arrival, Decision, Override, Stage};
use super::library::Fact;
use super::relevance::Level;
use crate::kernel::ids::{DraftId, UserId};

/// A note waits so long for a decision; then it has expired.
const WAITS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A note on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// Counts up with every change.
    pub version: i64,
    /// What it says.
    pub note: Note,
    /// Who is asked to decide.
    pub approver: Option<UserId>,
    /// Who took a block of this very text on themselves.
    pub overridden: Option<Override>,
    /// Who drafted it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// How far it is.
    pub stage: Stage,
}

/// What a control was drawn for: which note, which version, which text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The note.
    pub id: DraftId,
    /// Its version.
    pub version: i64,
    /// The seal of its text.
    pub seal: String,
}

impl Seen {
    /// From a control's value, `id:version:seal`.
    pub fn read(value: &str) -> Option<Self> {
        let mut parts = value.splitn(3, ':');
        let (id, version, seal) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { id: id.into(), version: version.parse().ok()?, seal: seal.to_owned() })
    }
}

/// Why something cannot be done with a note now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its stage does not allow it: somebody was faster.
    Decided,
    /// It was edited since the control was drawn.
    Changed,
    /// The relevance check blocks it.
    Blocked,
    /// Something that it draws on has changed, and nobody has looked at the text since.
    Marked,
    /// There is no block to override.
    NotBlocked,
}

/// The note as it was, with why it stays so.
pub type Stays = (Box<Draft>, Refused);

impl Draft {
    /// A new note that waits for a decision.
    pub fn propose(note: Note, approver: Option<UserId>, by: UserId, now: Timestamp) -> Self {
        Self {
            id: DraftId::random(),
            version: 1,
            note,
            approver,
            overridden: None,
            created_by: by,
            created_at: now,
            stage: Stage::Proposed { since: now, snoozed_until: None, came_back: None },
        }
    }

    /// What messages that show the card are filed under.
    pub fn subject(&self) -> String {
        format!("draft:{}", self.id)
    }

    /// What the note itself is filed under.
    pub fn note_subject(&self) -> String {
        format!("note:{}", self.id)
    }

    /// What the ready text is filed under, of a note that goes by hand.
    pub fn handed_subject(&self) -> String {
        format!("handed:{}", self.id)
    }

    /// Tells two texts apart: the first eight digits of the text's SHA-256.
    pub fn seal(&self) -> String {
        hex::encode(&Sha256::digest(self.note.text.as_bytes())[..4])
    }

    /// The value of this note's controls.
    pub fn value(&self) -> String {
        format!("{}:{}:{}", self.id, self.version, self.seal())
    }

    /// Whether it waits for a decision.
    pub fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Proposed { .. })
    }

    /// Until when it does not ask, if that is still to come.
    pub fn snoozed(&self, now: Timestamp) -> Option<Timestamp> {
        match self.stage {
            Stage::Proposed { snoozed_until: Some(until), .. } if until > now => Some(until),
            _ => None,
        }
    }

    /// Whether it may be approved as it is.
    pub fn is_sendable(&self) -> bool {
        self.is_waiting() && !self.note.is_marked() && self.may_go(&self.note.check)
    }

    /// Whether nothing blocks it by this check but what somebody took on themselves.
    pub fn may_go(&self, check: &Check) -> bool {
        let taken = |rule: &str| self.overridden.as_ref().is_some_and(|o| o.rules.iter().any(|r| r == rule));
        check.verdict < Level::Block || check.blocks().all(taken)
    }

    /// Whether it waits for this person: the sender of what goes by hand, else whoever may approve.
    pub fn waits_for(&self, user: &UserId, may_approve: bool) -> bool {
        match self.stage {
            Stage::HandedOver(_) => self.note.sender == *user,
            _ => may_approve,
        }
    }

    /// Takes the note apart for a decision on what was seen.
    fn decidable(self, seen: &Seen) -> Result<Self, Stays> {
        if !self.is_waiting() {
            return Err((Box::new(self), Refused::Decided));
        }
        if self.version != seen.version || self.seal() != seen.seal {
            return Err((Box::new(self), Refused::Changed));
        }
        Ok(self)
    }

    fn to(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self.version += 1;
        self
    }

    /// It goes out, exactly as it was seen.
    ///
    /// # Errors
    /// When it was decided or edited before, or is blocked.
    pub fn approve(self, seen: &Seen, by: UserId, at: Timestamp) -> Result<Self, Stays> {
        let draft = self.decidable(seen)?;
        if draft.note.is_marked() {
            return Err((Box::new(draft), Refused::Marked));
        }
        if !draft.is_sendable() {
            return Err((Box::new(draft), Refused::Blocked));
        }
        let decision = Decision { by, at };
        Ok(match draft.note.route {
            Route::ByHand => draft.to(Stage::HandedOver(decision)),
            Route::Channel | Route::Direct => draft.to(Stage::Sending(decision)),
        })
    }

    /// It is not to be sent.
    ///
    /// # Errors
    /// When it was decided or edited before.
    pub fn reject(self, seen: &Seen, by: UserId, at: Timestamp, reason: String) -> Result<Self, Stays> {
        Ok(self.decidable(seen)?.to(Stage::Rejected { decision: Decision { by, at }, reason }))
    }

    /// Other words, checked again; an override held for the old ones only.
    ///
    /// # Errors
    /// When it was decided or edited before.
    pub fn edit(self, seen: &Seen, text: String, check: Check, now: Timestamp) -> Result<Self, Stays> {
        let mut draft = self.decidable(seen)?;
        draft.note.text = text;
        draft.note.check = check;
        draft.note.facts.iter_mut().for_each(Fact::settle);
        draft.overridden = None;
        Ok(draft.back(None, now))
    }

    /// The same words, looked at again after something that they draw on has changed. An override that does not cover what
    /// blocks now is void.
    ///
    /// # Errors
    /// When it was decided or edited before.
    pub fn recheck(self, seen: &Seen, check: Check, now: Timestamp) -> Result<Self, Stays> {
        let mut draft = self.decidable(seen)?;
        if !draft.may_go(&check) {
            draft.overridden = None;
        }
        draft.note.check = check;
        draft.note.facts.iter_mut().for_each(Fact::settle);
        Ok(draft.back(None, now))
    }

    /// Something that it draws on has changed: it is not sent before somebody has looked at the text.
    ///
    /// # Errors
    /// When it does not wait for a decision.
    pub fn mark(mut self, facts: Vec<Fact>) -> Result<Self, Stays> {
        if !self.is_waiting() {
            return Err((Box::new(self), Refused::Decided));
        }
        self.note.facts = facts;
        self.version += 1;
        Ok(self)
    }

    /// The same words on changed ground: another check, another way to the reader. It waits for a decision again, and
    /// an override that does not cover what blocks now is void.
    ///
    /// # Errors
    /// When it was decided or edited before.
    pub fn reground(
        self,
        seen: &Seen,
        check: Check,
        route: Route,
        destination: Option<String>,
        now: Timestamp,
    ) -> Result<Self, Stays> {
        let mut draft = self.decidable(seen)?;
        if !draft.may_go(&check) {
            draft.overridden = None;
        }
        draft.note.check = check;
        draft.note.route = route;
        draft.note.destination = destination;
        Ok(draft.back(Some("what it stands on has changed since it was drafted.".to_owned()), now))
    }

    fn back(self, came_back: Option<String>, now: Timestamp) -> Self {
        self.to(Stage::Proposed { since: now, snoozed_until: None, came_back })
    }

    /// Somebody takes a block on themselves.
    ///
    /// # Errors
    /// When it was decided or edited before, or nothing blocks it.
    pub fn overrule(self, seen: &Seen, by: UserId, reason: String, now: Timestamp) -> Result<Self, Stays> {
        let mut draft = self.decidable(seen)?;
        if draft.may_go(&draft.note.check) {
            return Err((Box::new(draft), Refused::NotBlocked));
        }
        let rules = draft.note.check.blocks().map(str::to_owned).collect();
        draft.overridden = Some(Override { by, reason, rules });
        Ok(draft.back(None, now))
    }

    /// It does not ask before `until`.
    ///
    /// # Errors
    /// When it was decided or edited before.
    pub fn snooze(self, seen: &Seen, until: Timestamp) -> Result<Self, Stays> {
        let mut draft = self.decidable(seen)?;
        if let Stage::Proposed { snoozed_until, .. } = &mut draft.stage {
            *snoozed_until = Some(until);
        }
        draft.version += 1;
        Ok(draft)
    }

    /// Somebody else is asked to decide.
    ///
    /// # Errors
    /// When it was decided or edited before.
    pub fn reassign(self, seen: &Seen, approver: UserId, now: Timestamp) -> Result<Self, Stays> {
        let mut draft = self.decidable(seen)?;
        draft.approver = Some(approver);
        if let Stage::Proposed { since, .. } = &mut draft.stage {
            *since = now;
        }
        draft.version += 1;
        Ok(draft)
    }

    /// It reached its reader, as the outbox says.
    ///
    /// # Errors
    /// When it was not being sent.
    pub fn arrived(self, at: Timestamp, arrival: Arrival) -> Result<Self, Stays> {
        match self.stage.clone() {
            Stage::Sending(approved) => Ok(self.to(Stage::Sent { approved, at, arrival })),
            _ => Err((Box::new(self), Refused::Decided)),
        }
    }

    /// It reached its reader, as a person says: by their own hand, or after its fate was unknown.
    ///
    /// # Errors
    /// When that is not open, or the control is old.
    pub fn confirmed(self, seen: &Seen, at: Timestamp) -> Result<Self, Stays> {
        match self.stage.clone() {
            Stage::HandedOver(_) | Stage::Unconfirmed { .. } if self.version != seen.version => {
                Err((Box::new(self), Refused::Changed))
            }
            Stage::HandedOver(approved) | Stage::Unconfirmed { approved, .. } => {
                Ok(self.to(Stage::Sent { approved, at, arrival: Arrival::default() }))
            }
            _ => Err((Box::new(self), Refused::Decided)),
        }
    }

    /// A person takes it out of the hands of its sender; it waits for a decision again.
    ///
    /// # Errors
    /// When nobody has it in hands, or the control is old.
    pub fn hand_back(self, seen: &Seen, why: String, now: Timestamp) -> Result<Self, Stays> {
        match self.stage {
            Stage::HandedOver(_) if self.version == seen.version => Ok(self.back(Some(why), now)),
            Stage::HandedOver(_) => Err((Box::new(self), Refused::Changed)),
            _ => Err((Box::new(self), Refused::Decided)),
        }
    }

    /// Whether it arrived is not known.
    ///
    /// # Errors
    /// When it was not being sent.
    pub fn lost_sight(self, why: String) -> Result<Self, Stays> {
        match self.stage.clone() {
            Stage::Sending(approved) => Ok(self.to(Stage::Unconfirmed { approved, why })),
            _ => Err((Box::new(self), Refused::Decided)),
        }
    }

    /// It did not go out, as the outbox says; it waits for a decision again.
    ///
    /// # Errors
    /// When it was not on its way.
    pub fn came_back(self, why: String, now: Timestamp) -> Result<Self, Stays> {
        match self.stage {
            Stage::Sending(_) | Stage::HandedOver(_) => Ok(self.back(Some(why), now)),
            _ => Err((Box::new(self), Refused::Decided)),
        }
    }

    /// The database was restored from a backup, and the note may have gone out since that was made.
    ///
    /// # Errors
    /// When it does not wait for a decision.
    pub fn restored(self, why: String, now: Timestamp) -> Result<Self, Stays> {
        if self.is_waiting() {
            Ok(self.back(Some(why), now))
        } else {
            Err((Box::new(self), Refused::Decided))
        }
    }

    /// A human looked, it is not there: it goes once more.
    ///
    /// # Errors
    /// When its fate is known, or the control is old.
    pub fn resend(self, seen: &Seen, by: UserId, at: Timestamp) -> Result<Self, Stays> {
        match self.stage {
            Stage::Unconfirmed { .. } if self.version == seen.version => {
                Ok(self.to(Stage::Sending(Decision { by, at })))
            }
            Stage::Unconfirmed { .. } => Err((Box::new(self), Refused::Changed)),
            _ => Err((Box::new(self), Refused::Decided)),
        }
    }

    /// Why it is stale, if it is: nobody decided for seven days, or the overlap is gone.
    pub fn stale(&self, now: Timestamp, overlap_is_current: bool) -> Option<String> {
        let Stage::Proposed { since, snoozed_until, .. } = self.stage else { return None };
        if !overlap_is_current {
            let account = self.account_words();
            return Some(format!("{account} is no longer an overlap with {}.", self.note.partner));
        }
        let since = snoozed_until.map_or(since, |until| until.max(since));
        (now >= since + WAITS).then(|| "Nobody decided within 7 days.".to_owned())
    }

    /// It is not asked about any more.
    ///
    /// # Errors
    /// When it is not waiting.
    pub fn expire(self, reason: String) -> Result<Self, Stays> {
        if !self.is_waiting() {
            return Err((Box::new(self), Refused::Decided));
        }
        Ok(self.to(Stage::Expired { reason }))
    }

    /// The account's name, or that it was removed.
    pub fn account_words(&self) -> &str {
        self.note.account.as_deref().unwrap_or("The account")
    }
}

#[cfg(test)]
pub(super) mod tests;
