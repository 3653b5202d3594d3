//! The bot: what comes in is routed to the one flow for it.
//!
//! Whoever is no member of the workspace is refused before any of it: an answer could name channels and colleagues.
//! One file a noun. Each has the entry points that its noun needs: `command` (a slash command), `click` (a control in a
//! message, a modal or Home), `submit` (a modal), `review` (a modal, before it is accepted) and `shortcut`.
//!
//! **To add a control, a form or a shortcut:** name it in the area's `view.rs` as `noun.verb`, match it in the noun's
//! entry point here, and give it two rows: in [`guard`], which lets nothing else through, who may; in `history`, either the
//! words of what is written down of it (`DEEDS`) or that nothing is (`SILENT`); a test asks for that one.

mod accounts;
pub mod agendas;
mod answers;
mod asks;
pub mod calendars;
mod carrier;
mod channels;
mod channels_view;
mod check_ins;
mod commitments;
mod digest;
mod drafts;
mod events;
mod fit;
mod focus;
pub mod guard;
mod history;
mod home;
mod home_view;
mod identity;
pub mod imports;
mod instructions;
mod introductions;
mod ledger;
mod library;
mod occasion;
mod overlaps;
mod oversight;
mod owed;
pub mod pages;
mod pairs;
mod partners;
mod plays;
pub mod reads;
mod records;
mod seen;
mod sessions;
mod setup;
mod setup_view;
mod sharing;
pub mod sources;
pub mod standstill;
mod status;
mod templates;
mod triage;

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};

use super::client::Client;
use super::grammar::{self, Noun};
use super::payload::{Action, BlockActions, Shortcut, SlashCommand, ViewSubmission, block_id_at};
use crate::config::{Agendas, Delivery, Pages};
use crate::delivery::envelope::{Envelope, FrontDoor, Kind, NotAccepted, Review};
use crate::delivery::inbox::{self, Claim, Claimed, Inbox};
use crate::delivery::intake::{Handled, Handler};
use crate::delivery::outbox::{self, Outgoing};
use crate::delivery::wake::Bell;
use crate::delivery::{schedule, sweep, uptime};
use crate::failpoint;
use crate::kernel::actor::Right;
use crate::kernel::blocks::Message;
use crate::kernel::calendar::Calendars;
use crate::kernel::clock::Clock;
use crate::kernel::error::{Error, Result};
use crate::kernel::pulse;
use crate::map::account_map;
use crate::map::sources::alarm;
use crate::store::{Db, Tx, audit, millis};
use crate::sustain::{relevance, template};

pub use carrier::SlackCarrier;
pub use occasion::{Occasion, Place};
pub use oversight::Watch;

/// One turn of the scheduler in a transaction of its own.
macro_rules! in_one {
    ($bot:expr, $tx:ident, $turn:expr) => {
        async {
            let mut $tx = $bot.db.begin().await?;
            schedule::one_at_a_time(&mut $tx).await?;
            $turn.await?;
            failpoint!("schedule.commit");
            $tx.commit().await?;
            failpoint!("schedule.committed");
            pulse::got_on();
            Ok(())
        }
        .await
    };
}

/// Who we are in Slack, as `auth.test` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The home workspace; the organisation where the app is installed for all of it.
    pub team_id: String,
    /// Its name.
    pub team: String,
    /// The organisation that it belongs to, if any.
    pub enterprise_id: Option<String>,
    /// Every workspace of that organisation is ours.
    pub org_wide: bool,
    /// Our user.
    pub bot_user: String,
    /// Our bot id.
    pub bot_id: String,
    /// The workspace's address, such as `https://acme.slack.com/`; links to messages begin with it.
    pub url: String,
}

