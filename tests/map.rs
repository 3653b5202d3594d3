//! `tandem map` from the command line: formats in and out, and what it says to wrong input.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tandem::map::intake::table::RawList;
use tempfile::TempDir;

const OURS: &str = "Record ID,Company name,Website,Country\n1,Acme Corp,acme.com,US\n2,Globex Retail,globex.com,DE\n\
                    3,Initech,,US\n4,Umbrella Foods,umbrella.example,GB\n";
const THEIRS: &str =
    "id\tname\turl\n7\tACME Inc.\thttps://www.acme.com/about\n8\tInitech LLC\t\n9\tHooli\thooli.com\n";

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn map(&self, ours: &Path, theirs: &Path, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tandem"))
            .arg("map")
            .args([ours, theirs])
            .args(more)
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The first pair of a result, in the order of the columns.
fn first_row(path: &Path) -> Vec<String> {
    if path.extension().unwrap() == "jsonl" {
        let text = fs::read_to_string(path).unwrap();
        let pair: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let columns =
            ["our_id", "their_id", "our_name", "their_name", "score", "verdict", "reason", "family"];
        return columns.map(|c| pair[c].as_str().map_or_else(|| pair[c].to_string(), str::to_owned)).into();
    }
    let mut list = RawList::open(path, "list").unwrap();
    let (width, mut row) = (list.headers().len(), Vec::new());
    list.rows(&mut |read| {
        let read = read.unwrap();
        row = (0..width).map(|at| read.get(at).to_owned()).collect();
        ControlFlow::Break(())
    })
    .unwrap();
    row
}

/// The error of a run that must fail.
fn refused(output: &Output) -> String {
    let said = said(output);
    assert!(!output.status.success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn two_lists_become_overlaps() {
    let desk = Desk::new();
    let (ours, theirs) = (desk.file("ours.csv", OURS), desk.file("theirs.tsv", THEIRS));
    let output = desk.map(&ours, &theirs, &["--partner", "Northwind"]);
    assert!(output.status.success(), "{}", said(&output));
    let written = fs::read_to_string(desk.path("overlaps.csv")).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[0], "our_id,their_id,our_name,their_name,score,verdict,reason,family,partner");
    assert!(lines[1].starts_with("1,7,Acme Corp,ACME Inc.,0."), "{written}");
    assert!(lines[1].contains(",match,\"same domain acme.com, "), "{written}");
    assert!(lines[1].ends_with(",acme.com,Northwind"), "{written}");
    let summary = said(&output);
    assert!(summary.contains("Ours: 4 rows (id in \"Record ID\", name in \"Company name\""), "{summary}");
    assert!(summary.contains("Written to overlaps.csv"), "{summary}");
}

#[test]
fn every_format_goes_in_and_out() {
    let desk = Desk::new();
    let json = "{\"id\":\"7\",\"name\":\"ACME Inc.\",\"domain\":\"acme.com\"}\n{\"id\":\"8\",\"name\":\"Hooli\"}\nnot json\n";
    let (ours, theirs) = (desk.file("ours.csv", OURS), desk.file("theirs.jsonl", json));
    for out in ["out.csv", "out.tsv", "out.jsonl", "out.xlsx"] {
        let output = desk.map(&ours, &theirs, &["--out", out]);
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains("Line 3: The line is no JSON object."), "{}", said(&output));
        let row = first_row(&desk.path(out));
        assert_eq!(row[..4], ["1", "7", "Acme Corp", "ACME Inc."], "{out}");
        assert!(row[4].parse::<f64>().unwrap() > 0.5, "{out}: {row:?}");
        assert_eq!((row[5].as_str(), row[7].as_str()), ("match", "acme.com"), "{out}");
    }
    // What was written as a sheet can be read as a list.
    let output = desk.map(
        &desk.path("out.xlsx"),
        &theirs,
        &["--ours-name", "our_name", "--ours-id", "our_id", "--out", "again.csv"],
    );
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn aliases_decide() {
    let desk = Desk::new();
    let ours = desk.file("ours.csv", "name,website\nFacebook,facebook.com\nGlobex,globex.com\n");
    let theirs = desk.file("theirs.csv", "name,website\nMeta Platforms,meta.com\nInitech,initech.com\n");
    let aliases = desk.file("aliases.csv", "facebook.com,meta.com\n");
    let output = desk.map(&ours, &theirs, &["--aliases", aliases.to_str().unwrap(), "--out", "o.csv"]);
    assert!(output.status.success(), "{}", said(&output));
    let written = fs::read_to_string(desk.path("o.csv")).unwrap();
    assert!(written.contains("Facebook,Meta Platforms,1.0000,match,\"your alias table says so"), "{written}");
}

#[test]
fn wrong_input_gets_an_answer() {
    let desk = Desk::new();
    let good = desk.file("good.csv", OURS);
    let swapped =
        desk.file("swapped.csv", "name,website\nacme.com,Acme\nglobex.com,Globex\nhooli.com,Hooli\n");
    let said = refused(&desk.map(&swapped, &good, &[]));
    assert!(said.contains("look swapped") && said.contains("--ours-name"), "{said}");
    let unknown = desk.file("unknown.csv", "foo,bar\n1,2\n3,4\n");
    let said = refused(&desk.map(&good, &unknown, &[]));
    assert!(said.contains("which column of theirs holds the company"), "{said}");
    let said = refused(&desk.map(&good, &good, &["--ours-name", "title"]));
    assert!(said.contains("no column \"title\""), "{said}");
    let said = refused(&desk.map(&good, &desk.file("empty.csv", ""), &[]));
    assert!(said.contains("The file is empty"), "{said}");
    let said = refused(&desk.map(&good, &desk.file("binary.csv", b"%PDF-1.4 \x00\x01\x02"), &[]));
    assert!(said.contains("not a list"), "{said}");
    let said = refused(&desk.map(&good, &desk.path("nowhere.csv"), &[]));
    assert!(said.contains("nowhere.csv"), "{said}");
    let said = refused(&desk.map(&good, &good, &["--out", "overlaps.parquet"]));
    assert!(said.contains("I can't write .parquet"), "{said}");
}

#[test]
fn odd_lists_are_read() {
    let desk = Desk::new();
    let mut wide: String = (0..200).map(|at| format!("c{at},")).collect();
    wide.push_str("name,name,website\n");
    for row in ["Acme,x,acme.com", "A,y,a.com", "💡,z,", "شركة الاتصالات,w,stc.com.sa"] {
        wide.push_str(&",".repeat(200));
        wide.push_str(row);
        wide.push('\n');
    }
    let wide = desk.file("wide.csv", wide);
    let mut mixed = b"name,website\nAcme,acme.com\n".to_vec();
    mixed.extend(b"M\xFCller AG,mueller.de\nShirley & S\xC3\xB8nner,\nB\xC3\xA9la,\nZo\xC3\xAB,\nPe\xC3\xB1a,\n\xC3\x89lan,\n");
    let mixed = desk.file("mixed.csv", mixed);
    let output = desk.map(&wide, &mixed, &["--out", "o.csv"]);
    assert!(output.status.success(), "{}", said(&output));
    let summary = said(&output);
    assert!(summary.contains("the column \"name\" more than once: the first counts"), "{summary}");
    assert!(summary.contains("1 row could not be read"), "{summary}");
    let written = fs::read_to_string(desk.path("o.csv")).unwrap();
    assert!(written.contains(",Acme,Acme,"), "{written}");
}

#[test]
fn what_is_read_is_not_overwritten() {
    let desk = Desk::new();
    let (ours, theirs) = (desk.file("ours.csv", OURS), desk.file("theirs.csv", OURS));
    let said = refused(&desk.map(&ours, &theirs, &["--out", "./theirs.csv"]));
    assert!(said.contains("theirs.csv, which is read and would be overwritten"), "{said}");
    assert_eq!(fs::read_to_string(theirs).unwrap(), OURS);
}

#[test]
fn a_partners_name_is_no_formula() {
    let desk = Desk::new();
    let ours = desk.file("ours.csv", "id,name,website\n1,Acme,acme.com\n");
    let theirs = desk.file("theirs.csv", "id,name,website\n2,\"=HYPERLINK(\"\"x\"\")\",acme.com\n");
    for out in ["o.csv", "o.tsv"] {
        let output = desk.map(&ours, &theirs, &["--out", out]);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(first_row(&desk.path(out))[3], "'=HYPERLINK(\"x\")", "{out}");
    }
}
