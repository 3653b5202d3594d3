//! The weekly mapping (E3): one modal an account, each saved by one click, and a summary at the end.

use jiff::Span;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::forms::{step_choices, step_fields};
use super::{action, decide, hold_lines};
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::dates::spoken;
use crate::kernel::ids::{AccountId, ChannelId, UserId};
use crate::kernel::text::escape;
use crate::map::account_map::lever;
use crate::map::account_map::path::Node;
use crate::map::account_map::relationship::{Relationship, STRENGTHS};
use crate::map::account_map::sight::Sight;

/// So many steps and relationships of an account are gone through.
const STEPS: usize = 3;
const RELATIONSHIPS: usize = 3;
/// A next step is proposed in so many days.
const WEEK: i64 = 7;

/// A walk through accounts; it travels with the modal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// Its id.
    pub id: String,
    /// The accounts, in order.
    pub accounts: Vec<AccountId>,
    /// Which of them it stands at.
    pub at: usize,
}

impl Walk {
    /// The account that it stands at.
    pub fn account(&self) -> Option<&AccountId> {
        self.accounts.get(self.at)
    }

    /// One account further; `None` at the end.
    pub fn next(&self) -> Option<Self> {
        let at = self.at + 1;
        (at < self.accounts.len()).then(|| Self { at, ..self.clone() })
    }
}

/// The relationships that are gone through: the strongest of whoever matters most.
fn relationships<'a>(sight: &Sight<'a>) -> Vec<(&'a Relationship, i64, String)> {
    let best = |person: &'a crate::map::account_map::stakeholder::Stakeholder| {
        let (said, strength) = sight.knowers(&person.id).into_iter().next()?;
        Some((said, strength, format!("{} with {}", sight.knower_name(&said.who), person.name)))
    };
    sight.map.people.iter().filter_map(best).take(RELATIONSHIPS).collect()
}

/// What is proposed as the next step where none is open.
fn proposed(sight: &Sight<'_>) -> Option<String> {
    if !sight.map.steps.is_empty() {
        return None;
    }
    let path = sight.paths().into_iter().next();
    Some(match path.as_ref().and_then(|p| Some((p.introducer()?, p.nodes.last()?))) {
        Some((introducer @ Node::Contact(_), whom)) => {
            format!("Ask {} to introduce us to {}", sight.name(introducer), sight.name(whom))
        }
        _ if sight.map.people.is_empty() => format!("Find out who matters at {}", sight.map.account.name),
        _ => return None,
    })
}

/// One account of the walk.
pub fn review_form(sight: &Sight<'_>, walk: &Walk, actor: &UserId, mut metadata: Value) -> Value {
    let map = sight.map;
    let mut about = vec![format!("*{}*", escape(&map.account.label()))];
    if let Some(made) = map.decisions.first() {
        about.push(escape(&format!("Decided {}: {}", sight.day(made.at), made.words(&map.names))));
    }
    about.push(escape(&lever::completeness(&lever::lenses(sight))));
    let mut fields = vec![blocks::section(&about.join("\n"))];
    let open: Vec<_> = map.open_holds().cloned().collect();
    fields.extend(decide::standing(&hold_lines(&open, &map.names, sight.now.timestamp())));
    let steps: Vec<_> = map.steps.iter().take(STEPS).collect();
    for (n, step) in steps.iter().enumerate() {
        let options = step_choices();
        let radio = json!({"type": "radio_buttons", "action_id": format!("step_{n}"), "options": options,
            "initial_option": options[1]});
        let owner = map.names.of_user(&step.owner);
        let label = format!("{} ({owner}, by {})", clip(&step.text, 110), spoken(step.due, sight.today()));
        fields.push(blocks::input(&clip(&label, 150), radio, None, false));
    }
    let related = relationships(sight);
    for (n, (_, strength, who)) in related.iter().enumerate() {
        let options: Vec<Value> =
            STRENGTHS.iter().map(|(n, words)| blocks::choice(words, &n.to_string())).collect();
        let id = format!("strength_{n}");
        let select = blocks::select(&id, "Choose one", &options, Some(&strength.to_string()));
        fields.push(blocks::input(&clip(who, 150), select, None, false));
    }
    let owner = map.deal_owner_user().unwrap_or_else(|| actor.clone());
    let due = sight.today().saturating_add(Span::new().days(WEEK));
    fields.extend(step_fields(proposed(sight).as_deref(), &owner, due, true));
    metadata["id"] = json!(map.account.id);
    metadata["walk"] = json!(walk);
    metadata["steps"] = json!(steps.iter().map(|s| (&s.id, s.version)).collect::<Vec<_>>());
    metadata["related"] = json!(
        related
            .iter()
            .map(|(said, strength, _)| (said.who.key(), said.whom.key(), strength))
            .collect::<Vec<_>>()
    );
    metadata["opened"] = json!(sight.now.timestamp().as_millisecond());
    let title = format!("Mapping, {} of {}", walk.at + 1, walk.accounts.len());
    let submit = if walk.next().is_some() { "Save and next" } else { "Save and finish" };
    blocks::modal(action::REVIEW, &title, Some(submit), &metadata, fields)
}

