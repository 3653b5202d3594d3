//! One list of accounts, held compactly: all text in one piece, words and keys as hashes.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use super::aliases::Aliases;
use super::words::{self, Folded, Words};
use super::{countries, tables};
use crate::map::domain::Site;

/// One row as it stands in a list. Empty where the list does not say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row<'a> {
    /// What the list calls the row.
    pub id: &'a str,
    /// The company's name.
    pub name: &'a str,
    /// Its website, domain or an e-mail address.
    pub website: &'a str,
    /// Its country, by name or code.
    pub country: &'a str,
    /// Its postcode.
    pub postcode: &'a str,
    /// Its address or city.
    pub address: &'a str,
}

/// Words of one name beyond these are not looked at.
pub const NAME_WORDS: usize = 24;
/// Words of one address beyond these are not looked at.
const ADDRESS_WORDS: usize = 24;
/// Bytes of one text beyond these are not looked at.
const TEXT_BYTES: usize = 400;

/// Spellings of countries that are kept.
const COUNTRIES_KEPT: usize = 1_000;

/// A key: the hash of a text. Zero is "none".
pub type Key = u64;

pub fn key(text: &str) -> Key {
    if text.is_empty() {
        return 0;
    }
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish().wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1
}

/// One account as the matcher sees it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account {
    pub(super) text_at: u32,
    pub(super) id_len: u16,
    pub(super) name_len: u16,
    pub(super) core_len: u16,
    pub(super) host_len: u8,
    pub(super) domain_len: u8,
    pub(super) label_len: u8,
    pub(super) words_at: u32,
    pub(super) words_len: u8,
    pub(super) address_len: u8,
    pub(super) address_at: u32,
    /// Two letters, or zeros.
    pub country: [u8; 2],
    /// The family of its legal form, or zero.
    pub form: u8,
    /// The words of the name without the spaces between them.
    pub joined: Key,
    /// The words of the name in the order of the alphabet.
    pub sorted: Key,
    /// The first letters of the words, where there are at least three.
    pub initials: Key,
    pub page: Key,
    pub host: Key,
    pub domain: Key,
    pub label: Key,
    pub postcode: Key,
    /// The same for rows that say the same of name, website and place: one account that stands twice.
    pub same: Key,
    /// The group in the user's table, or zero.
    pub alias: u32,
}

/// A list of accounts. Build it with [`List::push`], row by row; about 200 bytes a row.
#[derive(Debug, Default)]
pub struct List {
    text: String,
    pub(super) accounts: Vec<Account>,
    words: Vec<Key>,
    addresses: Vec<u32>,
    /// Countries as the list writes them.
    countries: FxHashMap<String, [u8; 2]>,
    scratch: String,
}

/// An account without its list.
#[derive(Debug)]
pub struct Loose {
    /// Its keys; its place in the text of a list is not told.
    pub account: Account,
    pub core: String,
    pub host: String,
    pub domain_len: u8,
    pub label_len: u8,
    pub words: Vec<Key>,
    pub address: Vec<u32>,
}

impl List {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row. Texts of more than 400 bytes are cut.
    pub fn push(&mut self, row: Row<'_>) {
        let name = Folded::of(cut(row.name));
        let site = Site::of_account(row.website);
        let mut a = Account { text_at: self.text.len() as u32, ..Account::default() };
        a.id_len = self.add_text(cut(row.id));
        a.name_len = self.add_text(cut(row.name));
        self.add_name(&mut a, &name.words());
        if let Some(site) = site.filter(|site| site.host().len() < 256) {
            self.add_site(&mut a, &site, row.website);
        }
        self.add_address(&mut a, row);
        a.same = self.identity(&a);
        self.accounts.push(a);
    }

    /// Whether there is no room for another row: the text of one list may have 4 GB.
    pub fn is_full(&self) -> bool {
        self.text.len() + 8 * TEXT_BYTES > u32::MAX as usize
    }

