//! `tandem map` from the command line: formats in and out, and what it says to wrong input.
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
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
    if path.extension().unwrap() == "parquet" {
        let reader = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
        let first = reader.get_row_iter(None).unwrap().next().unwrap().unwrap();
        let text = |(_, field): (&String, &Field)| match field {
            Field::Str(text) => text.clone(),
            other => other.to_string(),
        };
        return first.get_column_iter().map(text).collect();
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
    for out in ["out.csv", "out.tsv", "out.jsonl", "out.xlsx", "out.parquet"] {
        let output = desk.map(&ours, &theirs, &["--out", out]);
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains("Line 3: The line is no JSON object."), "{}", said(&output));
        let row = first_row(&desk.path(out));
        assert_eq!(row[..4], ["1", "7", "Acme Corp", "ACME Inc."], "{out}");
        assert!(row[4].parse::<f64>().unwrap() > 0.5, "{out}: {row:?}");
        assert_eq!((row[5].as_str(), row[7].as_str()), ("match", "acme.com"), "{out}");
    }
    // What was written can be read as a list.
    for written in ["out.xlsx", "out.parquet"] {
        let output = desk.map(
            &desk.path(written),
            &theirs,
            &["--ours-name", "our_name", "--ours-id", "our_id", "--out", "again.csv"],
        );
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(first_row(&desk.path("again.csv"))[2], "Acme Corp", "{written}");
    }
}

fn parquet(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/parquet").join(format!("{name}.parquet"))
}

#[test]
fn parquet_of_other_programs_is_read() {
    let desk = Desk::new();
    let theirs = desk.file("theirs.tsv", THEIRS);
    for name in ["none", "snappy", "zstd", "gzip", "lz4"] {
        let output = desk.map(&parquet(name), &theirs, &["--out", "o.csv"]);
        let summary = said(&output);
        assert!(output.status.success(), "{name}: {summary}");
        let columns = "20 rows (id in \"Record ID\", name in \"Company name\", website in \"Website\", postcode in \"Zip\")";
        assert!(summary.contains(columns), "{name}: {summary}");
        let note = "the column \"Country\" of ours holds true and false: left out as the country";
        assert!(summary.contains(note), "{name}: {summary}");
        assert_eq!(first_row(&desk.path("o.csv"))[..4], ["1", "7", "Acme Corp", "ACME Inc."], "{name}");
        // Rows of later row groups too, and a name that is missing is told by the website.
        let written = fs::read_to_string(desk.path("o.csv")).unwrap();
        assert!(written.contains("\n18,8,Initech,Initech LLC,"), "{name}: {written}");
        assert!(written.contains("\n19,9,hooli.com,Hooli,"), "{name}: {written}");
    }
}

