//! Lists as they come: good, odd, broken and hostile.

mod files;
mod hostile;
mod mappings;
mod properties;
mod rows;
mod sheets;
mod volume;

use std::io::Write;
use std::ops::ControlFlow;

use tempfile::NamedTempFile;

use super::*;

/// A list of our own layout with `rows` rows; the rows named in `broken` have an amount that nobody can read.
pub(super) fn generate(rows: u64, broken: &[u64]) -> String {
    use std::fmt::Write;
    let mut list =
        String::from("account,domain,partner,our_population,their_population,owner,amount,currency,stage\n");
    for n in 1..=rows {
        let amount = if broken.contains(&n) { "a lot".to_owned() } else { (n * 10).to_string() };
        let (ours, theirs) =
            if n % 2 == 0 { ("Customers", "Prospects; Enterprise") } else { ("Open opps", "Customers") };
        writeln!(
            list,
            "\"Company {n}, Inc.\",www.company{n}.com,Northwind,{ours},{theirs},rep{}@example.com,{amount},USD,Discovery",
            n % 40
        )
        .unwrap();
    }
    list
}

pub(super) fn file(bytes: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes.as_ref()).unwrap();
    file.flush().unwrap();
    file
}

/// The mapping that would be taken without asking anybody.
pub(super) fn recognised(path: &Path) -> Mapping {
    let peek = peek(path, "list.csv").unwrap();
    match Mapping::recognise(&peek.headers, &["Northwind".into(), "Globex".into()]) {
        Recognition::Preset(_, mapping) | Recognition::Guess(mapping, _) => mapping,
        Recognition::Unknown => panic!("unknown: {:?}", peek.headers),
    }
}

pub(super) fn read_all(path: &Path) -> (Vec<ListRow>, Vec<BadRow>) {
    let mapping = recognised(path);
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    read(path, "list.csv", &mapping, |row| {
        match row {
            Ok(row) => rows.push(row),
            Err(row) => bad.push(row),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    (rows, bad)
}

pub(super) fn read_text(text: &str) -> (Vec<ListRow>, Vec<BadRow>) {
    read_all(file(text).path())
}

pub(super) fn accounts(rows: &[ListRow]) -> Vec<&str> {
    rows.iter().map(|row| row.account.as_str()).collect()
}

pub(super) fn complaints(bad: &[BadRow]) -> String {
    bad.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub(super) fn refusal(bytes: impl AsRef<[u8]>) -> String {
    peek(file(bytes).path(), "list.csv").expect_err("no list").to_string()
}
