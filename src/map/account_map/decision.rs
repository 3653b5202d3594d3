//! The decision with which a mapped account ends: who reaches out, who introduces, who stays out of the way, and why (E5).

use jiff::Timestamp;

use super::relationship::Knower;
use super::{Names, hold};
use crate::kernel::ids::{AccountDecisionId, AccountId, PartnerId, UserId};

/// Why: logged with the decision, not after the outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent {
    /// Why this partner.
    pub partner: String,
    /// Why now.
    pub now: String,
    /// Why this person.
    pub person: String,
}

/// Who introduces, with the name that they had then: a contact may be removed later, the history stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introducer {
    /// One of ours, or a partner's contact.
    pub who: Knower,
    /// `Sam Whitfield at Northwind`
    pub name: String,
}

/// What somebody decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// With which partner; without one we go alone.
    pub partner: Option<PartnerId>,
    /// Who reaches out.
    pub reaches_out: UserId,
    /// Who introduces.
    pub introducer: Option<Knower>,
    /// Who stays out of the way.
    pub stays_out: Vec<UserId>,
    /// Why.
    pub intent: Intent,
    /// What is on hold; it holds those who stay out, or everybody.
    pub hold: Option<hold::Terms>,
}

/// A decision that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: AccountDecisionId,
    /// The account.
    pub account: AccountId,
    /// With which partner.
    pub partner: Option<PartnerId>,
    /// The partner's name.
    pub partner_name: Option<String>,
    /// Who reaches out.
    pub reaches_out: UserId,
    /// Who introduces.
    pub introducer: Option<Introducer>,
    /// Who stays out of the way.
    pub stays_out: Vec<UserId>,
    /// Why.
    pub intent: Intent,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

impl Decision {
    /// Who does what, not escaped: `Alex Rivera reaches out, Sam Whitfield at Northwind introduces, Evelyn Osei stays out
    /// of the way`.
    pub fn words(&self, names: &Names) -> String {
        let mut parts = vec![format!("{} reaches out", names.of_user(&self.reaches_out))];
        if let Some(introducer) = &self.introducer {
            parts.push(format!("{} introduces", introducer.name));
        }
        if !self.stays_out.is_empty() {
            let stay = if self.stays_out.len() == 1 { "stays" } else { "stay" };
            parts.push(format!("{} {stay} out of the way", names.list(&self.stays_out)));
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_who_does_what() {
        let names =
            Names::of(&[("U0ALEX", "Alex Rivera"), ("U0EVE", "Evelyn Osei"), ("U0OMAR", "Omar Haddad")]);
        let mut made = Decision {
            id: "d1".into(),
            account: "a1".into(),
            partner: None,
            partner_name: None,
            reaches_out: "U0ALEX".into(),
            introducer: None,
            stays_out: Vec::new(),
            intent: Intent::default(),
            by: "U0MAYA".into(),
            at: "2026-03-05T09:00:00Z".parse().unwrap(),
        };
        insta::assert_snapshot!(made.words(&names), @"Alex Rivera reaches out");
        made.introducer =
            Some(Introducer { who: Knower::Contact("c1".into()), name: "Sam Whitfield at Northwind".into() });
        made.stays_out = vec!["U0EVE".into()];
        insta::assert_snapshot!(made.words(&names), @"Alex Rivera reaches out, Sam Whitfield at Northwind introduces, Evelyn Osei stays out of the way");
        made.stays_out.push("U0OMAR".into());
        insta::assert_snapshot!(made.words(&names), @"Alex Rivera reaches out, Sam Whitfield at Northwind introduces, Evelyn Osei and Omar Haddad stay out of the way");
    }
}
