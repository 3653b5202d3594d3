//! Plan: requests for account-planning sessions, the commitments that sessions and threads leave behind, the plays
//! that partners run with us, and check-ins with them (B3, A17, A19, B9).
//!
//! [`phrase`] reads what people type behind the command; [`request`] and [`commitment`] decide; `flow` carries out.

pub mod calendar;
pub mod check_in;
pub mod commitment;
pub mod flow;
pub mod phrase;
pub mod play;
pub mod request;
pub mod store;
pub mod timeline;
pub mod view;
