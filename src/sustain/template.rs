//! Texts that people own: a front matter in TOML that declares what a text is for, and a body that `minijinja` renders
//! (strict about missing fields, bounded in work and in size, escaping nothing).
//!
//! The result is plain text; escaping for Slack is the business of whoever posts it.
//! A fact that is missing makes a template unavailable ([`Template::missing`]), never a gap in the text.
//!
//! Which texts there are now, one place answers: [`texts::now`].

mod engine;
pub mod facts;
pub mod flow;
pub mod folder;
pub mod preview;
mod shipped;
pub mod store;
pub mod texts;
pub mod view;

use minijinja::Value;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

pub use self::facts::{Contact, Dated, Document, FACTS, Facts};
pub use self::folder::Folder;
pub use self::shipped::shipped;
pub use self::texts::{Text, Texts, Version};
use super::relevance::input::{Channel, GiftKind, Purpose};
use crate::map::overlap::Population;
use crate::map::partner::ContactRole;

const FENCE: &str = "+++";
/// The longest text of a template, in characters.
pub const LONGEST: usize = 2500;
/// The longest title: a choice in a form shows it.
pub const LONGEST_TITLE: usize = 70;
/// The longest subject, before its facts.
pub const LONGEST_SUBJECT: usize = 150;
/// The longest name.
pub const LONGEST_NAME: usize = 50;
/// What a text is written in that says nothing else.
pub const ENGLISH: &str = "en";

/// What a text says of itself: its front matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// As it is listed.
    pub title: String,
    /// What it is for (A12).
    pub purpose: Purpose,
    /// What the reader gets (A11).
    pub gift: GiftKind,
    /// Where it goes out (A14).
    pub channel: Channel,
    /// What an e-mail is about; a template like the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// For whom at the partner it is written; empty for anyone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persona: Vec<ContactRole>,
    /// What it is written in, as BCP 47 names it.
    #[serde(default = "english")]
    pub language: String,
    /// Facts that it cannot do without, such as `asset`; read from the text where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<String>>,
    /// What the account must be to us; empty for whatever it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ours: Vec<Population>,
    /// What it must be to the partner; empty for whatever it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub theirs: Vec<Population>,
}

fn english() -> String {
    ENGLISH.to_owned()
}

/// A text with its declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name, unique in a workspace, such as `expansion-asset`.
    pub name: String,
    /// What it says of itself.
    pub head: Head,
    /// Facts that it cannot do without.
    pub needs: Vec<String>,
    body: String,
    /// Where it stands in its source.
    lines: Lines,
}

/// A text with its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// What it is about; of an e-mail.
    pub subject: Option<String>,
    /// The words.
    pub text: String,
}

/// Why a template cannot be read or rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct TemplateError {
    /// The setting of the front matter, or [`TemplateError::TEXT`].
    pub at: &'static str,
    /// The line in the source, from 1; of a text without front matter, the line in the text.
    pub line: usize,
    /// What is wrong, in plain words.
    pub reason: String,
}

impl TemplateError {
    /// The words below the front matter.
    pub const TEXT: &'static str = "text";
}

/// The lines of a source that errors name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lines {
    /// Those before the body.
    lead: usize,
    /// Each setting's, from 1.
    settings: Vec<(String, usize)>,
}

impl Lines {
    fn of(front: &str) -> Self {
        let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().to_owned());
        let settings = front.lines().zip(2..).filter_map(|(line, at)| Some((key(line)?, at))).collect();
        Self { lead: front.lines().count() + 2, settings }
    }

    fn wrong(&self, at: &'static str, reason: impl Into<String>) -> TemplateError {
        let line_of = |at: &str| self.settings.iter().find(|(key, _)| key == at).map(|(_, line)| *line);
        // What is not there is missed where the channel asks for it.
        let line = line_of(at).or_else(|| line_of("channel")).unwrap_or(1);
        TemplateError { at, line, reason: reason.into() }
    }
}

