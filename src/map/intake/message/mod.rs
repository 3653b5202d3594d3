//! Stub until merged.
use crate::kernel::money::Money;
use crate::map::overlap::Population;
/// x
#[derive(Default)]
pub struct Context {
    /// x
    pub partners: Vec<String>,
    /// x
    pub self_bot: Option<String>,
}
/// x
#[derive(Default, Clone)]
pub struct OverlapMention {
    /// x
    pub account: String,
    /// x
    pub domain: Option<String>,
    /// x
    pub partner: Option<String>,
    /// x
    pub our_population: Option<Population>,
    /// x
    pub their_population: Option<Population>,
    /// x
    pub owner: Option<String>,
    /// x
    pub amount: Option<Money>,
    /// x
    pub stage: Option<String>,
}
/// x
#[derive(Default, Clone)]
pub struct PartialMention {
    /// x
    pub account: Option<String>,
    /// x
    pub domain: Option<String>,
    /// x
    pub partner: Option<String>,
    /// x
    pub our_population: Option<Population>,
    /// x
    pub their_population: Option<Population>,
    /// x
    pub owner: Option<String>,
    /// x
    pub amount: Option<Money>,
    /// x
    pub stage: Option<String>,
}
/// x
#[derive(Default)]
pub struct Reading {
    /// x
    pub overlaps: Vec<OverlapMention>,
    /// x
    pub doubtful: Option<PartialMention>,
}
/// x
pub fn read(_m: &serde_json::Value, _c: &Context) -> Reading {
    Reading::default()
}
/// x
pub fn answer_line(_l: &str, _c: &Context) -> serde_json::Value { serde_json::Value::Null }
