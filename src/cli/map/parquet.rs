//! Lists in Parquet: a few thousand rows at a time, and only the columns that are needed.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::columns::{Columns, Named};
use crate::map::intake::table::limits;

type Outcome<T> = Result<T, String>;

/// Rows that are held at a time.
const BATCH: usize = 4096;

/// What a column's values can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// Times, truth values and what has no text.
    Other,
}

/// A file whose columns are known.
pub(super) struct Table {
    reader: SerializedFileReader<File>,
    pub headers: Vec<String>,
    /// Of each header: the place of its column in the file.
    leaves: Vec<usize>,
}

/// Rows that follow each other.
pub(super) struct Batch {
    /// The number of the first, counted from 1.
    pub first: u64,
    pub rows: usize,
    columns: Vec<Cells>,
}

/// Values of one column, one after the other, and where each ends.
#[derive(Default)]
struct Cells {
    text: String,
    ends: Vec<usize>,
}

/// Whether the file says that it is Parquet, by its name or its beginning.
pub(super) fn is_parquet(path: &Path, start: &[u8]) -> bool {
    let named = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"));
    named || start.starts_with(b"PAR1") || start.starts_with(b"PARE")
}

impl Table {
    pub fn open(path: &Path) -> Outcome<Self> {
        let mut start = Vec::new();
        let file = File::open(path).map_err(|error| error.to_string())?;
        (&file).take(4).read_to_end(&mut start).map_err(|error| error.to_string())?;
        match start.as_slice() {
            b"PAR1" => {}
            b"PARE" => return Err("The Parquet file is encrypted. Write it without encryption.".to_owned()),
            b"" => {
                return Err("The file is empty. Export the list again and check that it has rows.".to_owned());
            }
            _ => return Err("This is no Parquet file, in spite of its name.".to_owned()),
        }
        let reader = guarded(|| SerializedFileReader::new(file))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let (mut headers, mut leaves) = (Vec::new(), Vec::new());
        for (leaf, column) in schema.columns().iter().enumerate() {
            // What is nested in groups or lists has no one value a row.
            if column.path().parts().len() == 1 && column.max_rep_level() == 0 {
                headers.push(column.name().to_owned());
                leaves.push(leaf);
            }
        }
        if headers.len() > limits::COLUMNS {
            return Err(format!("The list has more than {} columns.", limits::COLUMNS));
        }
        Ok(Self { reader, headers, leaves })
    }

    /// How many rows the file says that it has.
    pub fn count(&self) -> u64 {
        u64::try_from(self.reader.metadata().file_metadata().num_rows()).unwrap_or_default()
    }

    /// Leaves out what was guessed and cannot be read as what it was taken for, and says so.
    ///
    /// # Errors
    /// Where the name, or a column that the user named, holds something else.
    pub fn fit(&self, columns: &mut Columns, named: &Named, side: &str) -> Outcome<Vec<String>> {
        let mut notes = Vec::new();
        let mut fit = |at: &mut Option<usize>, named: &Option<String>, what: &str, numbers: bool| {
            let Some(place) = *at else { return Ok(()) };
            let kind = self.kind(place);
            if kind == Kind::Text || numbers && kind == Kind::Number {
                return Ok(());
            }
            let holds =
                format!("the column \"{}\" of {side} holds {}", self.headers[place], self.holds(place));
            if named.is_some() || what == "name" {
                let fix = if numbers { "text or numbers" } else { "text" };
                return Err(format!(
                    "{holds}. The {what} must be {fix}: name its column with --{side}-{what}."
                ));
            }
            notes.push(format!("{holds}: left out as the {what}."));
            *at = None;
            Ok(())
        };
        fit(&mut columns.name, &named.name, "name", false)?;
        fit(&mut columns.id, &named.id, "id", true)?;
        fit(&mut columns.website, &named.website, "website", false)?;
        fit(&mut columns.country, &named.country, "country", false)?;
        fit(&mut columns.postcode, &named.postcode, "postcode", true)?;
        for at in std::mem::take(&mut columns.address) {
            let mut kept = Some(at);
            fit(&mut kept, &named.address, "address", true)?;
            columns.address.extend(kept);
        }
        Ok(notes)
    }

