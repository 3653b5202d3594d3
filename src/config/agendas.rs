//! The settings of agendas.

use serde::Deserialize;

/// When the agenda of a session is loaded and when its pre-read is out (A8).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Agendas {
    /// The pre-read is out so many working days before the session.
    pub ahead_days: u16,
    /// The agenda is loaded and asks for approval so many working days before the session.
    pub load_days: u16,
}

impl Default for Agendas {
    fn default() -> Self {
        Self { ahead_days: 3, load_days: 5 }
    }
}
