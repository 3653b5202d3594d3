//! The forms of plays.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::play::{Audience, Kind, Missing, Play, Results, Stage};
use super::play::{Prefill, action};
use super::{field, notes, partner_input, short_input};
use crate::kernel::blocks;
use crate::kernel::dates::spoken;
use crate::kernel::ids::PartnerId;
use crate::kernel::text::escape;
use crate::map::partner::Partner;

/// The fields that only plays have; the day, the owner, the partner, the text and the reason are [`field`]'s.
pub mod fields {
    /// Its name.
    pub const TITLE: &str = "title";
    /// What it is.
    pub const KIND: &str = "kind";
    /// What it is, where that has no name.
    pub const OWN_KIND: &str = "own_kind";
    /// Who of theirs runs it.
    pub const THEIR_OWNER: &str = "their_owner";
    /// From whom it goes out.
    pub const SENDER: &str = "sender";
    /// For whom it is.
    pub const AUDIENCE: &str = "audience";
    /// How often it is looked at.
    pub const CHECKS: &str = "checks";
    /// Whether it starts.
    pub const HOW: &str = "how";
    /// What went out.
    pub const SENT: &str = "sent";
    /// What came back.
    pub const REPLIES: &str = "replies";
    /// Meetings.
    pub const MEETINGS: &str = "meetings";
    /// Pipeline.
    pub const PIPELINE: &str = "pipeline";
}

/// The value of the kind that is written.
pub const OWN: &str = "own";
/// It starts.
pub const START: &str = "start";
/// It stays an idea.
pub const KEEP: &str = "idea";
/// How often it is looked at: in days, and as it is said.
pub const CHECKS: [(i64, &str); 4] =
    [(7, "Every week"), (14, "Every two weeks"), (28, "Every four weeks"), (0, "Only around the ship date")];

/// The field in which what is missing goes.
pub fn field_of(missing: Missing) -> &'static str {
    match missing {
        Missing::OurOwner => field::OWNER,
        Missing::TheirOwner => fields::THEIR_OWNER,
        Missing::ShipDate | Missing::LaterDate => field::DATE,
        Missing::Sender => fields::SENDER,
    }
}

/// What the form says at that field.
pub fn problem(missing: Missing) -> &'static str {
    match missing {
        Missing::OurOwner => "A play starts with an owner on our side. Choose one, or keep it as an idea.",
        Missing::TheirOwner => "A play starts with an owner on their side. Write who, or keep it as an idea.",
        Missing::ShipDate => "A play starts with a ship date. Choose one, or keep it as an idea.",
        Missing::LaterDate => "That day is over. Choose a later one, or keep it as an idea.",
        Missing::Sender => {
            "An offer to their base goes out from the account manager or CSM who owns the relationship. Choose who, or keep it as an idea."
        }
    }
}

fn select(id: &str, placeholder: &str, options: Vec<(String, &str)>, chosen: &str) -> Value {
    let options: Vec<Value> = options.iter().map(|(value, words)| blocks::choice(words, value)).collect();
    blocks::select(id, placeholder, &options, Some(chosen))
}

fn what_it_is(kind: Option<&Kind>) -> [Value; 2] {
    let mut kinds: Vec<(String, &str)> = vec![
        (Kind::Webinar.as_str().to_owned(), "Co-branded webinar"),
        (Kind::Offer.as_str().to_owned(), "Offer to their base"),
        (Kind::SdrPush.as_str().to_owned(), "SDR push"),
    ];
    kinds.push((OWN.to_owned(), "Something else"));
    let (chosen, own) = match kind {
        None => (Kind::Webinar.as_str(), None),
        Some(Kind::Own(words)) => (OWN, Some(words.as_str())),
        Some(named) => (named.as_str(), None),
    };
    [
        blocks::input("Kind", select(fields::KIND, "Choose one", kinds, chosen), None, false),
        blocks::input(
            "Something else",
            blocks::text_input(fields::OWN_KIND, "Breakfast for five accounts", own, false),
            None,
            true,
        ),
    ]
}

fn who_and_for_whom(play: Option<&Play>, owner: Option<&str>) -> Vec<Value> {
    let plan = play.map(|p| &p.plan);
    let sender = plan.and_then(|p| p.sender.as_ref()).map(|u| u.as_str());
    let theirs = plan.and_then(|p| p.their_owner.as_deref());
    let audience = plan.map_or(Audience::Asks, |p| p.audience);
    let audiences = Audience::ALL.iter().map(|(_, stored, words)| ((*stored).to_owned(), *words)).collect();
    let checks = plan.map_or(7, |p| p.check_days).to_string();
    let check_options = CHECKS.iter().map(|(days, words)| (days.to_string(), *words)).collect();
    let mut all = vec![
        blocks::input(
            "Owner on their side",
            blocks::text_input(fields::THEIR_OWNER, "Sam Whitfield", theirs, false),
            None,
            true,
        ),
        blocks::input(
            "Owner on our side",
            blocks::user_select(field::OWNER, "Choose a person", owner),
            Some("Is asked how it stands, in their own zone."),
            true,
        ),
    ];
    // What runs keeps its day: moving it has a form of its own, which asks why.
    if !play.is_some_and(Play::is_running) {
        let day = blocks::date_picker(field::DATE, plan.and_then(|p| p.ship));
        all.push(blocks::input("Ship date", day, None, true));
    }
    all.extend([
        blocks::input(
            "Who sends it",
            blocks::user_select(fields::SENDER, "Choose a person", sender),
            Some("An offer to their base goes out from whoever owns the relationship, never from marketing."),
            true,
        ),
        blocks::input(
            "Target list from the map",
            select(fields::AUDIENCE, "Choose one", audiences, audience.as_str()),
            Some("Taken as the map is now, the largest amounts first."),
            false,
        ),
        blocks::input("Check-ins", select(fields::CHECKS, "Choose one", check_options, &checks), None, false),
    ]);
    all
}

