//! Texts that people own: a front matter in TOML that declares what a text is for and what it needs,
//! and a body that `minijinja` renders (strict about missing fields, bounded in work, escaping nothing).
//!
//! The result is plain text; escaping for Slack is the business of whoever posts it.
//! A fact that is missing makes a template unavailable ([`Template::missing`]), never a gap in the text.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde::{Deserialize, Serialize};

use super::relevance::input::{Channel, GiftKind, Purpose};
use crate::map::overlap::Population;

/// Steps that one rendering may take.
const FUEL: u64 = 20_000;
const FENCE: &str = "+++";

/// A text with its declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name, unique in a workspace, such as `expansion-asset`.
    pub name: String,
    /// As it is listed.
    pub title: String,
    /// What it is for (A12).
    pub purpose: Purpose,
    /// What the reader gets (A11).
    pub gift: GiftKind,
    /// Where it goes out (A14).
    pub channel: Channel,
    /// Facts that it cannot do without, such as `asset` or `our_contact`.
    pub needs: Vec<String>,
    /// What the account must be to us; empty for whatever it is.
    pub ours: Vec<Population>,
    /// What it must be to the partner; empty for whatever it is.
    pub theirs: Vec<Population>,
    body: String,
    /// Lines of the source before the body, so that errors name the line that the writer sees.
    lead: usize,
}

/// Why a template cannot be read or rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct TemplateError {
    /// The line in the source, from 1.
    pub line: usize,
    /// What is wrong, in plain words.
    pub reason: String,
}

/// What a template may say. A field that is `None` is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The reader's first name.
    pub recipient: Option<String>,
    /// The partner.
    pub partner: Option<String>,
    /// The shared account.
    pub account: Option<String>,
    /// The account in our books, as it reads in a sentence ("customer", "open deal").
    pub our_population: Option<String>,
    /// The account in their books.
    pub their_population: Option<String>,
    /// Who owns the account on our side.
    pub owner: Option<String>,
    /// Somebody at the account whom we know.
    pub our_contact: Option<Contact>,
    /// A document for their clients.
    pub asset: Option<Document>,
    /// Something we shipped.
    pub our_launch: Option<Dated>,
    /// Something they shipped.
    pub their_launch: Option<Dated>,
    /// What they focus on this season, and when they said so.
    pub their_focus: Option<Dated>,
    /// What came of the reader's help, as a clause ("signed on 3 March").
    pub result: Option<String>,
    /// When the next step could be ("Thursday 19 March").
    pub next_step: Option<String>,
}

/// A person at the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// What they do there.
    pub role: String,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub url: String,
}

/// Something that was shipped, or said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// Its name, or the words.
    pub title: String,
    /// The day, as it reads in a sentence ("5 March").
    pub date: String,
}

/// The names of all facts that a template may declare in `needs`.
pub const FACTS: [&str; 13] = [
    "recipient",
    "partner",
    "account",
    "our_population",
    "their_population",
    "owner",
    "our_contact",
    "asset",
    "our_launch",
    "their_launch",
    "their_focus",
    "result",
    "next_step",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    purpose: Purpose,
    gift: GiftKind,
    channel: Channel,
    needs: Vec<String>,
    #[serde(default)]
    ours: Vec<Population>,
    #[serde(default)]
    theirs: Vec<Population>,
}

