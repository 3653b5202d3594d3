//! Writes the pairs in the format that the file's extension asks for, one at a time.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rust_xlsxwriter::Workbook;

use crate::kernel::csv::cell;
use crate::map::matching::{Grounds, Link, Verdict};

const HEADER: [&str; 8] =
    ["our_id", "their_id", "our_name", "their_name", "score", "verdict", "reason", "family"];
/// The score's column, counted from 1.
const SCORE: usize = 5;
/// What a sheet holds at the most, without the header.
const SHEET_ROWS: u32 = 1_048_575;
/// Pairs that are held before a row group of Parquet is written.
const GROUP: usize = 50_000;
/// Pairs that a thread makes into text at a time.
const PORTION: usize = 4_096;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A pair, as both engines tell it.
pub(super) struct Pair<'a> {
    pub our_id: &'a str,
    pub their_id: &'a str,
    pub our_name: &'a str,
    pub their_name: &'a str,
    pub our_domain: &'a str,
    pub their_domain: &'a str,
    pub score: f32,
    pub verdict: Verdict,
    pub grounds: Grounds,
}

/// What is written of one pair; numbers as they are read.
struct Line<'a> {
    texts: [&'a str; 4],
    score: String,
    verdict: &'static str,
    reason: String,
    family: &'a str,
}

/// The formats, by extension.
#[derive(Clone, Copy)]
enum Format {
    Delimited(u8),
    JsonLines,
    Xlsx,
    Parquet,
}

fn format(path: &Path) -> Result<Format, String> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "csv" | "" => Ok(Format::Delimited(b',')),
        "tsv" | "tab" => Ok(Format::Delimited(b'\t')),
        "jsonl" | "ndjson" => Ok(Format::JsonLines),
        "xlsx" => Ok(Format::Xlsx),
        "parquet" => Ok(Format::Parquet),
        other => Err(format!("I can't write .{other}. Name the file .csv, .tsv, .jsonl, .xlsx or .parquet.")),
    }
}

/// Refuses what cannot be written, before any work is done: an unknown extension, and a file that is read.
pub(super) fn check<'a>(path: &Path, read: impl IntoIterator<Item = &'a Path>) -> Result<(), String> {
    format(path)?;
    // A file that is not there yet has no such path, and overwrites nothing.
    let Ok(out) = path.canonicalize() else { return Ok(()) };
    match read.into_iter().find(|input| input.canonicalize().is_ok_and(|input| input == out)) {
        Some(input) => Err(format!(
            "--out names {}, which is read and would be overwritten. Choose another name.",
            input.display()
        )),
        None => Ok(()),
    }
}

/// The result under way.
pub(super) struct Writer<'a> {
    to: To,
    /// One more column.
    partner: Option<&'a str>,
}

enum To {
    Delimited(Box<csv::Writer<File>>, u8),
    JsonLines(BufWriter<File>),
    Xlsx(Box<Sheet>),
    Parquet(Box<Table>),
}

struct Sheet {
    book: Workbook,
    path: PathBuf,
    row: u32,
}

/// Columns of the row group under way.
struct Table {
    writer: SerializedFileWriter<File>,
    texts: Vec<Vec<ByteArray>>,
    scores: Vec<f64>,
}

impl<'a> Writer<'a> {
    pub fn create(path: &Path, partner: Option<&'a str>) -> Outcome<Self> {
        let header = || HEADER.into_iter().chain(partner.map(|_| "partner"));
        let to = match format(path)? {
            Format::Delimited(delimiter) => {
                let mut builder = csv::WriterBuilder::new();
                let builder = builder.delimiter(delimiter).buffer_capacity(1 << 18);
                let mut out = builder.from_writer(File::create(path)?);
                out.write_record(header())?;
                To::Delimited(Box::new(out), delimiter)
            }
            Format::JsonLines => To::JsonLines(BufWriter::new(File::create(path)?)),
            Format::Xlsx => {
                let mut book = Workbook::new();
                let sheet = book.add_worksheet_with_constant_memory();
                for (column, name) in (0u16..).zip(header()) {
                    sheet.write_string(0, column, name)?;
                }
                To::Xlsx(Box::new(Sheet { book, path: path.to_owned(), row: 0 }))
            }
            Format::Parquet => To::Parquet(Box::new(Table::create(path, header())?)),
        };
        Ok(Self { to, partner })
    }

