//! The one workspace that this database belongs to, and its tokens, sealed.

use jiff::Timestamp;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::keys::Keyring;
use super::{Tx, instant, millis};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::random;
use crate::{sql_exec, sql_opt};

/// How long one process may take to renew the token before another tries, in milliseconds.
const LEASE_MS: i64 = 60_000;
/// How long somebody may take from "Install" to Slack's answer, in milliseconds.
const STATE_MS: i64 = 10 * 60_000;

/// The installation as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The workspace; the organisation where the app is installed for all of it.
    pub team_id: String,
    /// Its name.
    pub team: String,
    /// For a whole Enterprise organisation.
    pub org_wide: bool,
    /// Our user there.
    pub bot_user: String,
    /// Who installed it through Slack's pages; nobody where the token comes from the configuration.
    pub installed_by: Option<String>,
    /// When, or when its token was last given back.
    pub installed_at: Timestamp,
    /// When the token ends, where tokens are renewed.
    pub expires_at: Option<Timestamp>,
    /// Since when Slack no longer takes the token, and Slack's word for it.
    pub revoked: Option<(Timestamp, String)>,
    /// Why the token could not be renewed the last time.
    pub renewal_error: Option<String>,
    /// Counts up with every change.
    pub version: i64,
    /// Counts up with every installation, and not with a renewal.
    epoch: i64,
    bot_token: Option<String>,
    refresh_token: Option<String>,
}

/// What Slack handed over at an installation or a renewal.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// `xoxb-…`, or `xoxe.xoxb-…` where tokens are renewed.
    pub bot: SecretString,
    /// `xoxe-1-…`
    pub refresh: Option<SecretString>,
    /// When the bot's token ends.
    pub expires_at: Option<Timestamp>,
}

/// Who installed what where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// See [`Installation`].
    pub team_id: String,
    /// See [`Installation`].
    pub team: String,
    /// See [`Installation`].
    pub org_wide: bool,
    /// See [`Installation`].
    pub bot_user: String,
    /// See [`Installation`].
    pub installed_by: Option<String>,
}

impl Installation {
    /// Whether its tokens stand in the database.
    pub fn has_tokens(&self) -> bool {
        self.bot_token.is_some()
    }

    /// Whether its token can be renewed.
    pub fn is_renewed(&self) -> bool {
        self.refresh_token.is_some()
    }

    /// What is wrong with its token and what to do about it, if anything is.
    pub fn trouble(&self) -> Option<String> {
        let again = if self.has_tokens() {
            "Install the app again at /slack/install"
        } else {
            "Install the app again on its page at api.slack.com, put its token into slack.bot_token and restart"
        };
        if let Some((at, why)) = &self.revoked {
            let since = at.strftime("%-d %B, %H:%M UTC");
            return Some(format!(
                "Slack has not taken the token since {since} ({why}). {again}; what waits is sent then."
            ));
        }
        let why = self.renewal_error.as_ref()?;
        let ends = self.expires_at?.strftime("%-d %B, %H:%M UTC").to_string();
        Some(format!(
            "The token ends on {ends} and could not be renewed ({why}). It is tried again. {again} if that stays so."
        ))
    }

    /// Opens its tokens; `None` where the bot's token comes from the configuration.
    pub fn tokens(&self, ring: &Keyring) -> Result<Option<Tokens>> {
        let Some(bot) = &self.bot_token else { return Ok(None) };
        let refresh = self.refresh_token.as_ref();
        Ok(Some(Tokens {
            bot: ring.open(&place(&self.team_id, "bot_token"), bot)?,
            refresh: refresh.map(|r| ring.open(&place(&self.team_id, "refresh_token"), r)).transpose()?,
            expires_at: self.expires_at,
        }))
    }
}

fn place(team: &str, column: &str) -> String {
    format!("installations/{team}/{column}")
}

/// Sealed bot token, sealed refresh token, end.
type Sealed = (String, Option<String>, Option<i64>);

fn seal(ring: &Keyring, team: &str, tokens: &Tokens) -> Result<Sealed> {
    let refresh = tokens.refresh.as_ref();
    Ok((
        ring.seal(&place(team, "bot_token"), &tokens.bot)?,
        refresh.map(|r| ring.seal(&place(team, "refresh_token"), r)).transpose()?,
        tokens.expires_at.map(millis),
    ))
}

#[derive(sqlx::FromRow)]
struct Row {
    team_id: String,
    team: String,
    org_wide: i64,
    bot_user: String,
    installed_by: Option<String>,
    installed_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    revoked_because: Option<String>,
    renewal_error: Option<String>,
    version: i64,
    epoch: i64,
    bot_token: Option<String>,
    refresh_token: Option<String>,
}

impl TryFrom<Row> for Installation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let revoked_at = row.revoked_at.map(instant).transpose()?;
        Ok(Self {
            team_id: row.team_id,
            team: row.team,
            org_wide: row.org_wide != 0,
            bot_user: row.bot_user,
            installed_by: row.installed_by,
            installed_at: instant(row.installed_at)?,
            expires_at: row.expires_at.map(instant).transpose()?,
            revoked: revoked_at.map(|at| (at, row.revoked_because.unwrap_or_default())),
            renewal_error: row.renewal_error,
            version: row.version,
            epoch: row.epoch,
            bot_token: row.bot_token,
            refresh_token: row.refresh_token,
        })
    }
}

/// The installation, if there was ever one.
pub async fn load(tx: &mut Tx) -> Result<Option<Installation>> {
    let row = sql_opt!(
        tx,
        Row,
        "SELECT team_id, team, org_wide, bot_user, installed_by, installed_at, expires_at, revoked_at, revoked_because, \
         renewal_error, version, epoch, bot_token, refresh_token FROM installations"
    )?;
    row.map(Installation::try_from).transpose()
}