#[test]
fn parquet_that_cannot_be_read_gets_an_answer() {
    let desk = Desk::new();
    let good = desk.file("good.csv", OURS);
    let refuse = |ours: &Path, more: &[&str]| refused(&desk.map(ours, &good, more));
    let said = refuse(&parquet("brotli"), &[]);
    assert!(said.contains("compressed in a way that I can't read. Write it with Snappy"), "{said}");
    let said = refuse(&parquet("dates"), &[]);
    assert!(
        said.contains("the column \"name\" of ours holds values of the type DATE. The name must be text"),
        "{said}"
    );
    let said = refuse(&parquet("none"), &["--ours-name", "Record ID"]);
    assert!(said.contains("holds numbers") && said.contains("--ours-name"), "{said}");
    let said = refuse(&parquet("none"), &["--ours-name", "Tags"]);
    assert!(said.contains("no column \"Tags\""), "{said}");
    let whole = fs::read(parquet("none")).unwrap();
    let said = refuse(&desk.file("half.parquet", &whole[..whole.len() / 2]), &[]);
    assert!(said.contains("The Parquet file is damaged"), "{said}");
    let said = refuse(&desk.file("text.parquet", OURS), &[]);
    assert!(said.contains("no Parquet file, in spite of its name"), "{said}");
    let said = refuse(&desk.file("empty.parquet", ""), &[]);
    assert!(said.contains("The file is empty"), "{said}");
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
    let said = refused(&desk.map(&good, &good, &["--out", "overlaps.ods"]));
    assert!(said.contains("I can't write .ods"), "{said}");
    let said = refused(&desk.map(&good, &good, &["--ours-name", "Record ID"]));
    assert!(said.contains("look like ids, such as \"4\""), "{said}");
    let ids = "name,website\n0015g00000XyZ1aAAC,acme.com\n0015g00000XyZ1aAAD,globex.com\n0015g00000XyZ1aAAE,hooli.com\n";
    let said = refused(&desk.map(&good, &desk.file("ids.csv", ids), &[]));
    assert!(said.contains("the names of theirs look like ids, such as \"0015g00000XyZ1aAAE\""), "{said}");
    let said = refused(&desk.map(&desk.file("header.csv", "name,website\n"), &good, &[]));
    assert!(said.contains("no row could be read"), "{said}");
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

/// A list of `rows` accounts, each by its number.
fn many(desk: &Desk, name: &str, rows: usize, row: impl Fn(usize) -> String) -> PathBuf {
    let mut text = "id,name,website\n".to_owned();
    for at in 0..rows {
        text += &format!("{at},{}\n", row(at));
    }
    desk.file(name, text)
}

/// Names of two invented words that few share.
fn invented(at: usize) -> String {
    let word = |mut at: usize| {
        let mut word = String::new();
        for _ in 0..4 {
            word.push(char::from(b"bdfgklmnprstvz"[at % 14]));
            word.push(char::from(b"aeiou"[at / 14 % 5]));
            at /= 70;
        }
        word
    };
    format!("{} {}", word(at * 7_919 + 11), word(at * 104_729 + 5))
}

/// Maps lists in which everything is wrong that can be; all must end well.
fn hostile(rows: usize, map: impl Fn(&Desk, &str, &Path, &Path)) {
    let desk = Desk::new();
    let plain = |name: &str, from: usize| {
        many(&desk, name, rows, |at| {
            format!("{},{}.com", invented(at + from), invented(at + from).replace(' ', ""))
        })
    };
    let one = plain("one.csv", 0);
    map(&desk, "the same file twice", &one, &one);
    let domain = |name: &str| many(&desk, name, rows, |at| format!("{},onehost.com", invented(at)));
    map(&desk, "one domain on all", &domain("domain.csv"), &domain("domain2.csv"));
    let name = |name: &str| many(&desk, name, rows, |_| "City Council,".to_owned());
    map(&desk, "one name on all", &name("name.csv"), &name("name2.csv"));
    let letter = |at: usize| char::from_u32(0x61 + (at % 26) as u32).unwrap_or('a');
    let letters = |name: &str| many(&desk, name, rows, |at| format!("{},", letter(at)));
    map(&desk, "names of one letter", &letters("letters.csv"), &letters("letters2.csv"));
    let emoji = |at: usize| char::from_u32(0x1F300 + (at % 200) as u32).unwrap_or('a');
    let emojis = |name: &str| many(&desk, name, rows, |at| format!("{}{},", emoji(at), emoji(at / 200)));
    map(&desk, "emoji", &emojis("emoji.csv"), &emojis("emoji2.csv"));
    let hebrew = |at: usize| -> String {
        (0..4)
            .map(|place| char::from_u32(0x5D0 + (at / 27usize.pow(place) % 27) as u32).unwrap_or('a'))
            .collect()
    };
    let right_to_left =
        |name: &str| many(&desk, name, rows, |at| format!("\u{202B}{} שירותי\u{202C},", hebrew(at)));
    map(&desk, "right to left", &right_to_left("rtl.csv"), &right_to_left("rtl2.csv"));
    let head: String = (0..198).map(|at| format!(",c{}", at % 150)).collect();
    let mut wide = format!("id,name{head}\n");
    for at in 0..rows / 10 {
        wide += &format!("{at},{}{}\n", invented(at), ",x".repeat(198));
    }
    map(&desk, "200 columns, some of one name", &desk.file("wide.csv", wide), &one);
    map(&desk, "nothing in common", &one, &plain("other.csv", rows));
}

#[test]
fn hostile_lists_end_well() {
    hostile(1_500, |desk, what, ours, theirs| {
        let output = desk.map(ours, theirs, &["--out", "o.csv"]);
        let summary = said(&output);
        assert!(output.status.success(), "{what}: {summary}");
        let pairs = fs::read_to_string(desk.path("o.csv")).unwrap().lines().count() - 1;
        let (least, most) = match what {
            "the same file twice" => (1_500, 1_500),
            "one domain on all" => (1_490, 1_700),
            "200 columns, some of one name" => (150, 160),
            // Nothing tells one from another: at most some questions.
            "one name on all" | "names of one letter" | "nothing in common" => (0, 450),
            // Read in our letters, some of these names are one.
            "emoji" => (1_000, 4_000),
            _ => (1_500, 6_000),
        };
        assert!((least..=most).contains(&pairs), "{what}: {pairs} pairs\n{summary}");
    });
}

/// `cargo test --release --test map -- --ignored --nocapture`: seconds and peak memory of each.
#[test]
#[ignore = "a million rows each, to be measured with optimisation"]
#[allow(clippy::print_stdout)]
fn a_million_hostile_rows_end_well() {
    hostile(1_000_000, |desk, what, ours, theirs| {
        let began = std::time::Instant::now();
        let mut command =
            Command::new(std::env::var("TANDEM").unwrap_or(env!("CARGO_BIN_EXE_tandem").to_owned()));
        let command =
            command.arg("map").args([ours, theirs]).args(["--out", "o.csv"]).current_dir(desk.0.path());
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            peak = line.and_then(|kb| kb.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak);
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let seconds = began.elapsed().as_secs_f64();
        assert!(child.wait().unwrap().success(), "{what}");
        let pairs = fs::read_to_string(desk.path("o.csv")).unwrap().lines().count() - 1;
        println!("| {what} | {seconds:.1} s | {} MB | {pairs} pairs |", peak / 1024);
        assert!(seconds < 300.0 && peak < 4_000_000, "{what}");
    });
}
