//! Where lists come from by themselves, so that the map stays fresh (A3): a watched folder, an address, Crossbeam's and
//! PartnerTap's APIs, and what is posted to `/hooks/overlaps`.
//!
//! | file | holds |
//! | --- | --- |
//! | `source` | a source as it is configured, checked |
//! | `standing` | how it stands, and when it is looked at next; also of calendars and feeds |
//! | `fetch/` | brings a list: the only HTTP requests of the map |
//! | `rows` | JSON of any origin as a CSV file that the table reader knows |
//! | `hook` | what is posted: signatures, our own format, Crossbeam's signals |
//! | `posted` | takes in what is posted |
//! | `flow` | hands a list over to the import pipeline, and tells what came of it |
//! | `alarm` | tells of lists that are too old |
//!
//! A source only brings a file. Reading, counting and writing it is the imports' work, with its leases and its safety.

pub mod alarm;
pub mod fetch;
pub mod flow;
pub mod hook;
pub mod posted;
pub mod rows;
pub mod source;
pub mod standing;
pub mod store;
pub mod view;

pub use source::{Kind, Source, configured};
pub use standing::{Failure, Standing};
