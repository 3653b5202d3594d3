//! Map: accounts, partners, contacts and overlaps, and the formats in which they arrive.

pub mod account;
pub mod account_map;
pub mod domain;
pub mod find;
pub mod fit;
pub mod fit_view;
pub mod flow;
pub mod focus;
pub mod import;
pub mod intake;
pub mod lists;
pub mod matching;
pub mod name;
pub mod overlap;
pub mod partner;
pub mod partner_view;
mod population;
pub mod sharing;
pub mod sharing_view;
pub mod sources;
pub mod store;
pub mod storm;
pub mod trust;
pub mod view;