/// Saves an installation, in place of the one before; `false` when that one is another workspace's. `tokens` is `None`
/// where the bot's token comes from the configuration: nothing secret is stored then.
pub async fn save(
    tx: &mut Tx,
    now: Timestamp,
    grant: &Grant,
    tokens: Option<(&Keyring, &Tokens)>,
) -> Result<bool> {
    let sealed = tokens.map(|(ring, tokens)| seal(ring, &grant.team_id, tokens)).transpose()?;
    let (bot, refresh, expires) = match sealed {
        Some((bot, refresh, expires)) => (Some(bot), refresh, expires),
        None => (None, None, None),
    };
    let saved = sql_exec!(
        tx,
        "INSERT INTO installations (id, team_id, team, org_wide, bot_user, installed_by, installed_at, expires_at, bot_token, refresh_token) \
         VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (id) DO UPDATE SET team_id = excluded.team_id, team = excluded.team, org_wide = excluded.org_wide, \
         bot_user = excluded.bot_user, installed_by = excluded.installed_by, installed_at = excluded.installed_at, \
         expires_at = excluded.expires_at, bot_token = excluded.bot_token, refresh_token = excluded.refresh_token, \
         revoked_at = NULL, revoked_because = NULL, renewal_error = NULL, lease_until = 0, epoch = installations.epoch + 1, version = installations.version + 1 \
         WHERE installations.team_id = excluded.team_id",
        &grant.team_id,
        &grant.team,
        i64::from(grant.org_wide),
        &grant.bot_user,
        grant.installed_by.as_deref(),
        millis(now),
        expires,
        bot,
        refresh
    )?;
    Ok(saved == 1)
}

/// Writes down that Slack no longer takes the token of this version; `false` when that is known, or it has another by now.
pub async fn revoke(tx: &mut Tx, now: Timestamp, version: i64, because: &str) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE installations SET revoked_at = $1, revoked_because = $2, version = version + 1 \
         WHERE version = $3 AND revoked_at IS NULL",
        millis(now),
        because,
        version
    )?;
    Ok(changed == 1)
}

/// Slack takes the token of this version again.
pub async fn revive(tx: &mut Tx, now: Timestamp, version: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE installations SET revoked_at = NULL, revoked_because = NULL, installed_at = $1, version = version + 1 \
         WHERE version = $2 AND revoked_at IS NOT NULL",
        millis(now),
        version
    )?;
    Ok(changed == 1)
}

/// Takes the turn to renew the token; `false` while another process has it, or when it was renewed already.
pub async fn take_turn(tx: &mut Tx, now: Timestamp, version: i64) -> Result<bool> {
    let changed = sql_exec!(
        tx,
        "UPDATE installations SET lease_until = $1 WHERE version = $2 AND lease_until <= $3",
        millis(now) + LEASE_MS,
        version,
        millis(now)
    )?;
    Ok(changed == 1)
}

/// Saves renewed tokens, bot and refresh together; `false` when the app was installed anew meanwhile.
pub async fn renewed(tx: &mut Tx, ring: &Keyring, before: &Installation, tokens: &Tokens) -> Result<bool> {
    let (bot, refresh, expires) = seal(ring, &before.team_id, tokens)?;
    let changed = sql_exec!(
        tx,
        "UPDATE installations SET bot_token = $1, refresh_token = $2, expires_at = $3, revoked_at = NULL, revoked_because = NULL, \
         renewal_error = NULL, lease_until = 0, version = version + 1 WHERE epoch = $4",
        bot,
        refresh,
        expires,
        before.epoch
    )?;
    Ok(changed == 1)
}

/// Writes down why the token could not be renewed; the turn stays taken until its lease ends, so that it is not tried at once.
pub async fn not_renewed(tx: &mut Tx, before: &Installation, why: &str) -> Result<()> {
    sql_exec!(tx, "UPDATE installations SET renewal_error = $1 WHERE epoch = $2", why, before.epoch)?;
    Ok(())
}

/// Seals anew whatever the newest key did not seal; so many secrets were sealed anew.
pub async fn reseal(tx: &mut Tx, ring: &Keyring) -> Result<u64> {
    let Some(installation) = load(tx).await? else { return Ok(0) };
    let stored = [&installation.bot_token, &installation.refresh_token];
    let older = stored.into_iter().flatten().filter(|s| !ring.is_newest(s)).count() as u64;
    if older > 0
        && let Some(tokens) = installation.tokens(ring)?
    {
        let (bot, refresh, _) = seal(ring, &installation.team_id, &tokens)?;
        sql_exec!(
            tx,
            "UPDATE installations SET bot_token = $1, refresh_token = $2, version = version + 1",
            bot,
            refresh
        )?;
    }
    Ok(older)
}

/// A new one-time mark for the way to Slack's page and back; only its hash is stored.
pub async fn begin(tx: &mut Tx, now: Timestamp) -> Result<String> {
    let state = random(32);
    sql_exec!(tx, "DELETE FROM install_states WHERE expires_at <= $1", millis(now))?;
    sql_exec!(
        tx,
        "INSERT INTO install_states (hash, expires_at) VALUES ($1, $2)",
        hash(&state),
        millis(now) + STATE_MS
    )?;
    Ok(state)
}

/// Uses up a mark; `false` when it is unknown, was used, or is older than ten minutes.
pub async fn finish(tx: &mut Tx, now: Timestamp, state: &str) -> Result<bool> {
    let used = sql_exec!(
        tx,
        "DELETE FROM install_states WHERE hash = $1 AND expires_at > $2",
        hash(state),
        millis(now)
    )?;
    Ok(used == 1)
}

fn hash(state: &str) -> String {
    hex::encode(Sha256::digest(state.as_bytes()))
}
