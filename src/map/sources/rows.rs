//! JSON of any origin as a CSV file that the table reader knows: what arrives as objects leaves as rows.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::standing::Failure;
use crate::kernel::ids::random;

/// The columns of Tandem's own layout.
pub const OWN: [&str; 9] = [
    "account",
    "domain",
    "partner",
    "our_population",
    "their_population",
    "owner",
    "amount",
    "currency",
    "stage",
];
/// What is kept of a row of Crossbeam's API; the domain that is given first counts.
pub const CROSSBEAM: [&str; 9] = [
    "partner_name",
    "record_name",
    "record_website",
    "partner_record_website",
    "record_email",
    "populations",
    "partner_populations",
    "partner_owner.owner_name",
    "partner_owner.owner_email",
];
/// What is kept of a row of PartnerTap's.
pub const PARTNERTAP: [&str; 13] = [
    "account_name",
    "website",
    "partner_org_name",
    "partner_account_name",
    "account_type",
    "partner_account_type",
    "open_opp_count",
    "account_owner_name",
    "account_owner_email",
    "partner_account_owner_name",
    "partner_account_owner_email",
    "open_pipeline_amount",
    "partner_first_match_date",
];

/// The largest JSON file that is turned into rows, in bytes: it is held in memory whole.
const JSON_LIMIT: u64 = 32 * 1024 * 1024;
/// The most columns that a JSON file may come to.
const COLUMNS: usize = 200;

/// A CSV file that is being written; it is there only when it is whole.
pub struct Sheet {
    csv: csv::Writer<Counted>,
    columns: Vec<String>,
    part: PathBuf,
    to: PathBuf,
    done: bool,
}

/// Counts, digests and hands on.
struct Counted {
    into: BufWriter<File>,
    digest: Sha256,
    written: u64,
    limit: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        self.written += written as u64;
        if self.written > self.limit {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "the list is larger than the most that I take",
            ));
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

impl Sheet {
    /// Begins a file of at most `limit` bytes.
    pub fn create<S: AsRef<str>>(to: &Path, columns: &[S], limit: u64) -> Result<Self, Failure> {
        let part = to.with_extension(format!("{}.part", random(8)));
        let into = BufWriter::new(File::create(&part).map_err(|e| disk(&e))?);
        let columns: Vec<String> = columns.iter().map(|c| c.as_ref().to_owned()).collect();
        let csv = csv::Writer::from_writer(Counted { into, digest: Sha256::new(), written: 0, limit });
        let mut sheet = Self { csv, columns, part, to: to.to_owned(), done: false };
        sheet.csv.write_record(&sheet.columns).map_err(|e| failed(&e))?;
        Ok(sheet)
    }

    /// Adds a row: of each column the cell that the object has for it. A dot in a column's name leads into an object.
    pub fn row(&mut self, row: &Map<String, Value>) -> Result<(), Failure> {
        let cells = self.columns.iter().map(|column| cell_at(row, column));
        self.csv.write_record(cells).map_err(|e| failed(&e))
    }

    /// Puts the file in its place; gives its SHA-256.
    pub fn finish(mut self) -> Result<String, Failure> {
        self.csv.flush().map_err(|e| disk(&e))?;
        std::fs::rename(&self.part, &self.to).map_err(|e| disk(&e))?;
        self.done = true;
        Ok(hex::encode(self.csv.get_ref().digest.clone().finalize()))
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        if !self.done {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

fn failed(error: &csv::Error) -> Failure {
    match error.kind() {
        csv::ErrorKind::Io(error) => disk(error),
        _ => Failure::lasting("A row could not be written"),
    }
}

fn disk(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Failure::lasting(format!("It is too much: {error}")),
        _ => Failure::passing(format!("The list could not be written here: {error}")),
    }
}

fn cell_at(row: &Map<String, Value>, column: &str) -> String {
    let found = row.get(column).or_else(|| {
        let (outer, inner) = column.split_once('.')?;
        row.get(outer)?.as_object()?.get(inner)
    });
    found.map(cell).unwrap_or_default()
}

/// A value as a cell: lists by their names, what has no name by nothing.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Object(of) => of.get("name").map(cell).unwrap_or_default(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(cell).filter(|text| !text.is_empty()).collect();
            items.join("; ")
        }
    }
}

/// Rows in Tandem's own layout, as a text.
pub fn own(rows: &[Map<String, Value>]) -> Result<String, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(OWN)?;
    for row in rows {
        csv.write_record(OWN.iter().map(|column| cell_at(row, column)))?;
    }
    let bytes = csv.into_inner().map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Makes rows of a file where it is JSON; gives the SHA-256 of what it is then.
pub async fn settle(path: &Path) -> Result<String, Failure> {
    let path = path.to_owned();
    let work =
        tokio::task::spawn_blocking(move || if is_json(&path)? { from_json(&path) } else { digest(&path) });
    work.await.map_err(|e| Failure::passing(e.to_string()))?
}

fn digest(path: &Path) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(|e| disk(&e))?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece).map_err(|e| disk(&e))? {
            0 => return Ok(hex::encode(hash.finalize())),
            n => hash.update(piece.get(..n).unwrap_or_default()),
        }
    }
}

