//! The Home tab: what needs the reader, then the partners, then the usual commands.

use askama::Template;
use jiff::Zoned;
use serde_json::Value;

use super::setup_view::{self, action};
use crate::kernel::blocks;
use crate::kernel::error::Result;
use crate::kernel::ids::PartnerId;
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::account_map::{self, hold::Hold};
use crate::map::focus::Side;
use crate::map::lists::view as lists;
use crate::map::partner::Partner;
use crate::map::partner_view;
use crate::plan::commitment::Commitment;
use crate::plan::owed::Owed;
use crate::plan::play::Play;
use crate::plan::request::Request;
use crate::plan::session::Session;
use crate::plan::view as plan;
use crate::pull::digest::weekday_words;
use crate::pull::view as pull;
use crate::store::settings::Workspace;
use crate::sustain::draft::Draft;
use crate::sustain::view as sustain;

/// At most so many rows of one kind; the rest is counted.
const ROWS: usize = 5;
/// Partners in one section: its text is limited.
const PARTNERS: usize = 10;

/// Everything that Home shows, as found for one reader.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) settings: Workspace,
    /// The reader may change the set-up, or may be the first to do it.
    pub(super) may_set_up: bool,
    /// Overlaps that wait for a decision; `None` when that is not the reader's to make.
    pub(super) to_decide: Option<i64>,
    /// Pairs of accounts that may be one, which are the reader's to tell apart.
    pub(super) to_review: i64,
    /// The reader may change what kinds of overlaps suggest.
    pub(super) may_administer: bool,
    /// The reader may draft notes.
    pub(super) may_draft: bool,
    /// Notes that wait for the reader.
    pub(super) approvals: Vec<Draft>,
    pub(super) requests: Vec<Request>,
    /// Proposals of sessions that wait for the reader.
    pub(super) proposals: Vec<Session>,
    /// Sessions that the reader comes to.
    pub(super) sessions: Vec<Session>,
    /// The reader may set up sessions.
    pub(super) may_plan: bool,
    /// Sessions whose agenda waits for the reader's approval.
    pub(super) agendas: Vec<Session>,
    /// Sessions that the reader ran and that nobody logged.
    pub(super) to_log: Vec<Session>,
    /// The reader's holds that ran out, each with its account's name.
    pub(super) holds: Vec<(Hold, String)>,
    pub(super) commitments: Vec<Commitment>,
    /// What the reader owes and is owed, of all kinds.
    pub(super) owed: Owed,
    /// The reader's id.
    pub(super) reader: UserId,
    /// The reader's plays that ship within days, are late, or lack results.
    pub(super) plays: Vec<Play>,
    /// The check-ins that the reader owes: the partner, its name, and how it stands.
    pub(super) check_ins: Vec<(PartnerId, String, String)>,
    pub(super) partners: Vec<(Partner, i64)>,
    /// Focus lists that are overdue, by the partners that the reader manages.
    pub(super) focus: Vec<(Partner, Vec<(Side, String)>)>,
    pub(super) now: Zoned,
    pub(super) welcome: bool,
}

#[derive(Template)]
#[template(path = "home/welcome.mrkdwn")]
struct Welcome {
    intake: Option<String>,
}

#[derive(Template)]
#[template(path = "home/row.mrkdwn")]
struct Row<'a> {
    text: &'a str,
    rest: String,
}

fn row(text: &str, rest: String) -> Result<String> {
    Ok(Row { text, rest }.render()?.trim().to_owned())
}

/// The whole tab.
pub(super) fn tab(found: &Found) -> Result<Value> {
    let mut all = Vec::new();
    if found.welcome {
        let intake = found.settings.intake_channel.as_ref().map(|c| c.mention());
        all.push(blocks::section(Welcome { intake }.render()?.trim()));
        all.push(blocks::divider());
    }
    if found.settings.intake_channel.is_none() {
        all.extend(not_set_up(found));
        return Ok(blocks::home(all));
    }
    let needs = [
        decisions(found),
        reviews(found),
        approvals(found),
        requests(found)?,
        proposals(found),
        agendas(found),
        to_log(found),
        holds(found)?,
        asked(found),
        commitments(found)?,
        plays(found)?,
        check_ins(found)?,
        focus(found),
    ];
    all.push(blocks::header(if needs.iter().all(Vec::is_empty) {
        "Nothing waits for you"
    } else {
        "Waiting for you"
    }));
    all.extend(needs.into_iter().flatten());
    all.extend(plan::owed::home_summary(&found.owed));
    all.extend(sessions(found));
    all.push(blocks::divider());
    all.push(blocks::header("Partners"));
    all.extend(partners(found));
    all.push(blocks::divider());
    all.extend(usual(found));
    Ok(blocks::home(all))
}

