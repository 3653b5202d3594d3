//! `/pages/agenda/{session}`: the pre-read of a session, to read and to print.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{Reader, html};
use crate::kernel::ids::SessionId;
use crate::slack::bot::{Bot, agendas};

pub(super) async fn show(
    State(bot): State<Arc<Bot>>,
    reader: Reader,
    Path(session): Path<String>,
) -> Response {
    html(agendas::agenda_page(&bot, &SessionId::from(session), &reader.actor).await)
}
