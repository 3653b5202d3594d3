//! What Slack shows of partners and of the people there.

use askama::Template;
use jiff::Zoned;
use serde_json::{Value, json};

use super::lists::OurList;
use super::partner::{Contact, ContactRole, Partner};
use super::sources::view::fetch_buttons;
use super::{fit_view, sharing_view};
use crate::kernel::age;
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::text::escape;

/// The controls.
pub mod action {
    /// Opens the form of a new partner; also its callback.
    pub const ADD: &str = "partner.add";
    /// Opens a partner's form; also its callback. The value is its id.
    pub const EDIT: &str = "partner.edit";
    /// Shows a partner in private. The value is its id.
    pub const SHOW: &str = "partner.show";
    /// Opens the form of a new contact; the value is the partner's id. Also its callback.
    pub const ADD_CONTACT: &str = "partner.add_contact";
    /// Shows what was given and asked, which is drawn elsewhere; the value is its id.
    pub const LEDGER: &str = "partner.ledger";
    /// Shows its focus lists, which are drawn elsewhere; the value is its id.
    pub const FOCUS: &str = "focus.show";
    /// Opens the form of a check-in, which is drawn elsewhere; the value is its id.
    pub const CHECK_IN: &str = "check_in.record";
    /// Opens the form of its instructions, which are written elsewhere; also its callback. The value is its id.
    pub const INSTRUCTIONS: &str = "partner.instructions";
    /// Opens a contact's form; the value is the contact's id. Also its callback.
    pub const EDIT_CONTACT: &str = "partner.edit_contact";
}

/// The fields of the forms.
pub mod field {
    /// The partner's or the contact's name.
    pub const NAME: &str = "name";
    /// The partner's domain.
    pub const DOMAIN: &str = "domain";
    /// Who of ours manages the partnership.
    pub const MANAGER: &str = "manager";
    /// The channel that its people read.
    pub const CHANNEL: &str = "partner_channel";
    /// Days until its list counts as stale.
    pub const REFRESH: &str = "refresh_days";
    /// What the contact does.
    pub const ROLE: &str = "role";
    /// Their address.
    pub const EMAIL: &str = "email";
    /// Their Slack account.
    pub const PERSON: &str = "person";
    /// Kinds of gift that they turned down.
    pub const SAID_NO_TO: &str = "said_no_to";
}

/// At most so many partners or contacts are shown with a button each.
const SHOWN: usize = 15;

/// How old a partner's list is, in words; `None` while there is none.
pub fn list_age(partner: &Partner, now: &Zoned) -> Option<String> {
    let stale = if partner.list_is_stale(now) { ", *stale*" } else { "" };
    Some(match partner.list_age_days(now)? {
        0 => "from today".to_owned(),
        days => format!("{} old{stale}", age::days(days)),
    })
}

/// How old our own list is, in words.
pub fn our_list_age(list: &OurList, now: &Zoned) -> String {
    match list.age_days(now) {
        0 => "from today".to_owned(),
        days => format!(
            "{} old{}",
            age::days(days),
            if list.is_stale(now) { ", *stale*: drop a new one into the intake channel" } else { "" }
        ),
    }
}

/// A partner in one line: name, open overlaps, age of the list, channel.
pub fn line(partner: &Partner, open: i64, now: &Zoned) -> String {
    let channel = partner.channel.as_ref().map_or_else(|| "no channel".to_owned(), |c| c.mention());
    let overlaps = match open {
        1 => "1 open overlap".to_owned(),
        n => format!("{n} open overlaps"),
    };
    let list = list_age(partner, now).map_or_else(|| "no list yet".to_owned(), |age| format!("list {age}"));
    format!("*{}* · {overlaps} · {list} · {channel}", escape(&partner.name))
}

/// All partners with their counts, in private.
pub fn list(partners: &[(Partner, i64)], may_add: bool, now: &Zoned) -> Message {
    let add = blocks::button("Add partner", action::ADD, "new");
    if partners.is_empty() {
        let text = "No partner yet. An overlap, a session and a note each belong to one.";
        let mut shown = vec![blocks::section(text)];
        if may_add {
            shown.push(blocks::actions(vec![blocks::primary(add)]));
        }
        return Message::new(text, shown);
    }
    let lines: Vec<String> = partners.iter().map(|(p, open)| line(p, *open, now)).collect();
    let mut shown: Vec<Value> = lines
        .iter()
        .zip(partners)
        .take(SHOWN)
        .map(|(line, (p, _))| blocks::section_with(line, blocks::button("Show", action::SHOW, p.id.as_str())))
        .collect();
    if partners.len() > SHOWN {
        shown.push(blocks::context(&format!(
            "{} more: `/partner partner show` with a name shows one.",
            partners.len() - SHOWN
        )));
    }
    if may_add {
        shown.push(blocks::actions(vec![add]));
    }
    Message::new(lines.join("\n"), shown)
}

