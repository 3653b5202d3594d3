//! What is said of a channel that is out of order, and when it is in order again.

use askama::Template;
use serde_json::Value;

use super::setup_view;
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::partner::Partner;
use crate::map::partner_view;
use crate::store::channels::{Channel, State, Trouble};

/// The controls.
pub(super) mod action {
    pub(in super::super) const CONFIRM: &str = "channel.confirm";
}

/// What a channel is used for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Used {
    /// New overlaps arrive there.
    Intake,
    /// The digest is posted there.
    Digest,
    /// Notes are approved there.
    Approvals,
    /// Rooms of accounts are there.
    Rooms,
    /// This partner's people read it.
    Partner(Box<Partner>),
}

impl Used {
    /// What is held back while it is out of order.
    fn waits(&self) -> String {
        match self {
            Self::Intake => "answers to new overlaps".to_owned(),
            Self::Digest => "the digest".to_owned(),
            Self::Approvals => "notes to approve".to_owned(),
            Self::Rooms => "the cards of account rooms".to_owned(),
            Self::Partner(partner) => format!("approved notes to {}", partner.name),
        }
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// Whose people the strangers in a channel are, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Company {
    /// Partners whose teams are among them.
    pub(super) partners: Vec<String>,
    /// There are teams of which nothing is known.
    pub(super) unknown: bool,
}

impl Company {
    fn words(&self) -> String {
        let mut all = self.partners.clone();
        if self.unknown || all.is_empty() {
            all.push("another company".to_owned());
        }
        listed(&all)
    }

    /// A known partner's people never read what is internal or another partner's.
    pub(super) fn may_stay(&self) -> bool {
        self.partners.is_empty()
    }
}

#[derive(Template)]
#[template(path = "setup/channel.mrkdwn")]
struct Card<'a> {
    trouble: &'a Trouble,
    place: String,
    partner: Option<&'a str>,
    who: String,
    waits: String,
    may_stay: bool,
    rooms: bool,
}

/// The channel as people know it; one that is gone has only its name left.
fn place(channel: &Channel) -> String {
    match (&channel.name, channel.state) {
        (Some(name), State::Gone) => format!("#{}", escape(name)),
        _ => channel.id.mention(),
    }
}

/// Tells the owner what is out of order, what is held back and what mends it.
pub(super) fn card(
    channel: &Channel,
    trouble: &Trouble,
    used: &[Used],
    company: &Company,
) -> Result<Message> {
    let partner = used.iter().find_map(|u| match u {
        Used::Partner(partner) => Some(partner.as_ref()),
        _ => None,
    });
    let shared = matches!(trouble, Trouble::Shared(_));
    let may_stay = shared && company.may_stay();
    let text = Card {
        trouble,
        place: place(channel),
        partner: partner.map(|p| p.name.as_str()),
        who: company.words(),
        waits: listed(&used.iter().map(Used::waits).collect::<Vec<_>>()),
        may_stay,
        rooms: used.contains(&Used::Rooms),
    }
    .render()?;
    let choose =
        |action: &str, id: &str| blocks::primary(blocks::button("Choose another channel", action, id));
    let mut controls = match partner {
        Some(partner) => vec![choose(partner_view::action::EDIT, partner.id.as_str())],
        // The set-up does not say where rooms are.
        None if used == [Used::Rooms] => Vec::new(),
        None => vec![choose(setup_view::action::OPEN, "setup")],
    };
    if may_stay {
        controls.push(confirm(channel, trouble, partner));
    }
    let text = text.trim();
    let mut shown = vec![blocks::section(text)];
    shown.extend((!controls.is_empty()).then(|| blocks::actions(controls)));
    Ok(Message::new(text, shown))
}

fn confirm(channel: &Channel, trouble: &Trouble, partner: Option<&Partner>) -> Value {
    let what =
        partner.map_or("data of every partner".to_owned(), |p| format!("what is meant for {}", p.name));
    blocks::confirmed(
        blocks::button("It may stay", action::CONFIRM, &format!("{}|{}", channel.id, trouble.key())),
        "May they stay?",
        &format!(
            "Everybody there reads {}, the other company's people too. This is written into the audit log.",
            escape(&what)
        ),
        "They may stay",
    )
}

/// How a trouble ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is as it was.
    Mended,
    /// An admin said that they may stay.
    Confirmed(UserId),
    /// Another channel was chosen, and what waited goes there.
    Unused,
    /// It is no partner's channel any more; what waited was for that partner.
    Unbound,
    /// There is another trouble, told in a card of its own.
    Superseded,
}

/// In place of the card, without its controls.
pub(super) fn over(channel: &Channel, end: &End) -> Message {
    let place = place(channel);
    Message::text(match end {
        End::Mended => format!("{place} is in order again. What waited goes out."),
        End::Confirmed(by) => {
            format!("{place} may stay shared, {} said. What waited goes out.", by.mention())
        }
        End::Unused => format!("{place} is no longer used. What waited goes to the channel chosen instead."),
        End::Unbound => {
            format!("{place} is no longer used. The notes that waited for it come back for a decision.")
        }
        End::Superseded => format!("{place} has changed since; the newest message here says how it is."),
    })
}

/// For the status: what is out of order and how much waits.
pub(super) fn line(channel: &Channel, trouble: &Trouble, waiting: i64) -> String {
    let place = place(channel);
    let what = match trouble {
        Trouble::Shared(_) => format!("{place} is shared with another company"),
        Trouble::Closed(State::Archived) => format!("{place} is archived"),
        Trouble::Closed(State::Left) => format!("I am not in {place}"),
        Trouble::Closed(State::Gone) => format!("I can't see {place}"),
        Trouble::Closed(_) => format!("I may not post in {place}"),
    };
    let held = match waiting {
        0 => "nothing waits for it yet".to_owned(),
        1 => "1 message waits".to_owned(),
        n => format!("{n} messages wait"),
    };
    format!("{what}; {held}. Who can mend it was told in direct messages.")
}
