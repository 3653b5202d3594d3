//! What holds for any file.

use proptest::prelude::*;

use super::*;

fn survive(bytes: &[u8]) {
    let file = file(bytes);
    let Ok(peek) = peek(file.path(), "list.csv") else { return };
    let mapping = Mapping { columns: peek.headers.iter().map(|_| Field::Account.into()).collect() };
    let _ = Mapping::recognise(&peek.headers, &["Northwind".into()]);
    let _ = fingerprint(&peek.headers);
    let _ = read(file.path(), "list.csv", &mapping, |_| ControlFlow::Continue(()));
}

/// A row of three cells as it stands in the file, and whether it can be read.
fn row() -> impl Strategy<Value = (String, bool)> {
    let name = "[A-Z][a-zé ]{0,12}[a-z]";
    prop_oneof![
        8 => name.prop_map(|n| (format!("{n},acme.com,legal"), true)),
        2 => name.prop_map(|n| (format!("\"{n}, \"\"x\"\"\",acme.com,"), true)),
        1 => name.prop_map(|n| (format!("{n} 12\" x,acme.com,legal"), true)),
        1 => name.prop_map(|n| (format!("{n},acme.com"), false)),
        1 => name.prop_map(|n| (format!("{n},acme.com,legal,more"), false)),
        1 => name.prop_map(|n| (format!("\"{n},acme.com,legal"), false)),
        1 => name.prop_map(|n| (format!("{n},\"acme.com,legal"), false)),
        1 => name.prop_map(|n| (format!("{n}\0,acme.com,legal"), false)),
        1 => Just((",,legal".to_owned(), false)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn never_panics_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        survive(&bytes);
    }

    #[test]
    fn never_panics_on_almost_lists(text in "(account|domain|é|Northwind: |[,;\t|\"\n\r\u{0}:( )]|[0-9]{1,4}){0,120}") {
        survive(text.as_bytes());
        survive(format!("account,domain\n{text}").as_bytes());
    }

    #[test]
    fn never_panics_on_a_damaged_spreadsheet(at in 0usize..6_000, byte in any::<u8>()) {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "Account").unwrap().write(0, 1, "Domain").unwrap();
        sheet.write(1, 0, "Acme").unwrap().write(1, 1, "acme.com").unwrap();
        let mut bytes = workbook.save_to_buffer().unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        survive(&bytes);
    }

    /// Every line below the header is a row or a bad row, exactly once, in order, whatever its neighbours do.
    #[test]
    fn every_row_is_accounted_for(rows in prop::collection::vec(row(), 1..60)) {
        let mut text = String::from("account,domain,stage\n");
        rows.iter().for_each(|(row, _)| { text.push_str(row); text.push('\n'); });
        let file = file(&text);
        let mapping = Mapping { columns: [Field::Account, Field::Domain, Field::Stage].map(Column::from).into() };
        let mut seen = Vec::new();
        let result = read(file.path(), "list.csv", &mapping, |row| {
            seen.push(row.map_or_else(|bad| (bad.line, false), |row| (row.line, true)));
            ControlFlow::Continue(())
        });
        // A few rows with zeros are bad rows, many make a binary file, which is refused whole.
        if matches!(result, Err(FileError::Binary)) {
            prop_assume!(false);
        }
        prop_assert!(result.is_ok(), "{:?}", result);
        let expected: Vec<(u64, bool)> = rows.iter().zip(2u64..).map(|((_, good), line)| (line, *good)).collect();
        prop_assert_eq!(seen, expected, "{}", text);
    }
}
