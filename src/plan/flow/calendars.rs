//! Sessions on their way into calendars: files, feeds, and who is told that a file is old.

use jiff::{SignedDuration, Timestamp};

use super::super::invite::{self, People, Standing};
use super::super::session::{Session, Stage};
use super::super::store::{self, Feed};
use super::super::view;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::error::{Error, Result};
use crate::kernel::ics::Party;
use crate::kernel::ids::{FeedId, PartnerId, SessionId, UserId};
use crate::map::store as map;
use crate::store::{Tx, audit, millis, people};

/// A link to a feed is good for so long.
const FEED_LASTS: SignedDuration = SignedDuration::from_hours(24 * 365);
/// Sessions stay in a feed for so long after their time.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// A feed shows no more sessions.
const IN_A_FEED: i64 = 300;
/// Somebody has no more open feeds.
const FEEDS: usize = 10;
/// So many are told at a time that their file is old.
const TOLD_AT_ONCE: i64 = 100;

/// The names and addresses of everybody on these sessions.
pub async fn people_on(tx: &mut Tx, sessions: &[Session]) -> Result<People> {
    let mut users: Vec<UserId> = sessions
        .iter()
        .flat_map(|session| session.outline.ours.iter().chain(&session.organiser).cloned())
        .collect();
    users.sort();
    users.dedup();
    let known = people::addresses_of_users(tx, &users).await?;
    let mut people = People {
        ours: known.into_iter().map(|(user, (name, email))| (user, Party { name, email })).collect(),
        ..People::default()
    };
    let mut partners: Vec<&PartnerId> = sessions.iter().map(|session| &session.partner_id).collect();
    partners.sort();
    partners.dedup();
    for partner in partners {
        for contact in map::contacts(tx, partner).await? {
            if let Some(email) = contact.email {
                people.theirs.insert(contact.id, Party { name: contact.name, email });
            }
        }
    }
    Ok(people)
}

/// The file of a session, with its session.
///
/// # Errors
/// A user's error when it is gone or has no time yet.
pub async fn file(tx: &mut Tx, id: &SessionId) -> Result<(Session, String)> {
    let gone = || Error::user("That session is gone: its partner was removed.");
    let session = store::session(tx, id).await?.ok_or_else(gone)?;
    let people = people_on(tx, std::slice::from_ref(&session)).await?;
    let file = invite::file(&session, &people).ok_or_else(|| {
        Error::user("That session has no time yet, so there is nothing for a calendar. Schedule it first.")
    })?;
    Ok((session, file))
}

/// Writes down that somebody has the file of a session as it was.
pub async fn took_file(tx: &mut Tx, now: Timestamp, user: &UserId, session: &Session) -> Result<()> {
    store::took_file(tx, session, user).await?;
    let subject = format!("session:{}", session.id);
    audit::done(tx, now, user.as_str(), "calendar.file", &subject, &session.title());
    Ok(())
}

/// Opens a feed for `user`: of their own sessions, or of those with a partner. One that is open already is given again.
///
/// # Errors
/// A user's error when they have too many.
pub async fn open_feed(
    tx: &mut Tx,
    now: Timestamp,
    user: &UserId,
    partner: Option<(PartnerId, String)>,
) -> Result<Feed> {
    let open = store::calendar_feeds_of(tx, user, now).await?;
    let same = |feed: &&Feed| feed.partner.as_ref().map(|(id, _)| id) == partner.as_ref().map(|(id, _)| id);
    if let Some(feed) = open.iter().find(same) {
        return Ok(feed.clone());
    }
    if open.len() >= FEEDS {
        return Err(Error::user(format!(
            "You have {FEEDS} calendar links, the most that one person can have. `/partner calendar` shows them: end one first."
        )));
    }
    let until = now.saturating_add(FEED_LASTS).unwrap_or(now);
    let feed = Feed { id: FeedId::random(), user: user.clone(), partner, until, revoked: false };
    store::insert_feed(tx, now, &feed).await?;
    let subject = format!("feed:{}", feed.id);
    audit::done(tx, now, user.as_str(), "calendar.link", &subject, &view::calendar::feed_name(&feed));
    Ok(feed)
}

