//! Plays: thought of, started, moved, shipped, and remembered.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::commitment::Commitment;
use super::super::play::{self, Blocked, Move, Plan, Play, Stage};
use super::super::store::{self, Said};
use super::super::view;
use super::super::view::play::Whole;
use super::{Promise, answerable, commit, drop_all, last_day_at, outside, today_of};
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::Actor;
use crate::kernel::calendar::Calendars;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PlayId, UserId};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::{Tx, audit, millis};

/// What was said of a play last is shown, at most so many lines.
const SAID: i64 = 3;

/// Records a play as an idea; it starts if that is wanted and nothing is missing.
///
/// # Errors
/// A user's error that says what it lacks: then nothing is recorded.
pub async fn think_of(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    partner: &Partner,
    plan: Plan,
    start: bool,
) -> Result<Play> {
    let idea = Play {
        id: PlayId::random(),
        partner_id: partner.id.clone(),
        partner: partner.name.clone(),
        plan,
        stage: Stage::Idea,
        reminded: None,
        created_by: actor.user.clone(),
        created_at: now,
        version: 1,
    };
    store::insert_play(tx, &idea).await?;
    store::take_targets(tx, &idea).await?;
    let about = format!("{} with {}", idea.plan.title, idea.partner);
    audit::done(tx, now, actor.user.as_str(), "play.start", &subject(&idea), &about);
    if !start {
        return Ok(idea);
    }
    let seen = (idea.id.clone(), idea.version);
    move_play(tx, now, actor, &seen, Move::Start).await
}

fn subject(play: &Play) -> String {
    format!("play:{}", play.id)
}

/// Loads a play that somebody is about to move, as they saw it.
///
/// # Errors
/// A user's error when it is gone or was moved since, a refusal when they may not move it.
pub async fn play_for(tx: &mut Tx, now: Timestamp, actor: &Actor, seen: &(PlayId, i64)) -> Result<Play> {
    let play = store::play(tx, &seen.0).await?.ok_or_else(gone)?;
    if !play.may_be_moved_by(actor) {
        return Err(view::play::refusal(&play));
    }
    if play.version != seen.1 {
        return Err(view::play::changed_already(&play, now));
    }
    Ok(play)
}

/// What is said of a play that is not there any more.
pub fn gone() -> Error {
    Error::user("That play is gone: its partner was removed.")
}

/// Moves a play: everybody's newest message is edited in place, and those who run it are told what others did.
///
/// # Errors
/// As [`play_for`]; when somebody else was faster; and when it lacks something, with what that is.
pub async fn move_play(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(PlayId, i64),
    what: Move,
) -> Result<Play> {
    let before = play_for(tx, now, actor, seen).await?;
    let after = match before.clone().moved(what.clone(), &actor.user, now) {
        Ok(after) => after,
        Err(why) => return Err(blocked(&before, now, &why)),
    };
    if !store::save_play(tx, &after, seen.1).await? {
        let winner = store::play(tx, &seen.0).await?.unwrap_or(before);
        return Err(view::play::changed_already(&winner, now));
    }
    if matches!(what, Move::Edit(_) | Move::Start) {
        store::take_targets(tx, &after).await?;
    }
    let said = match &what {
        Move::Slip(to, because) => {
            before.plan.ship.map(|from| Said::Moved { from, to: *to, because: because.clone() })
        }
        Move::OnTrack => Some(Said::OnTrack),
        _ => None,
    };
    if let Some(said) = said {
        store::log_play(tx, &after, &said, &actor.user, now).await?;
    }
    let detail = detail(&what, &after, after.today(now));
    audit::done(tx, now, actor.user.as_str(), what.verb(), &subject(&after), &detail);
    if let Move::Drop(because) = &what {
        let open = support(tx, &after.id).await?.into_iter().filter(Commitment::is_open).collect();
        drop_all(tx, now, actor, open, &format!("the play {} was dropped: {because}", after.plan.title))
            .await?;
    }
    redraw(tx, now, &after, &actor.user).await?;
    tell(tx, now, actor, &before, &after, &what).await?;
    Ok(after)
}

fn blocked(play: &Play, now: Timestamp, why: &Blocked) -> Error {
    match why {
        Blocked::Missing(lacks) => view::play::cannot_start(play, lacks),
        Blocked::SameDay => Error::user("It has that day already. Nothing was changed."),
        Blocked::Stage => view::play::changed_already(play, now),
    }
}

/// What the audit keeps.
fn detail(what: &Move, play: &Play, today: Date) -> String {
    match what {
        Move::Slip(to, because) => format!("to {to}: {because}"),
        Move::Drop(because) => because.clone(),
        _ => play.state_words(today),
    }
}

/// The commitments that are its support.
pub async fn support(tx: &mut Tx, id: &PlayId) -> Result<Vec<Commitment>> {
    let mut found = Vec::new();
    for commitment in store::support(tx, id).await? {
        found.extend(store::commitment(tx, &commitment).await?);
    }
    Ok(found)
}

/// A play with everything that its card shows.
pub async fn whole(tx: &mut Tx, play: Play) -> Result<Whole> {
    Ok(Whole {
        targets: store::targets(tx, &play.id).await?,
        support: support(tx, &play.id).await?,
        said: store::play_log(tx, &play.id, SAID).await?,
        play,
    })
}

