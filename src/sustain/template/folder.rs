//! Texts as files in a folder: one `*.md` a text, its name the file's. A file that cannot be used disables only itself.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{LONGEST_NAME, Template, is_name};

/// Larger files are no texts.
const MOST_BYTES: u64 = 64 * 1024;

/// What a folder holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The texts that can be used, by name.
    pub texts: Vec<Arc<Template>>,
    /// The files that cannot.
    pub bad: Vec<Bad>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// Where it is.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in plain words.
    pub reason: String,
}

impl Bad {
    /// Its file's own name.
    pub fn file_name(&self) -> String {
        self.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.reason)
    }
}

impl Folder {
    /// Reads every `*.md` in a folder; without one, there are no texts.
    pub fn read(folder: Option<&Path>) -> Self {
        let mut read = Self::default();
        let Some(folder) = folder else { return read };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                let reason = format!("The folder can't be read: {error}.");
                read.bad.push(Bad { file: folder.to_owned(), line: 1, reason });
                return read;
            }
        };
        let is_text = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md");
        let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(is_text).collect();
        files.sort();
        for file in files {
            match text(&file) {
                Ok(template) => read.texts.push(Arc::new(template)),
                Err((line, reason)) => read.bad.push(Bad { file, line, reason }),
            }
        }
        read
    }
}

fn text(file: &Path) -> Result<Template, (usize, String)> {
    let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if !is_name(name) {
        let reason = format!(
            "The file's name is the text's: up to {LONGEST_NAME} lower case letters, digits and dashes, a letter first."
        );
        return Err((1, reason));
    }
    let unreadable = |error: std::io::Error| (1, format!("It can't be read: {error}."));
    if fs::metadata(file).map_err(unreadable)?.len() > MOST_BYTES {
        return Err((1, "It is larger than 64 KB.".to_owned()));
    }
    let source = fs::read_to_string(file).map_err(unreadable)?;
    Template::parse(name, &source).map_err(|e| (e.line, e.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_file_is_named_with_its_line_and_disables_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let front =
            "+++\ntitle = \"T\"\npurpose = \"expansion\"\ngift = \"asset\"\nchannel = \"slack\"\n+++\n";
        write("good.md", &format!("{front}For {{{{ account }}}}: {{{{ asset.title }}}}"));
        write("no-fact.md", &format!("{front}Hi\n{{{{ acount }}}}"));
        write("loop.md", &format!("{front}{{% for i in account %}}x{{% endfor %}}"));
        write("Upper Case.md", "");
        write("large.md", &"x".repeat(70_000));
        write("notes.txt", "no text");
        fs::write(folder.path().join("bytes.md"), [0xff, 0xfe]).unwrap();
        let read = Folder::read(Some(folder.path()));
        let names: Vec<&str> = read.texts.iter().map(|t| t.name.as_str()).collect();
        assert_eq!(names, ["good"]);
        assert_eq!(read.texts[0].needs, ["account", "asset"]);
        let said: Vec<String> =
            read.bad.iter().map(|b| format!("{}:{}: {}", b.file_name(), b.line, b.reason)).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        Upper Case.md:1: The file's name is the text's: up to 50 lower case letters, digits and dashes, a letter first.
        bytes.md:1: It can't be read: stream did not contain valid UTF-8.
        large.md:1: It is larger than 64 KB.
        loop.md:7: A text may use if, elif, else and endif, and not {% for %}.
        no-fact.md:8: There is no fact called acount. Known facts: recipient, partner, account, our_population, their_population, owner, our_contact, asset, our_launch, their_launch, their_focus, result, next_step.
        ");
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let read = Folder::read(Some(Path::new("/no/such/folder")));
        assert!(read.texts.is_empty());
        assert!(read.bad[0].to_string().starts_with("/no/such/folder:1: The folder can't be read"));
        assert_eq!(Folder::read(None), Folder::default());
    }
}
