//! `[working_days]`: on which days people work.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::sources::given;
use crate::kernel::calendar::Written;

/// On which days people work: where somebody lives is told by their zone in Slack, unless it is set here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkingDays {
    /// The company's own country.
    #[serde(deserialize_with = "given")]
    pub country: Option<String>,
    /// Where somebody lives, by their id in Slack.
    pub people: BTreeMap<String, String>,
    /// Where a partner is, by its name.
    pub partners: BTreeMap<String, String>,
    /// A country's weekend, where it is another one than is known.
    pub weekends: BTreeMap<String, String>,
    /// Days off beside the public holidays.
    pub days_off: Vec<String>,
    /// Calendar files whose days are days off, each for everybody or for a country.
    pub closures: Vec<Closure>,
}

/// A calendar file of days off.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    /// The file.
    pub file: PathBuf,
    /// Only for this country.
    pub country: Option<String>,
}

impl WorkingDays {
    /// Without the files.
    pub fn written(&self) -> Written {
        Written {
            country: self.country.clone(),
            people: self.people.clone(),
            partners: self.partners.clone(),
            weekends: self.weekends.clone(),
            days_off: self.days_off.clone(),
        }
    }
}
