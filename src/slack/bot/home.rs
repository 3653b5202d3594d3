//! To be written.

use super::super::payload::{Action, BlockActions};
use super::{Bot, Occasion, outdated};
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::kernel::error::Result;

pub(super) async fn click(
    _o: &Occasion<'_>,
    _verb: &str,
    _click: &BlockActions,
    _action: &Action,
) -> Result<Handled> {
    Err(outdated())
}

/// After somebody acted, their Home shows it.
pub(super) async fn refresh(_o: &Occasion<'_>, handled: Handled) -> Result<Handled> {
    Ok(handled)
}

pub(super) async fn opened(_bot: &Bot, _claimed: &Claimed) -> Result<Handled> {
    Ok(Handled::Ignored)
}