/// Everything that handling needs.
#[derive(Debug)]
pub struct Bot {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The way in.
    pub inbox: Inbox,
    /// Rung after a commit that enqueued.
    pub bell: Bell,
    /// Slack.
    pub client: Arc<Client>,
    /// Who we are.
    pub identity: Identity,
    /// Rung when the installation may have changed.
    pub news: Bell,
    /// Where downloads are kept while they are read.
    pub downloads: PathBuf,
    /// The largest list file, in bytes.
    pub file_limit: u64,
    /// Rung when an import has work.
    pub imports: Bell,
    /// Where lists come from by themselves.
    pub sources: sources::Sources,
    /// How long a claim lasts, and for how long what is settled is kept.
    pub delivery: Delivery,
    /// How hard the relevance check is.
    pub relevance: relevance::Settings,
    /// The texts that stand in the folder.
    pub texts: template::Folder,
    /// From when on what is known of an account counts as old.
    pub mapping: account_map::Settings,
    /// When agendas are loaded and due.
    pub agendas: Agendas,
    /// Who works on which days.
    pub calendars: Calendars,
    /// The calendars that are read.
    pub reads: reads::Reads,
    /// The feeds of partners' launches.
    pub feeds: reads::Reads,
    /// Where the table of names and domains is that are one account.
    pub aliases: Option<PathBuf>,
    /// Where pages are reached, and for how long a link opens one.
    pub pages: Pages,
}

impl FrontDoor for Bot {
    async fn accept(&self, envelope: Envelope) -> Result<(), NotAccepted> {
        self.inbox.accept(envelope).await.map_err(|e| NotAccepted(e.to_string()))
    }

    async fn review(&self, envelope: &Envelope) -> Review {
        match envelope.kind {
            Kind::ViewSubmission => {
                let submission = ViewSubmission::read(&envelope.payload);
                match self.review_submission(&submission).await {
                    Ok(review) => review,
                    // Whoever submits meets the same and is told in a message; a refusal is written down there.
                    Err(Error::User(_)) => Review::Accept { reply: None },
                    Err(error) => {
                        tracing::error!(%error, callback = submission.callback_id, "a modal could not be checked");
                        unchecked(&submission)
                    }
                }
            }
            _ => Review::Accept { reply: None },
        }
    }
}

/// A field that is wrong, by its block id, and why.
type Problem = (String, String);

/// Every field that is wrong.
type Problems = Vec<Problem>;

/// What the check of one step of a walk through several modals says.
enum Checked {
    /// These fields are wrong. Without any, this modal closes and is carried out.
    Wrong(Problems),
    /// The next step's modal; it carries what was entered so far, and nothing is committed yet.
    Next(Value),
    /// The modal that takes the place of this one.
    Instead(Value),
    /// This step is right and is carried out; the next one's modal takes its place meanwhile.
    Follow(Value),
    /// The last step is right: every modal closes.
    Whole,
}

impl Bot {
    /// Checks a modal's fields before it is accepted: wrong ones are marked, and the modal stays open.
    async fn review_submission(&self, submission: &ViewSubmission) -> Result<Review> {
        identity::acquaint(self, submission).await;
        let mut tx = self.db.read().await?;
        let (noun, verb) = split(&submission.callback_id);
        let checked = match noun {
            "setup" => setup::review(self, &mut tx, verb, submission).await?,
            "draft" => drafts::review(self, &mut tx, verb, submission).await?,
            "account" => accounts::review(self, &mut tx, verb, submission).await?,
            "session" => sessions::meeting::review(self, &mut tx, verb, submission).await?,
            "overlap" => Checked::Wrong(overlaps::review(self, &mut tx, verb, submission).await?),
            "import" => Checked::Wrong(imports::review(&mut tx, submission).await?),
            "digest" => Checked::Wrong(digest::review(self, &mut tx, verb, submission).await?),
            "request" => Checked::Wrong(sessions::review(self, &mut tx, verb, submission).await?),
            "commitment" => Checked::Wrong(commitments::review(self, &mut tx, verb, submission).await?),
            "ask" => Checked::Wrong(asks::review(self, &mut tx, verb, submission).await?),
            "introduction" => Checked::Wrong(introductions::review(self, &mut tx, verb, submission).await?),
            "focus" => Checked::Wrong(focus::review(&mut tx, verb, submission).await?),
            "kinds" => Checked::Wrong(pairs::review_kinds(submission)),
            "partner" => Checked::Wrong(partners::review(self, &mut tx, verb, submission).await?),
            "agenda" => Checked::Wrong(agendas::review(&mut tx, submission).await?),
            "record" => records::review(self, &mut tx, verb, submission).await?,
            "check_in" => Checked::Wrong(check_ins::review(self, &mut tx, verb, submission).await?),
            "play" => Checked::Wrong(plays::review(self, &mut tx, verb, submission).await?),
            "library" => Checked::Wrong(library::review(self, &mut tx, verb, submission).await?),
            "template" => Checked::Wrong(templates::review(self, &mut tx, submission).await?),
            _ => Checked::Wrong(Vec::new()),
        };
        tx.rollback().await?;
        Ok(match checked {
            Checked::Wrong(problems) if problems.is_empty() => Review::Accept { reply: None },
            Checked::Wrong(problems) => refused(problems, submission.view.turn),
            Checked::Next(view) => Review::Refuse { reply: json!({"response_action": "push", "view": view}) },
            Checked::Instead(view) => {
                Review::Refuse { reply: json!({"response_action": "update", "view": view}) }
            }
            Checked::Follow(view) => {
                let view = at_turn(submission.view.turn + 1, view);
                Review::Accept { reply: Some(json!({"response_action": "update", "view": view})) }
            }
            Checked::Whole => Review::Accept { reply: Some(json!({"response_action": "clear"})) },
        })
    }

