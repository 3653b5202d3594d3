//! One way to walk the rows of any list: which format it has, where its header stands, then row after row.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use super::cell::one_line;
use super::delimited::{self, Dialect};
use super::error::FileError;
use super::mapping::names_a_column;
use super::row::BadRow;
use super::sheet::{self, Book};
use super::{limits, text};

/// What kind of file a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Rows of text with a delimiter: CSV, TSV and their kin.
    Text,
    /// An Excel workbook; its first sheet that holds a list.
    Xlsx,
}

/// Takes rows as they come and says whether to go on.
pub(super) type Sink<'a> = &'a mut dyn FnMut(Result<&RawRow, BadRow>) -> ControlFlow<()>;

/// One row as written: its cells one after the other with one byte between two, and where each ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRow {
    /// The line in the file where the row begins, counted from 1.
    pub line: u64,
    text: String,
    ends: Vec<usize>,
}

impl RawRow {
    pub(super) fn refill(&mut self, line: u64, text: &str, ends: impl Iterator<Item = usize>) {
        self.clear(line);
        self.text.push_str(text);
        self.ends.extend(ends);
    }

    pub(super) fn clear(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.ends.clear();
    }

    pub(super) fn push(&mut self, cell: &str) {
        if !self.ends.is_empty() {
            self.text.push('\t');
        }
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell's text without white space around it; empty beyond the last cell.
    pub fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(Some(0), |before| Some(self.ends.get(before)? + 1));
        let range = start.zip(self.ends.get(at).copied());
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default().trim()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells().all(str::is_empty)
    }

    pub(super) fn widest_cell(&self) -> usize {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        self.ends.iter().zip(starts).map(|(end, start)| end.saturating_sub(start)).max().unwrap_or(0)
    }

    fn filled(&self) -> usize {
        self.cells().filter(|cell| !cell.is_empty()).count()
    }

    /// Cells up to the last one that is not empty.
    fn width(&self) -> usize {
        (0..self.len()).rev().find(|at| !self.get(*at).is_empty()).map_or(0, |at| at + 1)
    }
}

enum Kind {
    Text(Dialect),
    Sheet(Box<Book>, usize),
}

/// A list whose header was found.
pub(super) struct Source {
    path: PathBuf,
    kind: Kind,
    header_line: u64,
    /// More rows are too many.
    pub most: u64,
    pub headers: Vec<String>,
}

impl Source {
    /// Opens a file; what it is, its content tells, not its name. `name` only breaks the tie of an empty archive.
    pub fn open(path: &Path, name: &str) -> Result<Self, FileError> {
        let mut file = File::open(path)?;
        let mut magic = Vec::new();
        file.by_ref().take(1024).read_to_end(&mut magic)?;
        if magic.is_empty() {
            return Err(FileError::Empty);
        }
        let (kind, head) = if magic.starts_with(b"PK") && magic.get(2).is_some_and(|b| *b < 9) {
            sheet::check(path)?;
            sheet_with_list(path)?
        } else {
            refuse_others(&magic, name)?;
            let encoding = text::detect(path)?;
            text_with_list(path, encoding)?
        };
        let Some(header) = head.header() else {
            return Err(head.no_header());
        };
        if header.len() > limits::COLUMNS {
            return Err(FileError::TooManyColumns);
        }
        let headers: Vec<String> = (0..header.width()).map(|at| one_line(header.get(at))).collect();
        Ok(Self { path: path.to_owned(), kind, header_line: header.line, most: limits::ROWS, headers })
    }

    fn format(&self) -> Format {
        match self.kind {
            Kind::Text(_) => Format::Text,
            Kind::Sheet(..) => Format::Xlsx,
        }
    }

    /// Walks the rows below the header. Rows of a text that are not as wide as the header are bad rows.
    pub fn rows(&mut self, each: Sink<'_>) -> Result<(), FileError> {
        let mut count = 0;
        let (width, header_line, most, format) =
            (self.headers.len(), self.header_line, self.most, self.format());
        let mut below = |row: Result<&RawRow, BadRow>| {
            let line = row.as_ref().map_or_else(|bad| bad.line, |row| row.line);
            if line <= header_line {
                return ControlFlow::Continue(());
            }
            count += 1;
            if count > most {
                return ControlFlow::Break(());
            }
            match row {
                Ok(row) => each(fits(row, width, format).map(|()| row)),
                Err(bad) => each(Err(bad)),
            }
        };
        match &mut self.kind {
            Kind::Text(dialect) => {
                let dialect = *dialect;
                delimited::rows(&self.path, Dialect { width: Some(width), ..dialect }, &mut below)?;
            }
            Kind::Sheet(book, at) => book.rows(*at, &mut below)?,
        }
        if count > most { Err(FileError::TooManyRows(most)) } else { Ok(()) }
    }
}

/// A cell too few or too many in a text means that a comma or a quote went astray and the rest stands in the
/// wrong columns. Sheets have no such trouble; they end rows where the content ends.
fn fits(row: &RawRow, width: usize, format: Format) -> Result<(), BadRow> {
    let cells = row.width();
    if (row.len() >= width || format == Format::Xlsx) && cells <= width {
        return Ok(());
    }
    let cells = if cells > width { cells } else { row.len() };
    let noun = if cells == 1 { "cell" } else { "cells" };
    let reason =
        format!("The line has {cells} {noun} where the header has {width}. Check its quotes and delimiters.");
    Err(BadRow { cells: Some(Box::new(row.clone())), ..BadRow::new(row.line, reason) })
}

