//! What every room may use. Nothing here knows Slack's transport, SQL or an area.

pub mod clock;
pub mod dates;
pub mod money;
pub mod schedule;
pub mod text;
