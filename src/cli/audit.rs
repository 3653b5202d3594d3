//! `tandem audit`: checks the chain of the audit log, and writes the log out.

use std::io::Write;

use clap::{Subcommand, ValueEnum};

use super::{Outcome, runtime};
use crate::app;
use crate::config::Config;
use crate::kernel::csv::cell;
use crate::store::audit::{self, Link, Verdict};
use crate::store::{Db, instant};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Compute the chain of hashes again and name the first entry that is not as it was written
    Verify {
        /// The head that an earlier check printed, such as 412:9f3c…; it must still be in its place
        #[arg(long, value_name = "NUMBER:HASH", value_parser = head)]
        head: Option<(i64, String)>,
    },
    /// Write the whole log to standard output
    Export {
        /// The form of the lines
        #[arg(long, value_enum)]
        format: Format,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// Commas and a header; no cell can become a formula
    Csv,
    /// A JSON object a line
    Jsonl,
}

fn head(text: &str) -> Result<(i64, String), String> {
    let parts = text.split_once(':').and_then(|(n, hash)| Some((n.parse().ok()?, hash.to_owned())));
    parts.ok_or_else(|| "give it as it was printed: a number, a colon, and the hash".to_owned())
}

pub(super) fn run(config: &Config, verb: &Verb) -> Outcome {
    runtime()?.block_on(async {
        let db = app::inspect(config).await?;
        let outcome = match verb {
            Verb::Verify { head } => verify(&db, head.clone()).await,
            Verb::Export { format } => export(&db, *format, std::io::stdout().lock()).await,
        };
        db.close().await;
        outcome
    })
}

#[expect(clippy::print_stdout, reason = "the verdict is what is asked for")]
async fn verify(db: &Db, noted: Option<(i64, String)>) -> Outcome {
    let mut tx = db.read().await?;
    let verdict = audit::verify(&mut tx, noted).await?;
    tx.rollback().await?;
    match verdict {
        Verdict::Whole(None) => {
            println!("The audit log is empty.");
            Ok(())
        }
        Verdict::Whole(Some((seq, hash))) => {
            println!("{seq} entries, and every one is as it was written.\nHead: {seq}:{hash}");
            println!("Keep the head somewhere else: `--head` proves later that nothing was cut off.");
            Ok(())
        }
        Verdict::Missing(seq) => Err(format!("entry {seq} is missing: it was removed").into()),
        Verdict::Changed(link) => Err(format!(
            "entry {} is not as it was written ({}, {} by {} on {}): it, or the entry before it, was changed",
            link.seq,
            instant(link.at)?,
            link.action,
            link.actor,
            link.subject
        )
        .into()),
        Verdict::NotTheNoted(seq) => Err(format!(
            "entry {seq} is not the one that was noted: the log was cut off before it, or written anew"
        )
        .into()),
    }
}

async fn export(db: &Db, format: Format, out: impl Write) -> Outcome {
    match format {
        Format::Csv => {
            let mut out = csv::Writer::from_writer(out);
            out.write_record([
                "seq", "at", "actor", "team", "action", "subject", "outcome", "detail", "hash",
            ])?;
            each(db, |l| {
                let (seq, at) = (l.seq.to_string(), instant(l.at)?.to_string());
                let texts =
                    [&seq, &at, &l.actor, &l.team, &l.action, &l.subject, &l.outcome, &l.detail, &l.hash];
                Ok(out.write_record(texts.map(|t| cell(t).into_owned()))?)
            })
            .await?;
            Ok(out.flush()?)
        }
        Format::Jsonl => {
            let mut out = std::io::BufWriter::new(out);
            each(db, |link| Ok(writeln!(out, "{}", serde_json::to_string(link)?)?)).await?;
            Ok(out.flush()?)
        }
    }
}

/// Every entry in its order, a page at a time.
async fn each(db: &Db, mut line: impl FnMut(&Link) -> Outcome) -> Outcome {
    let mut tx = db.read().await?;
    let mut last = 0;
    loop {
        let links = audit::page(&mut tx, last).await?;
        let Some(newest) = links.last() else { break };
        last = newest.seq;
        links.iter().try_for_each(&mut line)?;
    }
    tx.rollback().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Synchronous;

    async fn exported(format: Format) -> String {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&folder.path().join("t.db"), Synchronous::Normal).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let at = "2026-03-04T09:00:00Z".parse().unwrap();
        audit::done(&mut tx, at, "U0MAYA", "draft.reject", "draft:1", "=HYPERLINK(\"x\",\"y\"), no");
        tx.commit().await.unwrap();
        let mut out = Vec::new();
        export(&db, format, &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    }

    #[tokio::test]
    async fn the_csv_holds_no_formula() {
        insta::assert_snapshot!(exported(Format::Csv).await, @r#"
        seq,at,actor,team,action,subject,outcome,detail,hash
        1,2026-03-04T09:00:00Z,U0MAYA,,draft.reject,draft:1,done,"'=HYPERLINK(""x"",""y""), no",7a9e5359929ece4353be3bde3a308029b8392c8ec420072af6c5276f045f4c5c
        "#);
    }

    #[tokio::test]
    async fn the_json_lines_hold_every_field_as_it_is() {
        insta::assert_snapshot!(exported(Format::Jsonl).await, @r#"{"seq":1,"at":1772614800000,"actor":"U0MAYA","team":"","action":"draft.reject","subject":"draft:1","outcome":"done","detail":"=HYPERLINK(\"x\",\"y\"), no","hash":"7a9e5359929ece4353be3bde3a308029b8392c8ec420072af6c5276f045f4c5c"}"#);
    }

    #[test]
    fn a_head_is_read_as_it_was_printed() {
        assert_eq!(head("412:9f3c"), Ok((412, "9f3c".to_owned())));
        assert!(head("9f3c").is_err());
    }
}
