//! What counts as given or asked, of what is written down elsewhere.

use std::collections::HashSet;

use jiff::Timestamp;

use super::super::ask::{self, Ask};
use super::super::introduction::{Direction, Introduction};
use super::Entry;
use crate::kernel::ids::{AccountId, AskId, UserId};
use crate::map::lists::kinds::Kinds;
use crate::map::overlap::{Motion, Population};

/// What was given and asked, as it is written down elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The introductions that were made.
    pub introductions: Vec<Introduction>,
    /// What reps asked.
    pub asks: Vec<Ask>,
    /// The accounts of the sessions that were held.
    pub met: Vec<Met>,
    /// What was planned in triage.
    pub planned: Vec<Planned>,
}

/// An account of a session that was held.
#[derive(Clone, Debug)]
pub struct Met {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Which way it went.
    pub motion: Motion,
    /// When the session was.
    pub at: Timestamp,
    /// Who of ours ran it.
    pub organiser: Option<UserId>,
}

/// An account that was planned in triage.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// What it is to us.
    pub ours: Option<Population>,
    /// What it is to them.
    pub theirs: Option<Population>,
    /// When it was planned.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<UserId>,
}

/// What counts as given or asked: the introductions that were made, what reps asked and was not turned down, the accounts of
/// the sessions that were held, and what was planned and has not come to a session.
pub fn entries(written: &Written, kinds: &Kinds) -> Vec<Entry> {
    let made = written.introductions.iter().filter(|i| i.made.is_some());
    let answered: HashSet<&AskId> = made.filter_map(|i| i.ask.as_ref()).collect();
    let met: HashSet<&AccountId> = written.met.iter().map(|m| &m.account).collect();
    let introduced = written.introductions.iter().filter_map(introduced);
    // A question that led to an introduction is one ask, not two.
    let asked = written.asks.iter().filter(|q| !answered.contains(&q.id)).filter_map(asked);
    let in_sessions = written.met.iter().map(in_a_session);
    let planned = written.planned.iter().filter(|p| !met.contains(&p.account));
    introduced.chain(asked).chain(in_sessions).chain(planned.filter_map(|p| as_planned(p, kinds))).collect()
}

fn introduced(i: &Introduction) -> Option<Entry> {
    let motion = match i.direction {
        Direction::Made => Motion::Give,
        Direction::Received => Motion::Ask,
    };
    Some(Entry {
        at: i.made.as_ref()?.at,
        motion,
        introduced: true,
        account: i.account_id.clone(),
        words: format!("{}: introduction to {}", i.account, i.whom),
        ours: Some(i.ours.clone()),
        contact: i.theirs.clone(),
    })
}

fn asked(q: &Ask) -> Option<Entry> {
    if matches!(q.stage, ask::Stage::Withdrawn(_) | ask::Stage::Declined { .. }) {
        return None;
    }
    let said_by = || q.answers.last().and_then(|a| a.said_by.clone());
    Some(Entry {
        at: q.created_at,
        motion: Motion::Ask,
        introduced: false,
        account: q.account_id.clone(),
        words: format!("{}: {}", q.account, q.question),
        ours: Some(q.requester.clone()),
        contact: q.contact.clone().or_else(said_by),
    })
}

fn in_a_session(met: &Met) -> Entry {
    Entry {
        at: met.at,
        motion: met.motion,
        introduced: false,
        account: met.account.clone(),
        words: format!("{}: in a session", met.name),
        ours: met.organiser.clone(),
        contact: None,
    }
}

/// What was planned goes the way that its kind suggests.
fn as_planned(planned: &Planned, kinds: &Kinds) -> Option<Entry> {
    Some(Entry {
        at: planned.at,
        motion: kinds.motion(planned.ours, planned.theirs)?,
        introduced: false,
        account: planned.account.clone(),
        words: format!("{}: planned", planned.name),
        ours: planned.by.clone(),
        contact: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::ask::tests::{ask, stages as ask_stages};
    use super::super::super::introduction::tests::{introduction, stages};
    use super::*;
    use crate::map::account_map::testing::at;

    fn told(written: &Written) -> Vec<String> {
        let all = entries(written, &Kinds::default());
        all.iter().map(|e| format!("{:?} {}", e.motion, e.words)).collect()
    }

    #[test]
    fn an_introduction_counts_once_it_is_made_and_a_question_unless_it_is_turned_down() {
        let introductions = stages().map(|s| introduction(Direction::Made, s)).to_vec();
        let made = introductions.iter().filter(|i| i.made.is_some()).count();
        assert_eq!(entries(&Written { introductions, ..Written::default() }, &Kinds::default()).len(), made);
        let asks = ask_stages().map(ask).to_vec();
        let counted = told(&Written { asks, ..Written::default() });
        assert_eq!(
            counted,
            vec!["Ask Acme (acme.com): who runs RevOps there?"; 5],
            "neither declined nor withdrawn"
        );
    }

    #[test]
    fn a_question_that_led_to_an_introduction_is_one_ask() {
        let question = ask(ask_stages()[2].clone());
        let [asked, _, made, ..] = stages().map(|s| introduction(Direction::Received, s));
        let with = |i: Introduction| Written {
            introductions: vec![Introduction { ask: Some(question.id.clone()), ..i }],
            asks: vec![question.clone()],
            ..Written::default()
        };
        assert_eq!(told(&with(made)), ["Ask Acme (acme.com): introduction to Dana Reyes, VP Sales"]);
        assert_eq!(told(&with(asked)), ["Ask Acme (acme.com): who runs RevOps there?"], "it is not made yet");
    }

    #[test]
    fn what_was_planned_counts_by_its_kind_until_it_comes_to_a_session() {
        let when = at("2026-03-05T08:00:00Z");
        let planned = |account: &str, ours, theirs| Planned {
            account: account.into(),
            name: account.to_uppercase(),
            ours,
            theirs,
            at: when,
            by: None,
        };
        let met = |account: &str| Met {
            account: account.into(),
            name: account.to_uppercase(),
            motion: Motion::Joint,
            at: when,
            organiser: None,
        };
        let (customer, prospect) = (Some(Population::Customer), Some(Population::Prospect));
        let written = Written {
            met: vec![met("met")],
            planned: vec![
                planned("give", customer, prospect),
                planned("ask", prospect, customer),
                planned("met", customer, prospect),
                planned("unknown", None, None),
            ],
            ..Written::default()
        };
        assert_eq!(told(&written), ["Joint MET: in a session", "Give GIVE: planned", "Ask ASK: planned"]);
    }
}