/// What somebody who is no full member sees: no data at all.
pub(super) fn outside(team: &str) -> Value {
    blocks::home(vec![
        blocks::header("Tandem"),
        blocks::section(&format!(
            "Tandem works here for full members of {}. Nothing of yours is kept. For anything about the partnership, write to your contact there.",
            escape(team)
        )),
    ])
}

fn not_set_up(found: &Found) -> Vec<Value> {
    if !found.may_set_up {
        return vec![blocks::section(
            "Tandem is not set up here yet. An admin does it with `/partner setup`.",
        )];
    }
    vec![
        blocks::section(
            "*Tandem is not set up yet.* It takes two minutes: channels, the digest's time, who may do what.",
        ),
        blocks::actions(vec![blocks::primary(blocks::button("Set up", action::OPEN, "open"))]),
    ]
}

fn decisions(found: &Found) -> Vec<Value> {
    let Some(count) = found.to_decide.filter(|n| *n > 0) else { return Vec::new() };
    let time = &found.settings.digest;
    let channel =
        found.settings.digest_channel.as_ref().map_or_else(String::new, |c| format!(" in {}", c.mention()));
    let text = format!(
        "*{count} {} a decision*\nThe digest brings the most pressing ones{channel} on {} at {}.",
        if count == 1 { "overlap needs" } else { "overlaps need" },
        weekday_words(&time.weekday),
        time.time
    );
    vec![blocks::section_with(&text, blocks::button("Preview digest", "digest.preview", "preview"))]
}

fn reviews(found: &Found) -> Vec<Value> {
    let text = match found.to_review {
        ..=0 => return Vec::new(),
        1 => "*1 pair of accounts may be one*\nThe lists do not say enough. You can.".to_owned(),
        n => format!("*{n} pairs of accounts may be one each*\nThe lists do not say enough. You can."),
    };
    vec![blocks::section_with(&text, blocks::button("Review", lists::action::REVIEW, "start"))]
}

fn approvals(found: &Found) -> Vec<Value> {
    let mut all: Vec<Value> =
        found.approvals.iter().take(ROWS).flat_map(|d| sustain::home_row(d, &found.now)).collect();
    all.extend(more(found.approvals.len(), "notes: `/partner draft list`"));
    all
}

fn requests(found: &Found) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for r in found.requests.iter().take(ROWS) {
        let text = row(
            &format!("{} with {}", r.account, r.partner),
            format!(
                "{} asks for a session by {}",
                r.requester.mention(),
                crate::kernel::dates::spoken(r.wanted_by, found.now.date())
            ),
        )?;
        let accept =
            blocks::button("Accept", plan::request::action::ACCEPT, &format!("{}:{}", r.id, r.version));
        all.push(blocks::section_with(&text, accept));
    }
    all.extend(more(found.requests.len(), "requests: `/partner session list`"));
    Ok(all)
}

fn proposals(found: &Found) -> Vec<Value> {
    let zone = found.now.time_zone();
    let row = |s: &Session| plan::session::home_proposal(s, found.now.timestamp(), zone);
    let mut all: Vec<Value> = found.proposals.iter().take(ROWS).map(row).collect();
    all.extend(more(found.proposals.len(), "proposals: `/partner session list`"));
    all
}

/// What is ahead of the reader; nothing where nothing is.
fn sessions(found: &Found) -> Vec<Value> {
    if found.sessions.is_empty() {
        return Vec::new();
    }
    let zone = found.now.time_zone();
    let row = |s: &Session| plan::session::home_row(s, found.now.timestamp(), zone);
    let mut all = vec![blocks::divider(), blocks::header("Your sessions")];
    all.extend(found.sessions.iter().take(ROWS).map(row));
    all.extend(more(found.sessions.len(), "sessions: `/partner session list`"));
    all
}

fn agendas(found: &Found) -> Vec<Value> {
    let now = found.now.timestamp();
    let row = |s: &Session| plan::pre_read::home_row(s, now, found.now.time_zone());
    let mut all: Vec<Value> = found.agendas.iter().take(ROWS).map(row).collect();
    all.extend(more(found.agendas.len(), "agendas: `/partner session agenda` with a partner's name"));
    all
}

fn to_log(found: &Found) -> Vec<Value> {
    let now = found.now.timestamp();
    let row = |s: &Session| plan::record::home_row(s, now, found.now.time_zone());
    let mut all: Vec<Value> = found.to_log.iter().take(ROWS).map(row).collect();
    all.extend(more(found.to_log.len(), "sessions to log: `/partner session log`"));
    all
}

