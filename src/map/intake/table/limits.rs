//! What a list may be at the most. A list beyond these is refused, a row beyond them is a bad row.

/// Bytes of one row of text, all its lines together.
pub const ROW_BYTES: usize = 256 * 1024;
/// Bytes of one cell.
pub const CELL_BYTES: usize = 32 * 1024;
/// Columns of a list.
pub const COLUMNS: usize = 512;
/// Rows of a list.
pub const ROWS: u64 = 2_000_000;
/// Lines that one quoted row may span; a quote that stays open longer is taken for a stray one.
pub const ROW_LINES: usize = 40;
/// Bytes of a spreadsheet's parts once unpacked, all together.
pub const UNPACKED_BYTES: u64 = 512 * 1024 * 1024;
/// Bytes of one part that is held in memory whole (shared strings, styles, the workbook).
pub const HELD_BYTES: u64 = 64 * 1024 * 1024;
/// Times that a part of a spreadsheet may grow when it is unpacked. Honest sheets grow some 5 to 20 times.
pub const UNPACK_RATIO: u64 = 150;
/// Parts below this size may grow as they like.
pub const UNPACK_FREE_BYTES: u64 = 1024 * 1024;
/// Bytes between two tags of a spreadsheet's XML.
pub const XML_TEXT_BYTES: usize = 1024 * 1024;
/// Parts in a spreadsheet's archive.
pub const ARCHIVE_ENTRIES: usize = 2_000;
/// Sheets that are searched for a list.
pub const SHEETS: usize = 8;
/// Rows that are looked at to find the delimiter and the header.
pub const HEAD_ROWS: usize = 30;
/// Rows before the header at the most.
pub const PREAMBLE_ROWS: usize = 15;
/// Rows that a peek shows.
pub const SAMPLE_ROWS: usize = 5;
