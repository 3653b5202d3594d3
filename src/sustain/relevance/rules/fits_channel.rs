//! A14: as long as the channel bears.

use super::super::input::Channel;
use super::{Draft, Outcome, pass, warn};

pub(super) fn check(draft: &Draft<'_>) -> Outcome {
    let words = draft.text().split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    let s = draft.settings;
    let (limit, place) = match draft.input.channel {
        Some(Channel::Email) => (s.email_words, "an e-mail"),
        Some(Channel::Comment) => (s.comment_words, "a comment"),
        Some(Channel::Slack) | None => (s.slack_words, "a Slack message"),
    };
    if words > limit {
        return warn(
            format!("{words} words are long for {place}; {limit} is the limit."),
            "Keep the account, the gift and the next step.",
            vec![],
        );
    }
    pass(format!("{words} words."))
}