    /// Forgets all rows and keeps the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.accounts.clear();
        self.words.clear();
        self.addresses.clear();
    }

    /// Adds an account again that was normalised before. Its id and its name are not in the list.
    pub(super) fn restore(&mut self, loose: &Loose) {
        let mut a = Account { text_at: self.text.len() as u32, ..loose.account };
        a.core_len = self.add_text(&loose.core);
        a.host_len = self.add_text(&loose.host) as u8;
        (a.domain_len, a.label_len) = (loose.domain_len, loose.label_len);
        (a.words_at, a.words_len) = (self.words.len() as u32, loose.words.len() as u8);
        (a.address_at, a.address_len) = (self.addresses.len() as u32, loose.address.len() as u8);
        self.words.extend(&loose.words);
        self.addresses.extend(&loose.address);
        self.accounts.push(a);
    }

    /// Looks up every account in the user's table. Both lists must be looked up in the same one.
    pub fn apply(&mut self, aliases: &Aliases) {
        self.accounts.iter_mut().for_each(|a| a.alias = aliases.of(a.domain, a.joined));
    }

    /// How many accounts.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The id of the account at that place; empty beyond the end.
    pub fn id(&self, at: usize) -> &str {
        self.accounts.get(at).map_or("", |a| self.part(a, 0, a.id_len as usize))
    }

    /// Its name as written, cut to 400 bytes.
    pub fn name(&self, at: usize) -> &str {
        self.accounts.get(at).map_or("", |a| self.part(a, a.id_len as usize, a.name_len as usize))
    }

    /// Its registrable domain; empty where it has none of its own.
    pub fn domain(&self, at: usize) -> &str {
        let Some(a) = self.accounts.get(at) else { return "" };
        let host = self.host(a);
        &host[host.len() - a.domain_len as usize..]
    }

    /// The words of its name, with single spaces.
    pub(super) fn core<'l>(&'l self, a: &Account) -> &'l str {
        self.part(a, a.id_len as usize + a.name_len as usize, a.core_len as usize)
    }

    pub(super) fn host<'l>(&'l self, a: &Account) -> &'l str {
        let before = a.id_len as usize + a.name_len as usize + a.core_len as usize;
        self.part(a, before, a.host_len as usize)
    }

    pub(super) fn label<'l>(&'l self, a: &Account) -> &'l str {
        let host = self.host(a);
        let at = host.len() - a.domain_len as usize;
        &host[at..at + a.label_len as usize]
    }

    pub(super) fn words(&self, a: &Account) -> &[Key] {
        &self.words[self.word_places(a)]
    }

    /// What else the account may be called by in one word: the words of the name written together, the label of its domain,
    /// its initials; none that is one of its words.
    pub(super) fn others(&self, a: &Account) -> impl Iterator<Item = Key> + '_ {
        let words = self.words(a);
        [a.joined, a.label, a.initials].into_iter().filter(move |key| *key != 0 && !words.contains(key))
    }

    /// The places of its words among all of the list.
    pub(super) fn word_places(&self, a: &Account) -> std::ops::Range<usize> {
        a.words_at as usize..a.words_at as usize + a.words_len as usize
    }

    /// All words of all accounts.
    pub(super) fn all_words(&self) -> &[Key] {
        &self.words
    }

    /// Sorted, each once.
    pub(super) fn address(&self, a: &Account) -> &[u32] {
        &self.addresses[a.address_at as usize..a.address_at as usize + a.address_len as usize]
    }

    fn part(&self, a: &Account, at: usize, len: usize) -> &str {
        let at = a.text_at as usize + at;
        &self.text[at..at + len]
    }

    fn add_text(&mut self, text: &str) -> u16 {
        self.text.push_str(text);
        text.len() as u16
    }

    fn add_name(&mut self, a: &mut Account, words: &Words<'_>) {
        let core = &words.core[..words.core.len().min(NAME_WORDS)];
        let start = self.text.len();
        for (at, word) in core.iter().enumerate() {
            if at > 0 {
                self.text.push(' ');
            }
            self.text.push_str(cut(word));
        }
        if self.text.len() - start > 4 * TEXT_BYTES {
            let end = floor_boundary(&self.text, start + 4 * TEXT_BYTES);
            self.text.truncate(end);
        }
        a.core_len = (self.text.len() - start) as u16;
        self.scratch.clear();
        self.scratch.extend(words.initials());
        if self.scratch.len() >= 3 {
            a.initials = key(&self.scratch[..floor_boundary(&self.scratch, 12)]);
        }
        a.form = words.form.map_or(0, form_number);
        a.words_at = self.words.len() as u32;
        self.words.extend(core.iter().map(|word| key(word)));
        a.words_len = core.len() as u8;
        // One word has one order.
        if let [word] = core {
            a.joined = key(word);
            return;
        }
        self.scratch.clear();
        core.iter().for_each(|word| self.scratch.push_str(word));
        a.joined = key(&self.scratch);
        if core.is_empty() {
            return;
        }
        let mut sorted: Vec<&str> = core.iter().map(AsRef::as_ref).collect();
        sorted.sort_unstable();
        self.scratch.clear();
        for word in sorted {
            self.scratch.push_str(word);
            self.scratch.push(' ');
        }
        a.sorted = key(&self.scratch);
    }

    fn add_site(&mut self, a: &mut Account, site: &Site<'_>, website: &str) {
        let (host, domain) = (site.host(), site.domain());
        a.host_len = self.add_text(host) as u8;
        a.domain_len = domain.len() as u8;
        a.label_len = site.label().len() as u8;
        a.domain = key(domain);
        a.label = key(site.label());
        let bare = host.strip_prefix("www.").unwrap_or(host);
        a.host = if bare == domain { a.domain } else { key(bare) };
        let path = path(website);
        if !path.is_empty() {
            self.scratch.clear();
            self.scratch.push_str(bare);
            self.scratch.push('/');
            self.scratch.push_str(path);
            a.page = key(&self.scratch);
        } else {
            a.page = a.host;
        }
    }

    /// The code of a country as the list writes it. A list writes few of them, again and again.
    fn country(&mut self, text: &str) -> [u8; 2] {
        if let Some(code) = self.countries.get(text) {
            return *code;
        }
        let code = countries::code(&words::plain(text)).unwrap_or_default();
        if self.countries.len() < COUNTRIES_KEPT {
            self.countries.insert(text.to_owned(), code);
        }
        code
    }

    fn identity(&self, a: &Account) -> Key {
        let mut hasher = FxHasher::default();
        for key in [a.joined, a.host, a.postcode, u64::from(u16::from_be_bytes(a.country))] {
            hasher.write_u64(key);
        }
        self.address(a).iter().for_each(|word| hasher.write_u32(*word));
        hasher.finish()
    }

    fn add_address(&mut self, a: &mut Account, row: Row<'_>) {
        if !row.country.is_empty() {
            a.country = self.country(cut(row.country));
        }
        self.scratch.clear();
        let code = row.postcode.bytes().filter(u8::is_ascii_alphanumeric).take(12);
        self.scratch.extend(code.map(|b| char::from(b.to_ascii_uppercase())));
        if self.scratch.len() >= 4 {
            a.postcode = key(&self.scratch);
        }
        a.address_at = self.addresses.len() as u32;
        if row.address.trim().is_empty() {
            return;
        }
        let folded = words::plain(cut(row.address));
        let mut all: Vec<u32> = folded
            .split(' ')
            .filter(|word| word.len() > 2 && tables::meaning(word) != Some(""))
            .map(|word| (key(word) >> 32) as u32)
            .take(ADDRESS_WORDS)
            .collect();
        all.sort_unstable();
        all.dedup();
        a.address_len = all.len() as u8;
        self.addresses.extend(all);
    }
}

fn form_number(form: &'static str) -> u8 {
    ((key(form) >> 32) as u8).max(1)
}

/// `shop/about` of `https://acme.com/shop/about/?from=mail`.
fn path(website: &str) -> &str {
    let rest = website.strip_prefix("https://").or_else(|| website.strip_prefix("http://"));
    let rest = rest.unwrap_or_else(|| website.split_once("://").map_or(website, |(_, rest)| rest));
    let Some((host, path)) = rest.split_once('/') else { return "" };
    if host.contains(['?', '#']) {
        return "";
    }
    path.split(['?', '#']).next().unwrap_or_default().trim_matches('/')
}

fn cut(text: &str) -> &str {
    &text[..floor_boundary(text, TEXT_BYTES)]
}

/// The last boundary between characters that is not beyond `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
