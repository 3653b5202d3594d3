//! Which texts there are now: those that ship, those of the folder in their place or beside them, and the workspace's own
//! above both.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Folder, Template, TemplateError, shipped, store};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::store::Tx;

/// Whose a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It ships with the product.
    Shipped,
    /// A file of the folder.
    Folder,
    /// The workspace's own.
    Own,
}

/// Which state of a text a note came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// As it ships.
    Shipped,
    /// As it stood in the folder.
    Folder,
    /// One of the workspace's own.
    Own(i64),
}

impl Version {
    /// As stored: none for a file, which counts no versions.
    pub fn number(self) -> Option<i64> {
        match self {
            Self::Shipped => Some(0),
            Self::Folder => None,
            Self::Own(version) => Some(version),
        }
    }

    /// From what was stored.
    pub fn stored(number: Option<i64>) -> Self {
        match number {
            Some(0) => Self::Shipped,
            Some(version) => Self::Own(version),
            None => Self::Folder,
        }
    }

    /// As it reads behind a title.
    pub fn words(self) -> String {
        match self {
            Self::Shipped => "as shipped".to_owned(),
            Self::Folder => "from the folder".to_owned(),
            Self::Own(version) => format!("version {version}"),
        }
    }
}

/// What somebody did last to a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: String,
    /// Counts up with every change of it.
    pub version: i64,
    /// The workspace's own words; none where the text behind them stands.
    pub source: Option<String>,
    /// No note is drafted from it.
    pub disabled: bool,
    /// Who did it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// A text and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its name.
    pub name: String,
    /// The words, or why they cannot be used: own ones that an earlier version of the product took.
    pub template: std::result::Result<Arc<Template>, TemplateError>,
    /// Whose they are.
    pub origin: Origin,
    /// What stands behind the workspace's own.
    pub behind: Option<Origin>,
    /// What was done to it last; none for one that nobody has touched.
    pub change: Option<Change>,
}

impl Text {
    /// The version that a change is made on; 0 for the first.
    pub fn seen(&self) -> i64 {
        self.change.as_ref().map_or(0, |change| change.version)
    }

    /// Whether no note is drafted from it.
    pub fn is_disabled(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.disabled)
    }

    /// What a note that comes from it keeps.
    pub fn version(&self) -> Version {
        match self.origin {
            Origin::Shipped => Version::Shipped,
            Origin::Folder => Version::Folder,
            Origin::Own => Version::Own(self.seen()),
        }
    }

    /// As it is listed.
    pub fn title(&self) -> &str {
        self.template.as_ref().map_or(&self.name, |template| &template.head.title)
    }
}

/// The texts that there are, in the order in which they are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(Vec<Text>);

impl Texts {
    /// Those that ship, nobody having touched any.
    pub fn as_shipped() -> Self {
        Self::of_files(&Folder::default())
    }

    /// Those that ship and those of a folder.
    pub fn of_files(folder: &Folder) -> Self {
        Self::of(folder, Vec::new())
    }

    /// All of them: shipped, then the folder's, then the workspace's own.
    fn of(folder: &Folder, changes: Vec<Change>) -> Self {
        let plain = |template: &Arc<Template>, origin| Text {
            name: template.name.clone(),
            template: Ok(template.clone()),
            origin,
            behind: None,
            change: None,
        };
        let mut texts: Vec<Text> = shipped().iter().map(|t| plain(t, Origin::Shipped)).collect();
        for file in &folder.texts {
            match texts.iter_mut().find(|t| t.name == file.name) {
                Some(text) => *text = plain(file, Origin::Folder),
                None => texts.push(plain(file, Origin::Folder)),
            }
        }
        for change in changes {
            let at = texts.iter().position(|t| t.name == change.name);
            match (&change.source, at) {
                (Some(source), at) => {
                    let template = Template::parse(&change.name, source).map(Arc::new);
                    let (name, behind) = (change.name.clone(), at.map(|at| texts[at].origin));
                    let own = Text { name, template, origin: Origin::Own, behind, change: Some(change) };
                    match at {
                        Some(at) => texts[at] = own,
                        None => texts.push(own),
                    }
                }
                (None, Some(at)) => texts[at].change = Some(change),
                // What stood behind it ships no more, and no file has it.
                (None, None) => {}
            }
        }
        Self(texts)
    }

