//! The review queue: a pair in doubt is asked about, answered once, and the answer may be taken back.

use jiff::Timestamp;

use super::answer::{Answer, Said, Side};
use super::queue::Pair;
use super::store::{self, Kept};
use super::{Whose, together};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AnswerId, OverlapId, PairId, PartnerId, UserId};
use crate::map::flow;
use crate::map::name;
use crate::map::overlap::{Overlap, Sighting, Source};
use crate::map::store as map;
use crate::store::{Tx, audit};

/// So many pairs stand in the queue at the most.
const QUEUE: i64 = 5_000;
/// What is noted of an overlap that turned out to be none.
pub const WRONG: &str = "taken back as a wrong match";

/// What is noted of an overlap whose two accounts are asked about again.
const ASKED_AGAIN: &str = "taken back: it is asked again whether it is one account";

/// A pair with both its sides.
#[derive(Clone, Debug)]
pub struct Question {
    /// The pair.
    pub pair: Pair,
    /// Ours.
    pub ours: Kept,
    /// Theirs.
    pub theirs: Kept,
}

/// The pairs in doubt with the partners that `mine` tells, the likeliest first.
pub async fn queue(tx: &mut Tx, mine: impl Fn(&PartnerId) -> bool) -> Result<Vec<PairId>> {
    let all = store::in_doubt(tx, QUEUE).await?;
    Ok(all.into_iter().filter(|(_, partner)| mine(partner)).map(|(id, _)| id).collect())
}

/// How many are in doubt with the partners that `mine` tells.
pub async fn waiting(tx: &mut Tx, mine: impl Fn(&PartnerId) -> bool) -> Result<i64> {
    Ok(store::doubts(tx).await?.into_iter().filter(|(partner, _)| mine(partner)).map(|(_, n)| n).sum())
}

/// How many wait until there is an agreement with the partners that `mine` tells.
pub async fn unnamed(tx: &mut Tx, mine: impl Fn(&PartnerId) -> bool) -> Result<i64> {
    Ok(store::unnamed(tx).await?.into_iter().filter(|(partner, _)| mine(partner)).map(|(_, n)| n).sum())
}

/// A pair with both its sides, if both lists have them.
pub async fn question(tx: &mut Tx, id: &PairId) -> Result<Option<Question>> {
    let Some(pair) = store::pair(tx, id).await? else { return Ok(None) };
    let theirs = Whose::Partner(pair.partner_id.clone());
    let ours = store::rows_of_keys(tx, &Whose::Ours, &[&pair.our_key]).await?.remove(&pair.our_key);
    let theirs = store::rows_of_keys(tx, &theirs, &[&pair.their_key]).await?.remove(&pair.their_key);
    Ok(ours.zip(theirs).map(|(ours, theirs)| Question { pair, ours, theirs }))
}

/// What became of an answer.
#[derive(Debug)]
pub enum Outcome {
    /// It is written down, and so is the overlap that it made.
    Said(Box<Answer>),
    /// Somebody was faster: what they said.
    Before(Box<Answer>),
    /// The lists have changed: the pair is not asked about any more.
    Gone,
}

/// Writes down what somebody says of a pair, and does it: `Same` is an overlap from now on.
pub async fn say(tx: &mut Tx, now: Timestamp, by: &UserId, id: &PairId, said: Said) -> Result<Outcome> {
    let Some(asked) = question(tx, id).await? else {
        let before = store::answer_to(tx, id).await?;
        return Ok(before.map_or(Outcome::Gone, |answer| Outcome::Before(Box::new(answer))));
    };
    let mut answer = of(&asked, now, by, said);
    if !store::insert_answer(tx, &answer).await? {
        let before = store::answer_of(tx, &answer).await?;
        return Ok(before.map_or(Outcome::Gone, |answer| Outcome::Before(Box::new(answer))));
    }
    if said == Said::Same {
        let overlap = becomes_overlap(tx, now, &asked).await?;
        store::pair_matches(tx, id, &overlap).await?;
        store::drop_rivals(tx, &asked.pair).await?;
        store::set_answers_overlap(tx, &answer.id, &overlap).await?;
        answer.overlap = Some(overlap);
    } else {
        store::drop_pair(tx, id).await?;
        if let Some(overlap) = &asked.pair.overlap {
            lose(tx, now, overlap).await?;
        }
    }
    write_down(tx, now, by, said, &answer);
    Ok(Outcome::Said(Box::new(answer)))
}

fn of(asked: &Question, now: Timestamp, by: &UserId, said: Said) -> Answer {
    Answer {
        id: AnswerId::random(),
        partner: asked.pair.partner_id.clone(),
        pair: asked.pair.id.clone(),
        ours: Side::of(&asked.ours.row),
        theirs: Side::of(&asked.theirs.row),
        said,
        reason: asked.pair.reason.clone(),
        account: asked.ours.account.clone(),
        overlap: asked.pair.overlap.clone(),
        by: by.clone(),
        at: now,
    }
}

fn write_down(tx: &mut Tx, now: Timestamp, by: &UserId, said: Said, answer: &Answer) {
    let what = match said {
        Said::Same => "pair.same",
        Said::Different => "pair.different",
        Said::Parent => "pair.parent",
        Said::Child => "pair.child",
    };
    let names = format!("{} / {}", answer.ours.name, answer.theirs.name);
    audit::done(tx, now, by.as_str(), what, &format!("pair:{}", answer.id), &names);
}

