//! Whatever is dropped as a list, looking at it ends with a peek or with a reason, and every row of it is understood or
//! refused with its line, once and in order. What begins as a tag is read as the sheet of a workbook.
#![no_main]

use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tandem::map::intake::table::{Mapping, RawList, Recognition, limits, peek, read};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder for the lists"));

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("list");
    let sheet = bytes.starts_with(b"<").then(|| workbook(bytes));
    std::fs::write(&path, sheet.as_deref().unwrap_or(bytes)).expect("the list is written");
    look_at(&path);
});

fn look_at(path: &Path) {
    let peeked = match peek(path, "list") {
        Ok(peeked) => peeked,
        Err(reason) => return assert!(!reason.to_string().is_empty()),
    };
    let width = peeked.headers.len();
    assert!((1..=limits::COLUMNS).contains(&width) && peeked.sample.len() <= limits::SAMPLE_ROWS);
    assert!(peeked.sample.iter().all(|row| row.len() == width));
    let partners = ["Northwind".to_owned()];
    let mapping = match Mapping::recognise(&peeked.headers, &partners) {
        Recognition::Preset(_, mapping) | Recognition::Guess(mapping, _) => mapping,
        Recognition::Unknown => return,
    };
    let mut understood = Vec::new();
    let ended = read(path, "list", &mapping, |row| {
        understood.push(row.as_ref().map_or_else(|bad| bad.line, |row| row.line));
        match &row {
            Ok(row) => {
                assert!(row.account.contains(char::is_alphanumeric) && row.account.chars().count() <= 200);
                assert!(!row.account.contains(['\n', '\r', '\0']), "{:?}", row.account);
                assert!(row.domain.as_ref().is_none_or(|d| d.as_str().contains('.')));
            }
            Err(bad) => assert!(!bad.reason.is_empty()),
        }
        ControlFlow::Continue(())
    });
    let mut stood = Vec::new();
    let walked = RawList::open(path, "list").and_then(|mut list| {
        list.rows(&mut |row| {
            stood.push(row.map_or_else(|bad| bad.line, |row| row.line));
            ControlFlow::Continue(())
        })
    });
    assert_eq!(ended.is_ok(), walked.is_ok());
    assert!(stood.windows(2).all(|pair| pair[0] < pair[1]), "lines go up: {stood:?}");
    // A row that speaks of several partners is several.
    understood.dedup();
    assert_eq!(understood, stood);
}

/// A workbook with these bytes for its only sheet.
fn workbook(sheet: &[u8]) -> Vec<u8> {
    const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let parts: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    for (name, bytes) in parts {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a workbook").into_inner()
}
