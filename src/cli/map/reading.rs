//! Rows become accounts, whatever format they came in; what looks wrong is noticed on the way.

use super::columns::Columns;
use super::read::{MOST_TAKEN, Outcome, Read, Source, Take};
use crate::map::domain::Domain;
use crate::map::intake::table::BadRow;
use crate::map::matching::{List, Row};

/// Bad rows that are shown.
const EXAMPLES: usize = 3;
/// How many rows one machine's memory is trusted with.
const MOST: u64 = 20_000_000;
/// Rows that are taken at a time.
const PIECE: usize = 8_192;

/// A list under way from rows to accounts.
pub(super) struct Reading<'a, 't> {
    headers: Vec<String>,
    pub columns: Columns,
    source: &'a Source<'a>,
    list: List,
    take: Option<Take<'t>>,
    /// Rows that were taken.
    taken: usize,
    /// Why it cannot go on.
    failed: Option<String>,
    bad: usize,
    examples: Vec<BadRow>,
    /// What a person should know.
    pub notes: Vec<String>,
    looks: Looks,
    address: String,
    number: String,
}

/// What the first rows look like.
#[derive(Default)]
struct Looks {
    /// Rows with a name and a website.
    both: usize,
    domains_as_names: usize,
    names_as_domains: usize,
    /// Rows with a name.
    named: usize,
    ids_as_names: usize,
    /// One of them.
    id: String,
}

/// Rows that are looked at for swapped columns.
const LOOKED_AT: usize = 500;

impl Looks {
    fn at(&mut self, name: &str, website: &str) {
        if self.named < LOOKED_AT && !name.is_empty() {
            self.named += 1;
            if is_an_id(name) {
                self.ids_as_names += 1;
                name.clone_into(&mut self.id);
            }
        }
        if self.both < LOOKED_AT && !name.is_empty() && !website.is_empty() {
            self.both += 1;
            self.domains_as_names += usize::from(Domain::registrable(name).is_some());
            self.names_as_domains += usize::from(Domain::registrable(website).is_none());
        }
    }

    fn most(count: usize, of: usize) -> bool {
        count * 10 > of * 8 && of >= 3
    }
}

/// One word, to a third of figures, or long and with some: `4711`, `A-17`, `0015g00000XyZ1a`.
fn is_an_id(name: &str) -> bool {
    let figures = name.bytes().filter(u8::is_ascii_digit).count();
    figures > 0
        && (figures * 3 >= name.len() || name.len() >= 15)
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'/'))
}

impl<'a, 't> Reading<'a, 't> {
    pub fn new(headers: Vec<String>, source: &'a Source<'a>, take: Option<Take<'t>>) -> Outcome<Self> {
        let columns = Columns::find(&headers, source.named, source.side)?;
        Ok(Self {
            headers,
            columns,
            source,
            list: List::new(),
            take,
            taken: 0,
            failed: None,
            bad: 0,
            examples: Vec::new(),
            notes: Vec::new(),
            looks: Looks::default(),
            address: String::new(),
            number: String::new(),
        })
    }

    pub fn most(&self) -> u64 {
        if self.take.is_some() { MOST_TAKEN } else { MOST }
    }

    /// Whether there is room for more rows. Hands over a piece that is full.
    pub fn goes_on(&mut self) -> bool {
        let rows = self.taken + self.list.len();
        if rows.is_multiple_of(4096) {
            (self.source.progress)(rows);
        }
        if self.take.is_some() && self.list.len() >= PIECE {
            self.hand_over();
        } else if self.list.is_full() {
            self.failed = Some(
                "the list has too much text for this machine's memory. Map it in a database, with --in-database."
                    .to_owned(),
            );
        }
        self.failed.is_none()
    }

    fn hand_over(&mut self) {
        let Some(take) = &mut self.take else { return };
        let outcome = take(&mut self.list);
        self.failed = self.failed.take().or(outcome.err());
        self.taken += self.list.len();
        self.list.clear();
    }

    pub fn bad(&mut self, row: BadRow) {
        self.bad += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(row);
        }
    }

    pub fn push<'r>(&mut self, line: u64, get: impl Fn(usize) -> &'r str) {
        let cell = |at: Option<usize>| at.map_or("", &get);
        let (name, website) = (cell(self.columns.name), cell(self.columns.website));
        if name.is_empty() && website.is_empty() {
            return self.bad(BadRow::new(line, "There is no name and no website."));
        }
        self.looks.at(name, website);
        self.address.clear();
        for at in &self.columns.address {
            self.address.push_str(get(*at));
            self.address.push(' ');
        }
        let id = match self.columns.id {
            Some(at) => get(at),
            None => {
                self.number = line.to_string();
                self.number.as_str()
            }
        };
        self.list.push(Row {
            id,
            name: if name.is_empty() { website } else { name },
            website,
            country: cell(self.columns.country),
            postcode: cell(self.columns.postcode),
            address: &self.address,
        });
    }

    pub fn finish(mut self) -> Outcome<Read> {
        self.hand_over();
        (self.source.progress)(self.taken + self.list.len());
        if let Some(reason) = self.failed {
            return Err(reason);
        }
        let (side, looks) = (self.source.side, &self.looks);
        let columns = self.columns.told(&self.headers);
        let no_websites = Looks::most(looks.names_as_domains, looks.both);
        if Looks::most(looks.domains_as_names, looks.both) && no_websites {
            return Err(format!(
                "the columns of {side} look swapped ({columns}): the names are domains and the websites are none. Name \
                 them with --{side}-name and --{side}-website."
            ));
        }
        if Looks::most(looks.ids_as_names, looks.named) {
            return Err(format!(
                "the names of {side} look like ids, such as \"{}\" ({columns}). Name the right column with --{side}-name.",
                looks.id
            ));
        }
        let mut seen: Vec<&String> = Vec::new();
        for header in self.headers.iter().filter(|header| !header.is_empty()) {
            if seen.contains(&header) {
                self.notes
                    .push(format!("{side} has the column \"{header}\" more than once: the first counts."));
            }
            seen.push(header);
        }
        self.notes.dedup();
        if no_websites {
            self.notes.push(format!("Hardly any website of {side} is one: matched by name and place."));
        }
        let rows = self.taken + self.list.len();
        let Self { list, bad, examples, notes, .. } = self;
        Ok(Read { list, rows, columns, bad, examples, notes })
    }
}