    /// Hands over batches of rows, only their `wanted` columns, until `each` answers `false`.
    pub fn batches(&self, wanted: &[usize], mut each: impl FnMut(&Batch) -> bool) -> Outcome<()> {
        let mut batch = Batch { first: 1, rows: 0, columns: Vec::new() };
        batch.columns.resize_with(self.headers.len(), Cells::default);
        for group in 0..self.reader.num_row_groups() {
            let group = guarded(|| self.reader.get_row_group(group))?;
            let mut columns = guarded(|| self.columns(&*group, wanted))?;
            let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
            while left > 0 {
                batch.rows = left.min(BATCH);
                for (at, reader, levels) in &mut columns {
                    let cells = &mut batch.columns[*at];
                    let read = guarded(|| cells.refill(reader, batch.rows, *levels))?;
                    if read != batch.rows {
                        return Err(damaged(&ParquetError::EOF("its columns differ in length".to_owned())));
                    }
                }
                if !each(&batch) {
                    return Ok(());
                }
                batch.first += batch.rows as u64;
                left -= batch.rows;
            }
        }
        Ok(())
    }

    fn columns(
        &self,
        group: &dyn RowGroupReader,
        wanted: &[usize],
    ) -> Result<Vec<(usize, ColumnReader, i16)>, ParquetError> {
        let open = |at: &usize| {
            let chunk = group.metadata().column(self.leaves[*at]);
            let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
            if start < 0 || chunk.compressed_size() < 0 {
                return Err(ParquetError::EOF("a column begins before the file does".to_owned()));
            }
            let levels = self.column(*at).max_def_level();
            Ok((*at, group.get_column_reader(self.leaves[*at])?, levels))
        };
        wanted.iter().map(open).collect()
    }

    fn column(&self, at: usize) -> &ColumnDescriptor {
        &self.reader.metadata().file_metadata().schema_descr().columns()[self.leaves[at]]
    }

    fn kind(&self, at: usize) -> Kind {
        let column = self.column(at);
        let whole = column.converted_type() == ConvertedType::DECIMAL && column.type_scale() == 0;
        let untimed = matches!(
            column.logical_type_ref(),
            None | Some(
                LogicalType::String
                    | LogicalType::Enum
                    | LogicalType::Json
                    | LogicalType::Integer { .. }
                    | LogicalType::Decimal { .. }
            )
        );
        let plain = match column.converted_type() {
            ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => true,
            other => whole || other.to_string().contains("INT_"),
        };
        match column.physical_type() {
            _ if !plain || !untimed => Kind::Other,
            Type::BYTE_ARRAY if !whole => Kind::Text,
            Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE => Kind::Number,
            _ => Kind::Other,
        }
    }

    /// In words, for the one who chose the column.
    fn holds(&self, at: usize) -> String {
        let column = self.column(at);
        match (self.kind(at), column.physical_type(), column.converted_type()) {
            (Kind::Number, ..) => "numbers".to_owned(),
            (_, Type::BOOLEAN, _) => "true and false".to_owned(),
            (_, kind, ConvertedType::NONE) => format!("values of the type {kind}"),
            (_, _, kind) => format!("values of the type {kind}"),
        }
    }
}

impl Batch {
    /// A cell without white space around it; empty where there is none.
    pub fn get(&self, row: usize, column: usize) -> &str {
        self.columns.get(column).map_or("", |cells| cells.get(row)).trim()
    }
}

