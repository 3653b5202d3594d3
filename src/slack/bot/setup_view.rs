//! The set-up's three forms and what is said after it.

use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, UserId};
use crate::map::partner_view;
use crate::pull::digest::weekday_words;
use crate::pull::forms::digest_time;
use crate::store::settings::{DigestTime, Workspace};

/// The controls.
pub(super) mod action {
    pub(in super::super) const OPEN: &str = "setup.open";
    pub(in super::super) const CHANNELS: &str = "setup.channels";
    pub(in super::super) const ROLES: &str = "setup.roles";
    pub(in super::super) const PARTNER: &str = "setup.partner";
    pub(in super::super) const ADD_SAMPLES: &str = "setup.add_samples";
    pub(in super::super) const REMOVE_SAMPLES: &str = "setup.remove_samples";
}

/// The fields.
pub(super) mod field {
    pub(in super::super) const INTAKE: &str = "intake";
    pub(in super::super) const DIGEST: &str = "digest";
    pub(in super::super) const APPROVALS: &str = "approvals";
    pub(in super::super) const ADMINS: &str = "admins";
    pub(in super::super) const MANAGERS: &str = "managers";
    pub(in super::super) const OPERATIONS: &str = "operations";
    pub(in super::super) const EXECUTIVES: &str = "executives";
}

/// The most people of one role: what was chosen travels in a form's 3,000 characters.
pub(super) const PEOPLE: usize = 30;

/// What was entered so far; it travels with the forms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    pub(super) channel: Option<ChannelId>,
    pub(super) intake: Option<ChannelId>,
    pub(super) digest: Option<ChannelId>,
    pub(super) approvals: Option<ChannelId>,
    pub(super) time: DigestTime,
    pub(super) admins: Vec<UserId>,
    pub(super) managers: Vec<UserId>,
    pub(super) operations: Vec<UserId>,
    pub(super) executives: Vec<UserId>,
    /// A first partner is asked for.
    pub(super) first_partner: bool,
    /// The seal of what was saved when the first form was opened.
    pub(super) seen: String,
}

impl Chosen {
    /// As the settings will be.
    pub(super) fn workspace(&self) -> Workspace {
        Workspace {
            intake_channel: self.intake.clone(),
            digest_channel: self.digest.clone(),
            approvals_channel: self.approvals.clone(),
            digest: self.time.clone(),
            digest_since: None,
        }
    }

    fn steps(&self) -> usize {
        if self.first_partner { 3 } else { 2 }
    }
}

fn step(n: usize, callback: &str, chosen: &Chosen, blocks: Vec<Value>) -> Value {
    let last = n == chosen.steps();
    let mut all = vec![blocks::context(&format!("Step {n} of {}", chosen.steps()))];
    all.extend(blocks);
    let mut view = blocks::modal(
        callback,
        "Set up Tandem",
        Some(if last { "Save" } else { "Next" }),
        &json!(chosen),
        all,
    );
    if n > 1 {
        view["close"] = blocks::plain("Back");
    }
    view
}

/// Channels and the digest's time.
pub(super) fn channels(chosen: &Chosen) -> Value {
    let pick = |id, label, hint, initial: &Option<ChannelId>| {
        let initial = initial.as_ref().map(ChannelId::as_str);
        blocks::input(label, blocks::channel_select(id, "Choose a channel", initial), Some(hint), false)
    };
    let mut fields = vec![
        pick(
            field::INTAKE,
            "Overlaps arrive in",
            "Messages and lists dropped here become overlaps.",
            &chosen.intake,
        ),
        pick(field::DIGEST, "The digest is posted in", "The team decides there once a week.", &chosen.digest),
        pick(
            field::APPROVALS,
            "Notes to partners are approved in",
            "May be the digest's channel.",
            &chosen.approvals,
        ),
    ];
    fields.extend(digest_time(&chosen.time));
    step(1, action::CHANNELS, chosen, fields)
}

