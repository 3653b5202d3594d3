//! Sustain: drafts of partner comms, their templates, the relevance check, sender and channel.
//!
//! A note's way: somebody composes it from facts ([`facts`]), its text is rendered once and checked ([`relevance`]), the
//! card goes to the approvers ([`view`]), and what they approve goes out to the letter ([`flow`]).
//!
//! To add a template: write `templates/comms/<name>.md` and enter its name in `template/shipped.rs`; `tandem templates preview`
//! shows it. To add a rule of the check: see [`relevance`].

pub mod draft;
pub mod facts;
pub mod feed;
pub mod flow;
pub mod form;
pub mod library;
pub mod relevance;
pub mod store;
pub mod template;
pub mod view;
