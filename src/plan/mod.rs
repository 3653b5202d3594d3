//! Plan: requests for account-planning sessions, the sessions themselves, the commitments and introductions that sessions and
//! threads leave behind, and what reps ask of a partner's manager (B3, A4, A10, A17).
//!
//! [`phrase`] reads what people type behind the command; [`request`], [`session`], [`commitment`], [`introduction`] and [`ask`]
//! decide; `flow` carries out. [`reminder`] is the one rule of when somebody is reminded; [`owed`] and [`ledger`] are what
//! follows from the rest.

pub mod ask;
pub mod calendar;
pub mod commitment;
pub mod flow;
pub mod introduction;
pub mod ledger;
pub mod outcome;
pub mod owed;
pub mod phrase;
pub mod placed;
pub mod pre_read;
pub mod prep;
pub mod record;
pub mod reminder;
pub mod request;
pub mod session;
pub mod store;
pub mod view;