    async fn command(&self, o: &Occasion<'_>, command: &SlashCommand) -> Result<Handled> {
        // Not even what can be said is told to a stranger.
        o.actor.require(Right::Contribute, None)?;
        let noun = match grammar::parse(&command.text) {
            Err(usage) => return o.answer(Message::text(usage)).await,
            Ok(noun) => noun,
        };
        guard::pass(o, guard::need_of_command(&noun)).await?;
        match noun {
            Noun::Overlaps { verb } => overlaps::command(o, verb).await,
            Noun::Account { verb, words } => accounts::command(o, verb, &words).await,
            Noun::Session { verb } => sessions::command(o, verb).await,
            Noun::Commit { verb } => commitments::command(o, verb).await,
            Noun::Intro { verb } => introductions::command(o, verb).await,
            Noun::Ask { verb, words } => asks::command(o, verb, &words).await,
            Noun::Calendar { verb } => calendars::command(o, verb).await,
            Noun::Play { verb } => plays::command(o, verb).await,
            Noun::Draft { verb } => drafts::command(o, verb).await,
            Noun::Library { verb } => library::command(o, verb).await,
            Noun::Digest { verb } => digest::command(o, verb).await,
            Noun::Partner { verb } => partners::command(o, verb).await,
            Noun::Setup => setup::command(o).await,
            Noun::Status { verb } => status::command(o, verb).await,
        }
    }

    async fn click(&self, o: &Occasion<'_>, click: &BlockActions, action: &Action) -> Result<Handled> {
        let (noun, verb) = split(&action.action_id);
        if verb.is_empty() {
            // A picker in a modal or a link button: nothing happens until the modal is submitted.
            return Ok(Handled::Ignored);
        }
        guard::pass(o, guard::need_of(&action.action_id).ok_or_else(outdated)?).await?;
        match noun {
            "overlap" => overlaps::click(o, verb, click, action).await,
            "import" => imports::click(o, verb, action).await,
            "account" => accounts::click(o, verb, action).await,
            "digest" => digest::click(o, verb, action).await,
            "draft" => drafts::click(o, verb, click, action).await,
            "request" => sessions::click(o, verb, action).await,
            "calendar" => calendars::click(o, verb, action).await,
            "session" => sessions::meeting::click(o, verb, action).await,
            "commitment" => commitments::click(o, verb, action).await,
            "ask" => asks::click(o, verb, action).await,
            "introduction" => introductions::click(o, verb, action).await,
            "focus" => focus::click(o, verb, action).await,
            "kinds" => pairs::open_kinds(o).await,
            "pair" => pairs::click(o, verb, action).await,
            "partner" => partners::click(o, verb, action).await,
            "check_in" => check_ins::click(o, verb, action).await,
            "play" => plays::click(o, verb, action).await,
            "library" => library::click(o, verb, action).await,
            "setup" => setup::click(o, verb).await,
            "channel" => channels::click(o, verb, action).await,
            "source" => sources::click(o, verb, action).await,
            "agenda" => agendas::click(o, verb, action).await,
            "record" => records::click(o, verb, action).await,
            "template" => templates::click(o, verb, action).await,
            _ => Err(outdated()),
        }
    }

