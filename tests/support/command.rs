//! The program itself, run as somebody at a terminal would.

use std::path::Path;
use std::process::{Command, Stdio};

/// Runs `tandem` with these arguments on this data folder and with these variables; nothing else of the environment
/// reaches it. Standard output and error together, and whether it went well.
pub fn tandem(data: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tandem"))
        .args(arguments)
        .env_clear()
        .env("TANDEM_DATA_DIR", data)
        .envs(variables.iter().copied())
        .current_dir(data)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.success(), text)
}
