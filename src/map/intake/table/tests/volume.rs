//! Speed and memory. Run alone: `cargo test --release --lib volume -- --ignored --nocapture`.

use super::*;

fn memory_kb(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

fn measured(kind: &str, path: &Path) -> ([u64; 2], std::time::Duration, u64) {
    let before = memory_kb("VmRSS");
    // Sets the high-water mark back to now.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let start = std::time::Instant::now();
    let mapping = recognised(path);
    let mut counts = [0; 2];
    let count = |row: Result<ListRow, BadRow>| {
        counts[usize::from(row.is_err())] += 1;
        ControlFlow::Continue(())
    };
    read(path, "list.csv", &mapping, count).unwrap();
    let (took, grown) = (start.elapsed(), memory_kb("VmHWM").saturating_sub(before));
    eprintln!("100,000 rows of {kind} in {took:?}, {grown} kB more memory");
    (counts, took, grown)
}

#[test]
#[ignore = "measures time and memory, so it wants the machine for itself"]
fn a_hundred_thousand_rows_of_csv() {
    let file = file(generate(100_000, &[3, 50_000]));
    let (counts, took, grown) = measured("CSV", file.path());
    assert_eq!(counts, [99_998, 2]);
    assert!(grown < 15 * 1024, "{grown} kB");
    assert!(cfg!(debug_assertions) || took.as_millis() < 2_000, "{took:?}");
}

#[test]
#[ignore = "measures time and memory, so it wants the machine for itself"]
fn a_hundred_thousand_rows_of_xlsx() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, line) in generate(100_000, &[]).replace(", Inc.", "").lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write(row as u32, column as u16, cell.trim_matches('"')).unwrap();
        }
    }
    let file = file(workbook.save_to_buffer().unwrap());
    drop(workbook);
    let (counts, took, _) = measured("XLSX", file.path());
    assert_eq!(counts, [100_000, 0]);
    assert!(cfg!(debug_assertions) || took.as_millis() < 5_000, "{took:?}");
}
