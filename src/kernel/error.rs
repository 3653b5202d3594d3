//! Two kinds of error: what a user can mend, and what an admin must look up. What can only be waited for is neither.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

/// The result of everything that a user can set off.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong on the way from a click to its effect.
#[derive(Debug)]
pub enum Error {
    /// The user is told in plain words, with the fix.
    User(UserError),
    /// It is logged with a reference that the user is shown.
    Fault(Fault),
    /// Slack or the database is out of reach or asks for patience: nothing is wrong with what was asked for, and it is
    /// tried again.
    NotNow(NotNow),
}

/// Why it has to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotNow {
    /// Not before, if Slack said.
    pub after: Option<Duration>,
    /// What was tried and what came of it.
    pub why: String,
}

/// What happened, why, and the fix, as Slack mrkdwn that is ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// The whole text.
    pub text: String,
    /// Whether somebody was refused a right; a refusal is audited.
    pub refusal: bool,
}

/// A fault of ours or of what we stand on.
pub struct Fault {
    context: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A user's error; `text` is mrkdwn, so foreign words in it are escaped by the caller.
    pub fn user(text: impl Into<String>) -> Self {
        Self::User(UserError { text: text.into(), refusal: false })
    }

    /// A refusal: the user may not do this.
    pub fn refused(text: impl Into<String>) -> Self {
        Self::User(UserError { text: text.into(), refusal: true })
    }

    /// A fault without an underlying error.
    pub fn fault(context: impl Into<String>) -> Self {
        Self::Fault(Fault { context: context.into(), source: None })
    }

    /// A fault with its cause.
    pub fn caused(context: impl Into<String>, source: impl StdError + Send + Sync + 'static) -> Self {
        Self::Fault(Fault { context: context.into(), source: Some(Box::new(source)) })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(e) => f.write_str(&e.text),
            Self::Fault(e) => fmt::Display::fmt(e, f),
            Self::NotNow(e) => f.write_str(&e.why),
        }
    }
}

impl StdError for Error {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)?;
        let mut cause = self.source.as_deref().map(|e| e as &dyn StdError);
        while let Some(e) = cause {
            write!(f, ": {e}")?;
            cause = e.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Fault {}

macro_rules! faults {
    ($($source:ty => $context:literal),+ $(,)?) => {$(
        impl From<$source> for Error {
            fn from(source: $source) -> Self {
                Self::caused($context, source)
            }
        }
    )+};
}

faults! {
    serde_json::Error => "stored JSON",
    askama::Error => "template",
    std::io::Error => "input or output",
    jiff::Error => "time",
}
