//! What makes a debug build end where a test says is not in a release build.

use std::path::Path;
use std::process::Command;

/// The machine code of the failpoints, compiled with or without debug assertions.
fn compiled(debug_assertions: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let object = folder.path().join("failpoint.o");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kernel/failpoint.rs");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let compiled = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "obj", "-C", debug_assertions, "-o"])
        .args([&object, &source])
        .status()
        .unwrap();
    assert!(compiled.success());
    std::fs::read(object).unwrap()
}

#[test]
fn a_release_build_has_no_failpoints() {
    let reads_the_environment = |code: &[u8]| code.windows(9).any(|bytes| bytes == b"FAILPOINT");
    assert!(reads_the_environment(&compiled("debug-assertions=on")));
    assert!(!reads_the_environment(&compiled("debug-assertions=off")));
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let release = &manifest["profile"]["release"];
    assert!(release.get("debug-assertions").is_none(), "{release}");
}
