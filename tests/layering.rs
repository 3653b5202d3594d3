//! The dependency rule: an earlier module never names a later one, and some things have one home.
//!
//! It reads the source as tokens, so comments and strings never count, and the bodies of macros do.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// Each module may name those before it. `track` has its place and not yet its code.
const ORDER: [&str; 15] = [
    "kernel", "store", "config", "delivery", "map", "pull", "plan", "sustain", "track", "sample", "slack",
    "web", "sandbox", "app", "cli",
];
/// The double of Slack must not know the bot that it serves.
const SANDBOX_MAY_NAME: [&str; 1] = ["kernel"];

#[test]
fn modules_name_only_what_stands_before_them() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&source);
    assert!(!files.is_empty());
    let offences: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let name = path.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
            check(&name, &text)
        })
        .map(|offence| format!("src/{offence}"))
        .collect();
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// One line that breaks a rule.
#[derive(Debug, PartialEq)]
struct Offence {
    file: String,
    line: usize,
    text: String,
    rule: String,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: `{}`: {}", self.file, self.line, self.text, self.rule)
    }
}

/// Checks one file; `file` is its path below `src/`, with `/` between the parts.
fn check(file: &str, text: &str) -> Vec<Offence> {
    let tokens: TokenStream = match text.parse() {
        Ok(tokens) => tokens,
        Err(e) => panic!("src/{file}: {e}"),
    };
    let module = Module::of(file);
    let mut scan = Scan { file, module: &module, found: BTreeMap::new() };
    if let Some(name) = module.name
        && rank(name).is_none()
    {
        scan.note(1, name, "has no place in the order of the modules");
    }
    scan.walk(tokens, module.depth);
    let lines: Vec<&str> = text.lines().collect();
    scan.found
        .into_iter()
        .map(|((line, _), rule)| Offence {
            file: file.to_owned(),
            line,
            text: lines.get(line - 1).copied().unwrap_or_default().trim().to_owned(),
            rule,
        })
        .collect()
}

/// Where a file stands in the tree of modules.
struct Module<'a> {
    /// The top-level module; none for `lib.rs` and `main.rs`, which may name everything.
    name: Option<&'a str>,
    /// How many `super` lead from the file's own level to the crate's root.
    depth: usize,
}

impl<'a> Module<'a> {
    fn of(file: &'a str) -> Self {
        let path = file.trim_end_matches(".rs");
        if matches!(path, "lib" | "main") {
            return Self { name: None, depth: 0 };
        }
        let parts: Vec<&str> = path.trim_end_matches("/mod").split('/').collect();
        Self { name: parts.first().copied(), depth: parts.len() }
    }

    /// Why this module may not name `other`, a module at the crate's root.
    fn forbids(&self, other: &str) -> Option<String> {
        let own = self.name?;
        let (own_rank, other_rank) = (rank(own)?, rank(other)?);
        if own == "sandbox" && own != other && !SANDBOX_MAY_NAME.contains(&other) {
            return Some(format!("sandbox may name only {}, not {other}", SANDBOX_MAY_NAME.join(", ")));
        }
        (other_rank > own_rank).then(|| format!("{own} stands before {other} and may not name it"))
    }
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|name| *name == module)
}

/// Things with one home: where it is, by the path below `src/`.
fn is_home_of_sql(file: &str) -> bool {
    file.ends_with("/tests.rs")
        || file.starts_with("delivery/")
        || file.split('/').any(|part| matches!(part, "store" | "store.rs"))
}

fn is_home_of_slack(file: &str) -> bool {
    file.starts_with("slack/")
}

/// Requests go out from where time-outs, limits and the hosts that may be asked are seen to.
fn is_home_of_requests(file: &str) -> bool {
    file.starts_with("slack/") || file.starts_with("map/sources/fetch/")
}

struct Scan<'a> {
    file: &'a str,
    module: &'a Module<'a>,
    /// By line and what was named, so that each is told once.
    found: BTreeMap<(usize, String), String>,
}

