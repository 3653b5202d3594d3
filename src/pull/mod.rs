//! Pull: new overlaps are triaged weekly, and triage feeds the next agendas (A9).
//!
//! Once a week [`flow::post_due`] loads what may need a decision (`store`), ranks it with reasons ([`priority`]),
//! composes a [`digest::Digest`] and posts it. [`flow::decide`] carries a decision out and edits every message that
//! shows the overlap. What was planned feeds the [`agenda`] of the next session. Beside it stands the [`focus`] list of each partner and side, proposed here and agreed on by people. To add a decision: a variant of [`digest::Decision`], its words in `view`, its control in `view::action`.
//!
//! The manager's [`instruction`] sheet for a partner says what counts and how often to meet; [`trigger`] finds from it what
//! is worth a session now.

pub mod agenda;
pub mod digest;
pub mod dry_run;
pub mod flow;
pub mod focus;
pub mod forms;
pub mod instruction;
pub mod priority;
pub mod store;
#[cfg(test)]
pub(crate) mod testing;
pub mod trigger;
pub mod view;
pub mod weights;
