//! Pairs of accounts that may be one: the queue, what is said of them, and what kinds of overlaps suggest.

use super::super::payload::{Action, ViewSubmission};
use super::seen::seen;
use super::{Occasion, Problems, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AnswerId, OverlapId, PairId, PartnerId};
use crate::map::lists::answer::Said;
use crate::map::lists::kinds::{MapSettings, POPULATIONS};
use crate::map::lists::queue::{self, Next};
use crate::map::lists::review::{self, Outcome};
use crate::map::lists::{store, view};
use crate::map::store as map;
use crate::pull::flow as pull;
use crate::store::{Tx, audit};

pub(super) async fn command(o: &Occasion<'_>) -> Result<Handled> {
    open(o, false).await
}

/// The first pair, in private.
async fn open(o: &Occasion<'_>, in_place: bool) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let message = next(o, &mut tx, None, "").await?;
    let out = if in_place { o.in_place(message) } else { o.privately(message) };
    o.send(&mut tx, &out).await?;
    o.finish(tx).await
}

/// The pair after this one and its place, which takes the place of it in the message.
async fn next(
    o: &Occasion<'_>,
    tx: &mut Tx,
    after: Option<(&PairId, usize)>,
    before: &str,
) -> Result<Message> {
    let mine = |partner: &PartnerId| o.actor.may(Right::Triage, Some(partner));
    let queue = review::queue(tx, mine).await?;
    let unnamed = review::unnamed(tx, mine).await?;
    let (id, left) = match queue::next(&queue, after) {
        Next::Pair(id, left) => (id, left),
        Next::Skipped(skipped) => return Ok(view::nothing(skipped, unnamed, before)),
        Next::Nothing => return Ok(view::nothing(0, unnamed, before)),
    };
    let position = queue.iter().position(|other| *other == id).unwrap_or(0);
    for (position, id) in queue.iter().enumerate().skip(position) {
        // The rows of one may have gone with a list that is just coming in; the match that follows takes it out.
        if let Some(asked) = review::question(tx, id).await? {
            return view::question(&asked, left - position, position, before);
        }
    }
    Ok(view::nothing(left, unnamed, before))
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, clicked: &Action) -> Result<Handled> {
    match verb {
        "review" => open(o, clicked.value == view::AGAIN).await,
        "answers" => {
            let mut tx = o.begin().await?;
            let message = answers(o, &mut tx, "").await?;
            let out = if clicked.value == view::AGAIN { o.in_place(message) } else { o.privately(message) };
            o.send(&mut tx, &out).await?;
            o.finish(tx).await
        }
        "take_back" => take_back(o, &AnswerId::from(clicked.value.as_str())).await,
        "skip" => {
            let ((id, position), _) = seen::<PairId>(&clicked.value)?;
            let mut tx = o.begin().await?;
            let message = next(o, &mut tx, Some((&id, place(position))), "").await?;
            o.send(&mut tx, &o.in_place(message)).await?;
            o.finish(tx).await
        }
        verb => match Said::stored(verb) {
            Some(said) => say(o, said, &clicked.value).await,
            None => Err(outdated()),
        },
    }
}

fn place(position: i64) -> usize {
    usize::try_from(position).unwrap_or(0)
}

/// Writes down what was said, and asks about the next pair in the same message.
async fn say(o: &Occasion<'_>, said: Said, value: &str) -> Result<Handled> {
    let ((id, position), _) = seen::<PairId>(value)?;
    let mut tx = o.begin().await?;
    if let Some(pair) = store::pair(&mut tx, &id).await? {
        o.actor.require(Right::Triage, Some(&pair.partner_id))?;
    }
    let before = match review::say(&mut tx, o.now, &o.actor.user, &id, said).await? {
        Outcome::Said(answer) => {
            if let Some(overlap) = &answer.overlap {
                pull::refresh(&mut tx, o.now, overlap).await?;
            }
            view::said(&answer, &partner_of(&mut tx, &answer.partner).await?)
        }
        Outcome::Before(answer) => {
            let partner = partner_of(&mut tx, &answer.partner).await?;
            view::before(&answer, &partner, &o.here())?
        }
        Outcome::Gone => "The lists have changed since: that pair is not asked about any more.".to_owned(),
    };
    let message = next(o, &mut tx, Some((&id, place(position))), &before).await?;
    o.send(&mut tx, &o.in_place(message)).await?;
    o.finish(tx).await
}

