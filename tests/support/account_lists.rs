//! Two account lists and the pairs in them that are one company, from `tests/corpus/matching`.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;

use tandem::map::matching::{List, Row};

/// One row of a list.
pub struct Account(csv::StringRecord);

impl Account {
    /// As the matcher takes it.
    pub fn row(&self, websites: bool) -> Row<'_> {
        let website = if websites { &self.0[2] } else { "" };
        Row {
            id: &self.0[0],
            name: &self.0[1],
            website,
            country: &self.0[3],
            postcode: &self.0[4],
            address: &self.0[5],
        }
    }
}

fn records(set: &str, file: &str) -> Vec<csv::StringRecord> {
    let path = format!("{}/tests/corpus/matching/{set}.zip", env!("CARGO_MANIFEST_DIR"));
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(file).unwrap().read_to_string(&mut text).unwrap();
    csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect()
}

/// The rows of `a.csv` (ours) or `b.csv` (theirs).
pub fn accounts(set: &str, file: &str) -> Vec<Account> {
    records(set, file).into_iter().map(Account).collect()
}

/// The pairs of ids that are one company.
pub fn truth(set: &str) -> HashSet<(String, String)> {
    records(set, "truth.csv").iter().map(|row| (row[0].to_owned(), row[1].to_owned())).collect()
}

/// The rows as a list.
pub fn list<'a>(rows: impl IntoIterator<Item = Row<'a>>) -> List {
    let mut list = List::new();
    rows.into_iter().for_each(|row| list.push(row));
    list
}
