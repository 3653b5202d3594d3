//! Rows of CSV and TSV, streamed. `csv-core` splits a row into cells; which lines make a row is decided here,
//! so that one stray quote costs one row and not the rest of the file.

use std::ops::ControlFlow;
use std::path::Path;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::Encoding;
use memchr::{memchr, memchr_iter};

use super::error::FileError;
use super::limits;
use super::row::BadRow;
use super::source::{RawRow, Sink};
use super::text::{Line, Lines};

/// How to read a text as rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub encoding: &'static Encoding,
    pub delimiter: u8,
    /// The number of columns, once the header is known: it tells whether a row of several lines is one.
    pub width: Option<usize>,
}

/// Hands every row with any text to `each`.
pub(super) fn rows(path: &Path, dialect: Dialect, each: Sink<'_>) -> Result<(), FileError> {
    let mut lines = Lines::open(path, dialect.encoding)?;
    let mut splitter = Splitter::new(dialect);
    let mut first = Line::default();
    while lines.read(&mut first)? {
        if first.text.trim_ascii().is_empty() && !first.too_long {
            continue;
        }
        let outcome = splitter.row(&first, &mut lines)?;
        let flow = match outcome {
            Ok(()) if splitter.row.is_blank() => ControlFlow::Continue(()),
            Ok(()) => each(Ok(&splitter.row)),
            Err(bad) => each(Err(bad)),
        };
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

enum Fed {
    /// The row is complete.
    Whole,
    /// A quote is open.
    Open,
    TooBig,
    TooManyCells,
}

struct Splitter {
    csv: Reader,
    delimiter: u8,
    width: Option<usize>,
    cells: Vec<u8>,
    cells_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    row: RawRow,
}

impl Splitter {
    fn new(dialect: Dialect) -> Self {
        Self {
            csv: ReaderBuilder::new().delimiter(dialect.delimiter).build(),
            delimiter: dialect.delimiter,
            width: dialect.width,
            // Never smaller than its input: cells lose quotes and gain nothing.
            cells: vec![0; limits::ROW_BYTES + limits::ROW_LINES + 1],
            cells_len: 0,
            ends: vec![0; limits::COLUMNS],
            ends_len: 0,
            row: RawRow::default(),
        }
    }

    /// Reads the row that begins with `first` into `self.row`. After a bad row reading goes on with the next line.
    fn row(&mut self, first: &Line, lines: &mut Lines) -> Result<Result<(), BadRow>, FileError> {
        let number = first.number;
        let bad = |reason: String| Ok(Err(BadRow::new(number, reason)));
        if first.too_long {
            return bad(format!("The line is longer than {} kB.", limits::ROW_BYTES / 1024));
        }
        if memchr(b'"', &first.text).is_none() {
            return Ok(self.unquoted(number, &first.text));
        }
        self.csv.reset();
        (self.cells_len, self.ends_len) = (0, 0);
        let mut more: Vec<Line> = Vec::new();
        let mut fed = self.feed(first.text.clone());
        while matches!(fed, Fed::Open) {
            let next = if more.len() < limits::ROW_LINES { lines.next()? } else { None };
            let Some(line) = next else { break };
            fed = if line.too_long { Fed::Open } else { self.feed(line.text.clone()) };
            let stop = line.too_long;
            more.push(line);
            if stop {
                break;
            }
        }
        let ragged = self.width.is_some_and(|width| width != self.ends_len);
        let reason = match fed {
            Fed::Whole if more.is_empty() => None,
            Fed::Whole if !ragged && well_quoted(&first.text, &more, self.delimiter) => None,
            Fed::Whole | Fed::Open => Some("A quote (\") opens here and is never closed.".to_owned()),
            Fed::TooBig if more.is_empty() => {
                Some(format!("The line is longer than {} kB.", limits::ROW_BYTES / 1024))
            }
            Fed::TooBig => Some("A quote (\") opens here and is never closed.".to_owned()),
            Fed::TooManyCells => Some(format!("The line has more than {} cells.", limits::COLUMNS)),
        };
        match reason {
            Some(reason) => {
                lines.put_back(more.into_iter());
                bad(reason)
            }
            None => Ok(self.finish(number)),
        }
    }

    /// The short way, for speed: most rows hold no quote, so every delimiter parts two cells and the line stays as it is.
    fn unquoted(&mut self, number: u64, line: &[u8]) -> Result<(), BadRow> {
        let text = sound(number, line)?;
        self.row.refill(number, text, memchr_iter(self.delimiter, line).chain([line.len()]));
        if self.row.len() > limits::COLUMNS {
            let reason = format!("The line has more than {} cells.", limits::COLUMNS);
            return Err(BadRow::new(number, reason));
        }
        fits(&self.row)
    }

    fn feed(&mut self, mut line: Vec<u8>) -> Fed {
        line.push(b'\n');
        let mut input = line.as_slice();
        loop {
            let cells = self.cells.get_mut(self.cells_len..).unwrap_or_default();
            let ends = self.ends.get_mut(self.ends_len..).unwrap_or_default();
            let (result, used, written, ended) = self.csv.read_record(input, cells, ends);
            input = input.get(used..).unwrap_or_default();
            self.cells_len += written;
            self.ends_len += ended;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => return Fed::Whole,
                ReadRecordResult::InputEmpty if input.is_empty() => return Fed::Open,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => return Fed::TooBig,
                ReadRecordResult::OutputEndsFull => return Fed::TooManyCells,
            }
        }
    }

    fn finish(&mut self, number: u64) -> Result<(), BadRow> {
        let text = sound(number, self.cells.get(..self.cells_len).unwrap_or_default())?;
        self.row.clear(number);
        let mut from = 0;
        for end in self.ends.get(..self.ends_len).unwrap_or_default() {
            self.row.push(text.get(from..*end).unwrap_or_default());
            from = *end;
        }
        fits(&self.row)
    }
}

/// The text of a row without what no text has.
fn sound(line: u64, bytes: &[u8]) -> Result<&str, BadRow> {
    let bad = |reason: &str| BadRow::new(line, reason);
    // The lines are UTF-8 already, the delimiters ASCII.
    let text = std::str::from_utf8(bytes).map_err(|_| bad("The line is not text."))?;
    if memchr(0, bytes).is_some() {
        return Err(bad("The line holds a zero byte, which no text has. Export the list again."));
    }
    if !text.is_ascii() && text.contains('\u{FFFD}') {
        return Err(bad("The line holds a character that is broken. Save the list as UTF-8."));
    }
    Ok(text)
}

fn fits(row: &RawRow) -> Result<(), BadRow> {
    if row.widest_cell() <= limits::CELL_BYTES {
        return Ok(());
    }
    Err(BadRow::new(row.line, format!("A cell is longer than {} kB.", limits::CELL_BYTES / 1024)))
}

/// Whether every quote of a row of several lines stands where one may: at the edges of a cell, or doubled inside.
/// Two stray quotes in different rows make a pair too, and swallow what is between; this tells them apart.
fn well_quoted(first: &[u8], more: &[Line], delimiter: u8) -> bool {
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let rest = more.iter().flat_map(|line| std::iter::once(&b'\n').chain(&line.text));
    let mut at = At::Start;
    for byte in first.iter().chain(rest) {
        at = match (at, *byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) | (At::Start | At::Closed, b'"') => At::Quoted,
            (At::Start | At::Plain | At::Closed, byte) if byte == delimiter => At::Start,
            (At::Closed, _) => return false,
            _ => At::Plain,
        };
    }
    matches!(at, At::Start | At::Plain | At::Closed)
}
