//! What is told when a partner is worked through, when it has enough again (A6), and when a proposal waits.

use crate::kernel::blocks::{self, Message};
use crate::kernel::text::escape;
use crate::map::partner::Partner;
use crate::map::partner_view::action;
use crate::plan::session::Session;
use crate::pull::trigger::Turn;

/// The turn in words; not escaped.
pub fn turn_words(partner: &str, turn: &Turn) -> String {
    match turn {
        Turn::Saturated { worked, worthy, slower } => {
            let rest = match worthy - worked {
                0 => String::new(),
                1 => ", 1 is left".to_owned(),
                n => format!(", {n} are left"),
            };
            let pace = match slower {
                Some((from, to)) => format!(
                    "Sessions are proposed {} instead of {} until three new accounts wait.",
                    to.words(),
                    from.words()
                ),
                None => "There is little to plan until new ones come up.".to_owned(),
            };
            let planned = match (worked, worthy) {
                (1, 1) => format!("The one account that counts with {partner} is planned"),
                (all, worthy) if all == worthy => {
                    format!("All {all} accounts that count with {partner} are planned")
                }
                _ => format!("{worked} of the {worthy} accounts that count with {partner} are planned"),
            };
            format!("{planned}{rest}. {pace}")
        }
        Turn::Fresh { ripe, cadence } => {
            let pace = cadence.map_or_else(
                || "Sessions are proposed as they pile up.".to_owned(),
                |cadence| format!("Sessions are proposed {} again.", cadence.words()),
            );
            format!("{ripe} accounts that count with {partner} wait for a session. {pace}")
        }
    }
}

/// The same as a message, with the way to the instructions.
pub fn turn(partner: &Partner, turn: &Turn) -> Message {
    let text = escape(&turn_words(&partner.name, turn));
    let button = blocks::button("Edit instructions", action::INSTRUCTIONS, partner.id.as_str());
    Message::new(text.clone(), vec![blocks::section_with(&text, button)])
}

/// The line under the card of a proposal that waits.
pub fn waits(session: &Session, working_days: i64) -> Message {
    Message::text(format!(
        "{} has waited {working_days} working days. Above you can schedule it, change it or say not now.",
        escape(&session.title())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::instruction::Cadence;

    #[test]
    fn turns_in_words() {
        let slower = Some((Cadence::Fortnightly, Cadence::Monthly));
        insta::assert_snapshot!(turn_words("Northwind", &Turn::Saturated { worked: 8, worthy: 9, slower }), @"8 of the 9 accounts that count with Northwind are planned, 1 is left. Sessions are proposed every month instead of every two weeks until three new accounts wait.");
        insta::assert_snapshot!(turn_words("Northwind", &Turn::Saturated { worked: 8, worthy: 8, slower: None }), @"All 8 accounts that count with Northwind are planned. There is little to plan until new ones come up.");
        insta::assert_snapshot!(turn_words("Northwind", &Turn::Fresh { ripe: 3, cadence: Some(Cadence::Fortnightly) }), @"3 accounts that count with Northwind wait for a session. Sessions are proposed every two weeks again.");
        insta::assert_snapshot!(turn_words("Northwind", &Turn::Fresh { ripe: 4, cadence: None }), @"4 accounts that count with Northwind wait for a session. Sessions are proposed as they pile up.");
    }
}
