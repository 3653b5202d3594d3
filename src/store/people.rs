//! People of Slack as they were last looked up, and their roles.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sqlx::AssertSqlSafe;

use super::{Tx, millis};
use crate::kernel::actor::{Actor, Outside, Role, Standing};
use crate::kernel::error::Result;
use crate::kernel::ids::{PartnerId, UserId};
use crate::{sql_all, sql_exec, sql_opt};

/// What `users.info` said of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Slack's id.
    pub id: UserId,
    /// Their home team.
    pub team_id: Option<String>,
    /// The name they go by.
    pub name: String,
    /// Where the scopes show it.
    pub email: Option<String>,
    /// IANA name.
    pub zone: Option<String>,
    /// Why they are not a full member of the home workspace; `None` for a member.
    pub outside: Option<Outside>,
}

impl Person {
    /// The zone that they live in; UTC where it is not known.
    pub fn zone(&self) -> TimeZone {
        self.zone.as_deref().and_then(|z| TimeZone::get(z).ok()).unwrap_or(TimeZone::UTC)
    }

    /// The person as an actor, with the roles that are stored.
    pub async fn actor(&self, tx: &mut Tx) -> Result<Actor> {
        Ok(Actor {
            user: self.id.clone(),
            name: self.name.clone(),
            zone: self.zone(),
            standing: self.outside.map_or(Standing::Member, Standing::Outside),
            roles: roles_of(tx, &self.id).await?,
        })
    }
}

/// Remembers what was looked up.
pub async fn save(tx: &mut Tx, now: Timestamp, person: &Person) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO people (id, team_id, name, email, zone, outside, fetched_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (id) DO UPDATE SET team_id = excluded.team_id, name = excluded.name, email = excluded.email, \
         zone = excluded.zone, outside = excluded.outside, fetched_at = excluded.fetched_at",
        person.id.as_str(),
        person.team_id.as_deref(),
        &person.name,
        person.email.as_deref(),
        person.zone.as_deref(),
        person.outside.map(Outside::words),
        millis(now)
    )?;
    Ok(())
}

/// A person and when they were looked up, in milliseconds UTC.
pub async fn find(tx: &mut Tx, id: &UserId) -> Result<Option<(Person, i64)>> {
    type Row = (String, Option<String>, String, Option<String>, Option<String>, Option<String>, i64);
    let row = sql_opt!(
        tx,
        Row,
        "SELECT id, team_id, name, email, zone, outside, fetched_at FROM people WHERE id = $1",
        id.as_str()
    )?;
    Ok(row.map(|(id, team_id, name, email, zone, outside, at)| {
        let outside = outside.map(|o| Outside::stored(&o).unwrap_or(Outside::Missing));
        (Person { id: id.into(), team_id, name, email, zone, outside }, at)
    }))
}

/// Why somebody is no member any more, where that is known.
pub async fn outside(tx: &mut Tx, id: &UserId) -> Result<Option<Outside>> {
    Ok(find(tx, id).await?.and_then(|(person, _)| person.outside))
}

/// The zone that somebody lives in; UTC where it is not known.
pub async fn zone_of(tx: &mut Tx, id: &UserId) -> Result<TimeZone> {
    Ok(find(tx, id).await?.map_or(TimeZone::UTC, |(person, _)| person.zone()))
}

/// The members of ours with these addresses, in lower case, by address.
pub async fn users_of_addresses(tx: &mut Tx, addresses: &[String]) -> Result<HashMap<String, UserId>> {
    let sql = format!(
        "SELECT LOWER(email), id FROM people WHERE outside IS NULL AND LOWER(email) IN ({}) ORDER BY id",
        tx.texts()
    );
    let rows = sql_all!(tx, (String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(addresses)?)?;
    Ok(rows.into_iter().map(|(email, id)| (email, id.into())).collect())
}

/// The names and addresses of members, by id.
pub async fn addresses_of_users(tx: &mut Tx, users: &[UserId]) -> Result<HashMap<UserId, (String, String)>> {
    let sql =
        format!("SELECT id, name, email FROM people WHERE email IS NOT NULL AND id IN ({})", tx.texts());
    let rows =
        sql_all!(tx, (String, String, String), AssertSqlSafe(sql.clone()), serde_json::to_string(users)?)?;
    Ok(rows.into_iter().map(|(id, name, email)| (id.into(), (name, email))).collect())
}

/// Whether this person opens Home for the first time; asked once, it is remembered.
pub async fn first_welcome(tx: &mut Tx, now: Timestamp, id: &UserId) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE people SET welcomed_at = $2 WHERE id = $1 AND welcomed_at IS NULL",
        id.as_str(),
        millis(now)
    )?;
    Ok(changed == 1)
}

/// Whether this person has opened Home before.
pub async fn was_welcomed(tx: &mut Tx, id: &UserId) -> Result<bool> {
    let found = sql_opt!(
        tx,
        (String,),
        "SELECT id FROM people WHERE id = $1 AND welcomed_at IS NOT NULL",
        id.as_str()
    )?;
    Ok(found.is_some())
}

/// A person's roles, each for one partner or (`None`) for all.
pub async fn roles_of(tx: &mut Tx, id: &UserId) -> Result<Vec<(Role, Option<PartnerId>)>> {
    let rows = sql_all!(
        tx,
        (String, String),
        "SELECT role, partner_id FROM roles WHERE user_id = $1 ORDER BY role",
        id.as_str()
    )?;
    Ok(rows
        .into_iter()
        .filter_map(|(role, partner)| {
            Some((Role::stored(&role)?, (!partner.is_empty()).then(|| partner.into())))
        })
        .collect())
}

/// Makes `user` (or nobody) the holder of a role for one partner.
pub async fn set_holder_for(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    role: Role,
    partner: &PartnerId,
    user: Option<&UserId>,
) -> Result<()> {
    sql_exec!(tx, "DELETE FROM roles WHERE role = $1 AND partner_id = $2", role.as_str(), partner.as_str())?;
    if let Some(user) = user {
        sql_exec!(
            tx,
            "INSERT INTO roles (user_id, role, partner_id, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5)",
            user.as_str(),
            role.as_str(),
            partner.as_str(),
            by.as_str(),
            millis(now)
        )?;
    }
    Ok(())
}

/// Everybody who has a role for all partners.
pub async fn holders(tx: &mut Tx, role: Role) -> Result<Vec<UserId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT user_id FROM roles WHERE role = $1 AND partner_id = '' ORDER BY user_id",
        role.as_str()
    )?;
    Ok(rows.into_iter().map(|r| r.0.into()).collect())
}

/// Makes `users` the holders of a role that holds for all partners.
pub async fn set_holders(
    tx: &mut Tx,
    now: Timestamp,
    by: &UserId,
    role: Role,
    users: &[UserId],
) -> Result<()> {
    sql_exec!(tx, "DELETE FROM roles WHERE role = $1 AND partner_id = ''", role.as_str())?;
    for user in users {
        sql_exec!(
            tx,
            "INSERT INTO roles (user_id, role, partner_id, granted_by, granted_at) VALUES ($1, $2, '', $3, $4) ON CONFLICT DO NOTHING",
            user.as_str(),
            role.as_str(),
            by.as_str(),
            millis(now)
        )?;
    }
    Ok(())
}
