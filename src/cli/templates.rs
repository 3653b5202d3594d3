//! `tandem templates`: the texts that notes are drafted from, as their readers would get them; and what is wrong in a folder.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Outcome, with_config};
use crate::config::Config;
use crate::sustain::template::preview::Page;
use crate::sustain::template::{Folder, Texts};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// All texts on made-up facts, those of the configured folder among them
    Preview {
        /// Write a page to be printed to this file instead
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    /// Name every text in a folder that cannot be used, with its line and the reason
    Check {
        /// The folder
        folder: PathBuf,
    },
}

pub(super) fn run(verb: Verb, config: Option<PathBuf>) -> Outcome {
    match verb {
        Verb::Preview { html } => with_config(config, move |config| preview(&config, html)),
        Verb::Check { folder } => check(&Folder::read(Some(&folder))),
    }
}

#[expect(clippy::print_stdout, reason = "the page is what is asked for")]
fn preview(config: &Config, html: Option<PathBuf>) -> Outcome {
    let folder = Folder::read(config.templates_folder.as_deref());
    let page = Page::of(&Texts::of_files(&folder), &folder.bad);
    match html {
        Some(file) => std::fs::write(file, page.html()?)?,
        None => println!("{}", page.plain()),
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what is wrong is what is asked for")]
fn check(read: &Folder) -> Outcome {
    let (good, bad) = (read.texts.len(), read.bad.len());
    for file in &read.bad {
        println!("{file}");
    }
    if bad > 0 {
        return Err(format!("{bad} of {} texts can't be used", good + bad).into());
    }
    match good {
        0 => println!("There is no text in it: texts are files that end in .md"),
        1 => println!("The one text in it can be used"),
        _ => println!("All {good} texts in it can be used"),
    }
    Ok(())
}