async fn partner_of(tx: &mut Tx, id: &PartnerId) -> Result<String> {
    Ok(map::partner(tx, id).await?.map_or_else(|| "the partner".to_owned(), |p| p.name))
}

/// What was answered with the partners that the reader triages.
async fn answers(o: &Occasion<'_>, tx: &mut Tx, taken: &str) -> Result<Message> {
    let mut newest = store::newest_answers(tx, 200).await?;
    newest.retain(|answer| o.actor.may(Right::Triage, Some(&answer.partner)));
    let partners = map::partners(tx).await?;
    view::answers(&newest, &partners, &o.here(), taken)
}

async fn take_back(o: &Occasion<'_>, id: &AnswerId) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let answer = review::find(&mut tx, id).await?;
    o.actor.require(Right::Triage, Some(&answer.partner))?;
    review::take_back(&mut tx, o.now, &o.actor.user, &answer).await?;
    refresh(o, &mut tx, answer.overlap.as_ref()).await?;
    let message = answers(o, &mut tx, "Taken back. The pair waits for a review again.").await?;
    o.send(&mut tx, &o.in_place(message)).await?;
    o.finish(tx).await
}

async fn refresh(o: &Occasion<'_>, tx: &mut Tx, overlap: Option<&OverlapId>) -> Result<()> {
    if let Some(overlap) = overlap {
        pull::refresh(tx, o.now, overlap).await?;
    }
    Ok(())
}

/// The form of what kinds of overlaps suggest.
pub(super) async fn open_kinds(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let settings = store::map_settings(&mut tx).await?;
    tx.rollback().await?;
    o.open(&view::kinds(&settings, o.place.channel.as_ref())).await
}

/// What the form says, or what is wrong with which field.
fn read_kinds(s: &ViewSubmission) -> Result<MapSettings, Problems> {
    let mut settings = MapSettings::default();
    let days = s.values.get_text(view::field::REFRESH, view::field::REFRESH).unwrap_or_default();
    match days.trim().parse() {
        Ok(days) if (1..=365).contains(&days) => settings.refresh_days = days,
        _ => {
            let text = "Write a number of days from 1 to 365.".to_owned();
            return Err(vec![(view::field::REFRESH.to_owned(), text)]);
        }
    }
    for ours in POPULATIONS {
        for theirs in POPULATIONS {
            let id = view::field::kind(ours, theirs);
            match s.values.option(&id, &id).and_then(view::motion) {
                Some(motion) => settings.kinds.set(ours, theirs, motion),
                None => return Err(vec![(id, "Choose one.".to_owned())]),
            }
        }
    }
    Ok(settings)
}

pub(super) fn review_kinds(s: &ViewSubmission) -> Problems {
    read_kinds(s).err().unwrap_or_default()
}

pub(super) async fn submit_kinds(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    let Ok(settings) = read_kinds(s) else { return Err(outdated()) };
    let mut tx = o.begin().await?;
    let now = store::take_map_settings(&mut tx, o.now).await?;
    if serde_json::to_value(&now)? != s.metadata["seen"] {
        return Err(Error::user(
            "Somebody else changed the kinds while your form was open, so yours was not saved. Open it again to see them.",
        ));
    }
    store::save_map_settings(&mut tx, o.now, &settings).await?;
    let detail = serde_json::to_string(&settings)?;
    audit::done(&mut tx, o.now, o.actor.user.as_str(), "kinds.settings", "kinds", &detail);
    let said = "Saved. The next digest goes by it.";
    o.send(&mut tx, &o.privately(Message::text(said))).await?;
    o.finish(tx).await
}
