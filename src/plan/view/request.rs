//! Requests for a session: the card that all readers share, the forms, the list.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::request::{Move, Request, Stage};
use super::{LISTED, field, mentions, notes, partner_input, refused, session, when};
use crate::kernel::actor::Outside;
use crate::kernel::blocks::{self, Message};
use crate::kernel::dates::spoken;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, UserId};
use crate::kernel::text::escape;
use crate::map::partner::Partner;

/// The controls.
pub mod action {
    /// Opens the form; the value is what was understood. Also the callback of the form.
    pub const ASK: &str = "request.ask";
    /// The manager agrees.
    pub const ACCEPT: &str = "request.accept";
    /// The manager names another day: opens a form, and its callback.
    pub const PROPOSE: &str = "request.propose";
    /// The manager says no: opens a form, and its callback.
    pub const DECLINE: &str = "request.decline";
    /// The requester takes the proposed day.
    pub const TAKE: &str = "request.take";
    /// The requester keeps to the first day.
    pub const INSIST: &str = "request.insist";
    /// The requester takes it back.
    pub const WITHDRAW: &str = "request.withdraw";
}

/// What the form begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefill {
    /// The account as written.
    pub account: String,
    /// The partner as written.
    pub partner: String,
    /// The day.
    pub date: Option<Date>,
    /// What the session is for.
    pub goal: String,
}

#[derive(Template)]
#[template(path = "plan/request.mrkdwn")]
struct Card<'a> {
    account: &'a str,
    partner: &'a str,
    state: String,
    goal: &'a str,
    session: &'a str,
}

/// The subject under which a reader's card is edited.
pub fn subject(request: &Request, reader: &UserId) -> String {
    format!("request:{}:{reader}", request.id)
}

/// The card, with the controls that this reader has at this stage; `left` where the requester has, and others end it;
/// `session` is what came of it, as mrkdwn.
pub fn card(
    request: &Request,
    reader: &UserId,
    left: bool,
    today: Date,
    session: Option<String>,
) -> Result<Message> {
    let text = Card {
        account: &request.account,
        partner: &request.partner,
        state: state(request, today),
        goal: &request.goal,
        session: session.as_deref().unwrap_or_default(),
    };
    let text = text.render()?;
    let mut all = vec![blocks::section(text.trim())];
    let mut controls = controls(request, reader, today, session.is_some());
    if left && request.asked.contains(reader) && request.is_open() {
        let value = format!("{}:{}", request.id, request.version);
        controls = vec![blocks::button("Decline", action::DECLINE, &value)];
    }
    if !controls.is_empty() {
        all.push(blocks::actions(controls));
    }
    Ok(Message::new(text.trim(), all))
}

fn controls(request: &Request, reader: &UserId, today: Date, has_session: bool) -> Vec<Value> {
    let value = format!("{}:{}", request.id, request.version);
    let button = |label: &str, id: &str| blocks::button(label, id, &value);
    let mut all = Vec::new();
    let (asks, asked) = (request.requester == *reader, request.asked.contains(reader));
    match &request.stage {
        Stage::Asked(_) if asked => {
            all.push(blocks::primary(button("Accept", action::ACCEPT)));
            all.push(button("Propose another day", action::PROPOSE));
            all.push(button("Decline", action::DECLINE));
        }
        Stage::Proposed { on, .. } if asks => {
            all.push(blocks::primary(button(&format!("Take {}", spoken(*on, today)), action::TAKE)));
            all.push(button(&format!("Keep {}", spoken(request.wanted_by, today)), action::INSIST));
        }
        Stage::Accepted { .. } if asked && !has_session => {
            let schedule = blocks::button("Schedule", session::action::SCHEDULE, &format!("request:{value}"));
            all.push(blocks::primary(schedule));
        }
        _ => {}
    }
    if asks && request.is_open() {
        let text = format!("Take back the request for a session on {}?", escape(&request.account));
        let withdraw = button("Withdraw", action::WITHDRAW);
        all.push(blocks::confirmed(withdraw, "Withdraw the request", &text, "Withdraw"));
    }
    all
}