/// Adds a task of ours to a play: a commitment to its partner.
pub async fn add_support(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    seen: &(PlayId, i64),
    promise: Promise,
) -> Result<Play> {
    let play = play_for(tx, now, actor, seen).await?;
    if !play.is_open() {
        return Err(view::play::changed_already(&play, now));
    }
    let partner = map::partner(tx, &play.partner_id).await?.ok_or_else(gone)?;
    let commitment = commit(tx, now, &actor.user, &partner, None, promise).await?;
    store::add_support(tx, &play.id, &commitment.id).await?;
    audit::done(tx, now, actor.user.as_str(), "play.support", &subject(&play), &commitment.text);
    redraw(tx, now, &play, &actor.user).await?;
    Ok(play)
}

/// The messages that show it to whoever runs it, and to whoever acts, are edited in place.
async fn redraw(tx: &mut Tx, now: Timestamp, play: &Play, actor: &UserId) -> Result<()> {
    let mut readers = concerned(play);
    readers.push(actor.clone());
    readers.sort();
    readers.dedup();
    for reader in readers {
        let shows = view::play::subject(play, &reader);
        if outbox::is_shown(tx, &shows).await? {
            let whole = whole(tx, play.clone()).await?;
            let card = view::play::card(&whole, String::new(), today_of(tx, &reader, now).await?, true)?;
            outbox::enqueue(tx, millis(now), &Outgoing::update(shows, card)).await?;
        }
    }
    Ok(())
}

/// Who runs it, who sends it, who thought of it.
fn concerned(play: &Play) -> Vec<UserId> {
    let all = [play.plan.owner.as_ref(), play.plan.sender.as_ref(), Some(&play.created_by)];
    let mut all: Vec<UserId> = all.into_iter().flatten().cloned().collect();
    all.sort();
    all.dedup();
    all
}

/// Whoever is concerned by what somebody else did is told. What is only looked at, and an idea, is nobody's news.
async fn tell(
    tx: &mut Tx,
    now: Timestamp,
    actor: &Actor,
    before: &Play,
    after: &Play,
    what: &Move,
) -> Result<()> {
    let was = if before.is_running() { concerned(before) } else { Vec::new() };
    for reader in concerned(after).into_iter().filter(|r| *r != actor.user) {
        let is_new = after.is_running() && !was.contains(&reader);
        let lead = match what {
            Move::Start | Move::Edit(_) if is_new && after.plan.owner.as_ref() == Some(&reader) => {
                format!("{} put you in charge of a play.", actor.user.mention())
            }
            Move::Start | Move::Edit(_) if is_new && after.plan.sender.as_ref() == Some(&reader) => {
                format!("{} counts on you to send this.", actor.user.mention())
            }
            Move::Start => format!("{} started a play.", actor.user.mention()),
            Move::Slip(_, because) => view::play::moved_lead(before, &actor.user, because, after.today(now)),
            Move::Ship(..) => format!("{} says that this has shipped.", actor.user.mention()),
            Move::Results(_) => format!("{} recorded what came of this.", actor.user.mention()),
            Move::Drop(_) => format!("{} dropped a play.", actor.user.mention()),
            Move::Edit(_) | Move::OnTrack => continue,
        };
        let key = format!("play:{}:{}:{reader}", after.id, after.version);
        post_to(tx, now, after, &reader, key, lead).await?;
    }
    Ok(())
}

/// A new message about it; the one before loses its controls, so that the newest alone has them.
async fn post_to(
    tx: &mut Tx,
    now: Timestamp,
    play: &Play,
    reader: &UserId,
    key: String,
    lead: String,
) -> Result<()> {
    let shows = view::play::subject(play, reader);
    let whole = whole(tx, play.clone()).await?;
    let today = today_of(tx, reader, now).await?;
    if outbox::is_shown(tx, &shows).await? {
        let quiet = view::play::card(&whole, String::new(), today, false)?;
        outbox::enqueue(tx, millis(now), &Outgoing::update(shows.clone(), quiet)).await?;
    }
    let message = view::play::card(&whole, lead, today, true)?;
    let out = Outgoing::post(key, Destination::Person(reader.clone()), message).showing(shows);
    outbox::enqueue(tx, millis(now), &out).await
}

/// Sends the reminders that are due.
pub async fn remind_of_plays(tx: &mut Tx, now: Timestamp, calendars: &Calendars) -> Result<()> {
    for play in store::plays_to_remind(tx).await? {
        let Some(reader) = whom_to_remind(tx, &play).await? else { continue };
        let days = calendars.of_person(&reader, &play.time_zone());
        let Some((day, why)) = play.reminder(now, &days) else { continue };
        if !store::mark_play_reminded(tx, &play, day).await? {
            continue;
        }
        let key = format!("play:{}:{}:reminder:{day}", play.id, play.version);
        let lead = view::play::reminder_lead(&play, &reader, why);
        post_to(tx, now, &play, &reader, key, lead).await?;
    }
    Ok(())
}

/// Our owner; where they are no member any more, whoever thought of it or answers for the partner.
async fn whom_to_remind(tx: &mut Tx, play: &Play) -> Result<Option<UserId>> {
    for user in play.plan.owner.iter().chain(Some(&play.created_by)) {
        if outside(tx, user).await?.is_none() {
            return Ok(Some(user.clone()));
        }
    }
    match map::partner(tx, &play.partner_id).await? {
        Some(partner) => Ok(answerable(tx, &partner).await?.into_iter().next()),
        None => Ok(None),
    }
}

/// Counts the reminders up to now as given.
pub(super) async fn reminded(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for play in store::plays_to_remind(tx).await? {
        let day = last_day_at(play::REMIND_AT.hour(), play.time_zone(), now);
        store::mark_play_reminded(tx, &play, day).await?;
    }
    Ok(())
}
