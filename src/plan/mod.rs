//! Plan: requests for account-planning sessions, the sessions themselves, the commitments that sessions and threads leave
//! behind, the plays that partners run with us, and check-ins with them (B3, A4, A17, A19, B9).
//!
//! [`invite`] is what a calendar program gets of a session, [`found`] a session that a calendar shows and nobody logged.
//!
//! [`phrase`] reads what people type behind the command; [`request`], [`session`] and [`commitment`] decide; `flow`
//! carries out.

pub mod calendar;
pub mod check_in;
pub mod commitment;
pub mod flow;
pub mod found;
pub mod invite;
pub mod phrase;
pub mod play;
pub mod request;
pub mod session;
pub mod store;
pub mod timeline;
pub mod view;
