//! Encodings, delimiters, headers.

use super::*;

const LIST: &str =
    "Account;Website;Stage\nMüller & Söhne;mueller.de;Prüfung\nCafé Zoë;cafezoe.fr;Négociation\n";

fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xFEFF).into_iter();
    let units = mark.chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

#[test]
fn every_encoding_reads_the_same() {
    let latin = encoding_rs::WINDOWS_1252.encode(LIST).0.into_owned();
    let cases = [
        ("UTF-8", LIST.as_bytes().to_vec()),
        ("UTF-8 with a mark", [b"\xEF\xBB\xBF", LIST.as_bytes()].concat()),
        ("UTF-16LE", utf16(LIST, true, true)),
        ("UTF-16BE", utf16(LIST, false, true)),
        ("UTF-16LE", utf16(LIST, true, false)),
        ("UTF-16BE", utf16(LIST, false, false)),
        ("windows-1252", latin),
    ];
    for (encoding, bytes) in cases {
        let file = file(&bytes);
        let peek = peek(file.path(), "list.csv").unwrap();
        assert_eq!(peek.headers, ["Account", "Website", "Stage"]);
        let (rows, bad) = read_all(file.path());
        assert_eq!(accounts(&rows), ["Müller & Söhne", "Café Zoë"], "{encoding}");
        assert_eq!(rows[0].stage.as_deref(), Some("Prüfung"));
        assert_eq!(bad, []);
    }
}

#[test]
fn an_accent_far_down_still_decides_the_encoding() {
    let mut text = generate(4_000, &[]);
    text.push_str("Café Zoë,zoe.fr,Northwind,,,,,,\n");
    let latin = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let (rows, bad) = read_all(file(latin).path());
    assert_eq!((rows.len(), bad.len()), (4_001, 0));
    assert_eq!(rows[4_000].account, "Café Zoë");
    // And in UTF-8 with the characters across the borders of what is read at once.
    let wide = format!("account,domain,stage\n{}", "é".repeat(20) + ",x.com,é\n").replace("é,x", "é€😀,x");
    let many: String = wide.lines().skip(1).cycle().take(5_000).map(|line| format!("{line}\n")).collect();
    let (rows, bad) = read_text(&format!("account,domain,stage\n{many}"));
    assert_eq!((rows.len(), bad.len()), (5_000, 0));
    assert!(rows.iter().all(|row| row.account == "é".repeat(20) + "€😀"));
}

#[test]
fn a_broken_character_costs_its_row_only() {
    let mut bytes = b"account,domain\n".to_vec();
    for n in 0..50 {
        bytes.extend_from_slice(format!("Zoë {n},zoe{n}.fr\n").as_bytes());
    }
    bytes.extend_from_slice(b"Br\xFFken,broken.com\nLast,last.com\n");
    let (rows, bad) = read_all(file(bytes).path());
    assert_eq!((rows.len(), accounts(&rows)[50]), (51, "Last"));
    insta::assert_snapshot!(complaints(&bad), @"Line 52: The line holds a character that is broken. Save the list as UTF-8.");
}

#[test]
fn delimiters_and_line_endings() {
    for (delimiter, ending) in [(',', "\n"), (';', "\r\n"), ('\t', "\r"), ('|', "\n")] {
        let rows =
            ["Account,Domain,Amount", "Acme,acme.com,\"1,5\"", "\"Globex, the\nold one\",globex.com,7"];
        let text = rows.join(ending).replace(',', "\u{1}").replace("\"1\u{1}5\"", "\"1,5\"");
        let text = text.replace('\u{1}', &delimiter.to_string());
        let (rows, bad) = read_text(&text);
        assert_eq!(bad, [], "{delimiter:?}");
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(rows[1].domain.as_ref().unwrap().as_str(), "globex.com");
    }
}

#[test]
fn lines_before_the_header_are_passed_over() {
    let text = "Overlap report\nExported by Sam on 4 March 2026,,,\n\nAccount Name,Website,Status,Owner\nAcme,acme.com,Customer,Kim\n,,,\n";
    let file = file(text);
    let peek = peek(file.path(), "list.csv").unwrap();
    assert_eq!(peek.headers, ["Account Name", "Website", "Status", "Owner"]);
    assert_eq!(peek.sample, [["Acme", "acme.com", "Customer", "Kim"]]);
    let (rows, bad) = read_all(file.path());
    assert_eq!((rows.len(), rows[0].line, bad), (1, 5, vec![]));
}

#[test]
fn a_list_of_one_column() {
    let (rows, bad) = read_text("Domain\nacme.com\nhttps://www.globex.co.uk/about\n");
    assert_eq!((accounts(&rows), bad), (vec!["acme.com", "globex.co.uk"], vec![]));
}

#[test]
fn what_is_no_list_is_told_why() {
    insta::assert_snapshot!(refusal(""), @"The file is empty. Export the list again and check that it has rows.");
    insta::assert_snapshot!(refusal("\n \r\n"), @"The file is empty. Export the list again and check that it has rows.");
    insta::assert_snapshot!(refusal("account,domain\n"), @"The file has a header but no rows. Export the list again and check its filter.");
    insta::assert_snapshot!(refusal(b"\x7FELF\x02\x01\x01\0\0\0\0"), @"This is not a list: it holds binary data. Send a CSV, TSV or XLSX file.");
    insta::assert_snapshot!(refusal((0..4096u32).map(|n| (n * 7 % 251) as u8 & 0xF3).collect::<Vec<_>>()), @"This is not a list: it holds binary data. Send a CSV, TSV or XLSX file.");
    insta::assert_snapshot!(refusal("<html><table>"), @"This is a web page or XML, not a list. Export it as CSV or XLSX.");
    insta::assert_snapshot!(refusal("{\"a\": 1}"), @"This is JSON, not a list. Export it as CSV or XLSX.");
    insta::assert_snapshot!(refusal(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on"), @"This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password, or as CSV.");
}

#[test]
fn a_row_that_reads_like_names_is_no_header() {
    let file =
        file("sep=;\nFirmenname;Ort;Art;deren Art\nAcme;Ulm;Customer;Prospect\nGlobex;Bonn;Client;Partner\n");
    let peek = peek(file.path(), "list.csv").unwrap();
    assert_eq!(peek.headers, ["Firmenname", "Ort", "Art", "deren Art"]);
    assert_eq!(peek.sample.len(), 2);
}