    /// Writes all pairs in their order. Lines of text are made on so many threads.
    pub fn pairs<'p>(
        &mut self,
        links: &[Link],
        pair: &(impl Fn(&Link) -> Pair<'p> + Sync),
        threads: usize,
    ) -> Outcome<()> {
        let partner = self.partner;
        let Some((format, mut file)) = self.text()? else {
            return links.iter().try_for_each(|link| self.pair(&pair(link)));
        };
        thread::scope(|scope| {
            let desk = |nth: usize| {
                let (done, texts) = mpsc::sync_channel(4);
                let portions = links.chunks(PORTION).skip(nth).step_by(threads);
                let mut texts_of = portions.map(move |links| text(links.iter().map(pair), format, partner));
                scope.spawn(move || texts_of.try_for_each(|text| done.send(text)));
                texts
            };
            let desks: Vec<_> = (0..threads).map(desk).collect();
            // Portions were dealt out in turn: the first desk that has no more is the end.
            for texts in desks.iter().cycle() {
                let Ok(text) = texts.recv() else { break };
                file.write_all(&text?)?;
            }
            Ok(())
        })
    }

    /// The file, where the format is lines of text.
    fn text(&mut self) -> io::Result<Option<(Format, &File)>> {
        Ok(match &mut self.to {
            To::Delimited(out, delimiter) => {
                out.flush()?;
                Some((Format::Delimited(*delimiter), out.get_ref()))
            }
            To::JsonLines(out) => {
                out.flush()?;
                Some((Format::JsonLines, out.get_ref()))
            }
            To::Xlsx(_) | To::Parquet(_) => None,
        })
    }

    pub fn pair(&mut self, pair: &Pair<'_>) -> Outcome<()> {
        let line = Line::of(pair);
        match &mut self.to {
            To::Delimited(out, _) => Ok(line.delimited(out, self.partner)?),
            To::JsonLines(out) => Ok(line.json(out, self.partner)?),
            To::Xlsx(sheet) => sheet.line(&line, self.partner),
            To::Parquet(table) => table.line(&line, self.partner),
        }
    }

    pub fn finish(self) -> Outcome<()> {
        match self.to {
            To::Delimited(mut out, _) => out.flush()?,
            To::JsonLines(mut out) => out.flush()?,
            To::Xlsx(mut sheet) => sheet.book.save(&sheet.path)?,
            To::Parquet(mut table) => {
                table.group()?;
                table.writer.close()?;
            }
        }
        Ok(())
    }
}

/// As `{:.4}` writes it, in a tenth of the time: a score times ten thousand has no more digits than fit, so nothing is lost.
fn four_places(score: f32) -> String {
    let parts = (f64::from(score) * 1e4).round_ties_even() as u32;
    format!("{}.{:04}", parts / 10_000, parts % 10_000)
}

/// Pairs as lines.
fn text<'p>(
    pairs: impl Iterator<Item = Pair<'p>>,
    format: Format,
    partner: Option<&str>,
) -> io::Result<Vec<u8>> {
    let mut lines = pairs.map(|pair| Line::of(&pair));
    match format {
        Format::Delimited(delimiter) => {
            let mut out = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            lines.try_for_each(|line| line.delimited(&mut out, partner))?;
            out.into_inner().map_err(|error| error.into_error())
        }
        Format::JsonLines | Format::Xlsx | Format::Parquet => {
            let mut out = Vec::new();
            lines.try_for_each(|line| line.json(&mut out, partner))?;
            Ok(out)
        }
    }
}

impl<'a> Line<'a> {
    fn of(pair: &Pair<'a>) -> Self {
        let uncertain = pair.verdict == Verdict::Review;
        Self {
            texts: [pair.our_id, pair.their_id, pair.our_name, pair.their_name],
            score: four_places(pair.score),
            verdict: if uncertain { "review" } else { "match" },
            reason: pair.grounds.sentence(pair.our_domain, uncertain),
            family: if pair.our_domain == pair.their_domain { pair.our_domain } else { "" },
        }
    }

