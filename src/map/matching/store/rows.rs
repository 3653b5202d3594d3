//! Accounts as rows of a table, there and back.

use std::fmt::Display;
use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use crate::kernel::error::Result;
use crate::map::matching::grams;
use crate::map::matching::ground::{Crowd, Kind};
use crate::map::matching::list::{Account, Key, List, Loose};

/// Lines as `COPY` takes them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    within: bool,
}

impl Lines {
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// What was collected; then there is nothing.
    pub fn taken(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text).into_bytes()
    }

    pub fn end(&mut self) {
        self.text.push('\n');
        self.within = false;
    }

    pub fn number(&mut self, number: impl Display) -> &mut Self {
        self.next();
        // Writing to a string does not fail.
        let _ = write!(self.text, "{number}");
        self
    }

    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.number(if flag { 't' } else { 'f' })
    }

    /// A key; zero is null, which equals nothing.
    fn key(&mut self, key: Key) -> &mut Self {
        if key == 0 { self.number("\\N") } else { self.number(key as i64) }
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.next();
        for c in text.chars() {
            match c {
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                // Postgres keeps no text that holds it.
                '\0' => self.text.push('\u{FFFD}'),
                c => self.text.push(c),
            }
        }
        self
    }

    fn array(&mut self, items: impl Iterator<Item = i64>) -> &mut Self {
        self.next();
        self.text.push('{');
        for (at, item) in items.enumerate() {
            let _ = write!(self.text, "{}{item}", if at > 0 { "," } else { "" });
        }
        self.text.push('}');
        self
    }

    fn next(&mut self) {
        if self.within {
            self.text.push('\t');
        }
        self.within = true;
    }
}

/// The columns of `ours` and `theirs`, in the order in which [`account`] writes them.
pub(super) const COLUMNS: &str = "place int4, id text, name text, core text, host text, domain_len int2, label_len int2, \
     words int8[], others int8[], address int4[], grams int4[], country int4, form int2, joined int8, sorted int8, \
     initials int8, page int8, site int8, domain int8, label int8, postcode int8, same int8, alias int4";

/// Writes one account of a list.
pub(super) fn account(lines: &mut Lines, place: usize, list: &List, at: usize) {
    let a = &list.accounts[at];
    let mut runs = Vec::new();
    grams::of(list.core(a), &mut runs);
    lines.number(place).text(list.id(at)).text(list.name(at)).text(list.core(a)).text(list.host(a));
    lines.number(list.domain(at).len()).number(list.label(a).len());
    lines.array(list.words(a).iter().map(|word| *word as i64));
    lines.array(list.others(a).map(|word| word as i64));
    lines.array(list.address(a).iter().map(|word| i64::from(*word as i32)));
    lines.array(runs.into_iter().map(i64::from));
    lines.number(u16::from_be_bytes(a.country)).number(a.form);
    for key in [a.joined, a.sorted, a.initials, a.page, a.host, a.domain, a.label, a.postcode] {
        lines.key(key);
    }
    lines.number(a.same as i64).key(Key::from(a.alias)).end();
}

const OWN: [&str; 17] = [
    "core",
    "host",
    "domain_len",
    "label_len",
    "words",
    "address",
    "country",
    "form",
    "joined",
    "sorted",
    "initials",
    "page",
    "site",
    "domain",
    "label",
    "postcode",
    "alias",
];
const COUNTED: [&str; 5] = ["first", "on_page", "on_site", "on_domain", "on_postcode"];
/// How many columns [`restored`] reads.
pub(super) const RESTORED: usize = OWN.len() + COUNTED.len();

/// The columns that [`restored`] reads, by what the account and its keys are called in the statement.
pub(super) fn restored_columns(account: &str, keys: &str) -> String {
    let own = OWN.iter().map(|column| format!("{account}.{column}"));
    own.chain(COUNTED.iter().map(|column| format!("{keys}.{column}"))).collect::<Vec<_>>().join(", ")
}

/// One side of a pair: its account, and how many of its list share its keys.
pub(super) struct Restored {
    pub loose: Loose,
    /// The first of its list that says exactly the same.
    pub first: i32,
    on_page: u32,
    on_site: u32,
    pub on_domain: u32,
    on_postcode: u32,
}

/// Reads one side of a pair from the columns that begin at `from`.
pub(super) fn restored(row: &PgRow, from: usize) -> Result<Restored> {
    let key = |at: usize| -> sqlx::Result<Key> {
        Ok(row.try_get::<Option<i64>, _>(from + at)?.map_or(0, |key| key as Key))
    };
    let small = |at: usize| row.try_get::<i16, _>(from + at).map(|number| number as u8);
    let count = |at: usize| -> sqlx::Result<u32> {
        Ok(row.try_get::<Option<i32>, _>(from + at)?.map_or(0, |count| count as u32))
    };
    let words: Vec<i64> = row.try_get(from + 4)?;
    let address: Vec<i32> = row.try_get(from + 5)?;
    let account = Account {
        country: (row.try_get::<i32, _>(from + 6)? as u16).to_be_bytes(),
        form: small(7)?,
        joined: key(8)?,
        sorted: key(9)?,
        initials: key(10)?,
        page: key(11)?,
        host: key(12)?,
        domain: key(13)?,
        label: key(14)?,
        postcode: key(15)?,
        alias: count(16)?,
        ..Account::default()
    };
    let loose = Loose {
        account,
        core: row.try_get(from)?,
        host: row.try_get(from + 1)?,
        domain_len: small(2)?,
        label_len: small(3)?,
        words: words.into_iter().map(|word| word as Key).collect(),
        address: address.into_iter().map(|word| word as u32).collect(),
    };
    let counted = from + OWN.len();
    Ok(Restored {
        loose,
        first: row.try_get(counted)?,
        on_page: count(OWN.len() + 1)?,
        on_site: count(OWN.len() + 2)?,
        on_domain: count(OWN.len() + 3)?,
        on_postcode: count(OWN.len() + 4)?,
    })
}

/// Who shares what, as far as a batch of pairs needs it.
#[derive(Default)]
pub(super) struct Shared {
    ours: FxHashMap<(Kind, Key), u32>,
    theirs: FxHashMap<(Kind, Key), u32>,
}

impl Shared {
    pub fn clear(&mut self) {
        self.ours.clear();
        self.theirs.clear();
    }

    pub fn add(&mut self, ours: &Restored, theirs: &Restored) {
        for (side, into) in [(ours, &mut self.ours), (theirs, &mut self.theirs)] {
            let a = &side.loose.account;
            into.insert((Kind::Page, a.page), side.on_page);
            into.insert((Kind::Host, a.host), side.on_site);
            into.insert((Kind::Domain, a.domain), side.on_domain);
            into.insert((Kind::Postcode, a.postcode), side.on_postcode);
        }
    }
}

impl Crowd for Shared {
    fn pairs_on(&self, kind: Kind, key: Key) -> usize {
        let count =
            |side: &FxHashMap<(Kind, Key), u32>| side.get(&(kind, key)).map_or(0, |count| *count as usize);
        count(&self.ours).saturating_mul(count(&self.theirs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_reads_otherwise_is_escaped() {
        let mut lines = Lines::default();
        lines.text("a\tb\\N\r\n\0c").key(0).key(u64::MAX).array([1, -2].into_iter()).flag(true).end();
        let expected = "a\\tb\\\\N\\r\\n\u{FFFD}c\t\\N\t-1\t{1,-2}\tt\n";
        assert_eq!(String::from_utf8(lines.taken()).as_deref(), Ok(expected));
    }
}
