//! Who of one side knows somebody inside accounts.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, PartnerId};
use crate::map::account_map::relationship::{Knower, Known, Relationship};
use crate::map::trust::Held;
use crate::sql_all;
use crate::store::{Tx, instant};

#[derive(sqlx::FromRow)]
struct Row {
    account_id: String,
    person: String,
    name: String,
    title: Option<String>,
    from_user: Option<String>,
    from_contact: Option<String>,
    who: Option<String>,
    partner_id: Option<String>,
    partner: Option<String>,
    strength: i64,
    said_by: String,
    said_at: i64,
}

impl TryFrom<Row> for Held {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let name = row.who.unwrap_or_else(|| "a colleague".to_owned());
        let who = match (row.from_user, row.from_contact) {
            (Some(user), _) => Knower::Us(user.into()),
            (None, Some(contact)) => Knower::Contact(contact.into()),
            (None, None) => return Err(Error::fault("a relationship begins with nobody")),
        };
        Ok(Self {
            account: row.account_id.into(),
            who: row.partner.map_or_else(|| name.clone(), |partner| format!("{name} at {partner}")),
            whom: row.title.map_or_else(|| row.name.clone(), |title| format!("{}, {title}", row.name)),
            said: Relationship {
                who,
                whom: Known::Person(row.person.into()),
                strength: row.strength,
                said_by: row.said_by.into(),
                said_at: instant(row.said_at)?,
            },
        })
    }
}

/// Who knows somebody at these accounts, by whose people they are: a partner's, or (`None`) ours.
pub async fn trust(tx: &mut Tx, accounts: &[AccountId]) -> Result<HashMap<Option<PartnerId>, Vec<Held>>> {
    let sql = format!(
        "SELECT p.account_id, p.id AS person, p.name, p.title, r.from_user, r.from_contact, COALESCE(c.name, u.name) AS who, \
         c.partner_id, w.name AS partner, r.strength, r.said_by, r.said_at FROM relationships r JOIN account_people p ON p.id = r.to_person \
         LEFT JOIN contacts c ON c.id = r.from_contact LEFT JOIN partners w ON w.id = c.partner_id \
         LEFT JOIN people u ON u.id = r.from_user \
         WHERE p.account_id IN ({}) AND (c.partner_id IS NOT NULL OR r.from_user IS NOT NULL)",
        tx.texts()
    );
    let rows = sql_all!(tx, Row, AssertSqlSafe(sql.clone()), serde_json::to_string(accounts)?)?;
    let mut held: HashMap<Option<PartnerId>, Vec<Held>> = HashMap::new();
    for row in rows {
        held.entry(row.partner_id.clone().map(Into::into)).or_default().push(row.try_into()?);
    }
    Ok(held)
}
