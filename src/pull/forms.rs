//! The modals of triage and of the digest's settings.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::digest::WEEKDAYS;
use super::view::action;
use crate::kernel::blocks;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::escape;
use crate::map::account_map::view::{self as account_view, Offer};
use crate::map::overlap::Overlap;
use crate::store::settings::DigestTime;

/// The fields of the modals.
pub mod field {
    /// Which plan: one of [`super::AGENDA`] and [`super::SESSION`].
    pub const PLAN: &str = "plan";
    /// A session by that date.
    pub const BY: &str = "by";
    /// Who looks after it.
    pub const WHO: &str = "who";
    /// When it comes back.
    pub const UNTIL: &str = "until";
    /// Why, in words.
    pub const WHY: &str = "why";
    /// Why, one of [`super::REASONS`].
    pub const REASON: &str = "reason";
    /// The digest's weekday.
    pub const WEEKDAY: &str = "weekday";
    /// The digest's time.
    pub const TIME: &str = "time";
    /// The zone, by its IANA name.
    pub const ZONE: &str = "zone";
    /// The digest's channel.
    pub const CHANNEL: &str = "channel";
}

/// Onto the next agenda with the partner.
pub const AGENDA: &str = "agenda";
/// A session of its own.
pub const SESSION: &str = "session";

/// The two sides' accounts are not one: what was matched is taken back.
pub const WRONG_MATCH: &str = "wrong_match";

/// Why an overlap is turned down: as stored and as said.
pub const REASONS: [(&str, &str); 5] = [
    ("no_fit", "No fit"),
    ("too_early", "Too early"),
    ("no_path", "The partner has no way in"),
    (WRONG_MATCH, "Wrong match"),
    ("other", "Something else"),
];

/// What a modal carries: the overlap, the version that was seen, and where.
fn metadata(overlap: &Overlap, place: (Option<&ChannelId>, Option<&str>)) -> Value {
    json!({"id": overlap.id, "version": overlap.version, "channel": place.0, "thread": place.1})
}

fn about(overlap: &Overlap) -> Value {
    let (account, partner) = (escape(&overlap.account.label()), escape(&overlap.partner));
    blocks::section(&format!("*{account}* with {partner} · {}", escape(&overlap.kind_words())))
}

/// Where a modal was opened: channel and thread.
pub type From<'a> = (Option<&'a ChannelId>, Option<&'a str>);

/// On the next agenda, or a session by a date; and the decision on the account without which nothing is planned (E5).
pub fn plan(overlap: &Overlap, from: From<'_>, by: Date, offer: &Offer) -> Value {
    let options = [
        blocks::choice("Put it on the next agenda", AGENDA),
        blocks::choice("Ask the partner's manager for a session", SESSION),
    ];
    let radio = json!({"type": "radio_buttons", "action_id": field::PLAN, "options": options, "initial_option": options[0]});
    let mut fields = vec![about(overlap)];
    fields.extend(account_view::standing(&offer.holds));
    fields.extend([
        blocks::input("Where it goes", radio, None, false),
        blocks::input(
            "Session by",
            blocks::date_picker(field::BY, Some(by)),
            Some("Only for a session of its own."),
            true,
        ),
    ]);
    fields.extend(account_view::decision_fields(offer));
    blocks::modal(action::PLAN, "Plan", Some("Plan"), &metadata(overlap, from), fields)
}

/// Who looks after it; where nobody does, whoever asks is named first.
pub fn assign(overlap: &Overlap, from: From<'_>, asks: &UserId) -> Value {
    let free = overlap.holder().is_none().then_some(asks);
    let now = overlap.assignee.as_ref().or(free).map(|u| u.as_str());
    blocks::modal(
        action::ASSIGN,
        "Assign",
        Some("Assign"),
        &metadata(overlap, from),
        vec![
            about(overlap),
            blocks::input(
                "Who looks after it",
                blocks::user_select(field::WHO, "Choose a colleague", now),
                Some("They are told in a direct message."),
                false,
            ),
        ],
    )
}

/// Until when, and why.
pub fn snooze(overlap: &Overlap, from: From<'_>, until: Date) -> Value {
    blocks::modal(
        action::SNOOZE,
        "Snooze",
        Some("Snooze"),
        &metadata(overlap, from),
        vec![
            about(overlap),
            blocks::input(
                "Until",
                blocks::date_picker(field::UNTIL, Some(until)),
                Some("It comes back into the first digest from that day on."),
                false,
            ),
            blocks::input(
                "Why",
                blocks::text_input(field::WHY, "They decide after the fair", None, false),
                None,
                true,
            ),
        ],
    )
}

/// Why it is turned down.
pub fn dismiss(overlap: &Overlap, from: From<'_>) -> Value {
    let options: Vec<Value> = REASONS.iter().map(|(value, words)| blocks::choice(words, value)).collect();
    blocks::modal(
        action::DISMISS,
        "Dismiss",
        Some("Dismiss"),
        &metadata(overlap, from),
        vec![
            about(overlap),
            blocks::input("Reason", blocks::select(field::REASON, "Choose one", &options, None), None, false),
            blocks::input(
                "In your words",
                blocks::text_input(field::WHY, "Signed with somebody else in May", None, false),
                Some("It stays away until something about it changes."),
                true,
            ),
        ],
    )
}

/// When and where the digest comes.
pub fn settings(time: &DigestTime, channel: Option<&ChannelId>, from: Option<&ChannelId>) -> Value {
    let mut fields = digest_time(time).to_vec();
    fields.push(blocks::input(
        "Channel",
        blocks::channel_select(field::CHANNEL, "Choose a channel", channel.map(|c| c.as_str())),
        Some("One that only your own people read."),
        false,
    ));
    let metadata = json!({"id": "digest", "channel": from});
    blocks::modal(action::SETTINGS, "Digest settings", Some("Save"), &metadata, fields)
}

/// When the digest comes.
pub fn digest_time(time: &DigestTime) -> [Value; 3] {
    let days: Vec<Value> = WEEKDAYS.iter().map(|(value, words)| blocks::choice(words, value)).collect();
    let day = blocks::select(field::WEEKDAY, "Choose a day", &days, Some(&time.weekday));
    [
        blocks::input("Day of the digest", day, None, false),
        blocks::input("Time", blocks::time_picker(field::TIME, &time.time), None, false),
        blocks::input(
            "Time zone",
            blocks::text_input(field::ZONE, "Europe/Stockholm", Some(&time.zone), false),
            Some("Region and city, as Europe/Stockholm or America/New_York."),
            false,
        ),
    ]
}