fn holds(found: &Found) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for (hold, account) in found.holds.iter().take(ROWS) {
        let until = hold.until_words(found.now.timestamp());
        let text = row(&format!("Your hold on {account}"), format!("{until}: does it go on?"))?;
        let keep = blocks::button(
            "Keep until…",
            account_map::view::action::KEEP,
            &format!("{}:{}", hold.id, hold.version),
        );
        all.push(blocks::section_with(&text, keep));
    }
    all.extend(more(found.holds.len(), "holds: `/partner account` lists their accounts"));
    Ok(all)
}

/// Questions and introductions that wait for the reader.
fn asked(found: &Found) -> Vec<Value> {
    let mut all = plan::owed::home_rows(&found.owed, &found.reader, &found.now);
    let left = more(all.len(), "questions and introductions: `/partner commit owed`");
    all.truncate(ROWS);
    all.extend(left);
    all
}

fn commitments(found: &Found) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for c in found.commitments.iter().take(ROWS) {
        let text = row(
            &c.text,
            format!("{} · {}", escape(&c.partner), plan::commitment::state(c, found.now.date())),
        )?;
        let done =
            blocks::button("Mark done", plan::commitment::action::DONE, &format!("{}:{}", c.id, c.version));
        all.push(blocks::section_with(&text, done));
    }
    all.extend(more(found.commitments.len(), "commitments: `/partner commit mine`"));
    Ok(all)
}

fn plays(found: &Found) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for play in found.plays.iter().take(ROWS) {
        let (title, rest, button) = plan::play::home_row(play, found.now.date());
        all.push(blocks::section_with(&row(&title, rest)?, button));
    }
    all.extend(more(found.plays.len(), "plays: `/partner play list`"));
    Ok(all)
}

fn check_ins(found: &Found) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for (partner, name, stands) in found.check_ins.iter().take(ROWS) {
        let text = row(&format!("Check-in with {name}"), stands.clone())?;
        let record = blocks::button("Record check-in", plan::check_in::action::RECORD, partner.as_str());
        all.push(blocks::section_with(&text, record));
    }
    all.extend(more(found.check_ins.len(), "check-ins: `/partner partner list`"));
    Ok(all)
}

fn focus(found: &Found) -> Vec<Value> {
    let row = |(p, why): &(Partner, Vec<(Side, String)>)| pull::focus::home_row((&p.id, &p.name), why);
    let mut all: Vec<Value> = found.focus.iter().take(ROWS).map(row).collect();
    all.extend(more(found.focus.len(), "focus lists: `/partner partner focus` with a partner's name"));
    all
}

fn more(total: usize, what: &str) -> Option<Value> {
    (total > ROWS).then(|| blocks::context(&format!("{} more {what}", total - ROWS)))
}

fn partners(found: &Found) -> Vec<Value> {
    if found.partners.is_empty() {
        return vec![blocks::section("No partner yet. `/partner partner add` adds the first.")];
    }
    let lines: Vec<String> =
        found.partners.iter().map(|(p, open)| partner_view::line(p, *open, &found.now)).collect();
    let mut all: Vec<Value> =
        lines.chunks(PARTNERS).take(3).map(|lines| blocks::section(&lines.join("\n"))).collect();
    if lines.len() > PARTNERS * 3 {
        let left = lines.len() - PARTNERS * 3;
        all.push(blocks::context(&format!("{left} more: `/partner partner list`")));
    }
    all
}

fn usual(found: &Found) -> Vec<Value> {
    let mut buttons = vec![
        blocks::button("Show accounts", account_map::view::action::LIST, "own"),
        blocks::button("Add overlap", crate::map::view::action::ADD, "{}"),
        blocks::button("Request session", plan::request::action::ASK, "{}"),
        blocks::button("Show calendar", plan::calendar::action::SHOW, "mine"),
        blocks::button("Log commitment", plan::commitment::action::ADD, "{}"),
        blocks::button("Ask about an account", plan::ask::action::NEW, "{}"),
        blocks::button("Log introduction", plan::introduction::action::ADD, "{}"),
        blocks::button("Show plays", plan::play::action::LIST, "all"),
    ];
    if found.may_plan {
        buttons.push(blocks::button("Schedule session", plan::session::action::SCHEDULE, ""));
    }
    if found.may_draft {
        buttons.push(blocks::button("Draft note", sustain::action::NEW, ""));
        buttons.push(blocks::button("Show library", sustain::library::action::LIST, ""));
    }
    if found.may_set_up {
        buttons.push(blocks::button("Set up", action::OPEN, "open"));
    }
    if found.may_administer {
        buttons.push(blocks::button("Change kinds and motions", lists::action::KINDS, "open"));
    }
    if found.may_set_up && found.partners.iter().any(|(p, _)| p.sample) {
        buttons.push(setup_view::remove_samples());
    }
    vec![
        blocks::actions(buttons),
        blocks::context("`/partner help` says what you can type, `/partner status` what is connected."),
    ]
}
