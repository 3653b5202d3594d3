//! What the tests share. Each test target uses its own part of it.
#![allow(dead_code)]

pub mod account_lists;
pub mod command;
pub mod install;
pub mod list_server;
pub mod partner_list;
pub mod postgres;
pub mod stage;
