//! What is said of a room: when it is opened, where it is, and when its card is gone.

use super::action;
use crate::kernel::blocks::{self, Message};
use crate::kernel::ids::UserId;
use crate::kernel::text::escape;
use crate::map::account::Account;
use crate::map::account_map::room::Room;

/// The first words in the thread: those who own the account are called in, nobody else.
pub fn welcome(account: &Account, owners: &[UserId]) -> Message {
    let called: Vec<String> = owners.iter().map(UserId::mention).collect();
    let begin = if called.is_empty() { "This".to_owned() } else { format!("{}: this", called.join(", ")) };
    Message::text(format!(
        "{begin} thread is the room of *{}*. The card above shows the map as it is now. To keep a message of the thread \
         as a note or a next step, choose *Add to account* in its menu.",
        escape(&account.name)
    ))
}

/// To whoever opened a room, or asks where it is; `link` where Slack has its card.
pub fn room_is(room: &Room, account: &Account, link: Option<&str>, opened: bool) -> Message {
    let (name, place) = (escape(&account.name), room.channel.mention());
    let at = link.map(|link| format!(" <{}|Go to it>", escape(link))).unwrap_or_default();
    let text = match (opened, link) {
        (true, _) => format!("Opened the room of *{name}*: a thread in {place}."),
        (false, Some(_)) => format!("The room of *{name}* is a thread in {place}.{at}"),
        (false, None) => format!("The room of *{name}* is being opened in {place}: its card is on its way."),
    };
    let buttons = vec![
        blocks::button("Show map", action::SHOW, account.id.as_str()),
        blocks::button("Export history", action::EXPORT, account.id.as_str()),
    ];
    Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(buttons)])
}

/// To whoever opened it: the card can't be brought up to date any more.
pub fn room_lost(room: &Room, account: &Account, why: &str) -> Message {
    let text = format!(
        "I closed the room of *{}* in {}: its card can't be shown there any more ({}). Everything that was logged stays on the map.",
        escape(&account.name),
        room.channel.mention(),
        escape(why)
    );
    let again = blocks::button("Open a new room", action::ROOM, account.id.as_str());
    Message::new(text.clone(), vec![blocks::section(&text), blocks::actions(vec![again])])
}
