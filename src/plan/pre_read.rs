//! The pre-read of a session (A8): the agenda with all that somebody needs to walk in with. It is composed, approved, and
//! goes to our attendees as it was approved.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::kernel::ids::{AccountId, PartnerId, SessionId, UserId};
use crate::pull::agenda::brief::Brief;

/// An account for which there was no room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Why it could be on the agenda.
    pub because: String,
}

/// What it says, as it was composed. Nothing in it is escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The partner's name.
    pub partner: String,
    /// The day on which it was composed, in the session's zone: other days are written as they are read then.
    pub on: Date,
    /// How long the session takes, in minutes.
    pub minutes: i64,
    /// The names of ours who come.
    pub ours: Vec<String>,
    /// The names of theirs who come.
    pub theirs: Vec<String>,
    /// The accounts, in the order in which they are talked about.
    pub accounts: Vec<Brief>,
    /// Those of them of which less stands on paper, as it stands there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paper: Vec<Brief>,
    /// Those for which there was no room, the next first.
    pub waiting: Vec<Waiting>,
    /// Everything on it asks something of the partner (A10).
    pub only_asks: bool,
    /// Set where the partner's list is older than it may be: how many days (A3).
    pub list_days: Option<i64>,
    /// Accounts that the session names and that are no current overlap with the partner any more.
    pub lost: Vec<String>,
    /// Somebody chose the accounts: nothing is added to them.
    pub edited: bool,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for somebody to approve it.
    Waiting,
    /// It is out.
    Approved {
        /// Who approved it.
        by: UserId,
        /// When.
        at: Timestamp,
    },
}

/// What somebody may do with an agenda.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Approve it.
    pub approve: bool,
    /// Choose its accounts.
    pub edit: bool,
}

/// The pre-read of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreRead {
    /// The session.
    pub session: SessionId,
    /// The partner.
    pub partner_id: PartnerId,
    /// Counts every composition.
    pub version: i64,
    /// What it says.
    pub content: Content,
    /// The version of the session that it was composed of.
    pub made_of: i64,
    /// When the first one was composed.
    pub loaded_at: Timestamp,
    /// Whether the first one that was approved was out in time (A8); `None` before.
    pub in_time: Option<bool>,
    /// How it stands.
    pub stage: Stage,
}

/// How somebody saw a pre-read when they opened the form that edits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its version; 0 where there was none yet.
    pub version: i64,
    /// It was out: approving it leaves the version as it is.
    pub approved: bool,
}

impl Seen {
    /// As it is now.
    pub fn of(p: &PreRead) -> Self {
        Self { version: p.version, approved: !p.is_waiting() }
    }
}

impl PreRead {
    /// The first one of a session.
    pub fn new(
        session: &SessionId,
        partner: &PartnerId,
        made_of: i64,
        content: Content,
        now: Timestamp,
    ) -> Self {
        Self {
            session: session.clone(),
            partner_id: partner.clone(),
            version: 1,
            content,
            made_of,
            loaded_at: now,
            in_time: None,
            stage: Stage::Waiting,
        }
    }

    /// Composed anew: it waits again, whatever was approved before.
    pub fn anew(self, made_of: i64, content: Content) -> Self {
        Self { version: self.version + 1, made_of, content, stage: Stage::Waiting, ..self }
    }

    /// Approved as it is, `in_time` or late; `None` when it was before.
    pub fn approved(self, by: &UserId, at: Timestamp, in_time: bool) -> Option<Self> {
        match self.stage {
            Stage::Waiting => Some(Self {
                stage: Stage::Approved { by: by.clone(), at },
                in_time: self.in_time.or(Some(in_time)),
                ..self
            }),
            Stage::Approved { .. } => None,
        }
    }

    /// Whether somebody has still to approve it.
    pub fn is_waiting(&self) -> bool {
        self.stage == Stage::Waiting
    }

    /// Whether it stands as somebody saw it: nobody composed it anew since, and nobody approved it.
    pub fn is_as(&self, seen: Seen) -> bool {
        Seen::of(self) == seen
    }

    /// Under which its card is edited, and what the audit names.
    pub fn subject(&self) -> String {
        subject(&self.session)
    }
}

/// Under which the card of a session's pre-read is edited.
pub fn subject(session: &SessionId) -> String {
    format!("agenda:{session}")
}

