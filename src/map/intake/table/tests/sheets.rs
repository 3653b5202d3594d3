//! Spreadsheets, and zips that claim to be.

use std::io::Cursor;

use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use zip::write::SimpleFileOptions;

use super::*;

fn workbook() -> Workbook {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Read me").unwrap().write(0, 0, "Export of 4 March").unwrap();
    let sheet = workbook.add_worksheet();
    let date = CellFormat::new().set_num_format("yyyy-mm-dd");
    sheet.write(0, 0, "Overlaps").unwrap();
    for (at, header) in ["Account", "Website", "Owner", "Amount", "Seen on"].iter().enumerate() {
        sheet.write(2, at as u16, *header).unwrap();
    }
    sheet.write(3, 0, "Acme").unwrap().write(3, 1, "acme.com").unwrap().write(3, 3, 120_000).unwrap();
    sheet.write_with_format(3, 4, ExcelDateTime::from_ymd(2026, 3, 4).unwrap(), &date).unwrap();
    sheet.write(5, 0, "Zoë").unwrap().write(5, 3, 99.5).unwrap();
    sheet.write(6, 0, "Bad").unwrap().write(6, 3, "plenty").unwrap();
    workbook
}

fn zip(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn the_sheet_with_the_list_is_found_and_read() {
    let file = file(workbook().save_to_buffer().unwrap());
    let peek = peek(file.path(), "list.xlsx").unwrap();
    assert_eq!(peek.headers, ["Account", "Website", "Owner", "Amount", "Seen on"]);
    assert_eq!(peek.sample[0], ["Acme", "acme.com", "", "120000", "2026-03-04"]);
    let (rows, bad) = read_all(file.path());
    assert_eq!(
        rows.iter().map(|r| (r.line, r.account.as_str())).collect::<Vec<_>>(),
        [(4, "Acme"), (6, "Zoë")]
    );
    assert_eq!(rows[1].amount.unwrap().hundredths, 9_950);
    insta::assert_snapshot!(complaints(&bad), @r#"Line 7: I can't read "plenty" as an amount. Write it as 120000 or 120,000 USD."#);
}

/// Rows are told by their lines, so lines go up, whatever a cell says of its place.
#[test]
fn a_sheet_whose_rows_go_back_is_damaged() {
    let book = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let links = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let with_second = |place: &str| {
        let cell = |at: &str, text: &str| format!(r#"<c r="{at}" t="str"><v>{text}</v></c>"#);
        let (head, row) = (cell("A1", "Account"), cell(place, "Acme"));
        let sheet = format!(
            "<worksheet><sheetData><row>{head}</row><row>{row}</row><row>{}</row></sheetData></worksheet>",
            cell("A3", "Hooli")
        );
        let parts = [
            ("_rels/.rels", root),
            ("xl/workbook.xml", book),
            ("xl/_rels/workbook.xml.rels", links),
            ("xl/worksheets/sheet1.xml", &sheet),
        ];
        zip(&parts.map(|(name, part)| (name, part.as_bytes().to_vec())))
    };
    let (rows, _) = read_all(file(with_second("A2")).path());
    assert_eq!(accounts(&rows), ["Acme", "Hooli"]);
    insta::assert_snapshot!(refusal(with_second("A99999999")), @"The spreadsheet is damaged. Open it, save it again as .xlsx or CSV, and send that.");
}

#[test]
fn zips_that_are_no_spreadsheet() {
    insta::assert_snapshot!(refusal(zip(&[("list.csv", b"a,b".to_vec())])), @"This is a zip archive, not a spreadsheet. Unpack it and send the CSV or XLSX inside.");
    insta::assert_snapshot!(refusal(zip(&[("xl/workbook.xml", b"nonsense".to_vec())])), @"The spreadsheet is damaged. Open it, save it again as .xlsx or CSV, and send that.");
    insta::assert_snapshot!(refusal(b"PK\x03\x04 and then nothing"), @"The spreadsheet is damaged. Open it, save it again as .xlsx or CSV, and send that.");
    let whole = workbook().save_to_buffer().unwrap();
    for cut in [30, whole.len() / 2, whole.len() - 10] {
        assert!(peek(file(&whole[..cut]).path(), "list.xlsx").is_err());
    }
}

#[test]
fn zip_bombs_are_not_unpacked() {
    let bomb = zip(&[("xl/workbook.xml", b"<x/>".to_vec()), ("xl/sharedStrings.xml", vec![b'<'; 40 << 20])]);
    assert!(bomb.len() < 1 << 20);
    insta::assert_snapshot!(refusal(&bomb), @"I won't unpack this spreadsheet: its parts grow too much. Save the list alone as CSV and send that.");
    let many: Vec<(String, Vec<u8>)> = (0..2_100).map(|n| (format!("xl/{n}.xml"), Vec::new())).collect();
    let many: Vec<(&str, Vec<u8>)> =
        many.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    insta::assert_snapshot!(refusal(zip(&many)), @"I won't unpack this spreadsheet: it has too many parts. Save the list alone as CSV and send that.");
}

#[test]
fn a_part_that_lies_about_its_size_is_caught() {
    let mut bomb =
        zip(&[("xl/workbook.xml", b"<x/>".to_vec()), ("xl/sharedStrings.xml", vec![b'<'; 40 << 20])]);
    let honest = (40u32 << 20).to_le_bytes();
    while let Some(at) = bomb.windows(4).position(|bytes| bytes == honest) {
        bomb[at..at + 4].copy_from_slice(&1_000u32.to_le_bytes());
    }
    let refusal = refusal(&bomb);
    assert!(refusal.contains("larger than it says") || refusal.contains("damaged"), "{refusal}");
}