/// Ends a feed of theirs.
///
/// # Errors
/// A user's error when it has ended, or was never theirs.
pub async fn end_feed(tx: &mut Tx, now: Timestamp, user: &UserId, id: &FeedId) -> Result<()> {
    let feed = store::calendar_feed(tx, id).await?;
    if !store::revoke_feed(tx, now, id, user).await? {
        return Err(Error::user(
            "That link has ended already. `/partner calendar` shows those that are open.",
        ));
    }
    let name = feed.map(|feed| view::calendar::feed_name(&feed)).unwrap_or_default();
    audit::done(tx, now, user.as_str(), "calendar.end", &format!("feed:{id}"), &name);
    Ok(())
}

/// What a feed shows now; `standing` are the times that are kept free with partners.
pub async fn feed_text(tx: &mut Tx, now: Timestamp, feed: &Feed, standing: &[Standing]) -> Result<String> {
    let since = now.saturating_sub(KEPT).unwrap_or(now);
    let sessions = store::sessions_of_feed(tx, feed, since, now, IN_A_FEED).await?;
    let people = people_on(tx, &sessions).await?;
    Ok(invite::feed(&view::calendar::feed_name(feed), &sessions, standing, &people))
}

/// Tells whoever took the file of a session that it is old, with a button for the new one. Once a change.
pub async fn tell_of_changes(tx: &mut Tx, now: Timestamp) -> Result<()> {
    for (session, user) in store::old_files(tx, TOLD_AT_ONCE).await? {
        let Some(session) = store::session(tx, &session).await? else { continue };
        if !store::told_of_file(tx, &session, &user).await? {
            continue;
        }
        // A session that was held changes in no calendar.
        if matches!(session.stage, Stage::Held { .. } | Stage::Closed { .. }) {
            continue;
        }
        let zone = people::zone_of(tx, &user).await?;
        let key = format!("session:{}:file:{}:{user}", session.id, session.sequence);
        let message = view::calendar::changed(&session, now, &zone)?;
        outbox::enqueue(tx, millis(now), &Outgoing::post(key, Destination::Person(user), message)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::session::Slot;
    use super::super::super::session::tests::{at, moved, outline, session};
    use super::super::tests::scene;
    use super::*;

    #[tokio::test]
    async fn a_feed_without_room_for_all_keeps_what_is_ahead() {
        let s = scene().await;
        let mut tx = s.db.begin().await.expect("a transaction");
        for (id, start) in [
            ("long ago", "2026-03-01T09:00:00Z"),
            ("last week", "2026-03-05T09:00:00Z"),
            ("next week", "2026-03-19T09:00:00Z"),
            ("in a month", "2026-04-12T09:00:00Z"),
        ] {
            let slot = Slot { start: at(start), zone: "Europe/Stockholm".into() };
            let mut one = session(Stage::Scheduled { slot, moved: moved("UPM") });
            (one.id, one.outline) = (id.into(), outline(&[]));
            store::insert_session(&mut tx, &one).await.expect("saved");
        }
        let (since, now) = (at("2026-01-01T00:00:00Z"), at("2026-03-12T09:00:00Z"));
        let until = at("2027-03-12T09:00:00Z");
        let feed = Feed { id: FeedId::random(), user: "UPM".into(), partner: None, until, revoked: false };
        for (room, kept) in [
            (1, &["next week"][..]),
            (2, &["next week", "in a month"][..]),
            (3, &["last week", "next week", "in a month"][..]),
            (4, &["long ago", "last week", "next week", "in a month"][..]),
        ] {
            let shown = store::sessions_of_feed(&mut tx, &feed, since, now, room).await.expect("read");
            let shown: Vec<&str> = shown.iter().map(|session| session.id.as_str()).collect();
            assert_eq!(shown, kept);
        }
    }
}