    /// All of them.
    pub fn all(&self) -> &[Text] {
        &self.0
    }

    /// Those that a note may be drafted from.
    pub fn offered(&self) -> impl Iterator<Item = (&Text, &Template)> {
        self.0.iter().filter(|t| !t.is_disabled()).filter_map(|t| Some((t, t.template.as_deref().ok()?)))
    }

    /// The text called `name`.
    pub fn find(&self, name: &str) -> Option<&Text> {
        self.0.iter().find(|t| t.name == name)
    }
}

/// Which texts there are now: everything that needs one asks here.
pub async fn now(tx: &mut Tx, folder: &Folder) -> Result<Texts> {
    Ok(Texts::of(folder, store::changes(tx).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "+++\ntitle = \"Ours\"\npurpose = \"expansion\"\ngift = \"asset\"\nchannel = \"slack\"\n+++\n\
                       {{ recipient }}, for {{ account }}: {{ asset.title }}, {{ asset.url }}";

    fn change(name: &str, version: i64, source: Option<&str>, disabled: bool) -> Change {
        Change {
            name: name.to_owned(),
            version,
            source: source.map(str::to_owned),
            disabled,
            by: "U0MAYA".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn folder(names: &[&str]) -> Folder {
        let texts = names.iter().map(|n| Arc::new(Template::parse(n, OWN).unwrap())).collect();
        Folder { texts, bad: Vec::new() }
    }

    #[test]
    fn an_own_text_stands_above_the_folder_s_and_that_above_what_ships() {
        let texts = Texts::of(
            &folder(&["expansion-asset", "webinar"]),
            vec![change("webinar", 2, Some(OWN), false), change("ours-alone", 1, Some(OWN), true)],
        );
        let whose = |name: &str| {
            let text = texts.find(name).unwrap();
            (text.origin, text.behind, text.version(), text.is_disabled())
        };
        assert_eq!(whose("expansion-asset"), (Origin::Folder, None, Version::Folder, false));
        assert_eq!(whose("webinar"), (Origin::Own, Some(Origin::Folder), Version::Own(2), false));
        assert_eq!(whose("ours-alone"), (Origin::Own, None, Version::Own(1), true));
        assert_eq!(whose("presales-asset"), (Origin::Shipped, None, Version::Shipped, false));
        assert!(texts.offered().all(|(text, _)| text.name != "ours-alone"));
        assert_eq!(texts.all().len(), shipped().len() + 2);
    }

    #[test]
    fn back_to_the_shipped_text_or_disabled_without_own_words() {
        let changes = vec![
            change("expansion-asset", 3, None, false),
            change("presales-asset", 1, None, true),
            change("gone", 4, None, true),
        ];
        let texts = Texts::of(&Folder::default(), changes);
        let back = texts.find("expansion-asset").unwrap();
        assert_eq!((back.version(), back.seen(), back.behind), (Version::Shipped, 3, None));
        assert!(texts.find("presales-asset").unwrap().is_disabled());
        assert_eq!(texts.find("gone"), None);
    }

    #[test]
    fn own_words_that_cannot_be_used_any_more_are_listed_and_not_offered() {
        let texts =
            Texts::of(&Folder::default(), vec![change("expansion-asset", 1, Some("no front"), false)]);
        assert_eq!(texts.find("expansion-asset").unwrap().title(), "expansion-asset");
        assert!(texts.offered().all(|(text, _)| text.name != "expansion-asset"));
    }

    #[test]
    fn a_version_is_kept_as_it_was() {
        for version in [Version::Shipped, Version::Folder, Version::Own(3)] {
            assert_eq!(Version::stored(version.number()), version);
        }
    }
}
