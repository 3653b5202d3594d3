//! `tandem inbox`: what came in and could not be handled, and what to do about it.

use super::{Outcome, runtime};
use crate::app;
use crate::config::Config;
use crate::delivery::inbox::{self, Stuck};
use crate::kernel::clock::Clock;
use crate::store::{Tx, audit};

/// So many are listed.
const LISTED: i64 = 50;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// What is buried, and what failed and is tried again by itself
    List,
    /// What came, why it failed, and its content as Slack sent it
    Show(Which),
    /// Have it tried again
    #[command(
        long_about = "Have it tried again, as if it had just come in. This works beside a running Tandem: with Postgres it is taken up at once, with SQLite within a quarter of a minute; if none is running, at the next start."
    )]
    Retry(WhichOrAll),
    /// Let it be: it is never tried again
    #[command(
        long_about = "Let it be: it is never tried again and its content is forgotten. This works beside a running Tandem."
    )]
    Drop(Which),
}

/// One of them.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Its number in the list, or the reference that a user was shown, such as 7F3KQZ
    which: String,
}

/// One of them, or all.
#[derive(Debug, clap::Args)]
pub(super) struct WhichOrAll {
    /// Its number in the list, the reference that a user was shown, such as 7F3KQZ, or `all` for all that is buried
    which: String,
}

pub(super) fn run(config: &Config, verb: &Verb) -> Outcome {
    runtime()?.block_on(async {
        let (db, mut tx) = match verb {
            Verb::List | Verb::Show(_) => {
                let db = app::inspect(config).await?;
                let tx = db.read().await?;
                (db, tx)
            }
            Verb::Retry(_) | Verb::Drop(_) => {
                let db = app::visit(config).await?;
                let tx = db.begin().await?;
                (db, tx)
            }
        };
        let said = carry_out(&mut tx, verb).await?;
        tx.commit().await?;
        db.close().await;
        print(&said)
    })
}

#[expect(clippy::print_stdout, reason = "the answer is what is asked for")]
fn print(said: &str) -> Outcome {
    println!("{said}");
    Ok(())
}

async fn carry_out(tx: &mut Tx, verb: &Verb) -> Outcome<String> {
    Ok(match verb {
        Verb::List => list(&inbox::stuck(tx, LISTED).await?),
        Verb::Show(which) => {
            let found = find(tx, &which.which).await?;
            format!("{}\n{}", line(&found), found.payload)
        }
        Verb::Retry(WhichOrAll { which }) if which == "all" => {
            let mut lines = Vec::new();
            for found in inbox::buried(tx).await? {
                lines.push(retry(tx, &found).await?);
            }
            if lines.is_empty() { "Nothing is buried.".to_owned() } else { lines.join("\n") }
        }
        Verb::Retry(WhichOrAll { which }) => {
            let found = find(tx, which).await?;
            retry(tx, &found).await?
        }
        Verb::Drop(Which { which }) => {
            let found = find(tx, which).await?;
            let changed = inbox::drop_by_hand(tx, found.seq).await?;
            done(tx, "inbox.drop", &found, changed);
            said(changed, &found, "is dropped and will not be tried again")
        }
    })
}

async fn find(tx: &mut Tx, which: &str) -> Outcome<Stuck> {
    let found = inbox::find(tx, which).await?;
    found.ok_or_else(|| format!("nothing is stuck under {which}. `tandem inbox list` shows what is").into())
}

async fn retry(tx: &mut Tx, found: &Stuck) -> Outcome<String> {
    let changed = inbox::retry_by_hand(tx, found.seq).await?;
    done(tx, "inbox.retry", found, changed);
    Ok(said(changed, found, "is tried again"))
}

fn done(tx: &mut Tx, verb: &str, found: &Stuck, changed: bool) {
    if changed {
        let subject = format!("inbox:{}", found.seq);
        audit::done(tx, Clock::system().now(), audit::CONSOLE, verb, &subject, &found.error);
    }
}

fn said(changed: bool, found: &Stuck, what: &str) -> String {
    let Stuck { seq, kind, name, .. } = found;
    if changed {
        format!("{seq} ({kind} {name}) {what}.")
    } else {
        format!("{seq} ({kind} {name}) was taken up in the meantime. Nothing was changed.")
    }
}

fn list(stuck: &[Stuck]) -> String {
    if stuck.is_empty() {
        return "Nothing is stuck.".to_owned();
    }
    stuck.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(one: &Stuck) -> String {
    let Stuck { seq, buried, kind, name, received_at, attempts, error, .. } = one;
    let tries = match attempts {
        ..=1 => "once".to_owned(),
        _ => format!("{attempts} times"),
    };
    let state = if *buried { "buried" } else { "tried again by itself" };
    format!("{seq}  {received_at:.0}  {kind} {name}, tried {tries}, {state}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_when_and_why() {
        let stuck = Stuck {
            seq: 41,
            buried: true,
            kind: "event".into(),
            name: "message".into(),
            received_at: "2026-03-04T09:00:00.123Z".parse().unwrap(),
            attempts: 5,
            error: "7F3KQZ: the handler panicked: index out of bounds".into(),
            payload: String::new(),
        };
        insta::assert_snapshot!(list(&[stuck]), @"41  2026-03-04T09:00:00Z  event message, tried 5 times, buried: 7F3KQZ: the handler panicked: index out of bounds");
        assert_eq!(list(&[]), "Nothing is stuck.");
    }
}