impl Template {
    /// Reads a template: front matter between two `+++` lines, then the body.
    ///
    /// # Errors
    /// With the line and the reason when the front matter is missing or says something unknown, when the
    /// body is no valid template, or when the body uses a fact that `needs` does not declare.
    pub fn parse(name: &str, source: &str) -> Result<Self, TemplateError> {
        let source = source.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let wrong = |line, reason: &str| TemplateError { at: "front", line, reason: reason.to_owned() };
        let rest = source.strip_prefix(FENCE).and_then(|r| r.strip_prefix('\n')).ok_or_else(|| {
            wrong(1, "The first line must be +++, followed by title, purpose, gift and channel.")
        })?;
        let (front, body) = rest
            .split_once("\n+++\n")
            .ok_or_else(|| wrong(1, "The front matter has no closing +++ line."))?;
        let lines = Lines::of(front);
        let head: Head = toml::from_str(front).map_err(|e| {
            let line = 2 + e.span().map_or(0, |s| front[..s.start.min(front.len())].matches('\n').count());
            wrong(line, e.message())
        })?;
        // Blank lines before the first word belong to the lead.
        let blank = body.len() - body.trim_start_matches('\n').len();
        Self::checked(name, head, body.trim(), Lines { lead: lines.lead + blank, ..lines })
    }

