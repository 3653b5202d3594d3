//! Where settings come from, and what is said of those that are wrong.

use std::path::Path;

use figment::Figment;
use figment::error::{Actual, Kind};
use figment::providers::{Env, Format, Toml};
use serde::{Deserialize, Deserializer};

use super::{Config, ConfigError};

/// Settings that are texts whatever they look like: a client id such as `1234.5678` is no number.
const TEXTS: [&str; 7] = [
    "database_url",
    "keys.ring",
    "slack.app_token",
    "slack.bot_token",
    "slack.client_id",
    "slack.client_secret",
    "slack.signing_secret",
];

pub(super) fn file(file: &Path) -> Result<Figment, ConfigError> {
    check_syntax(file)?;
    Ok(Figment::new().merge(Toml::file(file)))
}

pub(super) fn with_environment(mut figment: Figment) -> Figment {
    let variable = |setting: &str| format!("TANDEM_{}", setting.replace('.', "__").to_uppercase());
    let texts: Vec<String> = TEXTS.iter().map(|t| t.replace('.', "__")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    if let Some(url) = text_of("DATABASE_URL") {
        figment = figment.merge(("database_url", url));
    }
    figment = figment.merge(Env::prefixed("TANDEM_").ignore(&texts).split("__").lowercase(true));
    for setting in TEXTS {
        if let Some(text) = text_of(&variable(setting)) {
            figment = figment.merge((setting, text));
        }
    }
    figment
}

/// A variable that is set to something: a blank one is as good as none.
fn text_of(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|text| !text.trim().is_empty())
}

/// The same for a text of the file.
pub(super) fn given<'de, D: Deserializer<'de>, T: From<String>>(from: D) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.filter(|text| !text.trim().is_empty()).map(T::from))
}

pub(super) fn read(figment: Figment) -> Result<Config, ConfigError> {
    figment.extract().map_err(|e| ConfigError::Unreadable(explain(e)))
}

/// Says where the file is no TOML; the parser's own words would show the line.
fn check_syntax(file: &Path) -> Result<(), ConfigError> {
    let Ok(text) = std::fs::read_to_string(file) else { return Ok(()) };
    let Err(error) = text.parse::<toml::Table>() else { return Ok(()) };
    let before = error.span().and_then(|s| text.get(..s.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    Err(ConfigError::Unreadable(format!("{}, line {line}: {}", file.display(), error.message())))
}

/// Which settings are wrong and why, without what they were set to.
fn explain(error: figment::Error) -> String {
    let one = |e: figment::Error| {
        let at = e.path.join(".");
        match e.kind {
            Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
                let expected = if expected.starts_with("struct ") { "a table" } else { &expected };
                format!("{at} is {}, and should be {expected}", sort(&found))
            }
            Kind::UnknownField(name, known) => {
                format!("there is no setting {name}; there are {}", known.join(", "))
            }
            Kind::UnknownVariant(_, known) => format!("{at} can be {}", known.join(", ")),
            Kind::MissingField(name) => format!("{name} is missing"),
            // A type's own words, such as "invalid socket address syntax".
            Kind::Message(words) => format!("{at}: {words}"),
            _ => format!("{at} cannot be read"),
        }
    };
    error.into_iter().map(one).collect::<Vec<_>>().join("; ")
}

fn sort(found: &Actual) -> &'static str {
    match found {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "something else",
    }
}