impl Scan<'_> {
    fn note(&mut self, line: usize, what: &str, rule: impl Into<String>) {
        self.found.entry((line, what.to_owned())).or_insert_with(|| rule.into());
    }

    /// Reads the tokens of a module that `depth` times `super` leads out of.
    fn walk(&mut self, tokens: TokenStream, depth: usize) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(name) => self.ident(&tokens, at, &name.to_string(), name.span(), depth),
                TokenTree::Group(group) => {
                    let inline_module = group.delimiter() == Delimiter::Brace
                        && at >= 2
                        && is_ident(&tokens[at - 2], "mod")
                        && matches!(tokens[at - 1], TokenTree::Ident(_));
                    self.walk(group.stream(), depth + usize::from(inline_module));
                }
                _ => {}
            }
        }
    }

    fn ident(&mut self, tokens: &[TokenTree], at: usize, name: &str, span: Span, depth: usize) {
        let line = span.start().line;
        let path_goes_on = is_path_separator(tokens, at + 1);
        let starts_a_path = at < 2 || !is_path_separator(tokens, at - 2);
        match name {
            "crate" if path_goes_on => self.named_at_root(&tokens[at + 3..]),
            "super" if path_goes_on && starts_a_path => {
                let (supers, rest) = climb(tokens, at);
                if supers == depth {
                    self.named_at_root(&tokens[rest..]);
                }
            }
            "sqlx" if starts_a_path && path_goes_on && !is_home_of_sql(self.file) => {
                self.note(line, name, "SQL lives in store/, in an area's store.rs and in delivery/");
            }
            "reqwest" if starts_a_path && path_goes_on && !is_home_of_requests(self.file) => {
                self.note(line, name, "HTTP requests are made in slack/ and in map/sources/fetch/");
            }
            "slack_morphism" if !is_home_of_slack(self.file) => {
                self.note(line, name, "slack_morphism is named only in slack/");
            }
            "Timestamp" | "Zoned" | "SystemTime"
                if path_goes_on
                    && tokens.get(at + 3).is_some_and(|next| is_ident(next, "now"))
                    && self.file != "kernel/clock.rs" =>
            {
                self.note(line, name, "time is a parameter: take it from kernel::clock");
            }
            _ if name.starts_with("sql_") && is_macro_call(tokens, at) && !is_home_of_sql(self.file) => {
                self.note(line, name, "SQL lives in store/, in an area's store.rs and in delivery/");
            }
            _ => {}
        }
    }

    /// What follows `crate::`: a name, or a group of them.
    fn named_at_root(&mut self, rest: &[TokenTree]) {
        match rest.first() {
            Some(TokenTree::Ident(name)) => {
                let other = name.to_string();
                // A macro that is exported stands at the root whatever module it is written in.
                if is_macro_call(rest, 0) {
                    return;
                }
                if let Some(rule) = self.module.forbids(&other) {
                    self.note(name.span().start().line, &other, rule);
                }
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in inner.split(|token| is_punct(token, ',')) {
                    self.named_at_root(part);
                }
            }
            _ => {}
        }
    }
}

/// Counts the `super::` from `at` on; answers how many, and where the path goes on.
fn climb(tokens: &[TokenTree], mut at: usize) -> (usize, usize) {
    let mut supers = 0;
    while tokens.get(at).is_some_and(|token| is_ident(token, "super")) && is_path_separator(tokens, at + 1) {
        supers += 1;
        at += 3;
    }
    (supers, at)
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    tokens.len() > at + 1 && is_punct(&tokens[at], ':') && is_punct(&tokens[at + 1], ':')
}

fn is_macro_call(tokens: &[TokenTree], at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|token| is_punct(token, '!'))
        && matches!(tokens.get(at + 2), Some(TokenTree::Group(_)))
}

#[cfg(test)]
mod checker {
    use super::check;

    /// The lines that are refused, and why.
    fn refused(file: &str, text: &str) -> Vec<(usize, String)> {
        check(file, text).into_iter().map(|offence| (offence.line, offence.rule)).collect()
    }

