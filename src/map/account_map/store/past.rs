//! Everything that happened on an account.

use super::super::past::{Past, StepTaken};
use super::super::record::{Close, Step};
use crate::kernel::error::Result;
use crate::kernel::ids::AccountId;
use crate::sql_all;
use crate::store::{Tx, instant, unknown};

#[derive(sqlx::FromRow)]
struct StepRow {
    id: String,
    text: String,
    owner: String,
    due: String,
    state: String,
    created_by: String,
    created_at: i64,
    closed_by: Option<String>,
    closed_at: Option<i64>,
    link: Option<String>,
    version: i64,
}

/// All of it, however old.
pub async fn past(tx: &mut Tx, account: &AccountId) -> Result<Past> {
    let rows = sql_all!(
        tx,
        (String, String, i64),
        "SELECT outcome, reviewed_by, reviewed_at FROM account_reviews WHERE account_id = $1",
        account.as_str()
    )?;
    let reviews = rows.into_iter().map(|(outcome, by, at)| Ok((outcome, by.into(), instant(at)?)));
    Ok(Past {
        log: super::log(tx, account, i64::MAX).await?,
        steps: steps(tx, account).await?,
        decisions: super::decisions(tx, account, i64::MAX).await?,
        holds: super::holds(tx, account, i64::MAX).await?,
        reviews: reviews.collect::<Result<_>>()?,
        room: super::room_of(tx, account).await?,
    })
}

async fn steps(tx: &mut Tx, account: &AccountId) -> Result<Vec<StepTaken>> {
    let rows = sql_all!(
        tx,
        StepRow,
        "SELECT id, text, owner, due, state, created_by, created_at, closed_by, closed_at, link, version FROM account_steps \
         WHERE account_id = $1",
        account.as_str()
    )?;
    let read = |row: StepRow| {
        let closed = match row.closed_by.zip(row.closed_at) {
            Some((by, at)) => {
                let how = Close::read(&row.state).ok_or_else(|| unknown("state of a step", &row.state))?;
                Some((how, by.into(), instant(at)?))
            }
            None => None,
        };
        let step = Step {
            id: row.id.into(),
            account: account.clone(),
            text: row.text,
            owner: row.owner.into(),
            due: row.due.parse()?,
            created_by: row.created_by.into(),
            link: row.link,
            version: row.version,
        };
        Ok(StepTaken { step, at: instant(row.created_at)?, closed })
    };
    rows.into_iter().map(read).collect()
}