impl Cells {
    fn get(&self, row: usize) -> &str {
        let start = if row == 0 { Some(0) } else { self.ends.get(row - 1).copied() };
        let range = start.zip(self.ends.get(row).copied());
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// Writing to a string does not fail. A whole number has no point even where it is stored with one, as ids are of
    /// which some are missing.
    fn refill(&mut self, reader: &mut ColumnReader, rows: usize, levels: i16) -> Result<usize, ParquetError> {
        self.text.clear();
        self.ends.clear();
        match reader {
            ColumnReader::ByteArrayColumnReader(reader) => self.fill(reader, rows, levels, |value, text| {
                text.push_str(&String::from_utf8_lossy(value.data()));
            }),
            ColumnReader::Int32ColumnReader(reader) => self.fill(reader, rows, levels, |value, text| {
                let _ = write!(text, "{value}");
            }),
            ColumnReader::Int64ColumnReader(reader) => self.fill(reader, rows, levels, |value, text| {
                let _ = write!(text, "{value}");
            }),
            ColumnReader::FloatColumnReader(reader) => self.fill(reader, rows, levels, |value, text| {
                let _ = write!(text, "{value}");
            }),
            ColumnReader::DoubleColumnReader(reader) => self.fill(reader, rows, levels, |value, text| {
                let _ = write!(text, "{value}");
            }),
            _ => Err(ParquetError::General("a column has another type than the schema says".to_owned())),
        }
    }

    fn fill<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        levels: i16,
        write: impl Fn(&T::T, &mut String),
    ) -> Result<usize, ParquetError> {
        let (mut told, mut values) = (Vec::new(), Vec::new());
        let (read, _, _) = reader.read_records(rows, Some(&mut told), None, &mut values)?;
        let mut values = values.iter();
        for row in 0..read {
            let is_told = levels == 0 || told.get(row) == Some(&levels);
            if let Some(value) = is_told.then(|| values.next()).flatten() {
                write(value, &mut self.text);
            }
            self.ends.push(self.text.len());
        }
        Ok(read)
    }
}

/// What the decoder says of a file; it also asserts now and then what a damaged file does not hold.
fn guarded<T>(decode: impl FnOnce() -> Result<T, ParquetError>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ParquetError::EOF("it cannot be decoded".to_owned())))
        .map_err(|error| damaged(&error))
}

fn damaged(error: &ParquetError) -> String {
    match error {
        ParquetError::NYI(what) => format!("The Parquet file uses what I can't read: {what}."),
        ParquetError::General(what) if what.contains("Disabled feature") => {
            "The Parquet file is compressed in a way that I can't read. Write it with Snappy, Zstandard, LZ4 or gzip."
                .to_owned()
        }
        error => format!("The Parquet file is damaged: {error}. Write it again."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        let path = format!("{}/tests/fixtures/parquet/{name}.parquet", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap()
    }

    /// Reads every column of every row.
    fn all(path: &Path) -> Outcome<usize> {
        let table = Table::open(path)?;
        let readable: Vec<usize> =
            (0..table.headers.len()).filter(|at| table.kind(*at) != Kind::Other).collect();
        let mut cells = 0;
        table.batches(&readable, |batch| {
            for row in 0..batch.rows {
                cells += readable.iter().filter(|at| !batch.get(row, **at).is_empty()).count();
            }
            true
        })?;
        Ok(cells)
    }

    #[test]
    fn a_damaged_file_gets_an_answer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.parquet");
        let whole = fixture("zstd");
        std::fs::write(&path, &whole).unwrap();
        let cells = all(&path).unwrap();
        assert!(cells > 50, "{cells}");
        for name in ["none", "zstd", "gzip", "lz4"] {
            let whole = fixture(name);
            for at in (4..whole.len()).step_by(13) {
                std::fs::write(&path, &whole[..at]).unwrap();
                assert!(all(&path).is_err(), "{name} cut at {at}");
                let mut flipped = whole.clone();
                flipped[at] ^= 0x55;
                std::fs::write(&path, &flipped).unwrap();
                // A flip in a value goes unnoticed; no flip may end the program.
                let _ = all(&path);
            }
        }
    }
}