/// How it stands, in a sentence.
pub fn state(request: &Request, today: Date) -> String {
    let wanted = spoken(request.wanted_by, today);
    let requester = request.requester.mention();
    match &request.stage {
        Stage::Asked(None) => {
            format!("{requester} asks {} for a session by {wanted}.", mentions(&request.asked))
        }
        Stage::Asked(Some(_)) => {
            format!("{requester} still needs it by {wanted} and asks {} again.", mentions(&request.asked))
        }
        Stage::Proposed { on, moved } => {
            format!(
                "{} proposes {} instead of {wanted}. {requester} decides.",
                moved.by.mention(),
                spoken(*on, today)
            )
        }
        Stage::Accepted { on, moved } if *on == request.wanted_by => {
            format!("Accepted by {}: a session by {wanted}.", moved.by.mention())
        }
        Stage::Accepted { on, moved } => {
            format!("Agreed by {}: a session on {}.", moved.by.mention(), spoken(*on, today))
        }
        Stage::Declined { because, moved } => {
            format!("Declined by {}: {}", moved.by.mention(), escape(because))
        }
        Stage::Withdrawn(moved) => format!("Withdrawn by {}.", moved.by.mention()),
    }
}

/// `Hooli (hooli.com) with Northwind`, escaped.
fn about(request: &Request) -> String {
    format!("{} with {}", escape(&request.account), escape(&request.partner))
}

/// The line under a reader's card when somebody else moved the request.
pub fn news(request: &Request, today: Date) -> Message {
    Message::text(format!("{} · {}", about(request), state(request, today)))
}

/// The line under the card of whoever is waited for.
pub fn reminder(request: &Request, waited: i64, today: Date) -> Message {
    let who = request.last_move().map_or(&request.requester, |m| &m.by).mention();
    let what = match &request.stage {
        Stage::Proposed { on, .. } if *on < today => {
            format!("withdraw it and ask for a new day: {} is over", spoken(*on, today))
        }
        Stage::Proposed { on, .. } => format!("take {} or keep to your day", spoken(*on, today)),
        _ if request.wanted_by < today => {
            format!("propose another day or decline: {} is over", spoken(request.wanted_by, today))
        }
        _ => "accept, propose another day or decline".to_owned(),
    };
    Message::text(format!(
        "{} · {who} has waited {waited} working days for your answer. Above you can {what}.",
        about(request)
    ))
}

/// The line under the card of whoever proposed a day, where the requester has left.
pub fn left(request: &Request, waited: i64, why: Outside) -> Message {
    Message::text(format!(
        "{} · the day was proposed {waited} working days ago. {}, who asked, is {why} now. Above you can decline.",
        about(request),
        request.requester.mention()
    ))
}

/// What whoever comes second is told.
pub fn decided_already(request: &Request, now: Timestamp, zone: &TimeZone) -> Error {
    let today = now.to_zoned(zone.clone()).date();
    let at = request.last_move().map(|m| format!(" ({})", when(m.at, now, zone))).unwrap_or_default();
    let now = news(request, today).text;
    Error::user(format!("That changed before you pressed the button{at}. {now}"))
}

/// A move would agree to a day that is over.
pub fn lapsed(what: &Move, day: Date, today: Date) -> Error {
    let fix = match what {
        Move::Accept => "Propose another day, or decline",
        _ => "Withdraw the request and ask again with a new day",
    };
    Error::user(format!("{} is over. {fix}.", spoken(day, today)))
}

/// Nobody is asked twice for one thing.
pub fn asked_already(request: &Request, today: Date) -> Message {
    let state = state(request, today);
    Message::text(format!(
        "A session on {} is asked for already, so nobody was asked again: {state}",
        about(request)
    ))
}

/// What was planned waits for a decision again; the session that was asked for is not taken back with it.
pub fn still_asked(request: &Request, today: Date) -> Message {
    let (state, requester) = (state(request, today), request.requester.mention());
    Message::text(format!(
        "The session on {} stays asked for: {state} {requester} can withdraw it on its card.",
        about(request)
    ))
}

