//! Sustain: drafts of partner comms, their templates, the relevance check, sender and channel.

pub mod relevance;
pub mod template;
