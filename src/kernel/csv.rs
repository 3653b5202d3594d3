//! CSV that a spreadsheet opens: no cell of it may become a formula.

use std::borrow::Cow;

/// What a spreadsheet program takes for the start of a formula or skips in front of one.
///
/// Source: OWASP, "CSV Injection"; the wide forms count in East Asian versions.
const STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cell as text: with an apostrophe in front where a spreadsheet would calculate it.
pub fn cell(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    if first.is_some_and(|c| STARTS.contains(&c)) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text() {
        for formula in
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =HYPERLINK(\"x\")", "＝1", "\u{a0}@x"]
        {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        for text in ["", "Acme", "a=b", "'=1", "3 May", " Acme"] {
            assert_eq!(cell(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_cell_starts_a_formula(text in ".{0,40}") {
            let cell = cell(&text).into_owned();
            let start = cell.trim_start_matches([' ', '\u{a0}']);
            proptest::prop_assert!(!start.starts_with(STARTS), "{cell:?}");
            proptest::prop_assert!(cell.ends_with(&text));
        }
    }
}
