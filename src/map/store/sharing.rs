//! What partners may see.

use jiff::Timestamp;

use crate::kernel::error::Result;
use crate::kernel::ids::{AccountId, PartnerId, UserId};
use crate::map::sharing::{Field, Level, Rule};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_exec, sql_opt};

/// What a partner may see now.
pub async fn sharing_rule(tx: &mut Tx, partner: &PartnerId) -> Result<Rule> {
    type Row = (i64, String, String, String, String, i64);
    let row = sql_opt!(
        tx,
        Row,
        "SELECT version, level, fields, hidden, set_by, set_at FROM sharing_rules WHERE partner_id = $1 ORDER BY version DESC LIMIT 1",
        partner.as_str()
    )?;
    let Some((version, level, fields, hidden, by, at)) = row else {
        let rule = Rule::new(partner);
        // Before there is an agreement, nothing but counts leaves the house unless somebody says so.
        let prospective = super::prospect(tx, partner).await?.is_some();
        return Ok(if prospective { Rule { level: Level::Counts, ..rule } } else { rule });
    };
    let stored: Vec<String> = serde_json::from_str(&fields)?;
    let field = |text: &String| Field::stored(text).ok_or_else(|| unknown("shared field", text));
    Ok(Rule {
        partner: partner.clone(),
        version,
        level: Level::stored(&level).ok_or_else(|| unknown("sharing level", &level))?,
        fields: stored.iter().map(field).collect::<Result<_>>()?,
        hidden: serde_json::from_str::<Vec<AccountId>>(&hidden)?.into_iter().collect(),
        set: Some((by.into(), instant(at)?)),
    })
}

/// Adds the next version of a rule; `false` when somebody was faster.
pub async fn set_sharing_rule(tx: &mut Tx, now: Timestamp, by: &UserId, rule: &Rule) -> Result<bool> {
    let fields: Vec<&str> = rule.fields.iter().map(|f| f.as_str()).collect();
    let hidden: Vec<&AccountId> = rule.hidden.iter().collect();
    let added = sql_exec!(
        tx,
        "INSERT INTO sharing_rules (partner_id, version, level, fields, hidden, set_by, set_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (partner_id, version) DO NOTHING",
        rule.partner.as_str(),
        rule.version,
        rule.level.as_str(),
        serde_json::to_string(&fields)?,
        serde_json::to_string(&hidden)?,
        by.as_str(),
        millis(now)
    )?;
    Ok(added == 1)
}
