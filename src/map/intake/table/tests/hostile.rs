//! Rows and files that mean harm, or look like it.

use super::*;

#[test]
fn one_line_of_fifty_megabytes() {
    insta::assert_snapshot!(refusal(vec![b'a'; 50 << 20]), @"The first lines are not rows of a list (line 1: The line is longer than 256 kB). The first line should name the columns.");
    let commas = b"Acme,".repeat(10 << 20);
    insta::assert_snapshot!(refusal(commas), @"The first lines are not rows of a list (line 1: The line is longer than 256 kB). The first line should name the columns.");
    let mut below = b"account,domain\nAcme,acme.com\n".to_vec();
    below.extend(vec![b'x'; 50 << 20]);
    below.extend_from_slice(b"\nGlobex,globex.com\n");
    let (rows, bad) = read_all(file(below).path());
    assert_eq!(accounts(&rows), ["Acme", "Globex"]);
    insta::assert_snapshot!(complaints(&bad), @"Line 3: The line is longer than 256 kB.");
}

#[test]
fn cells_and_columns_beyond_measure() {
    let long = format!("account,domain\nAcme,acme.com\n{},x.com\n", "x".repeat(40_000));
    let (rows, bad) = read_text(&long);
    assert_eq!(accounts(&rows), ["Acme"]);
    insta::assert_snapshot!(complaints(&bad), @"Line 3: A cell is longer than 32 kB.");
    let (_, bad) = read_text(&format!("account,domain\nAcme,acme.com\n{}\n", ",".repeat(600)));
    insta::assert_snapshot!(complaints(&bad), @"Line 3: The line has more than 512 cells.");
    insta::assert_snapshot!(refusal("a,".repeat(600)), @"The first lines are not rows of a list (line 1: The line has more than 512 cells). The first line should name the columns.");
}

#[test]
fn a_stray_quote_costs_one_row() {
    let (rows, bad) = read_text(
        "account,domain,stage\nAcme,acme.com,legal\n\"Globex,globex.com,legal\nInitech,initech.com,won\n\"Hooli, Inc\",hooli.com,\"two\nlines\"\nUmbrella 12\" pipes,umbrella.com,\n",
    );
    assert_eq!(accounts(&rows), ["Acme", "Initech", "Hooli, Inc", "Umbrella 12\" pipes"]);
    assert_eq!(rows[2].stage.as_deref(), Some("two lines"));
    insta::assert_snapshot!(complaints(&bad), @r#"Line 3: A quote (") opens here and is never closed."#);
}

#[test]
fn two_stray_quotes_do_not_swallow_what_is_between() {
    let (rows, bad) = read_text(
        "account,domain,stage\n\"Acme,acme.com,legal\nGlobex,globex.com,legal\n\"Initech,initech.com,won\nHooli,hooli.com,x\n",
    );
    assert_eq!(accounts(&rows), ["Globex", "Hooli"]);
    assert_eq!(bad.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn ragged_rows_and_zero_bytes() {
    let (rows, bad) = read_text(
        "account,domain,stage\nAcme,acme.com\nGlobex, Inc,globex.com,legal\nHo\0oli,hooli.com,won\nInitech,initech.com,won,,\n",
    );
    assert_eq!(accounts(&rows), ["Initech"], "empty cells beyond the header do no harm");
    insta::assert_snapshot!(complaints(&bad), @r"
    Line 2: The line has 2 cells where the header has 3. Check its quotes and delimiters.
    Line 3: The line has 4 cells where the header has 3. Check its quotes and delimiters.
    Line 4: The line holds a zero byte, which no text has. Export the list again.
    ");
}

#[test]
fn a_reader_may_stop() {
    let file = file(generate(100, &[]));
    let mapping = recognised(file.path());
    let mut seen = 0;
    read(file.path(), "list.csv", &mapping, |_| {
        seen += 1;
        if seen < 7 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })
    .unwrap();
    assert_eq!(seen, 7);
}

#[test]
fn a_remembered_mapping_must_fit() {
    let file = file("account,domain\nAcme,acme.com\n");
    let mapping = Mapping { columns: vec![Field::Account.into()] };
    let error = read(file.path(), "list.csv", &mapping, |_| ControlFlow::Continue(())).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"The file has 2 columns where 1 were mapped. Map its columns again.");
}