    fn lines(file: &str, text: &str) -> Vec<usize> {
        refused(file, text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn an_earlier_module_may_be_named() {
        assert_eq!(
            refused("pull/digest.rs", "use crate::map::Overlap;\nuse crate::{kernel, store::Db};"),
            []
        );
        assert_eq!(refused("kernel/text.rs", "use crate::kernel::clock::Clock;"), []);
        assert_eq!(refused("cli/demo.rs", "use crate::{app, sandbox};"), []);
    }

    #[test]
    fn a_later_one_may_not() {
        assert_eq!(
            refused("map/overlap.rs", "use crate::kernel;\nuse crate::pull::Digest;"),
            [(2, "map stands before pull and may not name it".to_owned())],
        );
        assert_eq!(lines("kernel/text.rs", "fn f() {\n    crate::store::open()\n}"), [2]);
        assert_eq!(lines("store.rs", "type C = crate::config::Config;"), [1]);
    }

    #[test]
    fn names_in_a_group_are_told_at_their_line() {
        let text = "use crate::{\n    kernel::{clock, text},\n    sustain::draft::Draft,\n    web,\n};";
        assert_eq!(lines("plan/session.rs", text), [3, 4]);
    }

    #[test]
    fn climbing_out_by_super_counts_too() {
        assert_eq!(lines("map/overlap.rs", "use super::super::web::health;"), [1]);
        assert_eq!(lines("map/overlap.rs", "use super::web;"), []);
        assert_eq!(lines("map/mod.rs", "use super::web;"), [1]);
        assert_eq!(lines("map/overlap.rs", "mod tests {\n use super::super::super::web;\n}"), [2]);
        assert_eq!(lines("map/overlap.rs", "mod tests {\n use super::super::web;\n}"), []);
    }

    #[test]
    fn the_bodies_of_macros_are_read() {
        assert_eq!(lines("kernel/text.rs", "fn f() { on!(db, pool => crate::web::f(pool)) }"), [1]);
        assert_eq!(lines("kernel/text.rs", "macro_rules! m { () => { $crate::cli::run() } }"), [1]);
    }

    #[test]
    fn comments_strings_and_other_paths_are_not() {
        let text = r##"
            //! See crate::web.
            /// And crate::cli::run, or [`crate::app`].
            // use crate::slack;
            /* crate::app */
            fn f<'a>(web: &'a str) -> String { format!("crate::web {web} sqlx::query {}", r#"crate::cli"#) }
            use other::web;
            pub(crate) mod cli {}
        "##;
        assert_eq!(refused("kernel/text.rs", text), []);
    }

    #[test]
    fn the_sandbox_names_the_kernel_and_nothing_else() {
        assert_eq!(refused("sandbox/mod.rs", "use crate::{kernel::clock, sandbox::page};"), []);
        assert_eq!(
            refused("sandbox/mod.rs", "use crate::map::Overlap;"),
            [(1, "sandbox may name only kernel, not map".to_owned())],
        );
        assert_eq!(lines("web/mod.rs", "use crate::sandbox;"), [1]);
    }

    #[test]
    fn sql_has_its_homes() {
        let text = "fn f() { sqlx::query(\"SELECT 1\") }";
        for home in ["store/mod.rs", "map/store.rs", "map/store/account.rs", "delivery/outbox.rs"] {
            assert_eq!(lines(home, text), [], "{home}");
        }
        assert_eq!(lines("map/flow.rs", text), [1]);
        assert_eq!(lines("map/flow.rs", "fn f() { sql_query!(\"SELECT 1\") }"), [1]);
        assert_eq!(lines("map/flow.rs", "fn f(e: store::sqlx_error::E, sqlx: u8) {}"), []);
    }

    #[test]
    fn slacks_client_and_the_wall_clock_have_theirs() {
        assert_eq!(lines("slack/client.rs", "use slack_morphism::prelude::*;"), []);
        assert_eq!(lines("app.rs", "use slack_morphism::prelude::*;"), [1]);
        assert_eq!(lines("map/sources/fetch/url.rs", "use reqwest::Client;"), []);
        assert_eq!(lines("map/sources/flow.rs", "use reqwest::Client;"), [1]);
        assert_eq!(lines("kernel/clock.rs", "fn f() { jiff::Timestamp::now(); }"), []);
        assert_eq!(lines("map/flow.rs", "fn f() {\n jiff::Timestamp::now();\n SystemTime::now(); }"), [2, 3]);
        assert_eq!(lines("map/flow.rs", "fn f() { clock.now(); Instant::now(); }"), []);
    }

    #[test]
    fn a_module_without_a_place_is_told() {
        assert_eq!(lines("attic/mod.rs", ""), [1]);
        assert_eq!(lines("lib.rs", "pub mod attic; pub use crate::cli::run;"), []);
    }
}
