//! Who did it, and for which installation: derived in this one place.

use serde_json::Value;

use super::{flag, id, text};

/// The user who acts and the teams that matter for what they may do.
///
/// In a channel shared with a partner `team` and `user.team_id` of a click are the *partner's*; the installer stands in
/// `view.app_installed_team_id` or in an event's `authorizations`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActingUser {
    /// The user's id; empty when nobody acted.
    pub user_id: String,
    /// The user's own team. `None` where the payload speaks only of the team that the app or the channel belongs to,
    /// as `file_shared` does: ask `users.info`.
    pub team_id: Option<String>,
    /// The organisation that the payload is sent for, if any. It may be another one than the user's.
    pub enterprise_id: Option<String>,
    /// The team that installed the app; `None` when the payload does not say it (ask `auth.test`).
    pub home_team_id: Option<String>,
    /// The app is installed for a whole organisation.
    pub is_enterprise_install: bool,
}

impl ActingUser {
    /// Reads an event, an interaction or a command.
    pub fn read(payload: &Value) -> Self {
        if payload.get("event").is_some() {
            return Self::of_event(payload);
        }
        let is_command = payload.get("command").is_some();
        let of_command = |path| if is_command { text(payload, path) } else { None };
        Self {
            user_id: id(payload, "/user").or_else(|| text(payload, "/user_id")).unwrap_or_default(),
            team_id: text(payload, "/user/team_id")
                .or_else(|| id(payload, "/team"))
                .or_else(|| of_command("/team_id")),
            enterprise_id: id(payload, "/enterprise")
                .or_else(|| text(payload, "/team/enterprise_id"))
                .or_else(|| text(payload, "/enterprise_id")),
            home_team_id: text(payload, "/view/app_installed_team_id"),
            is_enterprise_install: flag(payload, "/is_enterprise_install")
                || payload.get("is_enterprise_install").and_then(Value::as_str) == Some("true"),
        }
    }

    fn of_event(payload: &Value) -> Self {
        let first = |paths: &[&str]| paths.iter().find_map(|path| id(payload, path));
        Self {
            user_id: first(&["/event/user", "/event/user_id", "/event/message/user"]).unwrap_or_default(),
            team_id: first(&[
                "/event/user_team",
                "/event/source_team",
                "/event/team",
                "/event/message/user_team",
                "/event/message/team",
                "/event/user/team_id",
            ]),
            enterprise_id: first(&["/authorizations/0/enterprise_id", "/enterprise_id"]),
            home_team_id: first(&["/authorizations/0/team_id", "/view/app_installed_team_id"]),
            is_enterprise_install: flag(payload, "/authorizations/0/is_enterprise_install")
                || flag(payload, "/is_enterprise_install"),
        }
    }
}
