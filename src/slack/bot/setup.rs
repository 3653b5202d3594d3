//! To be written.

use super::super::payload::{Action, BlockActions, ViewSubmission};
use super::{Bot, Occasion, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::error::Result;
use crate::store::Tx;

pub(super) async fn command(_o: &Occasion<'_>) -> Result<Handled> {
    Err(outdated())
}

pub(super) async fn click(
    _o: &Occasion<'_>,
    _verb: &str,
    _click: &BlockActions,
    _action: &Action,
) -> Result<Handled> {
    Err(outdated())
}

pub(super) async fn submit(_o: &Occasion<'_>, _verb: &str, _s: &ViewSubmission) -> Result<Handled> {
    Err(outdated())
}

pub(super) async fn review(
    _bot: &Bot,
    _tx: &mut Tx,
    _verb: &str,
    _s: &ViewSubmission,
) -> Result<Vec<(String, String)>> {
    Ok(Vec::new())
}
