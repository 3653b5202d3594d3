//! `/partner status`: what is connected, what waits, what is stuck and what to do about it. No secrets in it.

use askama::Template;
use jiff::{Timestamp, Zoned};

use super::super::grammar::StatusVerb;
use super::setup_view::{mentions, remove_samples};
use super::{Bot, Occasion, channels, history};
use crate::delivery::intake::Handled;
use crate::delivery::{backlog, inbox};
use crate::kernel::actor::{Right, Role};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::kernel::meters::Backlog;
use crate::map::lists::store as lists;
use crate::map::sources::alarm;
use crate::map::sources::view::fetch_buttons;
use crate::map::{import, partner_view, store as map};
use crate::pull::digest::weekday_words;
use crate::store::settings::Workspace;
use crate::store::{Tx, installation, instant, millis, people, settings};

/// At most so many lists are named.
const LISTS: usize = 20;

#[derive(Template)]
#[template(path = "home/status.mrkdwn")]
struct Status<'a> {
    version: &'static str,
    team: &'a str,
    database: &'static str,
    last: String,
    inbox: i64,
    outbox: i64,
    troubles: Vec<String>,
    settings: Option<Settings>,
    admins: String,
    managers: String,
    operations: String,
    ours: Option<String>,
    partners: Vec<(String, String)>,
    sources: Vec<String>,
    more: usize,
}

struct Settings {
    intake: String,
    digest: String,
    approvals: String,
    weekday: &'static str,
    time: String,
    zone: String,
}

pub(super) async fn command(o: &Occasion<'_>, verb: Option<StatusVerb>) -> Result<Handled> {
    match verb {
        Some(StatusVerb::Audit) => history::command(o).await,
        Some(StatusVerb::Show) | None => show(o).await,
    }
}

async fn show(o: &Occasion<'_>) -> Result<Handled> {
    let mut tx = o.read().await?;
    let text = text(o.bot, &mut tx, &o.here()).await?;
    let fetched = o.bot.sources.fetched();
    let samples = map::partners(&mut tx).await?.iter().any(|p| p.sample);
    tx.rollback().await?;
    let mut shown = blocks::sections(&text);
    shown.extend(fetch_buttons(&fetched).filter(|_| o.actor.may(Right::Triage, None)));
    if samples && o.actor.may(Right::Administer, None) {
        shown.push(blocks::actions(vec![remove_samples()]));
    }
    o.answer(Message::new(text, shown)).await
}

async fn text(bot: &Bot, tx: &mut Tx, now: &Zoned) -> Result<String> {
    let Backlog { envelopes, buried, messages, unconfirmed, failed, .. } =
        backlog::read(tx, millis(now.timestamp())).await?;
    let last = inbox::last_received(tx).await?;
    let partners = map::partners(tx).await?;
    let admins = people::holders(tx, Role::Admin).await?;
    let mut troubles = troubles(buried, unconfirmed, failed);
    troubles.extend(channels::troubles(tx).await?);
    let (failing, sources) = alarm::lines(tx, &bot.sources.all, now).await?;
    troubles.extend(failing);
    troubles.extend(installation::load(tx).await?.and_then(|i| i.trouble()));
    let workspace = settings::load(tx).await?;
    let imports = match &workspace.intake_channel {
        Some(channel) => import::store::waiting(tx, channel).await?,
        None => 0,
    };
    if imports > 0 {
        troubles.push(format!(
            "{} for a decision: press Import or Cancel under it in the intake channel.",
            counted(imports, "list waits", "lists wait")
        ));
    }
    let status = Status {
        version: env!("CARGO_PKG_VERSION"),
        team: &bot.identity.team,
        database: bot.db.name(),
        last: last
            .map_or_else(|| Ok("never".to_owned()), |ms| instant(ms).map(|at| ago(at, now.timestamp())))?,
        // The command itself is still under way.
        inbox: (envelopes - 1).max(0),
        outbox: messages,
        troubles,
        settings: summary(workspace),
        admins: if admins.is_empty() { String::new() } else { mentions(&admins) },
        managers: mentions(&people::holders(tx, Role::PartnerManager).await?),
        operations: mentions(&people::holders(tx, Role::Operations).await?),
        ours: lists::our_list(tx).await?.map(|list| partner_view::our_list_age(&list, now)),
        sources,
        more: partners.len().saturating_sub(LISTS),
        partners: partners
            .iter()
            .take(LISTS)
            .map(|p| {
                (p.name.clone(), partner_view::list_age(p, now).unwrap_or_else(|| "none yet".to_owned()))
            })
            .collect(),
    };
    Ok(status.render()?.trim().to_owned())
}

fn summary(w: Workspace) -> Option<Settings> {
    let channel = |c: &Option<ChannelId>| c.as_ref().map_or("no channel yet".to_owned(), ChannelId::mention);
    w.intake_channel.as_ref()?;
    Some(Settings {
        intake: channel(&w.intake_channel),
        digest: channel(&w.digest_channel),
        approvals: channel(&w.approvals_channel),
        weekday: weekday_words(&w.digest.weekday),
        time: w.digest.time,
        zone: w.digest.zone,
    })
}

fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What needs somebody, each with what to do.
fn troubles(buried: i64, unconfirmed: i64, failed: i64) -> Vec<String> {
    let mut all = Vec::new();
    if buried > 0 {
        all.push(format!(
            "{} could not be handled after several tries. Who did it was told. On the server, `tandem inbox list` says why, and `tandem inbox retry` has it tried again.",
            counted(buried, "thing that came in", "things that came in")
        ));
    }
    if unconfirmed > 0 {
        all.push(format!(
            "{} may or may not have reached a partner. Look into the channel, then decide on the draft's card.",
            counted(unconfirmed, "message", "messages")
        ));
    }
    if failed > 0 {
        all.push(format!(
            "{} could not be sent. The usual cause is a channel that I am not in: write /invite @Tandem there. On the server, `tandem doctor` says why.",
            counted(failed, "message", "messages")
        ));
    }
    all
}

/// `just now`, `3 minutes ago`, `5 hours ago`, `2 days ago`.
fn ago(at: Timestamp, now: Timestamp) -> String {
    let minutes = (now.as_second() - at.as_second()).max(0) / 60;
    match minutes {
        0 => "just now".to_owned(),
        1 => "a minute ago".to_owned(),
        2..60 => format!("{minutes} minutes ago"),
        60..120 => "an hour ago".to_owned(),
        120..2880 => format!("{} hours ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stuck_is_said_with_what_to_do() {
        assert_eq!(troubles(0, 0, 0), Vec::<String>::new());
        let text = troubles(1, 2, 3).join("\n");
        insta::assert_snapshot!(text, @r"
        1 thing that came in could not be handled after several tries. Who did it was told. On the server, `tandem inbox list` says why, and `tandem inbox retry` has it tried again.
        2 messages may or may not have reached a partner. Look into the channel, then decide on the draft's card.
        3 messages could not be sent. The usual cause is a channel that I am not in: write /invite @Tandem there. On the server, `tandem doctor` says why.
        ");
    }

    #[test]
    fn ages_in_words() {
        let now: Timestamp = "2026-03-05T09:00:00Z".parse().unwrap();
        let after = |seconds| ago(now - jiff::SignedDuration::from_secs(seconds), now);
        assert_eq!(
            [5, 60, 600, 3600, 7200, 86_400 * 2].map(after),
            ["just now", "a minute ago", "10 minutes ago", "an hour ago", "2 hours ago", "2 days ago"]
        );
    }
}