/// Who may do what.
pub(super) fn roles(chosen: &Chosen) -> Value {
    let pick = |id, label, hint, initial: &[UserId], optional| {
        let initial: Vec<&str> = initial.iter().map(UserId::as_str).collect();
        blocks::input(
            label,
            blocks::users_select(id, "Choose people", &initial, PEOPLE),
            Some(hint),
            optional,
        )
    };
    step(
        2,
        action::ROLES,
        chosen,
        vec![
            pick(field::ADMINS, "Admins", "Change this set-up, partners and roles.", &chosen.admins, false),
            pick(
                field::MANAGERS,
                "Partner managers",
                "Approve what goes to a partner, and triage.",
                &chosen.managers,
                false,
            ),
            pick(
                field::OPERATIONS,
                "Operations",
                "Triage overlaps, import lists, draft notes.",
                &chosen.operations,
                true,
            ),
            pick(
                field::EXECUTIVES,
                "Executives",
                "Read along; they decide on nothing.",
                &chosen.executives,
                true,
            ),
            blocks::context(
                "Whoever manages a partnership decides on notes to that partner, whatever stands here. Everybody else in this workspace may add overlaps, ask for sessions and log commitments.",
            ),
        ],
    )
}

/// The first partner; it may be left out.
pub(super) fn partner(chosen: &Chosen) -> Value {
    let manager = chosen.managers.first().or(chosen.admins.first()).map(UserId::as_str);
    let mut blocks = vec![blocks::section(
        "*Your first partner.* Leave the name empty to add partners later with `/partner partner add`.",
    )];
    blocks.extend(partner_view::fields(None, "", manager, true));
    step(3, action::PARTNER, chosen, blocks)
}

#[derive(Template)]
#[template(path = "setup/saved.mrkdwn")]
struct Saved<'a> {
    intake: String,
    digest: String,
    approvals: String,
    weekday: &'a str,
    time: &'a str,
    zone: &'a str,
    admins: String,
    managers: String,
    operations: String,
    executives: String,
    partner: Option<&'a str>,
}

pub(super) fn mentions(users: &[UserId]) -> String {
    if users.is_empty() {
        return "nobody".to_owned();
    }
    users.iter().map(UserId::mention).collect::<Vec<_>>().join(", ")
}

fn channel(id: &Option<ChannelId>) -> String {
    id.as_ref().map_or_else(|| "not chosen".to_owned(), ChannelId::mention)
}

/// The private summary, with sample data on offer when there is none.
pub(super) fn saved(chosen: &Chosen, partner: Option<&str>, samples: bool) -> Result<Message> {
    let text = Saved {
        intake: channel(&chosen.intake),
        digest: channel(&chosen.digest),
        approvals: channel(&chosen.approvals),
        weekday: weekday_words(&chosen.time.weekday),
        time: &chosen.time.time,
        zone: &chosen.time.zone,
        admins: mentions(&chosen.admins),
        managers: mentions(&chosen.managers),
        operations: mentions(&chosen.operations),
        executives: mentions(&chosen.executives),
        partner,
    }
    .render()?;
    let text = text.trim();
    let mut shown = vec![blocks::section(text)];
    if !samples {
        shown.push(blocks::actions(vec![blocks::button("Add sample data", action::ADD_SAMPLES, "add")]));
        shown.push(blocks::context(
            "Sample data is three partners with 60 overlaps, marked SAMPLE. One click removes it. My Home tab shows what waits for you.",
        ));
    }
    Ok(Message::new(text, shown))
}

/// The button that takes the sample data away.
pub(super) fn remove_samples() -> Value {
    blocks::confirmed(
        blocks::button("Remove sample data", action::REMOVE_SAMPLES, "remove"),
        "Remove the sample data?",
        "The partners marked SAMPLE go, with everything that belongs to them. Your own data stays.",
        "Remove",
    )
}
