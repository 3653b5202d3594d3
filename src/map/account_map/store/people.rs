//! The people at an account, who knows them, and what partners are on it.

use jiff::Timestamp;

use super::super::involvement::{Involvement, Role};
use super::super::relationship::{Knower, Known, Relationship};
use super::super::stakeholder::{Part, Seniority, Stakeholder};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AccountId, StakeholderId};
use crate::store::{Tx, instant, millis, unknown};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct PersonRow {
    id: String,
    account_id: String,
    name: String,
    title: Option<String>,
    role: Option<String>,
    seniority: Option<String>,
    changed_by: String,
    changed_at: i64,
}

/// A stored word, if there is one.
fn word<T>(what: &str, text: Option<&str>, read: fn(&str) -> Option<T>) -> Result<Option<T>> {
    text.map(|text| read(text).ok_or_else(|| unknown(what, text))).transpose()
}

impl TryFrom<PersonRow> for Stakeholder {
    type Error = Error;

    fn try_from(row: PersonRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            account: row.account_id.into(),
            name: row.name,
            title: row.title,
            role: word("role at an account", row.role.as_deref(), Part::stored)?,
            seniority: word("seniority", row.seniority.as_deref(), Seniority::stored)?,
            changed_by: row.changed_by.into(),
            changed_at: instant(row.changed_at)?,
        })
    }
}

/// The people at an account, in no order.
pub async fn people(tx: &mut Tx, account: &AccountId) -> Result<Vec<Stakeholder>> {
    let rows = sql_all!(
        tx,
        PersonRow,
        "SELECT id, account_id, name, title, role, seniority, changed_by, changed_at FROM account_people WHERE account_id = $1",
        account.as_str()
    )?;
    rows.into_iter().map(Stakeholder::try_from).collect()
}

/// One of them.
pub async fn person(tx: &mut Tx, id: &StakeholderId) -> Result<Option<Stakeholder>> {
    let row = sql_opt!(
        tx,
        PersonRow,
        "SELECT id, account_id, name, title, role, seniority, changed_by, changed_at FROM account_people WHERE id = $1",
        id.as_str()
    )?;
    row.map(Stakeholder::try_from).transpose()
}

/// Adds a person at an account or saves what changed.
pub async fn save_person(tx: &mut Tx, person: &Stakeholder, sample: bool) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_people (id, account_id, name, title, role, seniority, sample, created_at, changed_by, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $8, $9) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, title = excluded.title, role = excluded.role, \
         seniority = excluded.seniority, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        person.id.as_str(),
        person.account.as_str(),
        &person.name,
        person.title.as_deref(),
        person.role.map(Part::as_str),
        person.seniority.map(Seniority::as_str),
        i64::from(sample),
        person.changed_by.as_str(),
        millis(person.changed_at)
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct RelationshipRow {
    from_user: Option<String>,
    from_contact: Option<String>,
    to_person: Option<String>,
    to_contact: Option<String>,
    strength: i64,
    said_by: String,
    said_at: i64,
}

impl TryFrom<RelationshipRow> for Relationship {
    type Error = Error;

    fn try_from(row: RelationshipRow) -> Result<Self> {
        let who = match (row.from_user, row.from_contact) {
            (Some(user), None) => Knower::Us(user.into()),
            (None, Some(contact)) => Knower::Contact(contact.into()),
            _ => return Err(Error::fault("a relationship begins with nobody")),
        };
        let whom = match (row.to_person, row.to_contact) {
            (Some(person), None) => Known::Person(person.into()),
            (None, Some(contact)) => Known::Contact(contact.into()),
            _ => return Err(Error::fault("a relationship leads to nobody")),
        };
        let said_at = instant(row.said_at)?;
        Ok(Self { who, whom, strength: row.strength, said_by: row.said_by.into(), said_at })
    }
}

/// Who knows the people at an account, and who of ours knows the people of the partners that have to do with it.
pub async fn relationships(tx: &mut Tx, account: &AccountId) -> Result<Vec<Relationship>> {
    let rows = sql_all!(
        tx,
        RelationshipRow,
        "SELECT from_user, from_contact, to_person, to_contact, strength, said_by, said_at FROM (\
         SELECT r.* FROM account_people p JOIN relationships r ON r.to_person = p.id WHERE p.account_id = $1 \
         UNION ALL SELECT r.* FROM contacts c JOIN relationships r ON r.to_contact = c.id WHERE c.partner_id IN \
          (SELECT partner_id FROM account_overlaps WHERE account_id = $1 AND gone_at IS NULL \
           UNION SELECT partner_id FROM account_partners WHERE account_id = $1)) known ORDER BY pair",
        account.as_str()
    )?;
    rows.into_iter().map(Relationship::try_from).collect()
}

/// What was said of a pair, if anything.
pub async fn relationship(tx: &mut Tx, pair: &str) -> Result<Option<Relationship>> {
    let row = sql_opt!(
        tx,
        RelationshipRow,
        "SELECT from_user, from_contact, to_person, to_contact, strength, said_by, said_at FROM relationships WHERE pair = $1",
        pair
    )?;
    row.map(Relationship::try_from).transpose()
}

/// Saves what is said of a pair now.
pub async fn save_relationship(tx: &mut Tx, r: &Relationship) -> Result<()> {
    let (user, from) = match &r.who {
        Knower::Us(user) => (Some(user.as_str()), None),
        Knower::Contact(contact) => (None, Some(contact.as_str())),
    };
    let (person, to) = match &r.whom {
        Known::Person(person) => (Some(person.as_str()), None),
        Known::Contact(contact) => (None, Some(contact.as_str())),
    };
    sql_exec!(
        tx,
        "INSERT INTO relationships (pair, from_user, from_contact, to_person, to_contact, strength, said_by, said_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (pair) DO UPDATE SET strength = excluded.strength, \
         said_by = excluded.said_by, said_at = excluded.said_at",
        r.pair(),
        user,
        from,
        person,
        to,
        r.strength,
        r.said_by.as_str(),
        millis(r.said_at)
    )?;
    Ok(())
}

/// What each partner is on an account.
pub async fn involvements(tx: &mut Tx, account: &AccountId) -> Result<Vec<Involvement>> {
    type Row = (String, Option<String>, Option<String>, String, i64);
    let rows = sql_all!(
        tx,
        Row,
        "SELECT partner_id, role, involvement, changed_by, changed_at FROM account_partners WHERE account_id = $1 ORDER BY partner_id",
        account.as_str()
    )?;
    rows.into_iter()
        .map(|(partner, role, words, by, at)| {
            Ok(Involvement {
                partner: partner.into(),
                role: word("role of a partner", role.as_deref(), Role::stored)?,
                words,
                changed_by: by.into(),
                changed_at: instant(at)?,
            })
        })
        .collect()
}

/// Saves what a partner is on an account.
pub async fn save_involvement(
    tx: &mut Tx,
    now: Timestamp,
    account: &AccountId,
    involvement: &Involvement,
) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO account_partners (account_id, partner_id, role, involvement, changed_by, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, partner_id) DO UPDATE SET role = excluded.role, \
         involvement = excluded.involvement, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        account.as_str(),
        involvement.partner.as_str(),
        involvement.role.map(Role::as_str),
        involvement.words.as_deref(),
        involvement.changed_by.as_str(),
        millis(now)
    )?;
    Ok(())
}