#[derive(Template)]
#[template(path = "map/partner.mrkdwn")]
struct Card<'a> {
    name: &'a str,
    domain: Option<&'a str>,
    sample: bool,
}

/// What is known of one partner besides its own fields.
#[derive(Clone, Debug)]
pub struct Details<'a> {
    /// The people there.
    pub contacts: &'a [Contact],
    /// Open overlaps.
    pub open: i64,
    /// A line for each source of its list.
    pub sources: &'a [String],
    /// The names of those of them that can be fetched.
    pub fetched: &'a [String],
    /// How its focus lists stand, in words.
    pub focus: String,
    /// What was given and asked, in words.
    pub given: String,
    /// What they focus on this season and when the next check-in is, in words; mrkdwn.
    pub check_ins: String,
    /// Its instructions, in words.
    pub instructions: String,
    /// What its people may see, in words.
    pub sharing: String,
    /// Whether the reader may change that.
    pub may_share: bool,
    /// Whether the reader may change the partner.
    pub may_edit: bool,
    /// Whether the reader may change its contacts.
    pub may_add_contact: bool,
}

/// One partner, in private.
pub fn card(partner: &Partner, d: &Details<'_>, now: &Zoned) -> Result<Message> {
    let title =
        Card { name: &partner.name, domain: partner.domain.as_deref(), sample: partner.sample }.render()?;
    let title = title.trim();
    let manager = partner.manager.as_ref().map_or_else(|| "nobody yet".to_owned(), |u| u.mention());
    let channel = partner.channel.as_ref().map_or_else(|| "none yet".to_owned(), |c| c.mention());
    let list = match list_age(partner, now) {
        Some(age) => format!("{age}; refreshed every {} days", partner.refresh_days),
        None if d.sources.is_empty() => "none yet: drop one into the intake channel".to_owned(),
        None => "none yet".to_owned(),
    };
    let facts = [
        ("Manager", manager),
        ("Channel", channel),
        ("Open overlaps", d.open.to_string()),
        ("List", list),
        ("Focus list", d.focus.clone()),
        ("Give and ask", d.given.clone()),
        ("This season", d.check_ins.clone()),
        ("Instructions", escape(&d.instructions)),
        ("They may see", d.sharing.clone()),
    ];
    let mut shown = vec![blocks::section(title), blocks::fields(&facts)];
    if !d.sources.is_empty() {
        shown.extend(blocks::sections(&format!("*Sources*\n{}", d.sources.join("\n"))));
        // Whoever may add contacts triages for this partner.
        shown.extend(fetch_buttons(d.fetched).filter(|_| d.may_add_contact));
    }
    if d.contacts.is_empty() {
        shown.push(blocks::context("No contact yet. A note goes to a person: add one first."));
    }
    for contact in d.contacts.iter().take(SHOWN) {
        let line = contact_line(contact);
        let edit = blocks::button("Edit", action::EDIT_CONTACT, contact.id.as_str());
        shown.push(if d.may_add_contact {
            blocks::section_with(&line, edit)
        } else {
            blocks::section(&line)
        });
    }
    if d.contacts.len() > SHOWN {
        shown.push(blocks::context(&format!("{} more contacts.", d.contacts.len() - SHOWN)));
    }
    let mut buttons = vec![
        blocks::button("Show focus list", action::FOCUS, partner.id.as_str()),
        blocks::button("Show gives and asks", action::LEDGER, partner.id.as_str()),
        blocks::button("Edit instructions", action::INSTRUCTIONS, partner.id.as_str()),
        blocks::button("Show fit", fit_view::action::FIT, partner.id.as_str()),
    ];
    if d.may_add_contact {
        buttons.push(blocks::button("Add contact", action::ADD_CONTACT, partner.id.as_str()));
        buttons.push(blocks::button("Check in", action::CHECK_IN, partner.id.as_str()));
    }
    if d.may_share {
        buttons.push(blocks::button("Change sharing", sharing_view::action::SHARING, partner.id.as_str()));
    }
    if d.may_edit {
        buttons.push(blocks::button("Edit partner", action::EDIT, partner.id.as_str()));
    }
    shown.push(blocks::actions(buttons));
    let facts: Vec<String> = facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let people: Vec<String> = d.contacts.iter().take(SHOWN).map(contact_line).collect();
    let sources: Vec<String> = d.sources.iter().map(|line| format!("Source: {line}")).collect();
    Ok(Message::new([vec![title.to_owned()], facts, sources, people].concat().join("\n"), shown))
}

