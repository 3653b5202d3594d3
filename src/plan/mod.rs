//! Plan: requests for account-planning sessions, the sessions themselves, the commitments and introductions that sessions and
//! threads leave behind, what reps ask of a partner's manager, the plays that partners run with us, and check-ins with them
//! (B3, A4, A10, A17, A19, B9).
//!
//! [`invite`] is what a calendar program gets of a session, [`found`] a session that a calendar shows and nobody logged.
//!
//! [`phrase`] reads what people type behind the command; [`request`], [`session`], [`commitment`], [`introduction`] and [`ask`]
//! decide; `flow` carries out. [`reminder`] is the one rule of when somebody is reminded; [`owed`] and [`ledger`] are what
//! follows from the rest.

pub mod ask;
pub mod candidate;
pub mod check_in;
pub mod commitment;
pub mod flow;
pub mod found;
pub mod introduction;
pub mod invite;
pub mod ledger;
pub mod outcome;
pub mod owed;
pub mod phrase;
pub mod placed;
pub mod play;
pub mod pre_read;
pub mod prep;
pub mod record;
pub mod reminder;
pub mod request;
pub mod session;
pub mod store;
pub mod timeline;
pub mod view;
