//! Plan: requests for account-planning sessions, the sessions themselves, and the commitments that sessions and threads
//! leave behind (B3, A4, A17).
//!
//! [`phrase`] reads what people type behind the command; [`request`], [`session`] and [`commitment`] decide; `flow`
//! carries out.

pub mod calendar;
pub mod commitment;
pub mod flow;
pub mod introduction;
pub mod outcome;
pub mod phrase;
pub mod reminder;
pub mod request;
pub mod session;
pub mod store;
pub mod view;