/// The end of the walk; it offers the summary where there is a channel for it.
pub fn finish_form(walk: &Walk, channel: Option<&ChannelId>, mut metadata: Value) -> Value {
    let accounts = match walk.accounts.len() {
        1 => "1 account is".to_owned(),
        n => format!("{n} accounts are"),
    };
    let (text, submit) = match channel {
        Some(channel) => (
            format!("{accounts} mapped for this week. Post a short summary in {}?", channel.mention()),
            Some("Post summary"),
        ),
        None => (format!("{accounts} mapped for this week."), None),
    };
    metadata["walk"] = json!(walk);
    let mut view =
        blocks::modal(action::SUMMARY, "Mapping done", submit, &metadata, vec![blocks::section(&text)]);
    view["close"] = blocks::plain(if submit.is_some() { "Not now" } else { "Close" });
    view
}

/// What became of one account in a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Steps that were done.
    pub done: usize,
    /// Steps that are still open.
    pub open: usize,
    /// Steps that are off.
    pub dropped: usize,
    /// Relationships that changed: `Alex Rivera with Dana Reyes 4 of 5`.
    pub changed: Vec<String>,
    /// The next step: `Alex Rivera: send the brief, by Fri 13 Mar`.
    pub next: Option<String>,
}

impl Outcome {
    /// In one line, not escaped.
    pub fn words(&self) -> String {
        let steps = |n: usize, what: &str| match n {
            0 => None,
            1 => Some(format!("1 step {what}")),
            n => Some(format!("{n} steps {what}")),
        };
        let mut parts: Vec<String> =
            [steps(self.done, "done"), steps(self.open, "still open"), steps(self.dropped, "dropped")]
                .into_iter()
                .flatten()
                .collect();
        parts.extend(self.changed.iter().map(|c| format!("now {c}")));
        parts.extend(self.next.iter().map(|next| format!("next: {next}")));
        if parts.is_empty() { "nothing new".to_owned() } else { parts.join("; ") }
    }
}

/// The summary for the channel: account and outcome, not escaped.
pub fn summary(by: &str, reviewed: &[(String, String)]) -> Message {
    let count = match reviewed.len() {
        1 => "1 account".to_owned(),
        n => format!("{n} accounts"),
    };
    let mut lines = vec![format!("*Weekly mapping* · {count}, by {}", escape(by))];
    lines.extend(reviewed.iter().map(|(account, outcome)| {
        format!("*{}*: {}", escape(&clip(account, 80)), escape(&clip(outcome, 500)))
    }));
    let shown = lines.iter().map(|line| blocks::section(line)).collect();
    Message::new(lines.join("\n"), shown)
}