/// The form of a new play. `found` is the partner that was recognised.
pub fn start_modal(
    prefill: &Prefill,
    found: Option<&PartnerId>,
    owner: &str,
    partners: &[Partner],
    doubts: &[String],
    metadata: &Value,
) -> Value {
    let title = blocks::text_input(fields::TITLE, "Returns webinar", Some(&prefill.title), false);
    let mut all: Vec<Value> = notes(doubts).into_iter().collect();
    all.push(blocks::input("Name", title, None, false));
    all.extend(what_it_is(None));
    all.push(partner_input(partners, found));
    all.extend(who_and_for_whom(None, Some(owner)));
    let options = [blocks::choice("Start it", START), blocks::choice("Keep it as an idea for now", KEEP)];
    let radio = json!({"type": "radio_buttons", "action_id": fields::HOW, "options": options, "initial_option": options[0]});
    let hint = "It starts with an owner on each side and a ship date.";
    all.push(blocks::input("Then", radio, Some(hint), false));
    blocks::modal(action::START, "Start a play", Some("Save"), metadata, all)
}

/// The form of one that is there.
pub fn edit_modal(play: &Play, metadata: &Value) -> Value {
    let title = blocks::text_input(fields::TITLE, "Returns webinar", Some(&play.plan.title), false);
    let mut all = vec![
        blocks::context(&format!("With {}", escape(&play.partner))),
        blocks::input("Name", title, None, false),
    ];
    all.extend(what_it_is(Some(&play.plan.kind)));
    all.extend(who_and_for_whom(Some(play), play.plan.owner.as_ref().map(|u| u.as_str())));
    blocks::modal(action::EDIT, "Edit the play", Some("Save"), metadata, all)
}

fn described(play: &Play, today: Date) -> Value {
    let (title, partner) = (escape(&play.plan.title), escape(&play.partner));
    blocks::section(&format!("*{title}* with {partner} · {}", play.state_words(today)))
}

/// The form for another day.
pub fn move_modal(play: &Play, today: Date, metadata: &Value) -> Value {
    let day = blocks::date_picker(field::DATE, play.plan.ship.map(|ship| ship.max(today)));
    let why = short_input(field::REASON, "Their landing page is not ready", "");
    let all = vec![
        described(play, today),
        blocks::input("New ship date", day, None, false),
        blocks::input("Why", why, Some("It stays on the card: a date slips in sight of everybody."), false),
    ];
    blocks::modal(action::MOVE, "Move the ship date", Some("Move"), metadata, all)
}

fn results_fields(known: Option<&Results>) -> Vec<Value> {
    let known = known.copied().unwrap_or_default();
    let number = |label: &str, id: &str, example: &str, known: Option<i64>| {
        let text = known.map(|n| n.to_string());
        blocks::input(label, blocks::text_input(id, example, text.as_deref(), false), None, true)
    };
    let pipeline = known.pipeline.map(|m| m.to_string());
    vec![
        number("Sent", fields::SENT, "120", known.sent),
        number("Replies or registrations", fields::REPLIES, "14", known.replies),
        number("Meetings", fields::MEETINGS, "5", known.meetings),
        blocks::input(
            "Pipeline",
            blocks::text_input(fields::PIPELINE, "$80k", pipeline.as_deref(), false),
            None,
            true,
        ),
    ]
}

/// The form in which it has shipped.
pub fn ship_modal(play: &Play, today: Date, metadata: &Value) -> Value {
    let on = blocks::date_picker(field::DATE, Some(today));
    let mut all = vec![described(play, today), blocks::input("Shipped on", on, None, false)];
    all.push(blocks::context(
        "What came of it, as far as it is known. Where all of it is left empty, I ask in a week.",
    ));
    all.extend(results_fields(None));
    blocks::modal(action::SHIP, "It has shipped", Some("Ship"), metadata, all)
}

/// The form for what came of it.
pub fn results_modal(play: &Play, today: Date, metadata: &Value) -> Value {
    let known = match &play.stage {
        Stage::Shipped { results, .. } => results.as_ref(),
        _ => None,
    };
    let mut all = vec![described(play, today)];
    all.extend(results_fields(known));
    blocks::modal(action::RESULTS, "What came of it", Some("Save"), metadata, all)
}

/// The form for a task of ours.
pub fn support_modal(play: &Play, today: Date, owner: &str, metadata: &Value) -> Value {
    let day = play.plan.ship.filter(|ship| *ship >= today);
    let hint = day.map(|day| format!("It ships {}.", spoken(day, today)));
    let all = vec![
        described(play, today),
        blocks::input(
            "What we do for it",
            short_input(field::TEXT, "Build the landing page", ""),
            None,
            false,
        ),
        blocks::input("Due", blocks::date_picker(field::DATE, day), hint.as_deref(), false),
        blocks::input(
            "Who does it",
            blocks::user_select(field::OWNER, "Choose a person", Some(owner)),
            Some("They are reminded as of any commitment."),
            false,
        ),
    ];
    blocks::modal(action::SUPPORT, "Add support", Some("Add"), metadata, all)
}

/// The form that drops it.
pub fn drop_modal(play: &Play, today: Date, metadata: &Value) -> Value {
    let why = short_input(field::REASON, "Their budget went elsewhere", "");
    let why = blocks::input("Why is it off", why, Some("Its open support is dropped with it."), false);
    blocks::modal(action::DROP, "Drop the play", Some("Drop"), metadata, vec![described(play, today), why])
}
