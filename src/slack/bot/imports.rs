//! List files: what is decided on their cards, and the form of their columns. They arrive in `arrival`, the worker is
//! in `work`.

mod arrival;
mod work;

use std::path::PathBuf;

use super::super::payload::{Action, ViewSubmission};
use super::seen::{carried, seen};
use super::{Bot, Occasion, Problems, outdated};
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Outgoing, Thread};
use crate::kernel::actor::Right;
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::ImportId;
use crate::map::import::view::{self, Aside, action};
use crate::map::import::{Counts, Extent, Import, Kind, State, flow, store};
use crate::map::intake::table::{self, Column, Field, Mapping};
use crate::map::lists::{Whose, store as lists};
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::{Tx, audit, millis};

pub(super) use arrival::shared;
pub use work::run;

/// Posts the card under the file, or edits it.
async fn show(tx: &mut Tx, now: i64, import: &Import, partners: &[Partner], aside: Aside<'_>) -> Result<()> {
    let message = view::card(import, partners, aside)?;
    let subject = import.subject();
    let out = if outbox::is_shown(tx, &subject).await? {
        Outgoing::update(&subject, message)
    } else if import.is_quiet() {
        return Ok(());
    } else {
        match &import.thread {
            Some(ts) => Outgoing::reply(&subject, import.channel.clone(), Thread::At(ts.clone()), message),
            None => Outgoing::post(&subject, outbox::Destination::Channel(import.channel.clone()), message),
        }
        .showing(&subject)
    };
    outbox::enqueue(tx, now, &out).await
}

/// Where the file lies on this machine while it is needed.
pub(super) fn file_at(bot: &Bot, import: &ImportId) -> PathBuf {
    bot.downloads.join(import.as_str())
}

/// The import that a control is about, if it is still as it was shown.
async fn current(tx: &mut Tx, (id, version): (ImportId, i64)) -> Result<Import> {
    let import = store::find(tx, &id).await?.ok_or_else(|| Error::user("That import is no longer there."))?;
    if version == import.version {
        return Ok(import);
    }
    Err(Error::user(match import.state {
        State::Done | State::Importing => "Somebody has already imported it.".to_owned(),
        State::Cancelled => "Somebody has already cancelled it.".to_owned(),
        State::Failed => "It could not be read; the card says why.".to_owned(),
        _ => "It has moved on since this card was shown. Use the newest one.".to_owned(),
    }))
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, clicked: &Action) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let (about, _) = seen(&clicked.value)?;
    match verb {
        "columns" => open_columns(o, about).await,
        "accounts" => take_as(o, about, Kind::Theirs).await,
        "overlaps" => take_as(o, about, Kind::Overlaps).await,
        "run" => decide(o, about, Some(Extent::Whole)).await,
        "add" => decide(o, about, Some(Extent::Addition)).await,
        "cancel" => decide(o, about, None).await,
        _ => Err(outdated()),
    }
}

async fn open_columns(o: &Occasion<'_>, about: (ImportId, i64)) -> Result<Handled> {
    let mut tx = o.read().await?;
    let import = current(&mut tx, about).await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    let (path, file_name) = (file_at(o.bot, &import.id), import.file_name.clone());
    let sample =
        tokio::task::spawn_blocking(move || table::peek(&path, &file_name)).await.ok().and_then(Result::ok);
    let mapping = import.mapping.clone().unwrap_or_else(|| Mapping {
        columns: import.headers.iter().map(|_| Column::from(Field::Ignore)).collect(),
    });
    o.open(&view::columns_modal(&import, &mapping, &partners, &sample.map(|p| p.sample).unwrap_or_default()))
        .await
}

/// Somebody says what the rows of a partner's list are, where nothing tells: it is counted anew.
async fn take_as(o: &Occasion<'_>, about: (ImportId, i64), kind: Kind) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let mut import = current(&mut tx, about).await?;
    o.actor.require(Right::Triage, import.partner.as_ref())?;
    let fits = match kind {
        Kind::Theirs => import.may_be_accounts(),
        _ => import.kind == Kind::Theirs && import.counts.alone,
    };
    let fits = fits && import.state == State::Previewed;
    let Some(mapping) = import.mapping.take().filter(|_| fits) else { return Err(outdated()) };
    import.mapping = Some(mapping.of_one_side(false));
    import.kind = kind;
    import.state = State::Counting;
    import.counts = Counts::default();
    let seen = import.version;
    let partners = map::partners(&mut tx).await?;
    store::save(&mut tx, o.now, &mut import, seen).await?;
    show(&mut tx, millis(o.now), &import, &partners, Aside::default()).await?;
    let handled = o.finish(tx).await;
    o.bot.imports.ring();
    handled
}