    async fn submit(&self, o: &Occasion<'_>, submission: &ViewSubmission) -> Result<Handled> {
        let (noun, verb) = split(&submission.callback_id);
        guard::pass(o, guard::need_of(&submission.callback_id).ok_or_else(outdated)?).await?;
        match noun {
            "overlap" => overlaps::submit(o, verb, submission).await,
            "import" => imports::submit(o, submission).await,
            "account" => accounts::submit(o, verb, submission).await,
            "digest" => digest::submit(o, verb, submission).await,
            "draft" => drafts::submit(o, verb, submission).await,
            "request" => sessions::submit(o, verb, submission).await,
            "session" => sessions::meeting::submit(o, verb, submission).await,
            "commitment" => commitments::submit(o, verb, submission).await,
            "ask" => asks::submit(o, verb, submission).await,
            "introduction" => introductions::submit(o, verb, submission).await,
            "focus" => focus::submit(o, verb, submission).await,
            "kinds" => pairs::submit_kinds(o, submission).await,
            "partner" => partners::submit(o, verb, submission).await,
            "check_in" => check_ins::submit(o, verb, submission).await,
            "play" => plays::submit(o, verb, submission).await,
            "library" => library::submit(o, verb, submission).await,
            "setup" => setup::submit(o, verb, submission).await,
            "agenda" => agendas::submit(o, verb, submission).await,
            "record" => records::submit(o, verb, submission).await,
            "template" => templates::submit(o, submission).await,
            _ => Err(outdated()),
        }
    }

    async fn shortcut(&self, o: &Occasion<'_>, shortcut: &Shortcut) -> Result<Handled> {
        guard::pass(o, guard::need_of(&shortcut.callback_id).ok_or_else(outdated)?).await?;
        match split(&shortcut.callback_id).0 {
            "overlap" => overlaps::shortcut(o, shortcut).await,
            "account" => accounts::shortcut(o, shortcut).await,
            "commitment" => commitments::shortcut(o, shortcut).await,
            "ask" => asks::shortcut(o, shortcut).await,
            "draft" => drafts::shortcut(o, shortcut).await,
            "library" => library::shortcut(o, shortcut).await,
            "request" => sessions::shortcut(o).await,
            _ => Err(outdated()),
        }
    }

    /// What the scheduler does at every look at the clock: each re-derives what is due from the state.
    pub async fn rounds(&self) -> Result<()> {
        let now = self.clock.now();
        channels::prepare(self, now).await?;
        let mut tx = self.db.begin().await?;
        uptime::beat(&mut tx, millis(now)).await?;
        tx.commit().await?;
        // One that fails does not keep the others from their turn; the first failure is told.
        let turns = [
            self.digest_round(now).await,
            in_one!(self, tx, channels::round(&mut tx, now)),
            in_one!(self, tx, events::round(&mut tx, now)),
            in_one!(self, tx, accounts::round(&mut tx, now)),
            in_one!(self, tx, accounts::room::round(self, &mut tx, now)),
            in_one!(self, tx, commitments::round(self, &mut tx, now)),
            in_one!(self, tx, introductions::round(self, &mut tx, now)),
            in_one!(self, tx, asks::round(self, &mut tx, now)),
            in_one!(self, tx, owed::round(self, &mut tx, now)),
            self.sessions_round(now).await,
            in_one!(self, tx, drafts::round(self, &mut tx, now)),
            in_one!(self, tx, library::round(self, &mut tx, now)),
            in_one!(self, tx, agendas::round(self, &mut tx, now)),
            in_one!(self, tx, records::round(self, &mut tx, now)),
            in_one!(self, tx, calendars::round(&mut tx, now)),
            in_one!(self, tx, plays::round(self, &mut tx, now)),
            in_one!(self, tx, check_ins::round(self, &mut tx, now)),
            in_one!(self, tx, alarm::round(&mut tx, now, &self.sources.all)),
            sweep::round(&self.db, &self.delivery, now).await,
        ];
        self.bell.ring();
        self.sources.bell.ring();
        turns.into_iter().collect()
    }

    async fn digest_round(&self, now: jiff::Timestamp) -> Result<()> {
        digest::prepare(self, now).await?;
        in_one!(self, tx, digest::round(self, &mut tx, now))
    }

    async fn sessions_round(&self, now: jiff::Timestamp) -> Result<()> {
        let triggered = sessions::meeting::prepare(self, now).await?;
        in_one!(self, tx, sessions::round(self, &mut tx, now, &triggered))
    }

    async fn tell(&self, tx: &mut Tx, out: Option<Outgoing>) -> Result<()> {
        match out {
            Some(out) => outbox::enqueue(tx, millis(self.clock.now()), &out).await,
            None => Ok(()),
        }
    }

