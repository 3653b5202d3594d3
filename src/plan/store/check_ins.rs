//! Check-ins and their rhythms.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::check_in::{CheckIn, EVERY_DAYS, Rhythm};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{PartnerId, UserId};
use crate::store::{Tx, instant, millis};
use crate::{sql_all, sql_exec, sql_opt};

#[derive(sqlx::FromRow)]
struct CheckInRow {
    id: String,
    partner_id: String,
    on_date: String,
    focus: String,
    until_date: String,
    said_by: Option<String>,
    notes: Option<String>,
    logged_by: String,
    logged_at: i64,
}

/// Every column that [`CheckInRow`] reads.
macro_rules! check_in {
    ($rest:literal) => {
        concat!(
            "SELECT id, partner_id, on_date, focus, until_date, said_by, notes, logged_by, logged_at FROM check_ins ",
            $rest
        )
    };
}

impl TryFrom<CheckInRow> for CheckIn {
    type Error = Error;

    fn try_from(row: CheckInRow) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            partner: row.partner_id.into(),
            on: row.on_date.parse()?,
            focus: row.focus,
            until: row.until_date.parse()?,
            said_by: row.said_by,
            notes: row.notes,
            logged_by: row.logged_by.into(),
            logged_at: instant(row.logged_at)?,
        })
    }
}

/// Keeps what was said in a check-in.
pub async fn insert_check_in(tx: &mut Tx, said: &CheckIn) -> Result<()> {
    sql_exec!(
        tx,
        "INSERT INTO check_ins (id, partner_id, on_date, focus, until_date, said_by, notes, logged_by, logged_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        said.id.as_str(),
        said.partner.as_str(),
        said.on.to_string(),
        &said.focus,
        said.until.to_string(),
        said.said_by.as_deref(),
        said.notes.as_deref(),
        said.logged_by.as_str(),
        millis(said.logged_at)
    )?;
    Ok(())
}

/// The latest check-in with this partner.
pub async fn last_check_in(tx: &mut Tx, partner: &PartnerId) -> Result<Option<CheckIn>> {
    let row = sql_opt!(
        tx,
        CheckInRow,
        check_in!("WHERE partner_id = $1 ORDER BY on_date DESC, logged_at DESC, id LIMIT 1"),
        partner.as_str()
    )?;
    row.map(CheckIn::try_from).transpose()
}

/// What this partner focuses on, as they said last, while that counts; with who said it and when. For notes, agendas and
/// whatever else speaks to them.
pub async fn season(tx: &mut Tx, partner: &PartnerId, today: Date) -> Result<Option<CheckIn>> {
    Ok(last_check_in(tx, partner).await?.filter(|said| said.counts(today)))
}

type RhythmRow = (String, i64, Option<String>, String, i64);

fn rhythm_of(row: RhythmRow) -> Result<Rhythm> {
    let (partner, every_days, quiet_until, asked, version) = row;
    let date = |text: Option<String>| text.map(|t| t.parse::<Date>()).transpose();
    Ok(Rhythm {
        partner: partner.into(),
        every_days,
        quiet_until: date(quiet_until)?,
        asked: date(Some(asked).filter(|a| !a.is_empty()))?,
        version,
    })
}

/// A partner's rhythm; one that nobody has chosen is the usual one.
pub async fn rhythm(tx: &mut Tx, partner: &PartnerId) -> Result<Rhythm> {
    let row = sql_opt!(
        tx,
        RhythmRow,
        "SELECT partner_id, every_days, quiet_until, asked, version FROM check_in_rhythms WHERE partner_id = $1",
        partner.as_str()
    )?;
    row.map_or_else(|| Ok(Rhythm::new(partner)), rhythm_of)
}

/// Saves a rhythm if nobody changed it since version `seen`; `false` when somebody did.
pub async fn save_rhythm(tx: &mut Tx, rhythm: &Rhythm, seen: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "INSERT INTO check_in_rhythms (partner_id, every_days, quiet_until, version) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (partner_id) DO UPDATE SET every_days = excluded.every_days, quiet_until = excluded.quiet_until, \
         version = excluded.version WHERE check_in_rhythms.version = $5",
        rhythm.partner.as_str(),
        rhythm.every_days,
        rhythm.quiet_until.map(|d| d.to_string()),
        rhythm.version,
        seen
    )?;
    Ok(changed == 1)
}

/// Remembers the day on which its manager is reminded; `false` when another round has sent it.
pub async fn mark_check_in_asked(tx: &mut Tx, partner: &PartnerId, day: Date) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "INSERT INTO check_in_rhythms (partner_id, every_days, asked, version) VALUES ($1, $2, $3, 0) \
         ON CONFLICT (partner_id) DO UPDATE SET asked = excluded.asked WHERE check_in_rhythms.asked < excluded.asked",
        partner.as_str(),
        EVERY_DAYS,
        day.to_string()
    )?;
    Ok(changed == 1)
}

/// What a check-in with one partner is reminded by.
#[derive(Clone, Debug)]
pub struct Beat {
    /// The partner's name.
    pub partner: String,
    /// Who of ours manages it.
    pub manager: Option<UserId>,
    /// Its rhythm.
    pub rhythm: Rhythm,
    /// The day of the last check-in.
    pub last: Option<Date>,
    /// When the partner was added.
    pub added: Timestamp,
}

type BeatRow = (
    String,
    String,
    Option<String>,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
);

/// Every column of [`BeatRow`].
macro_rules! beat {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.name, p.manager, p.created_at, r.every_days, r.quiet_until, r.asked, r.version, ",
            "(SELECT MAX(c.on_date) FROM check_ins c WHERE c.partner_id = p.id) ",
            "FROM partners p LEFT JOIN check_in_rhythms r ON r.partner_id = p.id ",
            $rest
        )
    };
}

fn beat_of(row: BeatRow) -> Result<Beat> {
    let (id, partner, manager, added, every, quiet, asked, version, last) = row;
    let row = (id, every.unwrap_or(EVERY_DAYS), quiet, asked.unwrap_or_default(), version.unwrap_or(0));
    let last = last.map(|t| t.parse::<Date>()).transpose()?;
    let manager = manager.map(Into::into);
    Ok(Beat { partner, manager, rhythm: rhythm_of(row)?, last, added: instant(added)? })
}

/// One for each partner with whom there is an agreement, by name.
pub async fn beats(tx: &mut Tx) -> Result<Vec<Beat>> {
    let rows = sql_all!(
        tx,
        BeatRow,
        beat!(
            "WHERE NOT EXISTS (SELECT 1 FROM partner_prospects pp WHERE pp.partner_id = p.id AND pp.prospective = 1) \
             ORDER BY p.name_key, p.id"
        )
    )?;
    rows.into_iter().map(beat_of).collect()
}

/// That of one partner, whether or not there is an agreement.
pub async fn beat(tx: &mut Tx, partner: &PartnerId) -> Result<Option<Beat>> {
    let row = sql_opt!(tx, BeatRow, beat!("WHERE p.id = $1"), partner.as_str())?;
    row.map(beat_of).transpose()
}