/// Imports it, or cancels it (`None`).
async fn decide(o: &Occasion<'_>, about: (ImportId, i64), extent: Option<Extent>) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let mut import = current(&mut tx, about).await?;
    o.actor.require(Right::Triage, import.partner.as_ref())?;
    let partners = map::partners(&mut tx).await?;
    if extent == Some(Extent::Whole) && flow::is_outdated(&mut tx, &import, &partners).await? {
        return count_again(o, tx, import, &partners).await;
    }
    let seen = import.version;
    import.state = if extent.is_some() { State::Importing } else { State::Cancelled };
    import.extent = extent.unwrap_or(import.extent);
    // From here on it is the one who decided whose name it carries.
    import.uploaded_by = o.actor.user.clone();
    if !store::save(&mut tx, o.now, &mut import, seen).await? {
        return Err(Error::user("Somebody else was faster; the card shows what they decided."));
    }
    let what = match extent {
        Some(Extent::Whole) => "import.run",
        Some(Extent::Addition) => "import.add",
        None => "import.cancel",
    };
    audit::done(&mut tx, o.now, o.actor.user.as_str(), what, &import.subject(), &import.file_name);
    show(&mut tx, millis(o.now), &import, &partners, Aside { by: Some(&o.actor.user), ..Aside::default() })
        .await?;
    let handled = o.finish(tx).await;
    o.bot.imports.ring();
    handled
}

/// The last list has changed since the preview: its numbers would not be what happens.
async fn count_again(
    o: &Occasion<'_>,
    mut tx: Tx,
    mut import: Import,
    partners: &[Partner],
) -> Result<Handled> {
    let seen = import.version;
    import.state = State::Counting;
    if store::save(&mut tx, o.now, &mut import, seen).await? {
        show(&mut tx, millis(o.now), &import, partners, Aside::default()).await?;
        let said =
            "The last list has changed since this was counted. I count again; nothing is imported yet.";
        o.send(&mut tx, &o.privately(Message::text(said))).await?;
    }
    let handled = o.finish(tx).await;
    o.bot.imports.ring();
    handled
}

/// What the modal says: whose list it is (`None`: each row names its partner) and the columns.
fn read(s: &ViewSubmission, columns: usize) -> (Option<Whose>, Mapping, Problems) {
    let mut problems = Problems::new();
    let whose = view::chosen(s.values.option(action::PARTNER, action::PARTNER).unwrap_or_default());
    let fields = (0..columns).map(|at| {
        let id = view::column_id(at);
        let value = s.values.option(&id, &id).unwrap_or_default();
        serde_json::from_value::<Field>(serde_json::Value::String(value.to_owned())).unwrap_or(Field::Ignore)
    });
    let mapping = Mapping { columns: fields.map(Column::from).collect() };
    if !mapping.has(Field::Account) {
        problems.push((view::column_id(0), "One column must be the account.".to_owned()));
    }
    if whose.is_none() && !mapping.has(Field::Partner) {
        problems.push((
            action::PARTNER.to_owned(),
            "Then one column must be the partner. Choose that column, or choose a partner here.".to_owned(),
        ));
    }
    (whose, mapping, problems)
}

pub(super) async fn review(tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let (id, _) = carried(s)?;
    let import = store::find(tx, &id).await?;
    Ok(import.map(|i| read(s, i.headers.len()).2).unwrap_or_default())
}

pub(super) async fn submit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let about = carried(s)?;
    let version = about.1;
    let mut tx = o.begin().await?;
    let mut import = current(&mut tx, about).await?;
    let (whose, mapping, _) = read(s, import.headers.len());
    let (kind, partner) = match &whose {
        None => (Kind::Overlaps, None),
        Some(Whose::Ours) => (Kind::Ours, None),
        Some(Whose::Partner(id)) => {
            let have_ours = lists::rows_listed(&mut tx, &Whose::Ours).await? > 0;
            (Kind::of_partners(&mapping, have_ours || import.kind == Kind::Theirs), Some(id.clone()))
        }
    };
    o.actor.require(Right::Triage, partner.as_ref())?;
    let fingerprint = table::fingerprint(&import.headers);
    store::remember(&mut tx, o.now, &o.actor.user, whose.as_ref(), &fingerprint, &mapping).await?;
    (import.kind, import.partner) = (kind, partner);
    import.mapping = Some(mapping);
    import.state = State::Counting;
    import.counts = Counts::default();
    let partners = map::partners(&mut tx).await?;
    store::save(&mut tx, o.now, &mut import, version).await?;
    show(&mut tx, millis(o.now), &import, &partners, Aside::default()).await?;
    let handled = o.finish(tx).await;
    o.bot.imports.ring();
    handled
}
