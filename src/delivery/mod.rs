//! Delivery: the only way in and the only way out.
//!
//! **In**: a verified [`envelope::Envelope`] is committed to the [`inbox`] under its unique key, many to a commit,
//! before it is acknowledged; the [`intake`] worker claims it and calls the one handler. **Out**: a flow
//! [`outbox::enqueue`]s in the transaction of its state change; the [`dispatch`] worker sends. **On time**: a
//! [`schedule`] fires once per period, whoever is first to write the row.

pub mod dispatch;
pub mod envelope;
pub mod inbox;
pub mod intake;
pub mod outbox;
pub mod restored;
pub mod schedule;