    fn delimited(&self, out: &mut csv::Writer<impl Write>, partner: Option<&str>) -> io::Result<()> {
        let rest = [self.score.as_str(), self.verdict, self.reason.as_str(), self.family];
        for text in self.texts.into_iter().chain(rest).chain(partner) {
            out.write_field(cell(text).as_bytes())?;
        }
        Ok(out.write_record(None::<&[u8]>)?)
    }

    fn json(&self, out: &mut impl Write, partner: Option<&str>) -> io::Result<()> {
        let mut object = serde_json::Map::new();
        for (key, value) in HEADER.into_iter().zip(self.texts) {
            object.insert(key.to_owned(), value.into());
        }
        object.insert("score".to_owned(), serde_json::from_str(&self.score)?);
        object.insert("verdict".to_owned(), self.verdict.into());
        object.insert("reason".to_owned(), self.reason.as_str().into());
        object.insert("family".to_owned(), self.family.into());
        if let Some(partner) = partner {
            object.insert("partner".to_owned(), partner.into());
        }
        serde_json::to_writer(&mut *out, &object)?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

impl Sheet {
    fn line(&mut self, line: &Line<'_>, partner: Option<&str>) -> Outcome<()> {
        if self.row == SHEET_ROWS {
            return Err(
                format!("The pairs do not fit in a sheet, which holds {SHEET_ROWS}. Write a .csv.").into()
            );
        }
        self.row += 1;
        let (row, sheet) = (self.row, self.book.worksheet_from_index(0)?);
        for (column, text) in (0u16..).zip(line.texts) {
            sheet.write_string(row, column, text)?;
        }
        sheet.write_number(row, 4, line.score.parse::<f64>()?)?;
        let rest = [line.verdict, line.reason.as_str(), line.family];
        for (column, text) in (5u16..).zip(rest.into_iter().chain(partner)) {
            sheet.write_string(row, column, text)?;
        }
        Ok(())
    }
}

impl Table {
    fn create(path: &Path, header: impl Iterator<Item = &'static str>) -> Outcome<Self> {
        let (mut schema, mut columns) = ("message overlaps {".to_owned(), 0);
        for name in header {
            schema += &match name {
                "score" => " required double score;".to_owned(),
                name => format!(" required binary {name} (string);"),
            };
            columns += 1;
        }
        let schema = Arc::new(parse_message_type(&(schema + " }"))?);
        let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
        let writer = SerializedFileWriter::new(File::create(path)?, schema, properties)?;
        Ok(Self { writer, texts: vec![Vec::new(); columns - 1], scores: Vec::new() })
    }

    fn line(&mut self, line: &Line<'_>, partner: Option<&str>) -> Outcome<()> {
        let rest = [line.verdict, line.reason.as_str(), line.family];
        let texts = line.texts.into_iter().chain(rest).chain(partner);
        self.texts.iter_mut().zip(texts).for_each(|(column, text)| column.push(ByteArray::from(text)));
        self.scores.push(line.score.parse()?);
        if self.scores.len() == GROUP { self.group() } else { Ok(()) }
    }

    fn group(&mut self) -> Outcome<()> {
        let mut group = self.writer.next_row_group()?;
        let (mut texts, mut at) = (self.texts.iter_mut(), 0);
        while let Some(mut column) = group.next_column()? {
            at += 1;
            if at == SCORE {
                column.typed::<DoubleType>().write_batch(&self.scores, None, None)?;
            } else if let Some(values) = texts.next() {
                column.typed::<ByteArrayType>().write_batch(values, None, None)?;
                values.clear();
            }
            column.close()?;
        }
        group.close()?;
        self.scores.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_written_as_numbers_are() {
        let ties = (0..=32u16).map(|at| f32::from(at) / 32.0);
        let others = (0..20_000u16).map(|at| f32::from(at) / 19_999.0);
        for score in ties.chain(others) {
            assert_eq!(four_places(score), format!("{score:.4}"));
        }
    }
}
