//! Partners and the people there.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ContactId, PartnerId, UserId};
use crate::map::partner::{Contact, ContactRole, Partner};
use crate::map::{account_map, name};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct PartnerRow {
    id: String,
    name: String,
    domain: Option<String>,
    manager: Option<String>,
    channel: Option<String>,
    refresh_days: i64,
    list_seen_at: Option<i64>,
    sample: i64,
}

impl TryFrom<PartnerRow> for Partner {
    type Error = Error;

    fn try_from(row: PartnerRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            domain: row.domain,
            manager: row.manager.map(Into::into),
            channel: row.channel.map(Into::into),
            refresh_days: row.refresh_days,
            list_seen_at: row.list_seen_at.map(instant).transpose()?,
            sample: row.sample != 0,
        })
    }
}

/// Every column that [`PartnerRow`] reads.
const PARTNER: &str =
    "SELECT id, name, domain, manager, channel, refresh_days, list_seen_at, sample FROM partners";

/// Every partner, by name.
pub async fn partners(tx: &mut Tx) -> Result<Vec<Partner>> {
    let sql = format!("{PARTNER} ORDER BY name_key");
    let rows = sql_all!(tx, PartnerRow, AssertSqlSafe(sql.clone()))?;
    rows.into_iter().map(Partner::try_from).collect()
}

/// One partner.
pub async fn partner(tx: &mut Tx, id: &PartnerId) -> Result<Option<Partner>> {
    let sql = format!("{PARTNER} WHERE id = $1");
    sql_opt!(tx, PartnerRow, AssertSqlSafe(sql.clone()), id.as_str())?.map(Partner::try_from).transpose()
}

/// Follows a channel that has got another id.
pub async fn renumber_channel(tx: &mut Tx, from: &ChannelId, to: &ChannelId) -> Result<()> {
    for sql in [
        "UPDATE partners SET channel = $2 WHERE channel = $1",
        "UPDATE overlap_sources SET channel = $2 WHERE channel = $1",
        "UPDATE imports SET channel = $2 WHERE channel = $1",
    ] {
        sql_exec!(tx, sql, from.as_str(), to.as_str())?;
    }
    Ok(())
}

/// The partner whose people read this channel.
pub async fn partner_of_channel(tx: &mut Tx, channel: &ChannelId) -> Result<Option<Partner>> {
    let sql = format!("{PARTNER} WHERE channel = $1");
    sql_opt!(tx, PartnerRow, AssertSqlSafe(sql.clone()), channel.as_str())?.map(Partner::try_from).transpose()
}

/// Adds a partner or saves what changed; its id decides which.
pub async fn save_partner(tx: &mut Tx, now: Timestamp, partner: &Partner) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO partners (id, name, name_key, domain, manager, channel, refresh_days, list_seen_at, sample, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, domain = excluded.domain, \
         manager = excluded.manager, channel = excluded.channel, refresh_days = excluded.refresh_days, \
         list_seen_at = excluded.list_seen_at",
        partner.id.as_str(),
        &partner.name,
        name::key(&partner.name),
        partner.domain.as_deref(),
        partner.manager.as_ref().map(UserId::as_str),
        partner.channel.as_ref().map(ChannelId::as_str),
        partner.refresh_days,
        partner.list_seen_at.map(millis),
        i64::from(partner.sample),
        millis(now)
    )?;
    Ok(())
}

/// Keeps other edits of a partner or of its contacts out until this transaction ends; `false` when it is gone.
pub async fn lock_partner(tx: &mut Tx, id: &PartnerId) -> Result<bool> {
    Ok(sql_exec!(tx, "UPDATE partners SET id = id WHERE id = $1", id.as_str())? == 1)
}

#[derive(sqlx::FromRow)]
struct ContactRow {
    id: String,
    partner_id: String,
    name: String,
    role: String,
    email: Option<String>,
    slack_user: Option<String>,
    said_no_to: String,
}

impl TryFrom<ContactRow> for Contact {
    type Error = Error;

    fn try_from(row: ContactRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            partner: row.partner_id.into(),
            name: row.name,
            role: ContactRole::stored(&row.role).ok_or_else(|| unknown("contact role", &row.role))?,
            email: row.email,
            slack_user: row.slack_user.map(Into::into),
            said_no_to: serde_json::from_str(&row.said_no_to)?,
        })
    }
}

/// Every column that [`ContactRow`] reads.
const CONTACT: &str = "SELECT id, partner_id, name, role, email, slack_user, said_no_to FROM contacts";

/// The people at a partner, by name.
pub async fn contacts(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Contact>> {
    let sql = format!("{CONTACT} WHERE partner_id = $1 ORDER BY name");
    let rows = sql_all!(tx, ContactRow, AssertSqlSafe(sql.clone()), partner.as_str())?;
    rows.into_iter().map(Contact::try_from).collect()
}

/// One person at a partner.
pub async fn contact(tx: &mut Tx, id: &ContactId) -> Result<Option<Contact>> {
    let sql = format!("{CONTACT} WHERE id = $1");
    sql_opt!(tx, ContactRow, AssertSqlSafe(sql.clone()), id.as_str())?.map(Contact::try_from).transpose()
}

/// Adds a person at a partner or saves what changed.
pub async fn save_contact(tx: &mut Tx, now: Timestamp, contact: &Contact) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO contacts (id, partner_id, name, role, email, slack_user, said_no_to, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, email = excluded.email, \
         slack_user = excluded.slack_user, said_no_to = excluded.said_no_to",
        contact.id.as_str(),
        contact.partner.as_str(),
        &contact.name,
        contact.role.as_str(),
        contact.email.as_deref(),
        contact.slack_user.as_ref().map(UserId::as_str),
        serde_json::to_string(&contact.said_no_to)?,
        millis(now)
    )?;
    Ok(())
}

/// Removes everything that is marked SAMPLE; gives the number of partners that went.
pub async fn remove_samples(tx: &mut Tx) -> Result<u64> {
    account_map::store::remove_samples(tx).await?;
    let partners = sql_exec!(tx, "DELETE FROM partners WHERE sample = 1")?;
    sql_exec!(
        tx,
        "DELETE FROM accounts WHERE sample = 1 AND NOT EXISTS \
         (SELECT 1 FROM account_overlaps o WHERE o.account_id = accounts.id)"
    )?;
    Ok(partners)
}
