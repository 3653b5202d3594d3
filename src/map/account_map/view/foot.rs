//! The foot of an account's card: who reads it, and what they can do.

use serde_json::Value;

use super::action;
use super::card::{Elsewhere, Reader};
use crate::kernel::blocks::{self, clip};
use crate::kernel::text::escape;
use crate::map::account_map::sight::Sight;

pub(super) fn foot(sight: &Sight<'_>, elsewhere: &Elsewhere, reader: Reader<'_>) -> Vec<Value> {
    let id = sight.map.account.id.as_str();
    match reader {
        Reader::Channel(by) => vec![
            blocks::context(&format!("Shared by {}. Internal: no partner reads this channel.", escape(by))),
            blocks::actions(vec![blocks::button("Open the map", action::SHOW, id)]),
        ],
        Reader::Room(by) => vec![
            blocks::context(&format!(
                "The room of {}, opened by {}. Internal: no partner reads this channel. The card follows the map; talk in its thread.",
                escape(&clip(&sight.map.account.name, 80)),
                escape(by)
            )),
            blocks::actions(vec![
                blocks::button("Open the map", action::SHOW, id),
                blocks::button("Add next step", action::STEP, id),
                blocks::button("Export history", action::EXPORT, id),
            ]),
        ],
        Reader::One { may_decide, .. } => {
            let mut first = Vec::new();
            if may_decide {
                first.push(blocks::primary(blocks::button("Decide", action::DECIDE, id)));
            }
            first.extend([
                blocks::button("Add contact", action::PERSON, id),
                blocks::button("Add relationship", action::RELATE, id),
                blocks::button("Add next step", action::STEP, id),
            ]);
            let mut second = vec![
                blocks::button("Log a touch", action::TOUCH, id),
                blocks::button("Show history", action::HISTORY, id),
                blocks::button("Share", action::SHARE, id),
            ];
            let room = elsewhere.room.as_ref();
            if may_decide && room.is_none() {
                second.push(blocks::button("Open room", action::ROOM, id));
            }
            let room = room.map(|link| format!(" <{}|Go to its room>", escape(link))).unwrap_or_default();
            let whose = blocks::context(&format!("Only you see this.{room}"));
            vec![whose, blocks::actions(first), blocks::actions(second)]
        }
    }
}
