//! What the map shows in Slack.

use std::collections::{HashMap, HashSet};

use askama::Template;
use serde_json::{Value, json};

use super::flow::Outcome;
use super::focus::Focus;
use super::lists::OurList;
use super::overlap::{Overlap, Population, Sighting, user_of};
use super::partner::Partner;
use crate::kernel::age;
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, OverlapId, UserId};
use crate::kernel::text::escape;

/// The controls of this area.
pub mod action {
    /// Opens the modal that adds an overlap (the value is what was understood); its callback, and the message shortcut's.
    pub const ADD: &str = "overlap.add";
}

/// One overlap of a confirmation.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    account: String,
    partner: String,
    outcome: Outcome,
    reread: bool,
}

impl Line {
    /// `reread`: the same message said it before it was edited.
    pub fn of(overlap: &Overlap, outcome: &Outcome, reread: bool) -> Self {
        Self {
            account: overlap.account.label(),
            partner: overlap.partner.clone(),
            outcome: outcome.clone(),
            reread,
        }
    }

    fn words(&self) -> String {
        match &self.outcome {
            Outcome::New => String::new(),
            Outcome::Confirmed if self.reread => "unchanged".to_owned(),
            Outcome::Confirmed => "known already, seen again".to_owned(),
            Outcome::Changed(changes) => changes.join("; "),
        }
    }
}

/// What became of a message of the intake channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmation {
    /// One an overlap.
    pub lines: Vec<Line>,
    /// How many the edited message no longer says.
    pub taken_back: usize,
    /// Accounts whose partner is not known here: the account and the partner as written.
    pub strangers: Vec<(String, Option<String>)>,
    /// The day of the next triage, in words.
    pub triage: String,
}

/// At most so many overlaps are named in a confirmation.
const NAMED: usize = 10;

#[derive(Template)]
#[template(path = "map/confirmation.mrkdwn")]
struct ConfirmationText<'a> {
    added: Vec<(&'a str, Vec<&'a str>)>,
    others: Vec<(&'a str, &'a str, String)>,
    more: usize,
    taken_back: usize,
    triage: &'a str,
}

/// The line under the message; `None` when there is nothing to say in public.
pub fn confirmation(c: &Confirmation) -> Result<Option<Message>> {
    if c.lines.is_empty() && c.taken_back == 0 {
        return Ok(None);
    }
    let mut added: Vec<(&str, Vec<&str>)> = Vec::new();
    let shown = &c.lines[..c.lines.len().min(NAMED)];
    for line in shown.iter().filter(|l| l.outcome == Outcome::New) {
        match added.iter_mut().find(|(p, _)| *p == line.partner) {
            Some((_, accounts)) => accounts.push(&line.account),
            None => added.push((&line.partner, vec![&line.account])),
        }
    }
    let others = shown
        .iter()
        .filter(|l| l.outcome != Outcome::New)
        .map(|l| (l.account.as_str(), l.partner.as_str(), l.words()))
        .collect();
    let text = ConfirmationText {
        added,
        others,
        more: c.lines.len() - shown.len(),
        taken_back: c.taken_back,
        triage: &c.triage,
    };
    Ok(Some(Message::text(text.render()?.trim().to_owned())))
}

/// What is told in private when a message looked like an overlap but could not be read whole.
#[derive(Template)]
#[template(path = "map/unclear.mrkdwn")]
struct Unclear<'a> {
    account: &'a str,
    partner: Option<&'a str>,
    known: String,
}

/// A private answer with what was understood and a button that opens the modal.
pub fn unclear(understood: &Prefill, partners: &[Partner]) -> Result<Message> {
    let known = partners.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
    let text = Unclear { account: &understood.seen.account, partner: understood.partner.as_deref(), known }
        .render()?;
    let value = serde_json::to_string(understood)?;
    // Slack takes 2,000 characters of value; a longer one would be refused with the whole message.
    let value =
        if value.chars().count() <= 2000 { value } else { serde_json::to_string(&Prefill::default())? };
    let button = blocks::primary(blocks::button("Add details", action::ADD, &value));
    Ok(Message::new(text.trim(), vec![blocks::section(text.trim()), blocks::actions(vec![button])]))
}

