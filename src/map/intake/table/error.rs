//! Why a file is no list.

use thiserror::Error;

use super::limits;

/// Why a file could not be read as a list. Its `Display` is an answer for the one who sent it, fix included.
#[derive(Debug, Error)]
pub enum FileError {
    /// The disk failed. Not the sender's fault.
    #[error("I couldn't read the file from disk. Send it again; if that fails too, an admin should look.")]
    Io(#[from] std::io::Error),
    /// No content.
    #[error("The file is empty. Export the list again and check that it has rows.")]
    Empty,
    /// A header and nothing below.
    #[error("The file has a header but no rows. Export the list again and check its filter.")]
    HeaderOnly,
    /// Neither text nor a spreadsheet.
    #[error("This is not a list: it holds binary data. Send a CSV, TSV or XLSX file.")]
    Binary,
    /// HTML or JSON.
    #[error("This is {0}, not a list. Export it as CSV or XLSX.")]
    OtherText(&'static str),
    /// The format before 2007, or an encrypted workbook: both are OLE files.
    #[error(
        "This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password, or as CSV."
    )]
    OldExcel,
    /// A zip without a workbook.
    #[error("This is a zip archive, not a spreadsheet. Unpack it and send the CSV or XLSX inside.")]
    NotAWorkbook,
    /// A spreadsheet that cannot be opened or breaks off.
    #[error("The spreadsheet is damaged. Open it, save it again as .xlsx or CSV, and send that.")]
    Damaged,
    /// A spreadsheet that would unpack into too much.
    #[error("I won't unpack this spreadsheet: {0}. Save the list alone as CSV and send that.")]
    Bomb(&'static str),
    /// No row could be the header.
    #[error("The first lines are not rows of a list ({0}). The first line should name the columns.")]
    NoHeader(String),
    /// More columns than [`limits::COLUMNS`].
    #[error("The list has more than {max} columns. Keep account, domain, populations, owner, amount and stage.", max = limits::COLUMNS)]
    TooManyColumns,
    /// More rows than may be.
    #[error("The list has more than {0} rows. Split it and send the parts.")]
    TooManyRows(u64),
    /// The columns have changed since they were mapped.
    #[error("The file has {file} columns where {expected} were mapped. Map its columns again.")]
    OtherColumns {
        /// In the file.
        file: usize,
        /// In the mapping.
        expected: usize,
    },
}
