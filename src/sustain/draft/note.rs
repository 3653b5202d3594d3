//! What a note says, to whom, which way, and what the relevance check thinks of it.

use serde::{Deserialize, Serialize};

use super::super::library::{Fact, UsedItem};
use super::super::relevance::{self, Channel, GiftKind, Level, Purpose};
use super::super::template::Version;
use crate::kernel::ids::{AccountId, ContactId, PartnerId, UserId};

/// How a note reaches its reader (A14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Posted in the partner's channel.
    Channel,
    /// A direct message to the contact.
    Direct,
    /// Handed to its sender as ready text, who sends it by hand.
    ByHand,
}

impl Route {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Channel, Self::Direct, Self::ByHand];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Direct => "direct",
            Self::ByHand => "by_hand",
        }
    }

    /// From what was stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

/// What a note says and to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The partner.
    pub partner_id: PartnerId,
    /// Its name.
    pub partner: String,
    /// The reader.
    pub contact_id: ContactId,
    /// Their name.
    pub contact: String,
    /// The account that it is about; `None` when that was removed.
    pub account_id: Option<AccountId>,
    /// Its name.
    pub account: Option<String>,
    /// What it is for (A12).
    pub purpose: Purpose,
    /// What the reader gets (A11).
    pub gift: GiftKind,
    /// The template's name.
    pub template: String,
    /// Which state of it; none for a note from before that was kept.
    pub template_used: Option<TemplateUsed>,
    /// Where its template is meant to go.
    pub channel: Channel,
    /// Who of ours speaks.
    pub sender: UserId,
    /// How it goes.
    pub route: Route,
    /// Where to: a channel for [`Route::Channel`], a user for [`Route::Direct`].
    pub destination: Option<String>,
    /// The words, to the letter.
    pub text: String,
    /// What the text stands on.
    pub facts: Vec<Fact>,
    /// What the relevance check said of exactly this text.
    pub check: Check,
}

impl Note {
    /// The items of the library that it draws on.
    pub fn items(&self) -> impl Iterator<Item = &UsedItem> {
        self.facts.iter().filter_map(Fact::item)
    }

    /// Whether something that it draws on has changed and nobody has looked at the text since.
    pub fn is_marked(&self) -> bool {
        self.items().any(|item| item.mark.is_some())
    }
}

/// A template as it was when a note came from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateUsed {
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: Version,
}

impl TemplateUsed {
    /// As the card says it.
    pub fn words(&self) -> String {
        format!("Template: {}, {}", self.title, self.version.words())
    }
}

/// What the first line of an e-mail begins with: its subject is part of what is approved.
const SUBJECT: &str = "Subject: ";

/// An e-mail, subject and all.
pub fn e_mail(subject: &str, words: &str) -> String {
    format!("{SUBJECT}{subject}\n\n{words}")
}

/// A note as the relevance check reads it: from its greeting on, an e-mail's subject behind the words.
pub(in crate::sustain) fn as_checked(channel: Channel, text: &str) -> String {
    let apart = text.strip_prefix(SUBJECT).and_then(|rest| rest.split_once('\n'));
    match apart.filter(|_| channel == Channel::Email) {
        Some((subject, words)) => format!("{}\n\n{}", words.trim(), subject.trim()),
        None => text.to_owned(),
    }
}

/// The relevance check's answer, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The worst level.
    pub verdict: Level,
    /// Every rule's finding.
    pub rules: Vec<Finding>,
}

/// What one rule said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// Its judgement.
    pub level: Level,
    /// Why.
    pub reason: String,
    /// What to change.
    #[serde(default)]
    pub fix: Option<String>,
}

impl From<relevance::Verdict> for Check {
    fn from(verdict: relevance::Verdict) -> Self {
        let kept = |f: relevance::Finding| Finding {
            rule: f.rule.to_owned(),
            level: f.level,
            reason: f.reason,
            fix: f.fix,
        };
        Self { verdict: verdict.verdict, rules: verdict.rules.into_iter().map(kept).collect() }
    }
}

impl Check {
    /// How many rules pass.
    pub fn passed(&self) -> usize {
        self.rules.iter().filter(|r| r.level == Level::Pass).count()
    }

    /// The rules that block it.
    pub fn blocks(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter(|r| r.level == Level::Block).map(|r| r.rule.as_str())
    }

    /// What stands against the text, worst first.
    pub fn objections(&self) -> Vec<&Finding> {
        let mut found: Vec<&Finding> = self.rules.iter().filter(|r| r.level > Level::Pass).collect();
        found.sort_by_key(|r| std::cmp::Reverse(r.level));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_e_mail_is_checked_from_its_greeting_on_and_its_subject_too() {
        let mail = e_mail("Acme Corp, next week", "Hi Sam,\n\nDana is there.");
        assert_eq!(mail, "Subject: Acme Corp, next week\n\nHi Sam,\n\nDana is there.");
        let checked = as_checked(Channel::Email, &mail);
        assert_eq!(checked, "Hi Sam,\n\nDana is there.\n\nAcme Corp, next week");
        assert_eq!(as_checked(Channel::Slack, &mail), mail);
        assert_eq!(as_checked(Channel::Email, "Hi Sam"), "Hi Sam");
    }

    #[test]
    fn a_template_is_told_with_its_version() {
        let used = |version| TemplateUsed { title: "An asset".to_owned(), version }.words();
        assert_eq!(used(Version::Own(3)), "Template: An asset, version 3");
        assert_eq!(used(Version::Shipped), "Template: An asset, as shipped");
        assert_eq!(used(Version::Folder), "Template: An asset, from the folder");
    }
}
