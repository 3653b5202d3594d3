//! x
/// x
pub fn answer_line(_l: &str) -> serde_json::Value { serde_json::Value::Null }