/// Who may make a move.
pub fn refusal(request: &Request, managers: bool) -> Error {
    Error::refused(if managers {
        format!("Only {} can answer this request. Nothing was changed.", mentions(&request.asked))
    } else {
        format!("Only {}, who asked, can do that. Nothing was changed.", request.requester.mention())
    })
}

/// The form that asks for a session. `found` is the partner that was recognised.
pub fn ask_modal(
    prefill: &Prefill,
    found: Option<&PartnerId>,
    partners: &[Partner],
    doubts: &[String],
    metadata: &Value,
) -> Value {
    let account = blocks::text_input(field::ACCOUNT, "Acme or acme.com", Some(&prefill.account), false);
    let goal = super::short_input(field::GOAL, "Get to their VP Sales before the renewal", &prefill.goal);
    let fields = [
        blocks::input("Account", account, None, false),
        partner_input(partners, found),
        blocks::input("Needed by", blocks::date_picker(field::DATE, prefill.date), None, false),
        blocks::input("What for", goal, Some("The partner's manager sees it."), true),
    ];
    let all = notes(doubts).into_iter().chain(fields).collect();
    blocks::modal(action::ASK, "Request a session", Some("Request"), metadata, all)
}

/// The form in which a manager names another day.
pub fn propose_modal(request: &Request, metadata: &Value) -> Value {
    let picker = blocks::date_picker(field::DATE, None);
    let fields = vec![described(request), blocks::input("The day that you can do", picker, None, false)];
    blocks::modal(action::PROPOSE, "Propose another day", Some("Propose"), metadata, fields)
}

fn described(request: &Request) -> Value {
    let (account, partner) = (escape(&request.account), escape(&request.partner));
    blocks::section(&format!("A session on *{account}* with *{partner}*."))
}

/// The form in which a manager says no.
pub fn decline_modal(request: &Request, metadata: &Value) -> Value {
    let reason = super::short_input(field::REASON, "Their team is on holiday until May", "");
    let reason = blocks::input("Why", reason, Some("The requester sees it."), false);
    blocks::modal(
        action::DECLINE,
        "Decline the request",
        Some("Decline"),
        metadata,
        vec![described(request), reason],
    )
}

/// What was wrong with what was typed, and a way to the form; `why` is mrkdwn.
pub fn typed_wrong(why: &[String], prefill: &Prefill) -> Result<Message> {
    refused(why, action::ASK, prefill)
}

#[derive(Template)]
#[template(path = "plan/requests.mrkdwn")]
struct List<'a> {
    rows: Vec<(&'a str, &'a str, String)>,
    more: bool,
}