    async fn urgent(&self, claimed: &Claimed) -> Result<Handled> {
        let payload = &claimed.envelope.payload;
        match claimed.envelope.kind {
            Kind::Command => {
                let command = SlashCommand::read(payload);
                let o = Occasion::of(self, claimed, &command.actor, Place::of_command(&command)).await?;
                o.settle(&command.text, self.command(&o, &command).await).await
            }
            Kind::BlockActions => {
                let click = BlockActions::read(payload);
                let Some(action) = click.first() else { return Ok(Handled::Ignored) };
                let o = Occasion::of(self, claimed, &click.actor, Place::of_click(&click)).await?;
                o.settle(&action.action_id, self.click(&o, &click, action).await).await
            }
            Kind::ViewSubmission => {
                let submission = ViewSubmission::read(payload);
                let o =
                    Occasion::of(self, claimed, &submission.actor, Place::of_submission(&submission)).await?;
                o.settle(&submission.callback_id, self.submit(&o, &submission).await).await
            }
            Kind::MessageShortcut | Kind::GlobalShortcut => {
                let shortcut = Shortcut::read(payload);
                let o = Occasion::of(self, claimed, &shortcut.actor, Place::of_shortcut(&shortcut)).await?;
                o.settle(&shortcut.callback_id, self.shortcut(&o, &shortcut).await).await
            }
            Kind::Event | Kind::ViewClosed | Kind::Unknown => Ok(Handled::Ignored),
        }
    }
}

impl Handler for Bot {
    async fn handle(&self, claimed: &Claimed) -> Result<Handled> {
        match claimed.envelope.kind {
            Kind::Event => events::handle(self, claimed).await,
            _ => self.urgent(claimed).await,
        }
    }

    async fn delayed(&self, tx: &mut Tx, claimed: &Claimed) -> Result<()> {
        self.tell(tx, answers::patience(claimed)).await
    }

    async fn gave_up(&self, tx: &mut Tx, claimed: &Claimed, reference: &str) -> Result<()> {
        self.tell(tx, answers::apology(claimed, reference)).await
    }
}

/// What was entered stays as it is, and can be submitted again.
fn unchecked(submission: &ViewSubmission) -> Review {
    match &submission.view.first_input {
        Some(field) => {
            let problem = (field.clone(), "I couldn't check that. Press again.".to_owned());
            refused(vec![problem], submission.view.turn)
        }
        None => Review::Accept { reply: None },
    }
}

/// The form stays open, and each of these fields says what is wrong with it.
fn refused(problems: Problems, turn: u32) -> Review {
    let errors: serde_json::Map<String, Value> =
        problems.into_iter().map(|(field, text)| (block_id_at(turn, &field), Value::String(text))).collect();
    Review::Refuse { reply: json!({"response_action": "errors", "errors": errors}) }
}

/// The form with fields of its own: what was entered in the one before is not taken over into those of the same name.
fn at_turn(turn: u32, mut view: Value) -> Value {
    for block in view["blocks"].as_array_mut().into_iter().flatten().filter(|b| b["type"] == "input") {
        if let Some(field) = block["block_id"].as_str() {
            block["block_id"] = block_id_at(turn, field).into();
        }
    }
    view
}

/// `overlap.plan` is the noun `overlap` and the verb `plan`.
fn split(id: &str) -> (&str, &str) {
    id.split_once('.').unwrap_or((id, ""))
}

/// Marks the envelope handled, commits, and wakes the sender of what was enqueued.
async fn finish(bot: &Bot, mut tx: Tx, claim: Claim) -> Result<Handled> {
    inbox::done(&mut tx, claim).await?;
    failpoint!("flow.commit");
    tx.commit().await?;
    failpoint!("flow.committed");
    bot.bell.ring();
    Ok(Handled::Saved)
}

/// Somebody was refused: it is written down beside the answer.
fn audit_refusal(tx: &mut Tx, o: &Occasion<'_>, what: &str, text: &str) {
    audit::refused(tx, o.now, o.actor.user.as_str(), what, o.subject().as_str(), text);
}

/// A control that this version no longer has.
fn outdated() -> Error {
    Error::user(
        "This control belongs to an older version of the message. Use the newest one, or `/partner help`.",
    )
}