/// The overlap of a pair that is one account, ours and theirs from their lists.
async fn becomes_overlap(tx: &mut Tx, now: Timestamp, asked: &Question) -> Result<OverlapId> {
    let gone = || Error::user("That account is no longer on our list. Nothing was changed.");
    let id = asked.ours.account.clone().ok_or_else(gone)?;
    let account = map::accounts_of_ids(tx, std::slice::from_ref(&id)).await?.remove(&id).ok_or_else(gone)?;
    let partner = map::partner(tx, &asked.pair.partner_id).await?.ok_or_else(gone)?;
    let rows = store::rows_of_accounts(tx, std::slice::from_ref(&id)).await?.remove(&id).unwrap_or_default();
    let ours = together(&rows.iter().collect::<Vec<_>>()).unwrap_or_else(|| asked.ours.row.sighting());
    let seen = Sighting { their_population: asked.theirs.row.population, ..ours };
    let batch = flow::weigh_known(tx, now, Source::List, &partner, &[(account, seen)]).await?;
    flow::save(tx, now, &batch, false).await?;
    Ok(batch.outcomes[0].0.clone())
}

/// One of the pairs behind an overlap is none: without another it is taken back.
async fn lose(tx: &mut Tx, now: Timestamp, overlap: &OverlapId) -> Result<()> {
    if store::matches_left(tx, overlap).await? == 0 {
        store::take_back_overlap(tx, overlap, None, now, WRONG).await?;
    }
    Ok(())
}

/// Takes back an overlap that the matcher made, and remembers that its two accounts are not one. `None`: somebody changed
/// the overlap since version `seen`.
pub async fn wrong(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    overlap: &Overlap,
) -> Result<Option<Vec<Answer>>> {
    let pairs = store::pairs_behind(tx, &overlap.id).await?;
    if pairs.is_empty() {
        return Err(Error::user(
            "No list was matched for this overlap: somebody or a list of overlaps says so. Dismiss it instead.",
        ));
    }
    if !store::take_back_overlap(tx, &overlap.id, Some(overlap.version), now, WRONG).await? {
        return Ok(None);
    }
    let mut answers = Vec::new();
    for pair in pairs {
        if let Some(asked) = question(tx, &pair.id).await? {
            let answer = of(&asked, now, by, Said::Different);
            // What was said before of the pair, such as that it is one, no longer holds.
            if let Some(before) = store::answer_of(tx, &answer).await? {
                store::delete_answer(tx, &before.id).await?;
            }
            store::insert_answer(tx, &answer).await?;
            write_down(tx, now, by, Said::Different, &answer);
            answers.push(answer);
        }
        store::drop_pair(tx, &pair.id).await?;
    }
    audit::done(tx, now, by.as_str(), "overlap.wrong", &format!("overlap:{}", overlap.id), WRONG);
    Ok(Some(answers))
}

/// One answer, or what to tell the user when it is no longer there.
pub async fn find(tx: &mut Tx, id: &AnswerId) -> Result<Answer> {
    let gone = || Error::user("Somebody has taken that back already.");
    store::answer(tx, id).await?.ok_or_else(gone)
}

/// Takes an answer back: the pair is asked about again, and the overlap that it made is gone.
pub async fn take_back(tx: &mut Tx, now: Timestamp, by: &UserId, answer: &Answer) -> Result<()> {
    if !store::delete_answer(tx, &answer.id).await? {
        return Err(Error::user("Somebody has taken that back already."));
    }
    // A later list may have numbered its rows anew.
    let theirs = Whose::Partner(answer.partner.clone());
    let ours = still_listed(tx, &Whose::Ours, &answer.ours).await?;
    let theirs = still_listed(tx, &theirs, &answer.theirs).await?;
    store::drop_pair(tx, &answer.pair).await?;
    if let (Some(our_key), Some(their_key)) = (&ours, &theirs) {
        store::drop_pair_of(tx, &answer.partner, our_key, their_key).await?;
    }
    if let (Said::Same, Some(overlap)) = (answer.said, &answer.overlap)
        && store::matches_left(tx, overlap).await? == 0
    {
        store::take_back_overlap(tx, overlap, None, now, ASKED_AGAIN).await?;
    }
    if let Some((our_key, their_key)) = ours.zip(theirs) {
        let again = Pair {
            id: answer.pair.clone(),
            partner_id: answer.partner.clone(),
            partner: String::new(),
            our_key,
            their_key,
            in_doubt: true,
            // Whoever took it back wants to see it first.
            score: 1000,
            reason: answer.reason.clone(),
            overlap: None,
        };
        store::save_pairs(tx, "", &[again]).await?;
    }
    let names = format!("{} / {}", answer.ours.name, answer.theirs.name);
    audit::done(tx, now, by.as_str(), "pair.take_back", &format!("pair:{}", answer.id), &names);
    Ok(())
}

/// The key under which the list has it now.
async fn still_listed(tx: &mut Tx, whose: &Whose, side: &Side) -> Result<Option<String>> {
    let rows = store::rows_like(tx, whose, side).await?;
    let found = rows.into_iter().find(|row| side.is(&row.key, &name::key(&row.name), row.domain.as_deref()));
    Ok(found.map(|row| row.key))
}
