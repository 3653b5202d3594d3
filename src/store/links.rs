//! Links to pages: which page, for whom and until when, sealed so that nobody can make one up or change it.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use url::form_urlencoded;

use super::{Tx, millis};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{UserId, random};
use crate::{sql_exec, sql_opt};

/// Under which the key is kept; every process shares it.
const NAME: &str = "pages_key";

/// What seals links. `Debug` does not show it.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// Who may open a page until when. Whether they may see what is on it is asked again when they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// For whom the link was made.
    pub reader: UserId,
    /// When it ends.
    pub until: Timestamp,
}

/// Why a link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// It is none of ours, or was changed.
    Unsealed,
    /// It ended then.
    Over(Timestamp),
}

/// The key, made when it is needed first; that takes a transaction that may write.
pub async fn key(tx: &mut Tx, now: Timestamp) -> Result<Key> {
    if let Some(key) = known_key(tx).await? {
        return Ok(key);
    }
    sql_exec!(
        tx,
        "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        NAME,
        random(52),
        millis(now)
    )?;
    known_key(tx).await?.ok_or_else(|| Error::fault("the key of links was not kept"))
}

/// The key, where one was made.
pub async fn known_key(tx: &mut Tx) -> Result<Option<Key>> {
    let found = sql_opt!(tx, (String,), "SELECT value FROM settings WHERE name = $1", NAME)?;
    found.map(|(secret,)| Key::new(&secret)).transpose()
}

impl Key {
    fn new(secret: &str) -> Result<Self> {
        Hmac::new_from_slice(secret.as_bytes())
            .map(Self)
            .map_err(|_| Error::fault("the key of links cannot be used"))
    }

    /// What stands behind the `?` of a link to this path.
    pub fn query(&self, path: &str, pass: &Pass) -> String {
        let until = pass.until.as_second();
        let seal = hex::encode(self.mac(path, pass.reader.as_str(), until).finalize().into_bytes());
        form_urlencoded::Serializer::new(String::new())
            .append_pair("for", pass.reader.as_str())
            .append_pair("until", &until.to_string())
            .append_pair("seal", &seal)
            .finish()
    }

    /// The pass that a link to this path carries, if it is ours and has not ended.
    pub fn open(&self, path: &str, query: &str, now: Timestamp) -> Result<Pass, Shut> {
        let part = |name: &str| {
            form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
        };
        let (reader, until, seal) = (part("for"), part("until"), part("seal"));
        let (Some(reader), Some(until), Some(seal)) = (reader, until, seal) else {
            return Err(Shut::Unsealed);
        };
        let until: i64 = until.parse().map_err(|_| Shut::Unsealed)?;
        let seal = hex::decode(seal).map_err(|_| Shut::Unsealed)?;
        self.mac(path, &reader, until).verify_slice(&seal).map_err(|_| Shut::Unsealed)?;
        let until = Timestamp::from_second(until).map_err(|_| Shut::Unsealed)?;
        if until <= now { Err(Shut::Over(until)) } else { Ok(Pass { reader: reader.into(), until }) }
    }

    fn mac(&self, path: &str, reader: &str, until: i64) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // A path in a request holds no line end.
        mac.update(format!("{path}\n{reader}\n{until}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass() -> Pass {
        Pass { reader: "U0MAYA".into(), until: "2026-03-10T09:00:00Z".parse().unwrap() }
    }

    #[test]
    fn a_link_opens_its_page_for_its_reader_until_it_ends() {
        let key = Key::new("a secret").unwrap();
        let query = key.query("/pages/plays", &pass());
        let early = "2026-03-10T08:59:59Z".parse().unwrap();
        assert_eq!(key.open("/pages/plays", &query, early), Ok(pass()));
        assert_eq!(key.open("/pages/plays", &query, pass().until), Err(Shut::Over(pass().until)));
        assert_eq!(key.open("/pages/other", &query, early), Err(Shut::Unsealed));
        assert_eq!(Key::new("another").unwrap().open("/pages/plays", &query, early), Err(Shut::Unsealed));
    }

    proptest::proptest! {
        #[test]
        fn what_is_changed_anywhere_opens_nothing(at in 0usize..200, to in "[0-9a-zA-Z&=]") {
            let key = Key::new("a secret").unwrap();
            let query = key.query("/pages/plays", &pass());
            let at = at % query.len();
            let mut changed = query.clone();
            changed.replace_range(at..=at, &to);
            let opened = key.open("/pages/plays", &changed, "2026-03-10T08:00:00Z".parse().unwrap());
            // A hexadecimal digit means the same in capitals.
            if changed.to_lowercase() != query.to_lowercase() {
                proptest::prop_assert_eq!(opened, Err(Shut::Unsealed));
            }
        }

        #[test]
        fn any_query_is_read_or_refused(query in ".{0,200}") {
            let opened = Key::new("a secret").unwrap().open("/pages/plays", &query, Timestamp::UNIX_EPOCH);
            proptest::prop_assert!(opened.is_err());
        }
    }
}
