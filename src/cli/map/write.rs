//! Writes the pairs in the format that the file's extension asks for.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rust_xlsxwriter::Workbook;

use crate::kernel::csv::cell;
use crate::map::matching::{Link, List, Verdict};

const HEADER: [&str; 8] =
    ["our_id", "their_id", "our_name", "their_name", "score", "verdict", "reason", "family"];

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What is written of one pair; numbers as they are read.
struct Line<'a> {
    texts: [&'a str; 4],
    score: String,
    verdict: &'static str,
    reason: String,
    family: &'a str,
}

/// The formats, by extension.
enum Format {
    Delimited(u8),
    JsonLines,
    Xlsx,
}

fn format(path: &Path) -> Result<Format, String> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "csv" | "" => Ok(Format::Delimited(b',')),
        "tsv" | "tab" => Ok(Format::Delimited(b'\t')),
        "jsonl" | "ndjson" => Ok(Format::JsonLines),
        "xlsx" => Ok(Format::Xlsx),
        other => Err(format!("I can't write .{other}. Name the file .csv, .tsv, .jsonl or .xlsx.")),
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

/// Writes all links; `partner` is one more column.
pub(super) fn links(
    path: &Path,
    links: &[Link],
    ours: &List,
    theirs: &List,
    partner: Option<&str>,
) -> Outcome<()> {
    let lines = links.iter().map(|link| line(link, ours, theirs));
    match format(path)? {
        Format::Delimited(delimiter) => delimited(path, delimiter, lines, partner),
        Format::JsonLines => json_lines(path, lines, partner),
        Format::Xlsx => xlsx(path, links.len(), lines, partner),
    }
}

fn line<'a>(link: &Link, ours: &'a List, theirs: &'a List) -> Line<'a> {
    let uncertain = link.verdict == Verdict::Review;
    let (domain, other) = (ours.domain(link.ours), theirs.domain(link.theirs));
    Line {
        texts: [ours.id(link.ours), theirs.id(link.theirs), ours.name(link.ours), theirs.name(link.theirs)],
        score: format!("{:.4}", link.score),
        verdict: if uncertain { "review" } else { "match" },
        reason: link.grounds.sentence(ours, link.ours, uncertain),
        family: if domain == other { domain } else { "" },
    }
}

fn delimited<'a>(
    path: &Path,
    delimiter: u8,
    lines: impl Iterator<Item = Line<'a>>,
    partner: Option<&str>,
) -> Outcome<()> {
    let file = BufWriter::with_capacity(1 << 18, File::create(path)?);
    let mut out = csv::WriterBuilder::new().delimiter(delimiter).from_writer(file);
    let header = HEADER.into_iter().chain(partner.map(|_| "partner"));
    out.write_record(header)?;
    for Line { texts, score, verdict, reason, family } in lines {
        let rest = [score.as_str(), verdict, reason.as_str(), family];
        let cells = texts.into_iter().chain(rest).chain(partner);
        out.write_record(cells.map(|text| cell(text).into_owned()))?;
    }
    out.flush()?;
    Ok(())
}

fn json_lines<'a>(path: &Path, lines: impl Iterator<Item = Line<'a>>, partner: Option<&str>) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for line in lines {
        let mut object = serde_json::Map::new();
        for (key, value) in HEADER.into_iter().zip(line.texts) {
            object.insert(key.to_owned(), value.into());
        }
        object.insert("score".to_owned(), serde_json::from_str(&line.score)?);
        object.insert("verdict".to_owned(), line.verdict.into());
        object.insert("reason".to_owned(), line.reason.into());
        object.insert("family".to_owned(), line.family.into());
        if let Some(partner) = partner {
            object.insert("partner".to_owned(), partner.into());
        }
        serde_json::to_writer(&mut out, &object)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

fn xlsx<'a>(
    path: &Path,
    count: usize,
    lines: impl Iterator<Item = Line<'a>>,
    partner: Option<&str>,
) -> Outcome<()> {
    /// What a sheet holds at the most, without the header.
    const ROWS: usize = 1_048_575;
    if count > ROWS {
        return Err(format!("{count} pairs do not fit in a sheet, which holds {ROWS}. Write a .csv.").into());
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory();
    for (column, name) in (0u16..).zip(HEADER.into_iter().chain(partner.map(|_| "partner"))) {
        sheet.write_string(0, column, name)?;
    }
    for (row, line) in (1u32..).zip(lines) {
        for (column, text) in (0u16..).zip(line.texts) {
            sheet.write_string(row, column, text)?;
        }
        sheet.write_number(row, 4, line.score.parse::<f64>()?)?;
        let rest = [line.verdict, line.reason.as_str(), line.family];
        for (column, text) in (5u16..).zip(rest.into_iter().chain(partner)) {
            sheet.write_string(row, column, text)?;
        }
    }
    book.save(path)?;
    Ok(())
}
