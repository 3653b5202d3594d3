//! To be written.

use super::{Occasion, outdated};
use crate::delivery::intake::Handled;
use crate::kernel::error::Result;

pub(super) async fn command(_o: &Occasion<'_>) -> Result<Handled> {
    Err(outdated())
}
