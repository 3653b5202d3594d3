//! The newest file in a folder, once it has stopped growing.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::rows;
use super::super::standing::{Failure, Marks};
use super::{Found, Look, compared, disk, part_of};

/// What a list's name ends with. What is under way has another ending (`.part`, `.tmp`, `.crdownload`).
const LISTS: [&str; 8] = ["csv", "tsv", "tab", "txt", "xlsx", "json", "jsonl", "ndjson"];
/// Stands before a file that has been seen and not been read: it may still be growing.
const GROWING: &str = "growing ";

struct Newest {
    path: PathBuf,
    name: String,
    /// Changes whenever the file does.
    print: String,
    size: u64,
}

/// A file is read when two looks found it alike: whoever copies it there may still be at it.
pub(super) async fn fetch(look: &Look<'_>, folder: &Path) -> Result<Found, Failure> {
    let there = folder.to_owned();
    let newest = tokio::task::spawn_blocking(move || newest(&there)).await;
    let newest = newest.map_err(|e| Failure::passing(e.to_string()))??;
    let mut marks = look.marks.cloned().unwrap_or_default();
    let Some(file) = newest else { return Ok(Found::Nothing { marks, soon: false }) };
    if file.size > look.limit {
        return Err(Failure::lasting(format!(
            "{} is larger than {} MB, the most that I take",
            file.name,
            look.limit / 1_048_576
        )));
    }
    let growing = format!("{GROWING}{}", file.print);
    if look.marks.is_some() && marks.cursor.as_ref() == Some(&file.print) {
        return Ok(Found::Nothing { marks, soon: false });
    }
    if look.marks.is_some() && marks.cursor.as_ref() != Some(&growing) {
        marks.cursor = Some(growing);
        return Ok(Found::Nothing { marks, soon: true });
    }
    let part = part_of(look.to);
    let copied = async {
        tokio::fs::copy(&file.path, &part).await?;
        // It is the file that was looked at: nobody wrote to it meanwhile.
        let now = tokio::fs::metadata(&file.path).await?;
        if print(&file.name, &now) != file.print {
            return Ok(false);
        }
        tokio::fs::rename(&part, look.to).await.map(|()| true)
    }
    .await;
    if !matches!(copied, Ok(true)) {
        let _ = tokio::fs::remove_file(&part).await;
    }
    if !copied.map_err(|e| disk(&e))? {
        marks.cursor = None;
        return Ok(Found::Nothing { marks, soon: true });
    }
    let hash = rows::settle(look.to).await?;
    let found = Marks { cursor: Some(file.print), hash: Some(hash), ..Marks::default() };
    // The same list put there anew is the same list, confirmed.
    Ok(compared(look, file.name, found))
}

fn newest(folder: &Path) -> Result<Option<Newest>, Failure> {
    let cannot =
        |e: std::io::Error| Failure::lasting(format!("The folder {} cannot be read: {e}", folder.display()));
    let mut newest: Option<(SystemTime, Newest)> = None;
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let Some(name) = path.file_name().and_then(OsStr::to_str).map(str::to_owned) else { continue };
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
        if name.starts_with(['.', '~']) || !LISTS.contains(&ending.as_str()) {
            continue;
        }
        // It may be gone by now.
        let Ok(about) = std::fs::symlink_metadata(&path) else { continue };
        let Ok(modified) = about.modified() else { continue };
        let later = newest.as_ref().is_none_or(|(at, of)| (*at, &of.name) < (modified, &name));
        if about.is_file() && later {
            let print = print(&name, &about);
            newest = Some((modified, Newest { path, name, print, size: about.len() }));
        }
    }
    Ok(newest.map(|(_, newest)| newest))
}

fn print(name: &str, about: &Metadata) -> String {
    let modified =
        about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{name} {} {}", about.len(), modified.as_nanos())
}