/// What the modal that adds an overlap begins with.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Prefill {
    /// The partner as written.
    pub partner: Option<String>,
    /// What was understood.
    pub seen: Sighting,
    /// The message it is about: channel and `ts`.
    pub about: Option<(String, String)>,
}

/// The fields of the modal that adds an overlap.
pub mod field {
    /// The account's name.
    pub const ACCOUNT: &str = "account";
    /// Its domain.
    pub const DOMAIN: &str = "domain";
    /// The partner.
    pub const PARTNER: &str = "partner";
    /// Our population.
    pub const OURS: &str = "ours";
    /// Theirs.
    pub const THEIRS: &str = "theirs";
    /// Who of ours owns the deal.
    pub const OWNER: &str = "owner";
    /// The amount.
    pub const AMOUNT: &str = "amount";
    /// The stage.
    pub const STAGE: &str = "stage";
}

/// The modal that adds an overlap; `partner` is the one that was understood.
/// `doubt` is what is wrong with the partner that was written, as mrkdwn.
pub fn add_modal(
    prefill: &Prefill,
    partner: Option<&Partner>,
    doubt: Option<&str>,
    partners: &[Partner],
) -> Value {
    let seen = &prefill.seen;
    let owner = seen.owner.as_deref().and_then(user_of);
    let options: Vec<Value> = partners.iter().map(|p| blocks::choice(&p.name, p.id.as_str())).collect();
    let population = |id, label, words: fn(Population) -> String, initial: Option<Population>| {
        let all = [Population::Customer, Population::Prospect, Population::OpenOpportunity];
        let options: Vec<Value> = all.iter().map(|p| blocks::choice(&words(*p), p.as_str())).collect();
        let element = blocks::select(id, "Not known", &options, initial.map(Population::as_str));
        blocks::input(label, element, None, true)
    };
    let amount = seen.amount.map(|a| a.to_string());
    let about = prefill.about.as_ref().map(|(channel, ts)| json!({"channel": channel, "ts": ts}));
    let mut fields: Vec<Value> = doubt.map(blocks::section).into_iter().collect();
    fields.extend([
        blocks::input(
            "Account",
            blocks::text_input(field::ACCOUNT, "Acme Corp", Some(&seen.account), false),
            None,
            false,
        ),
        blocks::input(
            "Domain",
            blocks::text_input(field::DOMAIN, "acme.com", seen.domain.as_deref(), false),
            Some("Tells two companies of one name apart."),
            true,
        ),
        blocks::input(
            "Partner",
            blocks::select(field::PARTNER, "Choose a partner", &options, partner.map(|p| p.id.as_str())),
            None,
            false,
        ),
        population(field::OURS, "For us it is", |p| format!("Our {}", p.words()), seen.our_population),
        population(
            field::THEIRS,
            "For them it is",
            |p| format!("Their {}", p.words()),
            seen.their_population,
        ),
        blocks::input(
            "Owner",
            blocks::user_select(field::OWNER, "Who owns the deal", owner.as_ref().map(UserId::as_str)),
            None,
            true,
        ),
        blocks::input(
            "Amount",
            blocks::text_input(field::AMOUNT, "$120k", amount.as_deref(), false),
            None,
            true,
        ),
        blocks::input(
            "Stage",
            blocks::text_input(field::STAGE, "negotiation", seen.stage.as_deref(), false),
            None,
            true,
        ),
    ]);
    blocks::modal(action::ADD, "Add an overlap", Some("Add"), &about.unwrap_or(json!({})), fields)
}

#[derive(Template)]
#[template(path = "map/added.mrkdwn")]
struct Added<'a> {
    label: String,
    partner: &'a str,
    kind: String,
    new: bool,
    changes: String,
    triage: &'a str,
}

/// The private answer to the modal.
pub fn added(overlap: &Overlap, outcome: &Outcome, triage: &str) -> Result<Message> {
    let changes = match outcome {
        Outcome::Changed(changes) => changes.join("; "),
        Outcome::New | Outcome::Confirmed => String::new(),
    };
    let text = Added {
        label: overlap.account.label(),
        partner: &overlap.partner,
        kind: overlap.kind_words(),
        new: *outcome == Outcome::New,
        changes,
        triage,
    };
    Ok(Message::text(text.render()?.trim().to_owned()))
}