#[cfg(test)]
pub(in crate::plan) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::map::overlap::Motion;
    use crate::pull::agenda::brief::Line;

    fn line(name: &str, text: &str, known: bool) -> Line {
        Line { name: name.to_owned(), text: text.to_owned(), known }
    }

    /// Acme, of which much is known.
    pub(in crate::plan) fn known() -> Brief {
        Brief {
            account: "a1".into(),
            name: "Acme (acme.com)".into(),
            motion: Some(Motion::Ask),
            goal: "meet their VP Sales".into(),
            because: vec![
                "Alex Rivera asked for a session on it by Fri 13 Mar".into(),
                "on our focus list with Northwind".into(),
            ],
            what: "their customer, our open deal ($120k, negotiation)".into(),
            why_now:
                "changed on Thursday: the stage is negotiation; an ask: Northwind can open doors for our deal"
                    .into(),
            deal_owner: Some("Alex Rivera".into()),
            relationship_owner: Some("Maya Lindholm".into()),
            their_owner: Some("Sam Whitfield".into()),
            questions: vec![
                line("Who matters?", "Dana Reyes, VP Sales (decision maker).", true),
                line("Who has trust?", "Sam Whitfield at Northwind with Dana Reyes (5 of 5).", true),
                line("What is missing or fragile?", "Missing: champion.", true),
                line("What is the next move?", "No step is agreed yet.", false),
            ],
            lenses: vec![
                line("Leverage", "Sam Whitfield at Northwind has 5 of 5 with Dana Reyes, VP Sales", true),
                line("Exposure", "2 of 4 roles: decision maker and user; missing champion", true),
                line("Velocity", "active, last touch Thu 5 Mar: Sam called Dana", true),
                line("Execution", "best placed is Alex Rivera, through Sam Whitfield at Northwind", true),
                line("Risk", "can't be judged: nobody owns the relationship", false),
            ],
            mapped: "4 of 5 lenses answered: not truly mapped until Risk is.".into(),
            touches: vec!["Thu 5 Mar: Sam called Dana".into()],
            opening:
                "Ask Sam Whitfield to introduce Alex Rivera to Dana Reyes, VP Sales, whom they know (5 of 5)."
                    .into(),
            promises: vec!["Alex Rivera: send the returns brief, by Fri 13 Mar".into()],
            holds: vec!["No executive outreach (until the introduction is made; holds Evelyn Osei)".into()],
        }
    }

    /// Globex <Retail>, of which nothing is known.
    pub(in crate::plan) fn unknown() -> Brief {
        Brief {
            account: "a2".into(),
            name: "Globex <Retail> & Sons".into(),
            motion: Some(Motion::Give),
            goal: String::new(),
            because: vec!["a give, where everything else asks something of Northwind".into()],
            what: "their prospect, our customer".into(),
            why_now: String::new(),
            deal_owner: None,
            relationship_owner: None,
            their_owner: None,
            questions: vec![
                line("Who matters?", "Not known yet.", false),
                line("Who has trust?", "Not known yet.", false),
                line("What is missing or fragile?", "Not known yet.", false),
                line("What is the next move?", "Not known yet.", false),
            ],
            lenses: vec![line("Leverage", "nobody is known to have trust inside", false)],
            mapped: "0 of 5 lenses answered: not truly mapped until Leverage is.".into(),
            touches: Vec::new(),
            opening: "Offer Northwind what we know of Globex <Retail> & Sons, and Maya Lindholm as the one to talk to."
                .into(),
            promises: Vec::new(),
            holds: Vec::new(),
        }
    }

    pub(in crate::plan) fn content() -> Content {
        Content {
            partner: "Northwind".into(),
            on: date(2026, 3, 6),
            minutes: 30,
            ours: vec!["Maya Lindholm".into(), "Alex Rivera".into()],
            theirs: vec!["Sam Whitfield".into()],
            accounts: vec![known(), unknown()],
            paper: Vec::new(),
            waiting: vec![Waiting {
                account: "a3".into(),
                name: "Hooli".into(),
                because: "planned in triage by Omar Haddad on Tue 3 Mar".into(),
            }],
            only_asks: false,
            list_days: Some(41),
            lost: vec!["Initech".into()],
            edited: false,
        }
    }

    #[test]
    fn what_is_composed_anew_waits_again() {
        let now = "2026-03-06T08:00:00Z".parse().unwrap();
        let first = PreRead::new(&"s1".into(), &"p1".into(), 3, content(), now);
        let out = first.clone().approved(&"U0MAYA".into(), now, true).unwrap();
        assert_eq!(out.version, 1);
        assert_eq!(out.clone().approved(&"U0OMAR".into(), now, true), None, "once");
        let again = out.anew(4, content());
        assert_eq!((again.version, again.made_of, again.is_waiting()), (2, 4, true));
        assert_eq!(again.loaded_at, first.loaded_at);
        let later = again.approved(&"U0MAYA".into(), now, false).unwrap();
        assert_eq!(later.in_time, Some(true), "the first one was out in time");
    }
}
