//! Slack's transport, in and out: verification, decoding, the HTTP routes, Socket Mode and the one client.
//!
//! In: [`verify`] → [`decode`] → [`front`] → the app behind [`crate::delivery::envelope::FrontDoor`]; [`http`] and
//! [`socket`] differ only in how bytes arrive and how the answer leaves. What was stored is read back with [`payload`].
//! Out: [`client`], the only user of slack-morphism's client.
//!
//! To take one more event: add its type to [`manifest::EVENTS`], and a reader to [`payload`] if none fits. Interactions need nothing here: they are told apart by their callback or action id.

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
pub mod tls;
pub mod tokens;
pub mod verify;
mod wire;
