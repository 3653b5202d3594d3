//! The memory of a process, from `/proc`.

use std::fs;
use std::io::{Error, Result};

/// A field of `/proc/<pid>/status` that is in kB, in MB: `VmRSS` now, `VmHWM` at its highest.
pub fn megabytes(process: u32, field: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let figure = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    figure.map(|kilobytes| kilobytes / 1024.0).ok_or_else(|| Error::other(format!("no {field} in /proc")))
}
