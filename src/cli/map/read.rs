//! Reads a list from any of its formats into the matcher's.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Map, Value};

use super::columns::{Columns, Named};
use crate::map::domain::Domain;
use crate::map::intake::table::{BadRow, FileError, RawList, limits};
use crate::map::matching::{Aliases, List, Row};

/// A list, and what was noticed in reading it.
pub(super) struct Read {
    pub list: List,
    /// What each column was taken for.
    pub columns: String,
    /// Rows that could not be read.
    pub bad: usize,
    /// The first of them.
    pub examples: Vec<BadRow>,
    /// What a person should know.
    pub notes: Vec<String>,
}

type Outcome<T> = Result<T, String>;

/// Bad rows that are shown.
const EXAMPLES: usize = 3;
/// Objects that are looked at for the names of columns.
const HEAD: usize = 100;

/// Reads `path`; `side` is `ours` or `theirs`. `rows` is told how many rows were read so far.
pub(super) fn list(path: &Path, named: &Named, side: &str, rows: &dyn Fn(usize)) -> Outcome<Read> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let read = if is_json_lines(path).map_err(|e| said(&e))? {
        json_lines(path, named, side, rows)
    } else {
        table(path, named, side, rows)
    };
    let read = read.map_err(|e| said(&e))?;
    if read.list.is_empty() {
        return Err(said(&"no row could be read. Export the list again and check that it has rows."));
    }
    Ok(read)
}

fn is_json_lines(path: &Path) -> std::io::Result<bool> {
    let name = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    if matches!(name.as_str(), "jsonl" | "ndjson") {
        return Ok(true);
    }
    let mut start = BufReader::new(File::open(path)?);
    Ok(start.fill_buf()?.trim_ascii_start().first() == Some(&b'{'))
}

fn table(path: &Path, named: &Named, side: &str, rows: &dyn Fn(usize)) -> Outcome<Read> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let mut raw = RawList::open(path, name).map_err(|error| error.to_string())?;
    let headers = raw.headers().to_vec();
    let mut reading = Reading::new(headers, named, side)?;
    raw.rows(&mut |row| {
        match row {
            Ok(row) => reading.push(row.line, |at| row.get(at)),
            Err(bad) => reading.bad(bad),
        }
        if reading.list.len() % 4096 == 0 {
            rows(reading.list.len());
        }
        ControlFlow::Continue(())
    })
    .map_err(|error| error.to_string())?;
    rows(reading.list.len());
    reading.finish(side)
}

fn json_lines(path: &Path, named: &Named, side: &str, rows: &dyn Fn(usize)) -> Outcome<Read> {
    let mut head: Vec<String> = Vec::new();
    objects(path, limits::ROWS, |at, object| {
        let keys = object.iter().flat_map(|object| object.keys());
        for key in keys {
            if !head.contains(key) && head.len() < limits::COLUMNS {
                head.push(key.clone());
            }
        }
        at < HEAD as u64
    })?;
    let mut reading = Reading::new(head.clone(), named, side)?;
    objects(path, limits::ROWS, |line, object| {
        match object {
            Ok(object) => {
                let texts: Vec<String> = head.iter().map(|key| text(object.get(key))).collect();
                reading.push(line, |at| texts.get(at).map_or("", String::as_str));
            }
            Err(reason) => reading.bad(BadRow::new(line, reason)),
        }
        if reading.list.len() % 4096 == 0 {
            rows(reading.list.len());
        }
        true
    })?;
    rows(reading.list.len());
    reading.finish(side)
}

/// Hands over each line's object, counted from 1, until `each` has enough. More than `most` are too many.
fn objects(
    path: &Path,
    most: u64,
    mut each: impl FnMut(u64, Result<Map<String, Value>, String>) -> bool,
) -> Outcome<()> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut reader = BufReader::new(file);
    let (mut line, mut number, mut rows) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let mut limited = std::io::Read::take(&mut reader, limits::ROW_BYTES as u64 + 1);
        let read = limited.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if read == 0 {
            return Ok(());
        }
        if read > limits::ROW_BYTES {
            return Err(format!("line {} is longer than {} kB.", number + 1, limits::ROW_BYTES / 1024));
        }
        number += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        rows += 1;
        if rows > most {
            return Err(FileError::TooManyRows.to_string());
        }
        let object = serde_json::from_slice(&line).map_err(|_| "The line is no JSON object.".to_owned());
        if !each(number, object) {
            return Ok(());
        }
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null | Value::Object(_)) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.first().map(text_of).unwrap_or_default(),
        Some(other) => other.to_string(),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

