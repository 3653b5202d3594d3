//! Plan: requests for account-planning sessions, and the commitments that sessions and threads leave behind (B3, A17).
//!
//! [`phrase`] reads what people type behind the command; [`request`] and [`commitment`] decide; `flow` carries out.

pub mod calendar;
pub mod commitment;
pub mod flow;
pub mod introduction;
pub mod outcome;
pub mod phrase;
pub mod reminder;
pub mod request;
pub mod store;
pub mod view;
