//! What every room may use. Nothing here knows Slack's transport, SQL or an area.

pub mod actor;
pub mod age;
pub mod blocks;
pub mod calendar;
pub mod clock;
pub mod csv;
pub mod dates;
pub mod error;
pub mod failpoint;
pub mod ics;
pub mod ids;
pub mod meters;
pub mod money;
pub mod pattern;
pub mod pulse;
pub mod schedule;
pub mod text;
pub mod tls;