impl Template {
    /// Reads a template: front matter between two `+++` lines, then the body.
    ///
    /// # Errors
    /// With the line and the reason when the front matter is missing or says something unknown, when the
    /// body is no valid template, or when the body uses a fact that `needs` does not declare.
    pub fn parse(name: &str, source: &str) -> Result<Self, TemplateError> {
        let source = source.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let wrong = |line, reason: &str| TemplateError { line, reason: reason.to_owned() };
        let rest = source.strip_prefix(FENCE).and_then(|r| r.strip_prefix('\n')).ok_or_else(|| {
            wrong(1, "The first line must be +++, followed by title, purpose, gift, channel and needs.")
        })?;
        let (front, body) = rest
            .split_once("\n+++\n")
            .ok_or_else(|| wrong(1, "The front matter has no closing +++ line."))?;
        let lead = front.lines().count() + 2;
        let front: Front = toml::from_str(front).map_err(|e| TemplateError {
            line: 2 + e.span().map_or(0, |s| front[..s.start.min(front.len())].matches('\n').count()),
            reason: e.message().to_owned(),
        })?;
        if let Some(unknown) = front.needs.iter().find(|n| !FACTS.contains(&n.as_str())) {
            let line =
                1 + source.lines().position(|l| l.trim_start().starts_with("needs")).unwrap_or_default();
            return Err(wrong(
                line,
                &format!("There is no fact called {unknown}. Known facts: {}.", FACTS.join(", ")),
            ));
        }
        let Front { title, purpose, gift, channel, needs, ours, theirs } = front;
        let template = Self {
            name: name.to_owned(),
            title,
            purpose,
            gift,
            channel,
            needs,
            ours,
            theirs,
            body: body.trim().to_owned(),
            lead,
        };
        template.check_body()?;
        Ok(template)
    }

    fn check_body(&self) -> Result<(), TemplateError> {
        let body_line = self.lead + 1;
        if self.body.is_empty() {
            return Err(TemplateError { line: body_line, reason: "The text is empty.".to_owned() });
        }
        let env = environment();
        let compiled = env.template_from_str(&self.body).map_err(|e| self.explain(&e))?;
        let mut used: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
        used.retain(|name| env.globals().all(|(known, _)| known != name));
        used.sort();
        let Some(stray) = used.into_iter().find(|name| !self.needs.contains(name)) else { return Ok(()) };
        let at = self.body.lines().position(|l| l.contains(&stray)).unwrap_or_default();
        let reason = match FACTS.contains(&stray.as_str()) {
            true => format!("The text uses {stray}: add it to needs."),
            false => format!("There is no fact called {stray}. Known facts: {}.", FACTS.join(", ")),
        };
        Err(TemplateError { line: body_line + at, reason })
    }

    /// Whether what the text takes for granted of the account is so: a note about "your prospect" is not written to
    /// somebody whose customer it is.
    pub fn fits(&self, ours: Option<Population>, theirs: Option<Population>) -> bool {
        let holds = |wanted: &[Population], is: Option<Population>| {
            wanted.is_empty() || is.is_some_and(|population| wanted.contains(&population))
        };
        holds(&self.ours, ours) && holds(&self.theirs, theirs)
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
    pub fn render(&self, facts: &Facts) -> Result<String, TemplateError> {
        let missing = self.missing(facts);
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|m| m.replace('_', " ")).collect();
            return Err(TemplateError { line: 1, reason: format!("Not known yet: {}.", names.join(", ")) });
        }
        let env = environment();
        let text = env.render_str(&self.body, Value::from(Serde(facts))).map_err(|e| self.explain(&e))?;
        Ok(text.trim().to_owned())
    }

    fn explain(&self, error: &minijinja::Error) -> TemplateError {
        let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        TemplateError { line: self.lead + error.line().unwrap_or(1), reason }
    }
}

fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    env.set_fuel(Some(FUEL));
    env
}

macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../templates/comms/", $name, ".md")))),*]
    };
}

const SOURCES: &[(&str, &str)] = sources![
    "prospecting-introduction",
    "prospecting-asset",
    "prospecting-their-launch",
    "prospecting-our-launch",
    "prospecting-their-season",
    "prospecting-offer-of-help",
    "expansion-their-launch",
    "expansion-asset",
    "expansion-introduction",
    "expansion-result",
    "expansion-their-season",
    "expansion-offer-of-help",
    "executive-introduction",
    "executive-result",
    "executive-their-launch",
    "presales-asset",
    "presales-offer-of-help",
    "presales-our-launch",
];

static SHIPPED: LazyLock<Vec<Template>> = LazyLock::new(|| {
    SOURCES.iter().filter_map(|(name, source)| Template::parse(name, source).ok()).collect()
});

/// The texts that ship with the product, in the order in which they are listed.
pub fn shipped() -> &'static [Template] {
    &SHIPPED
}

#[cfg(test)]
mod tests;
