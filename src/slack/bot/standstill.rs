//! Tells the admins that a part of the process stood still.

use std::time::Duration;

use askama::Template;

use super::Bot;
use crate::delivery::outbox::{self, Destination, Outgoing};
use crate::kernel::actor::Role;
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::store::{millis, people};

/// A part that did not get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standstill {
    /// Its name.
    pub part: &'static str,
    /// For how long it had stood still when it was noticed.
    pub still: Duration,
    /// It was started anew; otherwise it mends itself.
    pub restarted: bool,
}

impl Standstill {
    fn what(&self) -> &'static str {
        match self.part {
            "urgent worker" => "Clicks, commands and forms",
            "worker" => "New overlaps, files and other events",
            "outbox" => "What I send",
            "scheduler" => "Digests and reminders",
            "imports" => "List imports",
            "sources" => "Lists that come by themselves",
            "committer" => "Taking in what Slack sends",
            "socket mode" => "The connection to Slack",
            other => other,
        }
    }

    fn remedy(&self) -> &'static str {
        match (self.restarted, self.part) {
            (true, _) => "I started that part again",
            (false, "socket mode") => "I connect again",
            (false, _) => "I give up what it is at and go on",
        }
    }
}

#[derive(Template)]
#[template(path = "home/standstill.mrkdwn")]
struct Card<'a> {
    parts: &'a [Standstill],
    restarted: bool,
    cut_off: bool,
}

/// In direct messages, once an hour for the same parts, however often it happens and in however many processes.
pub async fn tell(bot: &Bot, parts: &[Standstill]) -> Result<()> {
    let now = bot.clock.now();
    let message = card(parts)?;
    let names = parts.iter().map(|p| p.part).collect::<Vec<_>>().join("+");
    let hour = now.strftime("%Y-%m-%dT%H");
    let mut tx = bot.db.begin().await?;
    for admin in people::holders(&mut tx, Role::Admin).await? {
        let key = format!("standstill:{names}:{hour}:{admin}");
        let out = Outgoing::post(key, Destination::Person(admin), message.clone());
        outbox::enqueue(&mut tx, millis(now), &out).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

fn card(parts: &[Standstill]) -> Result<Message> {
    let restarted = parts.iter().any(|p| p.restarted);
    let cut_off = parts.iter().any(|p| !p.restarted);
    let text = Card { parts, restarted, cut_off }.render()?.trim().to_owned();
    Ok(Message::new(text.clone(), vec![blocks::section(&text)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(parts: &[(&'static str, u64, bool)]) -> String {
        let parts: Vec<Standstill> = parts
            .iter()
            .map(|&(part, seconds, restarted)| Standstill {
                part,
                still: Duration::from_secs(seconds),
                restarted,
            })
            .collect();
        card(&parts).unwrap().text
    }

    #[test]
    fn it_says_what_stood_still_and_what_follows() {
        insta::assert_snapshot!(said(&[("urgent worker", 26, true), ("outbox", 28, true)]), @r#"
        *Part of me stood still*
        • Clicks, commands and forms, for 26 seconds: I started that part again.
        • What I send, for 28 seconds: I started that part again.
        Nothing that came in is lost, and no note goes to a partner twice.
        If you read this again today: the server's log says more, look for "stuck".
        "#);
        insta::assert_snapshot!(said(&[("socket mode", 27, false), ("committer", 22, false)]), @r#"
        *Part of me stood still*
        • The connection to Slack, for 27 seconds: I connect again.
        • Taking in what Slack sends, for 22 seconds: I give up what it is at and go on.
        Slack sends messages and events again that it could not deliver. Repeat clicks and commands of that time.
        If you read this again today: the server's log says more, look for "stuck".
        "#);
    }
}