fn refuse_others(magic: &[u8], name: &str) -> Result<(), FileError> {
    const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    const BINARIES: [&[u8]; 7] =
        [b"%PDF", b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8", b"\x1F\x8B", b"\x7FELF", b"7z\xBC\xAF"];
    if magic.starts_with(OLE) {
        return Err(FileError::OldExcel);
    }
    if BINARIES.iter().any(|binary| magic.starts_with(binary)) {
        return Err(FileError::Binary);
    }
    let start = magic.trim_ascii_start();
    if start.first() == Some(&b'<') {
        return Err(FileError::OtherText("a web page or XML"));
    }
    if start.starts_with(b"{") || start.starts_with(b"[{") || name.to_lowercase().ends_with(".json") {
        return Err(FileError::OtherText("JSON"));
    }
    Ok(())
}

/// The first rows of a list, among which the header is.
#[derive(Default)]
struct Head {
    rows: Vec<RawRow>,
    bad: Option<BadRow>,
}

impl Head {
    fn of(walk: impl FnOnce(Sink<'_>) -> Result<(), FileError>) -> Result<Self, FileError> {
        let mut head = Self::default();
        walk(&mut |row| {
            match row {
                Ok(row) => head.rows.push(row.clone()),
                Err(bad) => head.bad = head.bad.take().or(Some(bad)),
            }
            let full = head.rows.len() >= limits::HEAD_ROWS;
            if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(head)
    }

    /// The first row that names at least two columns (or its only one); failing that the first row that is as
    /// full as most rows after it, so that a title and an export date above the header are passed over.
    fn header(&self) -> Option<&RawRow> {
        let candidates = self.rows.get(..self.rows.len().min(limits::PREAMBLE_ROWS)).unwrap_or_default();
        let usual = self.usual_width();
        let named = candidates.iter().find(|row| {
            let named = row.cells().filter(|cell| names_a_column(cell)).count();
            named >= 2 || (named == 1 && usual <= 1 && row.filled() == 1)
        });
        named.or_else(|| candidates.iter().find(|row| row.filled() > 1 && row.width() >= usual)).or_else(
            || {
                // A list of one column without a name that we know: its first row.
                candidates.first().filter(|row| usual <= 1 && row.filled() == 1 && row.get(0).len() <= 80)
            },
        )
    }

    fn no_header(self) -> FileError {
        match self.bad {
            Some(bad) => {
                FileError::NoHeader(format!("line {}: {}", bad.line, bad.reason.trim_end_matches('.')))
            }
            None if self.rows.is_empty() => FileError::Empty,
            None => FileError::NoHeader("no line has several cells".to_owned()),
        }
    }

    fn usual_width(&self) -> usize {
        let widths: Vec<usize> = self.rows.iter().map(RawRow::len).collect();
        most_common(&widths).map_or(0, |(width, _)| width)
    }

    /// How well the rows agree on a width above one, then how wide they are.
    fn consistency(&self) -> (usize, usize) {
        let widths: Vec<usize> = self.rows.iter().map(RawRow::len).filter(|width| *width > 1).collect();
        most_common(&widths).map_or((0, 0), |(width, count)| (count, width))
    }

    fn named_columns(&self) -> usize {
        self.header().map_or(0, |row| row.cells().filter(|cell| names_a_column(cell)).count())
    }
}

fn most_common(widths: &[usize]) -> Option<(usize, usize)> {
    let count = |width: usize| widths.iter().filter(|w| **w == width).count();
    widths.iter().map(|width| (*width, count(*width))).max_by_key(|(width, count)| (*count, *width))
}

fn text_with_list(path: &Path, encoding: &'static Encoding) -> Result<(Kind, Head), FileError> {
    let mut best: Option<(Dialect, Head)> = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        let dialect = Dialect { encoding, delimiter, width: None };
        let head = Head::of(|each| delimited::rows(path, dialect, each))?;
        let rank = |head: &Head| (head.named_columns() >= 2, head.consistency());
        if best.as_ref().is_none_or(|(_, best)| rank(&head) > rank(best)) {
            best = Some((dialect, head));
        }
    }
    let (dialect, head) = best.ok_or(FileError::Empty)?;
    Ok((Kind::Text(dialect), head))
}

fn sheet_with_list(path: &Path) -> Result<(Kind, Head), FileError> {
    let mut best: Option<(usize, Head)> = None;
    let mut book = Book::open(path)?;
    for at in 0..book.sheets().min(limits::SHEETS) {
        let head = Head::of(|each| book.rows(at, each))?;
        let rank = |head: &Head| (head.named_columns(), head.rows.len().min(2));
        if best.as_ref().is_none_or(|(_, best)| rank(&head) > rank(best)) {
            best = Some((at, head));
        }
    }
    let (at, head) = best.ok_or(FileError::Empty)?;
    Ok((Kind::Sheet(Box::new(book), at), head))
}
