//! The command line: one file a subcommand.

mod audit;
mod backup;
mod demo;
mod doctor;
mod drafts;
mod inbox;
mod keys;
mod manifest;
mod map;
mod overlaps;
mod restore;
mod serve;
mod templates;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, ConfigError, LogFormat};

#[derive(Debug, Parser)]
#[command(
    name = "tandem",
    version,
    about = "A Slack bot that keeps a partner team in rhythm: map, pull, plan, sustain"
)]
struct Arguments {
    /// The configuration file; `tandem.toml` when it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot
    Serve,
    /// Run the whole thing with a local workspace in the browser, without a Slack account
    Demo(demo::Options),
    /// Print the manifest of the Slack app, to be pasted at api.slack.com/apps
    Manifest(manifest::Options),
    /// Say what is stuck; with a reference, what lies behind it
    Doctor(doctor::Options),
    /// Match two account lists into overlaps, without Slack; a database only where asked for
    Map(Box<map::Options>),
    /// What came in and could not be handled: see it, have it tried again, let it be
    Inbox {
        #[command(subcommand)]
        verb: inbox::Verb,
    },
    /// Copy the database to a file, also while Tandem runs
    Backup(backup::Options),
    /// Make a backup the database, when Tandem is stopped
    Restore(restore::Options),
    /// The keys that seal the tokens which are stored
    Keys {
        #[command(subcommand)]
        verb: keys::Verb,
    },
    /// The log of every decision and every refusal
    Audit {
        #[command(subcommand)]
        verb: audit::Verb,
    },
    /// What the intake understands of channel messages
    Overlaps {
        #[command(subcommand)]
        verb: overlaps::Verb,
    },
    /// What the relevance check says of drafts
    Drafts {
        #[command(subcommand)]
        verb: drafts::Verb,
    },
    /// The texts that notes are drafted from: read them, check a folder
    Templates {
        #[command(subcommand)]
        verb: templates::Verb,
    },
}

/// Runs what the arguments ask for.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Before the first TLS use: the tree knows two providers and picks none by itself.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = match arguments.command {
        Command::Map(options) => map::run(&options, arguments.config.as_deref()),
        Command::Overlaps { verb } => overlaps::run(verb),
        Command::Drafts { verb } => drafts::run(verb),
        Command::Templates { verb } => templates::run(verb, arguments.config),
        Command::Inbox { verb } => with_config(arguments.config, move |config| inbox::run(&config, &verb)),
        Command::Serve => with_config(arguments.config, serve::run),
        Command::Backup(options) => {
            with_config(arguments.config, move |config| backup::run(&config, &options))
        }
        Command::Restore(options) => {
            with_config(arguments.config, move |config| restore::run(&config, &options))
        }
        Command::Keys { verb } => with_config(arguments.config, move |config| keys::run(&config, &verb)),
        Command::Audit { verb } => with_config(arguments.config, move |config| audit::run(&config, &verb)),
        Command::Demo(options) => demo::run(options),
        Command::Manifest(options) => manifest::run(&options),
        Command::Doctor(options) => {
            with_config(arguments.config, move |config| doctor::run(&config, &options))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tandem: {error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn with_config(file: Option<PathBuf>, run: impl FnOnce(Config) -> Outcome) -> Outcome {
    let config = Config::load(file.as_deref())?;
    log(config.log.format, &config.log.filter)?;
    run(config)
}

/// For people on a terminal, JSON otherwise.
fn log(format: LogFormat, filter: &str) -> Result<(), ConfigError> {
    use std::io::IsTerminal;
    let filter = EnvFilter::try_new(filter).map_err(|_| ConfigError::Wrong {
        setting: "log.filter",
        found: filter.to_owned(),
        fix: "give a level (warn, info, debug) or a list such as info,sqlx=warn",
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let human = match format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    // A second logger, as tests have it, is no fault.
    let _ =
        if human { lines.with_target(false).try_init() } else { lines.json().flatten_event(true).try_init() };
    Ok(())
}

/// The runtime of `serve` and `demo`.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Resolves at SIGINT or SIGTERM.
async fn interrupted() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}

/// Answers each line of standard input with one line, in the same order.
fn answer_lines(answer: impl Fn(&str) -> serde_json::Value) -> Outcome {
    use std::io::{BufRead, Write};
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            writeln!(out, "{}", answer(&line))?;
        }
    }
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_refused() {
        let error = log(LogFormat::Human, "tandem=loud").unwrap_err().to_string();
        assert!(error.starts_with("log.filter cannot be \"tandem=loud\": give a level"), "{error}");
    }
}
