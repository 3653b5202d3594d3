//! What people know and no string shows: which names and domains belong to one company.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;

use super::list::{Key, key};
use super::words::Folded;
use crate::map::domain::Domain;

/// A table of names and domains, in groups that are one account each.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    group_of: HashMap<Key, u32>,
    /// Where a group has gone when another took it in.
    parents: Vec<u32>,
}

/// Domains and names never meet, though one may be spelled like the other.
const DOMAIN: Key = 0x5555_0000_0000_0000;

impl Aliases {
    /// A table without a row.
    pub fn new() -> Self {
        Self { group_of: HashMap::new(), parents: vec![0] }
    }

    /// The two are one account. Each is a domain or a name; `false` where one is neither.
    pub fn add(&mut self, one: &str, other: &str) -> bool {
        if self.parents.is_empty() {
            self.parents.push(0);
        }
        let (Some(one), Some(other)) = (key_of(one), key_of(other)) else { return false };
        let (x, y) = (self.group(one), self.group(other));
        let (x, y) = (self.root(x), self.root(y));
        self.parents[x.max(y) as usize] = x.min(y);
        true
    }

    /// From a CSV without a header: each row holds names and domains of one account.
    ///
    /// # Errors
    /// In words for the user: what cannot be read, or a table without a pair.
    pub fn read(path: &Path) -> Result<Self, String> {
        let said = |error: &dyn Display| format!("{}: {error}", path.display());
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_path(path)
            .map_err(|error| said(&error))?;
        let mut aliases = Self::new();
        for record in reader.records() {
            let record = record.map_err(|error| said(&error))?;
            let mut cells = record.iter().map(str::trim).filter(|cell| !cell.is_empty());
            if let Some(first) = cells.next() {
                cells.for_each(|other| {
                    aliases.add(first, other);
                });
            }
        }
        if aliases.is_empty() {
            return Err(said(
                &"no row holds two names or domains. Write one pair a row: acme.com,acme-group.com",
            ));
        }
        Ok(aliases)
    }

    /// How many names and domains it holds.
    pub fn len(&self) -> usize {
        self.group_of.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.group_of.is_empty()
    }

    /// The group of an account by its domain or its name; 0 for none.
    pub(super) fn of(&self, domain: Key, joined: Key) -> u32 {
        if self.group_of.is_empty() {
            return 0;
        }
        let by_domain = (domain != 0).then(|| self.group_of.get(&(domain ^ DOMAIN))).flatten();
        by_domain.or_else(|| self.group_of.get(&joined)).map_or(0, |group| self.root(*group))
    }

    fn group(&mut self, key: Key) -> u32 {
        let next = self.parents.len() as u32;
        let group = *self.group_of.entry(key).or_insert(next);
        if group == next {
            self.parents.push(next);
        }
        group
    }

    fn root(&self, mut group: u32) -> u32 {
        while self.parents[group as usize] != group {
            group = self.parents[group as usize];
        }
        group
    }
}

fn key_of(text: &str) -> Option<Key> {
    let text = text.trim();
    let domain = (!text.contains(char::is_whitespace)).then(|| Domain::of_account(text)).flatten();
    if let Some(domain) = domain {
        return Some(key(domain.as_str()) ^ DOMAIN);
    }
    let joined = Folded::of(text).words().core.concat();
    (!joined.is_empty()).then(|| key(&joined))
}
