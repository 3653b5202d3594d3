//! Lists as files: CSV, TSV and XLSX, from [`peek`] (what is it, what are its columns) through a [`Mapping`]
//! (what each column means) to [`read`] (one [`ListRow`] or [`BadRow`] for each row).
//!
//! | file | holds |
//! | --- | --- |
//! | `limits` | what a list may be at the most |
//! | `text` | encodings and lines |
//! | `delimited` | rows of CSV and TSV, streamed |
//! | `sheet` | rows of XLSX, after the checks against zip bombs |
//! | `source` | which of the two, the delimiter and the header's place |
//! | `mapping`, `presets` | the meaning of columns: layouts that are known, and guesses by name |
//! | `cell`, `row` | the meaning of cells; the rows |
//!
//! A list is read from disk row by row; only XLSX keeps its shared strings in memory, which [`limits`] bounds.
//! To add a layout, add one table to `presets`.

mod cell;
mod delimited;
mod error;
pub mod limits;
mod mapping;
mod presets;
mod row;
mod sheet;
mod source;
#[cfg(test)]
mod tests;
mod text;

use std::ops::ControlFlow;
use std::path::Path;

pub use error::FileError;
pub use mapping::{Column, Field, Mapping, Recognition, fingerprint, has_two_sides, normal};
pub use row::{BadRow, ListRow};
pub use source::RawRow;

use source::Source;

/// What a file is, as far as its first rows tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// The columns' names as written.
    pub headers: Vec<String>,
    /// The first data rows that can be read, each as wide as the header.
    pub sample: Vec<Vec<String>>,
}

/// A list whose rows are read as they stand, whatever its columns mean.
pub struct RawList(Source);

impl RawList {
    /// Finds format, encoding, delimiter and header. `name` is the name it was given.
    ///
    /// # Errors
    /// [`FileError`] for what is no list, with the fix.
    pub fn open(path: &Path, name: &str) -> Result<Self, FileError> {
        Source::open(path, name).map(Self)
    }

    /// With another limit of rows than [`limits::ROWS`].
    #[must_use]
    pub fn at_most(mut self, rows: u64) -> Self {
        self.0.most = rows;
        self
    }

    /// The columns' names as written.
    pub fn headers(&self) -> &[String] {
        &self.0.headers
    }

    /// Hands over every row with any content below the header, until `each` answers `Break`.
    ///
    /// # Errors
    /// [`FileError`] when the list has too many rows or breaks off; the rows before that have been handed over.
    pub fn rows(
        &mut self,
        each: &mut dyn FnMut(Result<&RawRow, BadRow>) -> ControlFlow<()>,
    ) -> Result<(), FileError> {
        self.0.rows(each)
    }
}

/// Looks at the beginning of a file: format, header and a few rows. `name` is the name it was uploaded under.
///
/// # Errors
/// [`FileError`] for what is no list, with the fix.
pub fn peek(path: &Path, name: &str) -> Result<Peek, FileError> {
    let mut source = Source::open(path, name)?;
    let mut sample = Vec::new();
    let mut any = false;
    let width = source.headers.len();
    source.rows(&mut |row| {
        any = true;
        if let Ok(row) = row {
            sample.push((0..width).map(|at| row.get(at).to_owned()).collect());
        }
        if sample.len() < limits::SAMPLE_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if !any {
        return Err(FileError::HeaderOnly);
    }
    Ok(Peek { headers: source.headers, sample })
}

/// Reads a list to its end or until `each` answers `Break`. Every row with any content arrives as a [`ListRow`]
/// or as a [`BadRow`] with its line and the reason; rows before the header and empty rows do not.
///
/// # Errors
/// [`FileError`] when the file is no list, does not have the columns of `mapping`, or breaks off in the middle:
/// the rows before that have been handed over, so the caller commits only after an `Ok`.
pub fn read(
    path: &Path,
    name: &str,
    mapping: &Mapping,
    mut each: impl FnMut(Result<ListRow, BadRow>) -> ControlFlow<()>,
) -> Result<(), FileError> {
    let mut source = Source::open(path, name)?;
    if source.headers.len() != mapping.columns.len() {
        let (file, expected) = (source.headers.len(), mapping.columns.len());
        return Err(FileError::OtherColumns { file, expected });
    }
    let reader = row::RowReader::new(mapping);
    source.rows(&mut |row| match row {
        Ok(row) => reader.read(row, &mut each),
        Err(mut bad) => {
            bad.about = bad.cells.take().and_then(|cells| reader.about(&cells));
            each(Err(bad))
        }
    })
}
