//! Speed and memory. Run alone: `cargo test --release --lib volume -- --ignored --nocapture`.

use super::*;

fn memory_kb(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

#[test]
#[ignore = "measures time and memory, so it wants the machine for itself"]
fn a_hundred_thousand_rows() {
    let file = {
        let list = generate(100_000, &[3, 50_000]);
        file(list)
    };
    let before = memory_kb("VmRSS");
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let start = std::time::Instant::now();
    let mapping = recognised(file.path());
    let tally = read(file.path(), "list.csv", &mapping, |_| ControlFlow::Continue(())).unwrap();
    let (took, grown) = (start.elapsed(), memory_kb("VmHWM").saturating_sub(before));
    eprintln!("100,000 rows of CSV in {took:?}, {grown} kB more memory");
    assert_eq!((tally.rows, tally.bad), (99_998, 2));
    assert!(grown < 15 * 1024, "{grown} kB");
    assert!(cfg!(debug_assertions) || took.as_millis() < 2_000, "{took:?}");
}
