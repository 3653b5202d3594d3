//! Secrets at rest: tokens are sealed before they reach the database.
//!
//! XChaCha20-Poly1305 under a key that is kept outside of the database, in a file or in the environment. What is sealed
//! is bound to its place (table, row, column), so that a sealed token copied into another row does not open. Every
//! sealed text names the key that opens it: a new key comes first in the ring, the older ones still open what they
//! sealed until that was sealed anew.
//!
//! A ring is one key a line, the newest first: its id, a colon, and 32 bytes in base64. In a variable, commas part them.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use chacha20poly1305::aead::{Aead, Generate, Key, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use tempfile::{NamedTempFile, PersistError};

use super::files::{folder_of, sync};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::random;

/// In front of what is sealed, so that the way of sealing can change one day.
const FORMAT: &str = "v1";
/// Bytes of the nonce in front of what is encrypted.
const NONCE: usize = 24;

/// Where the ring is kept.
#[derive(Clone, Debug)]
pub enum Source {
    /// In a file.
    File(PathBuf),
    /// Given as it is, from the environment.
    Given(SecretString),
}

/// The keys, the newest first.
pub struct Keyring {
    source: Source,
    keys: RwLock<Vec<(String, XChaCha20Poly1305)>>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

impl Keyring {
    /// Reads the ring; `None` where its file is not there.
    pub fn load(source: Source) -> Result<Option<Self>> {
        Ok(read(&source)?.map(|keys| Self { source, keys: RwLock::new(keys) }))
    }

    /// Seals a secret with the newest key, for this place and no other.
    pub fn seal(&self, place: &str, secret: &SecretString) -> Result<String> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let (id, key) = keys.first().ok_or_else(|| Error::fault("the ring of keys is empty"))?;
        let nonce = XNonce::generate();
        let message = Payload { msg: secret.expose_secret().as_bytes(), aad: place.as_bytes() };
        let mut sealed = nonce.to_vec();
        sealed
            .extend(key.encrypt(&nonce, message).map_err(|_| Error::fault("a secret could not be sealed"))?);
        Ok(format!("{FORMAT}:{id}:{}", BASE64_STANDARD_NO_PAD.encode(sealed)))
    }

    /// Opens what was sealed for this place. A key that another process added meanwhile is looked for once.
    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString> {
        let unreadable = || Error::fault(format!("the secret at {place} cannot be read"));
        let mut parts = sealed.splitn(3, ':');
        let (Some(FORMAT), Some(id), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(unreadable());
        };
        let bytes = BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| unreadable())?;
        let (nonce, text) = bytes.split_at_checked(NONCE).ok_or_else(unreadable)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| unreadable())?;
        if !self.holds(id)
            && let Some(keys) = read(&self.source)?
        {
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let Some((_, key)) = keys.iter().find(|(known, _)| known == id) else {
            return Err(Error::fault(format!(
                "the secret at {place} was sealed with the key {id}, which is not in the ring: put that key back"
            )));
        };
        let message = Payload { msg: text, aad: place.as_bytes() };
        let opened = key.decrypt(&nonce, message).map_err(|_| {
            Error::fault(format!(
                "the secret at {place} does not open: it was changed or moved, or the key was"
            ))
        })?;
        Ok(String::from_utf8(opened).map_err(|_| unreadable())?.into())
    }

    /// Whether this was sealed with the newest key.
    pub fn is_newest(&self, sealed: &str) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.first().is_some_and(|(id, _)| sealed.split(':').nth(1) == Some(id))
    }

    fn holds(&self, id: &str) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).iter().any(|(known, _)| known == id)
    }
}

/// A new key as a line of a ring.
pub fn new_key() -> SecretString {
    let key = Key::<XChaCha20Poly1305>::generate();
    format!("{}:{}", random(8), BASE64_STANDARD.encode(key)).into()
}

/// Writes a ring of one new key to a file that is not there yet, readable by its owner only.
pub fn create(path: &Path) -> Result<()> {
    let file = written(path, &format!("{}\n", new_key().expose_secret()))?;
    file.persist_noclobber(path).map_err(|e| match e.error.kind() {
        ErrorKind::AlreadyExists => Error::fault(format!(
            "there are keys in {} already. `tandem keys rotate` adds a new one",
            path.display()
        )),
        _ => not_written(path, e),
    })?;
    sync(folder_of(path))
}

/// Puts a new key in front of the file's.
pub fn renew(path: &Path) -> Result<()> {
    let before = std::fs::read_to_string(path)?;
    write(path, &format!("{}\n{before}", new_key().expose_secret()))
}

/// Keeps the file's newest key only.
pub fn drop_older(path: &Path) -> Result<()> {
    let ring = std::fs::read_to_string(path)?;
    let newest = lines(&ring).next().ok_or_else(|| Error::fault("the ring of keys is empty"))?;
    write(path, &format!("{newest}\n"))
}

/// In one step: a reader sees the file before or after, and a crash leaves one of both.
fn write(path: &Path, ring: &str) -> Result<()> {
    written(path, ring)?.persist(path).map_err(|e| not_written(path, e))?;
    sync(folder_of(path))
}

/// The ring in a file of another name in the same folder.
fn written(path: &Path, ring: &str) -> Result<NamedTempFile> {
    let folder = folder_of(path);
    std::fs::create_dir_all(folder)?;
    // A temporary file is its owner's alone.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(ring.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn not_written(path: &Path, why: PersistError) -> Error {
    Error::caused(format!("cannot write {}", path.display()), why.error)
}

fn lines(ring: &str) -> impl Iterator<Item = &str> {
    ring.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn read(source: &Source) -> Result<Option<Vec<(String, XChaCha20Poly1305)>>> {
    match source {
        Source::Given(ring) => parse(ring.expose_secret()).map(Some),
        Source::File(path) => match std::fs::read_to_string(path) {
            Ok(ring) => {
                warn_if_open(path);
                parse(&ring).map(Some)
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::caused(format!("cannot read the keys in {}", path.display()), e)),
        },
    }
}

/// The texts of a ring never stand in an error: they are the keys.
fn parse(ring: &str) -> Result<Vec<(String, XChaCha20Poly1305)>> {
    let mut keys = Vec::new();
    for (n, line) in lines(ring).enumerate() {
        let wrong = |what: &str| {
            Error::fault(format!(
                "key {} of the ring {what}: a key is `id:base64`, as `tandem keys new` makes it",
                n + 1
            ))
        };
        let (id, text) = line.split_once(':').ok_or_else(|| wrong("has no colon"))?;
        let bytes = BASE64_STANDARD.decode(text.trim()).map_err(|_| wrong("is no base64"))?;
        let key = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| wrong("is not 32 bytes long"))?;
        keys.push((id.trim().to_owned(), key));
    }
    if keys.is_empty() {
        Err(Error::fault("the ring of keys is empty: `tandem keys new` makes a key"))
    } else {
        Ok(keys)
    }
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o007 != 0);
    if open {
        tracing::warn!(file = %path.display(), "everybody on this machine can read the keys: chmod 600");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

#[cfg(test)]
mod tests;
