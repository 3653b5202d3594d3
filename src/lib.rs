//! Tandem keeps a partner team in rhythm inside Slack: **map → pull → plan → sustain**, then again.
//!
//! # The map of the modules
//!
//! The arrows run one way. A module may name those above it in this list, never those below;
//! `tests/layering.rs` holds the rule and fails with the offending line.
//!
//! | module | holds |
//! | --- | --- |
//! | [`kernel`] | what every room may use: ids, clock, schedules, dates, money, text, message blocks, errors |
//! | [`store`] | pools, transactions, migrations; the audit log, sealed tokens, backups |
//! | [`config`] | one validated struct: file and environment |
//! | [`delivery`] | inbox, outbox, worker, scheduler: the only way in and the only way out |
//! | [`map`] | accounts and their maps, partners, contacts, overlaps and how they arrive; the sources that lists come from |
//! | [`pull`] | triage and the weekly digest; a partner's instructions and what they trigger |
//! | [`plan`] | sessions, requests for one, and commitments |
//! | [`sustain`] | drafts, templates, relevance, sending |
//! | [`sample`] | a small company to try things with: the demo's and the set-up's sample data |
//! | [`slack`] | verification, decoding, the client; in `bot/` every command, control, form and Home, one file a noun |
//! | [`web`] | the web server: web hooks, pages, health, readiness and metrics |
//! | [`sandbox`] | a local Slack workspace with a web page: the demo and the test double |
//! | [`app`] | composes the parts and supervises them |
//! | [`cli`] | one file a subcommand |
//!
//! Inside each area the same four kinds of file recur: `<noun>.rs` (plain data, pure decisions),
//! `store.rs` (the only SQL), `flow.rs` (load, decide, save and enqueue in one transaction) and
//! `view.rs` (nouns to message blocks).

pub mod app;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod kernel;
pub mod map;
pub mod plan;
pub mod pull;
pub mod sample;
pub mod sandbox;
pub mod slack;
pub mod store;
pub mod sustain;
pub mod web;