/// The private list of open and recent requests.
pub fn list(found: &[Request], today: Date) -> Result<Message> {
    let rows = found
        .iter()
        .take(LISTED)
        .map(|r| (r.account.as_str(), r.partner.as_str(), state(r, today)))
        .collect();
    let text = List { rows, more: found.len() > LISTED }.render()?;
    Ok(Message::new(text.trim(), blocks::sections(text.trim())))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::request::tests::{at, moved, request};
    use super::*;

    const TODAY: Date = date(2026, 3, 9);

    /// The text, then the labels of the controls.
    fn shown(stage: Stage, reader: &str) -> String {
        let message = card(&request(stage), &reader.into(), false, TODAY, None).expect("a card");
        let buttons =
            message.blocks.iter().filter(|b| b["type"] == "actions").flat_map(|b| b["elements"].as_array());
        let labels: Vec<&str> = buttons.flatten().filter_map(|e| e["text"]["text"].as_str()).collect();
        format!("{}\n[{}]", message.text, labels.join("] ["))
    }

    #[test]
    fn cards() {
        insta::assert_snapshot!(shown(Stage::Asked(None), "UPM"), @r"
        *Session on Acme (acme.com) with Northwind*
        <@UREP> asks <@UPM> for a session by Fri 13 Mar.
        For: get to their VP Sales
        [Accept] [Propose another day] [Decline]
        ");
        insta::assert_snapshot!(shown(Stage::Asked(Some(moved("UREP"))), "UREP"), @r"
        *Session on Acme (acme.com) with Northwind*
        <@UREP> still needs it by Fri 13 Mar and asks <@UPM> again.
        For: get to their VP Sales
        [Withdraw]
        ");
        let proposed = || Stage::Proposed { on: date(2026, 3, 17), moved: moved("UPM") };
        insta::assert_snapshot!(shown(proposed(), "UREP"), @r"
        *Session on Acme (acme.com) with Northwind*
        <@UPM> proposes Tue 17 Mar instead of Fri 13 Mar. <@UREP> decides.
        For: get to their VP Sales
        [Take Tue 17 Mar] [Keep Fri 13 Mar] [Withdraw]
        ");
        insta::assert_snapshot!(shown(proposed(), "UPM"), @r"
        *Session on Acme (acme.com) with Northwind*
        <@UPM> proposes Tue 17 Mar instead of Fri 13 Mar. <@UREP> decides.
        For: get to their VP Sales
        []
        ");
    }

    #[test]
    fn closed_states_in_words() {
        let on = |on| Stage::Accepted { on, moved: moved("UPM") };
        let declined = Stage::Declined { because: "no <overlap>".into(), moved: moved("UPM") };
        let all = [on(date(2026, 3, 13)), on(date(2026, 3, 17)), declined, Stage::Withdrawn(moved("UREP"))];
        let words: Vec<String> = all.into_iter().map(|s| state(&request(s), TODAY)).collect();
        insta::assert_snapshot!(words.join("\n"), @r"
        Accepted by <@UPM>: a session by Fri 13 Mar.
        Agreed by <@UPM>: a session on Tue 17 Mar.
        Declined by <@UPM>: no &lt;overlap&gt;
        Withdrawn by <@UREP>.
        ");
    }

    #[test]
    fn lines() {
        insta::assert_snapshot!(news(&request(Stage::Withdrawn(moved("UREP"))), TODAY).text, @"Acme (acme.com) with Northwind · Withdrawn by <@UREP>.");
        insta::assert_snapshot!(reminder(&request(Stage::Asked(None)), 2, TODAY).text, @"Acme (acme.com) with Northwind · <@UREP> has waited 2 working days for your answer. Above you can accept, propose another day or decline.");
        let proposed = request(Stage::Proposed { on: date(2026, 3, 17), moved: moved("UPM") });
        insta::assert_snapshot!(reminder(&proposed, 3, TODAY).text, @"Acme (acme.com) with Northwind · <@UPM> has waited 3 working days for your answer. Above you can take Tue 17 Mar or keep to your day.");
        let second = decided_already(
            &request(Stage::Withdrawn(moved("UREP"))),
            at("2026-03-09T12:00:00Z"),
            &TimeZone::UTC,
        );
        insta::assert_snapshot!(second, @"That changed before you pressed the button (Fri 6 Mar, 10:00). Acme (acme.com) with Northwind · Withdrawn by <@UREP>.");
    }

    #[test]
    fn lists() {
        insta::assert_snapshot!(list(&[], TODAY).expect("a list").text, @"No session is asked for. `/partner session request acme with northwind by friday` asks for one.");
        insta::assert_snapshot!(list(&[request(Stage::Asked(None))], TODAY).expect("a list").text, @r"
        *Sessions asked for*
        *Acme (acme.com)* with Northwind · <@UREP> asks <@UPM> for a session by Fri 13 Mar.
        ");
        let many = vec![request(Stage::Asked(None)); LISTED + 1];
        assert!(list(&many, TODAY).expect("a list").text.ends_with("Only the first 20 are shown."));
        let because = "their whole team is away ".repeat(20).trim().to_owned();
        let long = vec![request(Stage::Declined { because, moved: moved("UPM") }); LISTED];
        let long = list(&long, TODAY).expect("a list");
        assert!(long.blocks.len() > 1);
        for block in &long.blocks {
            let text = block["text"]["text"].as_str().expect("text");
            assert!(text.starts_with('*') && text.ends_with("away"), "{text}");
        }
    }
}
