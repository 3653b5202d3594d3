//! Slack: the transport in and out, and the bot that answers.
//!
//! In: [`verify`] → [`decode`] → [`front`] → the app behind [`crate::delivery::envelope::FrontDoor`]; [`http`] and
//! [`socket`] differ only in how bytes arrive and how the answer leaves. What was stored is read back with [`payload`].
//! Out: [`client`], the only user of slack-morphism's client.
//!
//! Between the two is [`bot`]: it routes what came in to the flow for it, one file a noun, composes Home, and carries the
//! outbox to Slack. [`grammar`] reads what is typed after `/partner`.
//!
//! To take one more event: add its type to [`manifest::EVENTS`], a reader to [`payload`] if none fits, and match it in
//! `bot/events.rs`. How a control is added is said in [`bot`].

pub mod bot;
pub mod client;
pub mod decode;
pub mod front;
pub mod grammar;
pub mod http;
pub mod manifest;
pub mod oauth;
pub mod pace;
pub mod payload;
pub mod socket;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod verify;
mod wire;
