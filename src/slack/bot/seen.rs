//! What a control or a form carries of the thing that it is about: its id, and the version that was seen.

use super::outdated;
use crate::kernel::error::Result;
use crate::slack::payload::ViewSubmission;

/// A button's `id:version`, and what follows.
pub(super) fn seen<I: for<'a> From<&'a str>>(value: &str) -> Result<((I, i64), Option<&str>)> {
    let mut parts = value.splitn(3, ':');
    match (parts.next(), parts.next().and_then(|v| v.parse().ok())) {
        (Some(id), Some(version)) => Ok(((I::from(id), version), parts.next())),
        _ => Err(outdated()),
    }
}

/// A form's id and version.
pub(super) fn carried<I: for<'a> From<&'a str>>(s: &ViewSubmission) -> Result<(I, i64)> {
    match (s.metadata["id"].as_str(), s.metadata["version"].as_i64()) {
        (Some(id), Some(version)) => Ok((I::from(id), version)),
        _ => Err(outdated()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::OverlapId;

    #[test]
    fn a_value_of_another_version_is_outdated() {
        assert!(seen::<OverlapId>("abc").is_err());
        assert_eq!(seen("abc:3").unwrap(), ((OverlapId::from("abc"), 3), None));
        assert_eq!(seen("abc:3:late").unwrap(), ((OverlapId::from("abc"), 3), Some("late")));
    }
}
