//! Reads a list from any of its formats into the matcher's.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Map, Value};

use super::columns::Named;
use super::parquet;
use super::reading::Reading;
use crate::map::intake::table::{BadRow, FileError, RawList, limits};
use crate::map::matching::{Aliases, List};

/// A list, and what was noticed in reading it.
pub(super) struct Read {
    /// The accounts; empty where they were taken.
    pub list: List,
    /// How many there are.
    pub rows: usize,
    /// What each column was taken for.
    pub columns: String,
    /// Rows that could not be read.
    pub bad: usize,
    /// The first of them.
    pub examples: Vec<BadRow>,
    /// What a person should know.
    pub notes: Vec<String>,
}

pub(super) type Outcome<T> = Result<T, String>;

/// Objects that are looked at for the names of columns.
const HEAD: usize = 100;

/// How many rows a database is trusted with: places are numbers of 32 bits.
pub(super) const MOST_TAKEN: u64 = i32::MAX as u64;

/// Takes a piece of the list, which is then forgotten.
pub(super) type Take<'a> = &'a mut dyn FnMut(&mut List) -> Outcome<()>;

/// What is to be read, and for whom.
pub(super) struct Source<'a> {
    pub path: &'a Path,
    pub named: &'a Named,
    /// `ours` or `theirs`.
    pub side: &'static str,
    /// Is told how many rows were read so far.
    pub progress: &'a dyn Fn(usize),
}

/// Reads a list into memory, or piece by piece into what takes it.
pub(super) fn list(source: &Source<'_>, take: Option<Take<'_>>) -> Outcome<Read> {
    let path = source.path;
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut start = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(1024).read_to_end(&mut start));
    opened.map_err(|e| said(&e))?;
    let read = if parquet::is_parquet(path, &start) {
        parquet(source, take)
    } else if is_json_lines(path, &start) {
        json_lines(source, take)
    } else {
        table(source, take)
    };
    let read = read.map_err(|e| said(&e))?;
    if read.rows == 0 {
        return Err(said(&"no row could be read. Export the list again and check that it has rows."));
    }
    Ok(read)
}

fn is_json_lines(path: &Path, start: &[u8]) -> bool {
    let name = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    matches!(name.as_str(), "jsonl" | "ndjson") || start.trim_ascii_start().first() == Some(&b'{')
}

fn parquet(source: &Source<'_>, take: Option<Take<'_>>) -> Outcome<Read> {
    let table = parquet::Table::open(source.path)?;
    let mut reading = Reading::new(table.headers.clone(), source, take)?;
    if table.count() > reading.most() {
        return Err(FileError::TooManyRows(reading.most()).to_string());
    }
    let notes = table.fit(&mut reading.columns, source.named, source.side)?;
    reading.notes.extend(notes);
    let wanted = reading.columns.all();
    table.batches(&wanted, |batch| {
        for row in 0..batch.rows {
            let line = batch.first + row as u64;
            if wanted.iter().any(|at| batch.get(row, *at).contains('\u{FFFD}')) {
                reading.bad(BadRow::new(
                    line,
                    "The row holds a character that is broken. Save the list as UTF-8.",
                ));
            } else {
                reading.push(line, |at| batch.get(row, at));
            }
            if !reading.goes_on() {
                return false;
            }
        }
        true
    })?;
    reading.finish()
}

fn table(source: &Source<'_>, take: Option<Take<'_>>) -> Outcome<Read> {
    let name = source.path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let raw = RawList::open(source.path, name).map_err(|error| error.to_string())?;
    let mut reading = Reading::new(raw.headers().to_vec(), source, take)?;
    raw.at_most(reading.most())
        .rows(&mut |row| {
            match row {
                Ok(row) => reading.push(row.line, |at| row.get(at)),
                Err(bad) => reading.bad(bad),
            }
            if reading.goes_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
        .map_err(|error| error.to_string())?;
    reading.finish()
}

fn json_lines(source: &Source<'_>, take: Option<Take<'_>>) -> Outcome<Read> {
    let mut head: Vec<String> = Vec::new();
    objects(source.path, MOST_TAKEN, |at, object| {
        let keys = object.iter().flat_map(|object| object.keys());
        for key in keys {
            if !head.contains(key) && head.len() < limits::COLUMNS {
                head.push(key.clone());
            }
        }
        at < HEAD as u64
    })?;
    let mut reading = Reading::new(head.clone(), source, take)?;
    objects(source.path, reading.most(), |line, object| {
        match object {
            Ok(object) => {
                let texts: Vec<String> = head.iter().map(|key| text(object.get(key))).collect();
                reading.push(line, |at| texts.get(at).map_or("", String::as_str));
            }
            Err(reason) => reading.bad(BadRow::new(line, reason)),
        }
        reading.goes_on()
    })?;
    reading.finish()
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
            return Err(FileError::TooManyRows(most).to_string());
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
        assert_eq!(read(2), Err("The list has more than 2 rows. Split it and send the parts.".to_owned()));
    }
}