    /// A text without a source: errors name the lines of the text.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn written(name: &str, head: Head, body: &str) -> Result<Self, TemplateError> {
        Self::checked(name, head, body.trim(), Lines::default())
    }

    fn checked(name: &str, mut head: Head, body: &str, lines: Lines) -> Result<Self, TemplateError> {
        head.title = head.title.trim().to_owned();
        let declared = head.needs.take();
        let mut template =
            Self { name: name.to_owned(), head, needs: Vec::new(), body: body.to_owned(), lines };
        template.check_head()?;
        let used = template.uses()?;
        template.needs = match declared {
            None => used,
            Some(declared) => template.declares(declared, &used)?,
        };
        template.render(&Facts::sample())?;
        Ok(template)
    }

    fn check_head(&self) -> Result<(), TemplateError> {
        let wrong = |at, reason: &str| Err(self.lines.wrong(at, reason));
        let Head { title, channel, subject, language, .. } = &self.head;
        if title.is_empty() || title.chars().count() > LONGEST_TITLE {
            return wrong("title", &format!("Write a title of at most {LONGEST_TITLE} characters."));
        }
        match (channel, subject.as_deref().map(str::trim)) {
            (Channel::Email, None | Some("")) => {
                return wrong("subject", "An e-mail has a subject: write what it is about.");
            }
            (Channel::Slack | Channel::Comment, Some(_)) => {
                return wrong("subject", "Only an e-mail has a subject: leave it out.");
            }
            (Channel::Email, Some(s)) if s.chars().count() > LONGEST_SUBJECT || s.contains('\n') => {
                return wrong("subject", &format!("Write one line of at most {LONGEST_SUBJECT} characters."));
            }
            _ => {}
        }
        if !is_language(language) {
            return wrong("language", "Write a language as in BCP 47, such as en, de or pt-BR.");
        }
        let length = self.body.chars().count();
        if length > LONGEST {
            let reason = format!("The text has {length} characters. Keep it under {LONGEST}.");
            return Err(TemplateError { at: TemplateError::TEXT, line: self.lines.lead + 1, reason });
        }
        Ok(())
    }

    /// The facts that subject and text use, in the order in which facts are listed.
    fn uses(&self) -> Result<Vec<String>, TemplateError> {
        if self.body.is_empty() {
            let reason = "The text is empty.".to_owned();
            return Err(TemplateError { at: TemplateError::TEXT, line: self.lines.lead + 1, reason });
        }
        let subject = self.head.subject.as_deref().unwrap_or_default();
        let in_subject = engine::uses(subject).map_err(|e| self.explain("subject", e))?;
        let in_text = engine::uses(&self.body).map_err(|e| self.explain(TemplateError::TEXT, e))?;
        for (at, names) in [("subject", &in_subject), (TemplateError::TEXT, &in_text)] {
            if let Some(stray) = names.iter().find(|n| !FACTS.contains(&n.as_str())) {
                return Err(self.at_word(at, stray, no_fact(stray)));
            }
        }
        let used = |fact: &&str| in_subject.contains(*fact) || in_text.contains(*fact);
        Ok(FACTS.iter().filter(|fact| used(fact)).map(|f| (*f).to_owned()).collect())
    }

    fn declares(&self, declared: Vec<String>, used: &[String]) -> Result<Vec<String>, TemplateError> {
        if let Some(unknown) = declared.iter().find(|n| !FACTS.contains(&n.as_str())) {
            return Err(self.lines.wrong("needs", no_fact(unknown)));
        }
        match used.iter().find(|fact| !declared.contains(fact)) {
            None => Ok(declared),
            Some(fact) => {
                let at = if self.body.contains(fact.as_str()) { TemplateError::TEXT } else { "subject" };
                Err(self.at_word(at, fact, format!("The text uses {fact}: add it to needs.")))
            }
        }
    }

    /// An error where a word stands.
    fn at_word(&self, at: &'static str, word: &str, reason: String) -> TemplateError {
        if at != TemplateError::TEXT {
            return self.lines.wrong(at, reason);
        }
        let line = self.body.lines().position(|l| l.contains(word)).unwrap_or_default();
        TemplateError { at, line: self.lines.lead + 1 + line, reason }
    }

    fn explain(&self, at: &'static str, (line, reason): engine::Trouble) -> TemplateError {
        if at != TemplateError::TEXT {
            return self.lines.wrong(at, reason);
        }
        TemplateError { at, line: self.lines.lead + line, reason }
    }

    /// The words below the front matter.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// As a file has it; [`Self::parse`] reads it.
    ///
    /// # Errors
    /// When it cannot be written as TOML, which is a fault.
    pub fn source(&self) -> Result<String, toml::ser::Error> {
        let head = Head { needs: Some(self.needs.clone()), ..self.head.clone() };
        Ok(format!("{FENCE}\n{}{FENCE}\n{}\n", toml::to_string(&head)?, self.body))
    }

    /// Whether what the text takes for granted of the account is so: a note about "your prospect" is not written to
    /// somebody whose customer it is.
    pub fn fits(&self, ours: Option<Population>, theirs: Option<Population>) -> bool {
        let holds = |wanted: &[Population], is: Option<Population>| {
            wanted.is_empty() || is.is_some_and(|population| wanted.contains(&population))
        };
        holds(&self.head.ours, ours) && holds(&self.head.theirs, theirs)
    }

    /// Whether it is written for somebody with this role.
    pub fn is_for(&self, role: ContactRole) -> bool {
        self.head.persona.is_empty() || self.head.persona.contains(&role)
    }

    /// The declared facts that are not known: while there is one, the template is unavailable.
    pub fn missing(&self, facts: &Facts) -> Vec<&str> {
        let known = Value::from(Serde(facts));
        self.needs
            .iter()
            .map(String::as_str)
            .filter(|need| {
                known
                    .get_attr(need)
                    .map_or(true, |v| v.is_none() || v.is_undefined() || v.as_str() == Some(""))
            })
            .collect()
    }

    /// The text with its facts.
    ///
    /// # Errors
    /// When a declared fact is missing, or the body asks for more than it may.
    pub fn render(&self, facts: &Facts) -> Result<Rendered, TemplateError> {
        let missing = self.missing(facts);
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|m| m.replace('_', " ")).collect();
            let reason = format!("Not known yet: {}.", names.join(", "));
            return Err(TemplateError { at: "front", line: 1, reason });
        }
        let text = engine::render(&self.body, facts).map_err(|e| self.explain(TemplateError::TEXT, e))?;
        let subject = self.head.subject.as_deref().map(|s| engine::render(s, facts)).transpose();
        let subject = subject.map_err(|e| self.explain("subject", e))?;
        // A header is one line, whatever its facts say.
        let subject = subject.map(|s| s.split_whitespace().collect::<Vec<_>>().join(" "));
        Ok(Rendered { subject, text: text.trim().to_owned() })
    }
}

fn no_fact(name: &str) -> String {
    format!("There is no fact called {name}. Known facts: {}.", FACTS.join(", "))
}

/// Whether a tag is one of BCP 47: a language, and what narrows it.
fn is_language(tag: &str) -> bool {
    use icu_locale_core::subtags::{Language, Region, Script, Variant};
    let narrows = |part: &str| {
        part.parse::<Script>().is_ok() || part.parse::<Region>().is_ok() || part.parse::<Variant>().is_ok()
    };
    let mut parts = tag.split('-');
    parts.next().is_some_and(|first| first.parse::<Language>().is_ok()) && parts.all(narrows)
}

/// Whether a template may be called so.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests;
