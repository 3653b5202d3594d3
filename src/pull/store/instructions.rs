//! Instruction sheets: every version is kept, the newest counts.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::instruction::{Instruction, Sheet};
use crate::kernel::error::Result;
use crate::kernel::ids::{PartnerId, UserId};
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec};

type Row = (String, i64, String, String, i64);

fn instruction((partner, version, sheet, by, at): Row) -> Result<Instruction> {
    let sheet: Sheet = serde_json::from_str(&sheet)?;
    Ok(Instruction { partner: partner.into(), version, sheet, by: by.into(), at: instant(at)? })
}

/// The sheet that counts for a partner; `None` while nobody has written one.
pub async fn instruction_of(tx: &mut Tx, partner: &PartnerId) -> Result<Option<Instruction>> {
    Ok(instructions_of(tx, partner, 1).await?.pop())
}

/// The newest versions of a partner's sheet, the newest first.
pub async fn instructions_of(tx: &mut Tx, partner: &PartnerId, limit: i64) -> Result<Vec<Instruction>> {
    let rows = sql_all!(
        tx,
        Row,
        "SELECT partner_id, version, sheet, set_by, set_at FROM instructions WHERE partner_id = $1 ORDER BY version DESC LIMIT $2",
        partner.as_str(),
        limit
    )?;
    rows.into_iter().map(instruction).collect()
}

/// The sheets that count, by partner; those that have none are absent.
pub async fn instructions(tx: &mut Tx) -> Result<HashMap<PartnerId, Instruction>> {
    let rows = sql_all!(
        tx,
        Row,
        "SELECT i.partner_id, i.version, i.sheet, i.set_by, i.set_at FROM instructions i \
         WHERE i.version = (SELECT MAX(version) FROM instructions n WHERE n.partner_id = i.partner_id)"
    )?;
    let all = rows.into_iter().map(instruction);
    all.map(|found| found.map(|i| (i.partner.clone(), i))).collect()
}

/// Adds the next version of a sheet; `false` when somebody was faster.
pub async fn add_instruction(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    partner: &PartnerId,
    version: i64,
    sheet: &Sheet,
) -> Result<bool> {
    let added = sql_exec!(
        tx,
        "INSERT INTO instructions (partner_id, version, sheet, set_by, set_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (partner_id, version) DO NOTHING",
        partner.as_str(),
        version,
        serde_json::to_string(sheet)?,
        by.as_str(),
        millis(now)
    )?;
    Ok(added == 1)
}