fn contact_line(contact: &Contact) -> String {
    let mut line = format!("*{}*, {}", escape(&contact.name), contact.role.words());
    if let Some(email) = &contact.email {
        line.push_str(&format!(" · {}", escape(email)));
    }
    if let Some(user) = &contact.slack_user {
        line.push_str(&format!(" · {}", user.mention()));
    }
    line
}

/// The fields of a partner, for its own form and for the set-up's last step.
pub fn fields(partner: Option<&Partner>, name: &str, manager: Option<&str>, optional: bool) -> Vec<Value> {
    let domain = partner.and_then(|p| p.domain.as_deref());
    let manager = partner.and_then(|p| p.manager.as_ref().map(|m| m.as_str())).or(manager);
    let channel = partner.and_then(|p| p.channel.as_ref().map(|c| c.as_str()));
    let days = partner.map_or(45, |p| p.refresh_days).to_string();
    let name = partner.map_or(name, |p| &p.name);
    vec![
        blocks::input(
            "Name",
            blocks::text_input(field::NAME, "Northwind", Some(name), false),
            None,
            optional,
        ),
        blocks::input(
            "Domain",
            blocks::text_input(field::DOMAIN, "northwind.com", domain, false),
            Some("Tells their people from an account's."),
            true,
        ),
        blocks::input(
            "Manager",
            blocks::user_select(field::MANAGER, "Who of ours manages it", manager),
            Some("Is asked for sessions."),
            true,
        ),
        blocks::input(
            "Channel with them",
            blocks::channel_select(field::CHANNEL, "Choose a channel", channel),
            Some("Notes that are approved go here, and only here."),
            true,
        ),
        blocks::input(
            "Refresh the list every … days",
            blocks::text_input(field::REFRESH, "45", Some(&days), false),
            Some("An older list is marked as stale."),
            optional,
        ),
    ]
}

/// The form of a partner: a new one, or one to change.
pub fn form(partner: Option<&Partner>, name: &str, manager: Option<&str>, channel: Option<&str>) -> Value {
    let (callback, title, submit) = match partner {
        Some(_) => (action::EDIT, "Edit partner", "Save"),
        None => (action::ADD, "Add a partner", "Add"),
    };
    let metadata = json!({"id": partner.map(|p| p.id.as_str()), "seen": partner.map(Partner::stamp), "channel": channel});
    blocks::modal(callback, title, Some(submit), &metadata, fields(partner, name, manager, false))
}

/// The form of a contact: a new one at `partner`, or one to change. `gifts` are the kinds of gift that somebody may turn
/// down: as stored, and in words.
pub fn contact_form(
    partner: &Partner,
    contact: Option<&Contact>,
    gifts: &[(String, &str)],
    channel: Option<&str>,
) -> Value {
    let (callback, title, submit) = match contact {
        Some(_) => (action::EDIT_CONTACT, "Edit contact", "Save"),
        None => (action::ADD_CONTACT, "Add a contact", "Add"),
    };
    let id = contact.map_or(partner.id.as_str(), |c| c.id.as_str());
    let metadata =
        json!({"id": id, "partner": partner.id, "seen": contact.map(Contact::stamp), "channel": channel});
    let roles: Vec<Value> =
        ContactRole::ALL.iter().map(|(_, stored, words)| blocks::choice(words, stored)).collect();
    let person = contact.and_then(|c| c.slack_user.as_ref().map(|u| u.as_str()));
    let gifts: Vec<Value> = gifts.iter().map(|(stored, words)| blocks::choice(words, stored)).collect();
    let refused = contact.map_or(&[][..], |c| &c.said_no_to);
    blocks::modal(
        callback,
        title,
        Some(submit),
        &metadata,
        vec![
            blocks::context(&format!("At {}", escape(&partner.name))),
            blocks::input(
                "Name",
                blocks::text_input(field::NAME, "Sam Whitfield", contact.map(|c| c.name.as_str()), false),
                Some("First name first: notes begin with it."),
                false,
            ),
            blocks::input(
                "Role",
                blocks::select(
                    field::ROLE,
                    "What they do",
                    &roles,
                    Some(contact.map_or("partner_rep", |c| c.role.as_str())),
                ),
                None,
                false,
            ),
            blocks::input(
                "E-mail",
                blocks::text_input(
                    field::EMAIL,
                    "sam@northwind.com",
                    contact.and_then(|c| c.email.as_deref()),
                    false,
                ),
                None,
                true,
            ),
            blocks::input(
                "In Slack",
                blocks::user_select(field::PERSON, "Choose a person", person),
                Some("Where they share a channel with you."),
                true,
            ),
            blocks::input(
                "Has said no to",
                blocks::multi_select(field::SAID_NO_TO, "Nothing so far", &gifts, refused),
                Some("A note that gives it again is blocked."),
                true,
            ),
        ],
    )
}
