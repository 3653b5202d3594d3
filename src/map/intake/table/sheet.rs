//! Rows of XLSX. A spreadsheet is a zip: it is measured before `calamine` may unpack it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use calamine::{Data, DataRef, DataType, ExcelDateTime, Reader, Xlsx, XlsxCellReader};
use zip::ZipArchive;

use super::error::FileError;
use super::limits;
use super::row::BadRow;
use super::source::{RawRow, Sink};

/// Refuses archives that are no workbook or that would unpack into too much, by what they declare and by
/// what really comes out.
pub(super) fn check(path: &Path) -> Result<(), FileError> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(|_| FileError::Damaged)?;
    if archive.len() > limits::ARCHIVE_ENTRIES {
        return Err(FileError::Bomb("it has too many parts"));
    }
    let is_workbook = |name: &str| name.replace('\\', "/").eq_ignore_ascii_case("xl/workbook.xml");
    if !archive.file_names().any(|name| name.is_ok_and(|name| is_workbook(&name))) {
        return Err(FileError::NotAWorkbook);
    }
    let mut total = 0u64;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(|_| FileError::Damaged)?;
        let (declared, packed) = (entry.size(), entry.compressed_size());
        let is_sheet = entry.name().is_ok_and(|name| name.contains("worksheets/"));
        total = total.saturating_add(declared);
        if total > limits::UNPACKED_BYTES || (!is_sheet && declared > limits::HELD_BYTES) {
            return Err(FileError::Bomb("it unpacks into too much"));
        }
        if declared > limits::UNPACK_FREE_BYTES && declared > packed.saturating_mul(limits::UNPACK_RATIO) {
            return Err(FileError::Bomb("its parts grow too much"));
        }
        measure(&mut entry, declared)?;
    }
    Ok(())
}

/// Unpacks a part without keeping it: it must not be larger than it says, nor hold one endless text or tag.
fn measure(entry: &mut impl Read, declared: u64) -> Result<(), FileError> {
    let mut buffer = vec![0u8; 64 * 1024];
    let (mut seen, mut run) = (0u64, 0usize);
    loop {
        let n = entry.read(&mut buffer).map_err(|_| FileError::Damaged)?;
        if n == 0 {
            return Ok(());
        }
        seen += n as u64;
        if seen > declared {
            return Err(FileError::Bomb("a part is larger than it says"));
        }
        let bytes = buffer.get(..n).unwrap_or_default();
        match bytes.iter().rposition(|b| *b == b'<') {
            Some(at) => run = n - at,
            None => run += n,
        }
        if run > limits::XML_TEXT_BYTES {
            return Err(FileError::Bomb("one of its cells is too long"));
        }
    }
}

/// An opened workbook: its shared strings are in memory, its sheets are read as they are walked.
pub(super) struct Book(Xlsx<BufReader<File>>);

impl Book {
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Xlsx::new(BufReader::new(File::open(path)?)).map(Self).map_err(|_| FileError::Damaged)
    }

    /// The number of sheets.
    pub fn sheets(&self) -> usize {
        self.0.sheets_metadata().len()
    }

    /// Hands every row of a sheet with any text to `each`; charts and other sheets without cells have none.
    pub fn rows(&mut self, sheet: usize, each: Sink<'_>) -> Result<(), FileError> {
        let Some(name) = self.0.sheet_names().get(sheet).cloned() else {
            return Err(FileError::Damaged);
        };
        match self.0.worksheet_cells_reader(&name) {
            Ok(cells) => walk(cells, each),
            Err(calamine::XlsxError::NotAWorksheet(_)) => Ok(()),
            Err(_) => Err(FileError::Damaged),
        }
    }
}

fn walk(mut cells: XlsxCellReader<'_, BufReader<File>>, each: Sink<'_>) -> Result<(), FileError> {
    let mut row = RawRow::default();
    let mut flaw: Option<String> = None;
    while let Some(cell) = cells.next_cell().map_err(|_| FileError::Damaged)? {
        let (line, column) = (u64::from(cell.get_position().0) + 1, cell.get_position().1 as usize);
        // Excel refuses rows that go back, too.
        if line < row.line {
            return Err(FileError::Damaged);
        }
        if line != row.line {
            if row.line > 0 && finish(&row, flaw.take(), each).is_break() {
                return Ok(());
            }
            row.clear(line);
        }
        let text = as_text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if column >= limits::COLUMNS {
            flaw = Some(format!("The row has more than {} cells.", limits::COLUMNS));
            continue;
        }
        if text.len() > limits::CELL_BYTES {
            flaw = Some(format!("A cell is longer than {} kB.", limits::CELL_BYTES / 1024));
            continue;
        }
        while row.len() < column {
            row.push("");
        }
        // A column that comes twice keeps its first cell.
        if row.len() == column {
            row.push(&text);
        }
    }
    if row.line > 0 {
        let _ = finish(&row, flaw.take(), each);
    }
    Ok(())
}

fn finish(row: &RawRow, flaw: Option<String>, each: Sink<'_>) -> ControlFlow<()> {
    match flaw {
        Some(reason) => each(Err(BadRow::new(row.line, reason))),
        None if row.is_blank() => ControlFlow::Continue(()),
        None => each(Ok(row)),
    }
}

/// A cell as it would stand in a CSV: whole numbers without a point, dates in ISO order.
fn as_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::DateTime(at) if at.is_datetime() => iso_date(at),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        DataRef::Empty => String::new(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Error(error) => error.to_string(),
        other => other.as_string().unwrap_or_else(|| Data::from(other.clone()).to_string()),
    }
}

fn iso_date(at: &ExcelDateTime) -> String {
    let (year, month, day, ..) = at.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}