struct Reading {
    headers: Vec<String>,
    columns: Columns,
    list: List,
    bad: usize,
    examples: Vec<BadRow>,
    /// Of the first rows: names that are domains, websites that are none, both told.
    looked_at: usize,
    domains_as_names: usize,
    names_as_domains: usize,
    address: String,
}

/// Rows that are looked at for swapped columns.
const LOOKED_AT: usize = 500;

impl Reading {
    fn new(headers: Vec<String>, named: &Named, side: &str) -> Outcome<Self> {
        let columns = Columns::find(&headers, named, side)?;
        Ok(Self {
            headers,
            columns,
            list: List::new(),
            bad: 0,
            examples: Vec::new(),
            looked_at: 0,
            domains_as_names: 0,
            names_as_domains: 0,
            address: String::new(),
        })
    }

    fn bad(&mut self, row: BadRow) {
        self.bad += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(row);
        }
    }

    fn push<'r>(&mut self, line: u64, get: impl Fn(usize) -> &'r str) {
        let cell = |at: Option<usize>| at.map_or("", &get);
        let (name, website) = (cell(self.columns.name), cell(self.columns.website));
        if name.is_empty() && website.is_empty() {
            return self.bad(BadRow::new(line, "There is no name and no website."));
        }
        if self.looked_at < LOOKED_AT && !name.is_empty() && !website.is_empty() {
            self.looked_at += 1;
            self.domains_as_names += usize::from(Domain::registrable(name).is_some());
            self.names_as_domains += usize::from(Domain::registrable(website).is_none());
        }
        self.address.clear();
        for at in &self.columns.address {
            self.address.push_str(get(*at));
            self.address.push(' ');
        }
        let number = line.to_string();
        let id = match self.columns.id {
            Some(at) => get(at),
            None => number.as_str(),
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

    fn finish(self, side: &str) -> Outcome<Read> {
        let most = |count: usize| count * 10 > self.looked_at * 8 && self.looked_at >= 3;
        let columns = self.columns.told(&self.headers);
        if most(self.domains_as_names) && most(self.names_as_domains) {
            return Err(format!(
                "the columns of {side} look swapped ({columns}): the names are domains and the websites are none. Name \
                 them with --{side}-name and --{side}-website."
            ));
        }
        let mut notes = Vec::new();
        let mut seen: Vec<&String> = Vec::new();
        for header in self.headers.iter().filter(|header| !header.is_empty()) {
            if seen.contains(&header) {
                notes.push(format!("{side} has the column \"{header}\" more than once: the first counts."));
            }
            seen.push(header);
        }
        notes.dedup();
        if most(self.names_as_domains) {
            notes.push(format!("Hardly any website of {side} is one: matched by name and place."));
        }
        Ok(Read { list: self.list, columns, bad: self.bad, examples: self.examples, notes })
    }
}

/// The user's table of names and domains that are one account: two columns, with or without a header.
pub(super) fn aliases(path: &Path) -> Outcome<Aliases> {
    Aliases::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_lines_than_may_be_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.jsonl");
        std::fs::write(&path, "{\"name\":\"Acme\"}\n\n{\"name\":\"Globex\"}\nno object\n").unwrap();
        let read = |most| {
            let mut rows = 0;
            objects(&path, most, |_, _| {
                rows += 1;
                true
            })
            .map(|()| rows)
        };
        assert_eq!(read(3), Ok(3));
        assert_eq!(
            read(2),
            Err("The list has more than 2000000 rows. Split it and send the parts.".to_owned())
        );
    }
}