#[derive(Template)]
#[template(path = "map/list.mrkdwn")]
struct List<'a> {
    narrowed: &'a str,
    rows: Vec<Row>,
    more: bool,
    lists: Vec<String>,
}

struct Row {
    label: String,
    partner: String,
    kind: String,
    focus: Option<String>,
    state: String,
    holds: Vec<String>,
}

/// What a list says beside its overlaps.
#[derive(Debug)]
pub struct Beside<'a> {
    /// The partners whose lists' age counts.
    pub partners: &'a [Partner],
    /// Our own list, if there is one.
    pub ours: Option<OurList>,
    /// What the account is to others of the partner's.
    pub kin: HashMap<OverlapId, String>,
    /// Those that the matcher made and that the reader may take back.
    pub matched: HashSet<OverlapId>,
    /// What is on hold on an account; mrkdwn.
    pub holds: HashMap<AccountId, Vec<String>>,
}

/// A private list; `limit` rows are shown. What is on a focus list says so.
pub fn list(
    narrowed: &str,
    found: &[Overlap],
    focus: &[Focus],
    limit: usize,
    beside: &Beside<'_>,
    now: &jiff::Zoned,
) -> Result<Message> {
    let rows = found.iter().take(limit).map(|o| Row {
        label: o.account.label(),
        partner: o.partner.clone(),
        kind: match beside.kin.get(&o.id) {
            Some(kin) => format!("{} · {kin}", o.kind_words()),
            None => o.kind_words(),
        },
        focus: focus
            .iter()
            .find(|f| f.account == o.account.id && f.partner == o.partner_id)
            .map(Focus::words),
        state: state_words(o, now),
        holds: beside.holds.get(&o.account.id).cloned().unwrap_or_default(),
    });
    let mut lists: Vec<String> = beside
        .partners
        .iter()
        .map(|p| match p.list_age_days(now) {
            Some(0) => format!("{}'s list is from today", p.name),
            Some(days) => format!("{}'s list is {} old", p.name, age::days(days)),
            None => format!("{} has sent no list yet", p.name),
        })
        .collect();
    let stale = beside.ours.filter(|list| list.is_stale(now));
    lists.extend(stale.map(|list| format!("Our own list is {} old", age::days(list.age_days(now)))));
    let text = List { narrowed, rows: rows.collect(), more: found.len() > limit, lists }.render()?;
    let text = text.trim();
    let mut shown = vec![blocks::section(text)];
    shown.extend(wrong_matches(found.iter().take(limit), beside));
    Ok(Message::new(text, shown))
}

/// Takes back one of the list's overlaps that the matcher made.
fn wrong_matches<'a>(found: impl Iterator<Item = &'a Overlap>, beside: &Beside<'_>) -> Option<Value> {
    let choices: Vec<Value> = found
        .filter(|o| beside.matched.contains(&o.id))
        .map(|o| {
            let label = format!("{} with {}", o.account.name, o.partner);
            blocks::choice(&label, &format!("wrong:{}:{}", o.id, o.version))
        })
        .collect();
    let menu = || blocks::select("overlap.menu", "Take back a wrong match", &choices, None);
    (!choices.is_empty()).then(|| blocks::actions(vec![menu()]))
}

/// Who has it: a mention, or a name as written, escaped.
fn holder(overlap: &Overlap) -> Option<String> {
    let written = overlap.holder()?;
    Some(user_of(&written).map_or_else(|| escape(&blocks::clip(&written, 60)), |user| user.mention()))
}

/// Where an overlap stands, in words, as Slack takes them.
fn state_words(overlap: &Overlap, now: &jiff::Zoned) -> String {
    use super::overlap::Triage;
    let who = holder(overlap);
    match &overlap.triage {
        Triage::Open => who.unwrap_or_else(|| "unassigned".to_owned()),
        Triage::Planned => format!("planned{}", who.map(|w| format!(", {w}")).unwrap_or_default()),
        Triage::Snoozed(until) if *until <= now.timestamp() => "back from snooze".to_owned(),
        Triage::Snoozed(until) => {
            let day = until.to_zoned(now.time_zone().clone());
            format!("snoozed until {}", day.strftime("%-d %B"))
        }
        Triage::Dismissed(because) => format!("dismissed: {}", escape(because)),
    }
}