fn is_json(path: &Path) -> Result<bool, Failure> {
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(1024).read_to_end(&mut start)).map_err(|e| disk(&e))?;
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
    let listed = start.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    Ok(start.starts_with(b"{")
        || listed.is_some_and(|inner| inner.starts_with(b"{") || inner.starts_with(b"]")))
}

/// JSON lines, a list of objects, or an object that holds one (under `overlaps`, `items` or `data`).
fn from_json(path: &Path) -> Result<String, Failure> {
    let file = File::open(path).map_err(|e| disk(&e))?;
    let size = file.metadata().map_err(|e| disk(&e))?.len();
    if size > JSON_LIMIT {
        let most = JSON_LIMIT / 1_048_576;
        return Err(Failure::lasting(format!("It is JSON of more than {most} MB. CSV may be larger")));
    }
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter::<Value>() {
        let value = value
            .map_err(|e| Failure::lasting(format!("Its JSON breaks off or is none, in line {}", e.line())))?;
        take(value, &mut rows);
    }
    let mut columns: Vec<String> = Vec::new();
    for row in &rows {
        for (name, value) in row {
            let inner = value.as_object().filter(|of| !of.contains_key("name"));
            let names: Vec<String> = match inner {
                Some(of) => of.keys().map(|inner| format!("{name}.{inner}")).collect(),
                None => vec![name.clone()],
            };
            for name in names {
                if !columns.contains(&name) && columns.len() < COLUMNS {
                    columns.push(name);
                }
            }
        }
    }
    if columns.is_empty() {
        return Err(Failure::lasting(
            "It is JSON without a row: a list of objects is one, or an object a line",
        ));
    }
    let mut sheet = Sheet::create(path, &columns, u64::MAX)?;
    for row in &rows {
        sheet.row(row)?;
    }
    sheet.finish()
}

fn take(value: Value, rows: &mut Vec<Map<String, Value>>) {
    match value {
        Value::Array(items) => items.into_iter().for_each(|item| take(item, rows)),
        Value::Object(mut of) => {
            let list = ["overlaps", "items", "data"]
                .into_iter()
                .find(|key| of.get(*key).is_some_and(Value::is_array));
            match list.and_then(|key| of.remove(key)) {
                Some(list) => take(list, rows),
                None => rows.push(of),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn settled(text: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, text).unwrap();
        let hash = settle(&path).await.map_err(|f| f.why)?;
        assert_eq!(hash, digest(&path).unwrap(), "of what it is then");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        Ok(std::fs::read_to_string(&path).unwrap())
    }

    #[tokio::test]
    async fn every_shape_of_json_becomes_rows() {
        let rows = "account,owner.name\nAcme,\n\"Globex, Inc.\",\n";
        for text in [
            "{\"account\": \"Acme\", \"owner\": {\"id\": 1}}\n{\"account\": \"Globex, Inc.\"}\n",
            "[{\"account\": \"Acme\", \"owner\": {\"id\": 1}}, {\"account\": \"Globex,\\nInc.\"}]",
            "\u{FEFF} {\"data\": [{\"account\": \"Acme\", \"owner\": {\"id\": 1}}, {\"account\": \"Globex, Inc.\"}]}",
        ] {
            let said = settled(text.trim_start_matches('\u{FEFF}')).await.unwrap();
            assert_eq!(said, rows.replace("owner.name", "owner.id").replace("Acme,", "Acme,1"), "{text}");
        }
        assert_eq!(
            settled("account,domain\nAcme,acme.com\n").await.unwrap(),
            "account,domain\nAcme,acme.com\n"
        );
    }

    #[tokio::test]
    async fn what_is_no_list_is_said() {
        for (text, said) in [
            ("{\"account\": \"Acme\"", "Its JSON breaks off or is none, in line 1"),
            ("{}", "It is JSON without a row: a list of objects is one, or an object a line"),
            ("{\"items\": []}", "It is JSON without a row: a list of objects is one, or an object a line"),
        ] {
            assert_eq!(settled(text).await.unwrap_err(), said);
        }
    }

    #[test]
    fn lists_of_populations_are_named() {
        let row = json!({"populations": [{"id": 1, "name": "Customers"}, {"id": 2, "name": "EMEA"}], "tags": ["a", 2],
            "partner_owner": {"owner_name": "Sam\nWhitfield"}, "none": null});
        let row = row.as_object().unwrap();
        let at = |column| cell_at(row, column);
        assert_eq!(
            ["populations", "tags", "partner_owner.owner_name", "none", "absent", "absent.too"].map(at),
            ["Customers; EMEA", "a; 2", "Sam Whitfield", "", "", ""]
        );
    }

    #[test]
    fn a_list_that_is_too_long_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("list");
        let mut sheet = Sheet::create(&to, &OWN, 100_000).unwrap();
        let row = json!({"account": "a".repeat(1000)});
        let failure = (0..200).find_map(|_| sheet.row(row.as_object().unwrap()).err()).unwrap();
        assert!(!failure.passing, "{failure:?}");
        drop(sheet);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
