//! List files: taken from Slack, previewed, imported.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::super::client::{CallError, DownloadError};
use super::super::payload::{Action, BlockActions, FileRef, FileShared, ViewSubmission};
use super::{Bot, Occasion, finish, identity, outdated};
use crate::delivery::inbox::Claimed;
use crate::delivery::intake::Handled;
use crate::delivery::outbox::{self, Outgoing, Thread};
use crate::kernel::actor::{Right, Standing};
use crate::kernel::blocks::Message;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, ImportId, PartnerId, UserId};
use crate::kernel::text::escape;
use crate::map::import::flow::{self, Ending};
use crate::map::import::view::{self, IN_ROWS, action};
use crate::map::import::{Counts, Import, State, store};
use crate::map::intake::table::{self, Column, Field, Mapping, Recognition};
use crate::map::name;
use crate::map::partner::Partner;
use crate::map::store as map;
use crate::store::{Tx, audit, millis, people, settings};

/// The least time between two edits of the progress line.
const PROGRESS: Duration = Duration::from_secs(2);
/// Looks for work when nothing wakes it.
const IDLE: Duration = Duration::from_secs(5);
/// What a list's name ends with.
const LISTS: [&str; 5] = ["csv", "tsv", "tab", "txt", "xlsx"];

/// Somebody shared a file: in the intake channel it may be a list.
pub(super) async fn shared(bot: &Bot, claimed: &Claimed, event: &FileShared) -> Result<Handled> {
    let mut tx = bot.db.read().await?;
    let intake = settings::load(&mut tx).await?.intake_channel;
    tx.rollback().await?;
    let channel = ChannelId::from(event.channel.as_str());
    if intake.as_ref() != Some(&channel) || event.user == bot.identity.bot_user {
        return Ok(Handled::Ignored);
    }
    let user = UserId::from(event.user.as_str());
    let info = match bot.client.file_info(&event.file_id).await {
        Ok(info) => info,
        Err(CallError::Rejected { code, .. }) => {
            tracing::info!(code, "a shared file cannot be looked up");
            return Ok(Handled::Ignored);
        }
        Err(error) => return Err(Error::caused("files.info", error)),
    };
    let file = FileRef::read(&info);
    let person = identity::look_up(bot, &user).await?;
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    people::save(&mut tx, now, &person).await?;
    let actor = person.actor(&mut tx).await?;
    let thread = thread_of(&info, channel.as_str());
    let refusal = if actor.standing != Standing::Member {
        audit::refused(
            &mut tx,
            now,
            user.as_str(),
            "import.drop",
            &format!("file:{}", event.file_id),
            "not a member",
        )
        .await?;
        Some("Lists are only taken from members of the workspace that runs Tandem.".to_owned())
    } else if !LISTS.iter().any(|end| file.name.to_lowercase().ends_with(&format!(".{end}"))) {
        Some(format!(
            "I read lists as CSV, TSV or XLSX. *{}* is none of these, so nothing was read from it.",
            escape(&file.name)
        ))
    } else if file.size > bot.file_limit {
        Some(format!(
            "*{}* has {} MB, and I take lists of up to {} MB. Split it, or have an admin raise `limits.file_megabytes`.",
            escape(&file.name),
            file.size / 1_048_576,
            bot.file_limit / 1_048_576
        ))
    } else {
        None
    };
    if let Some(text) = refusal {
        let out = Outgoing::whisper(channel, user, None, Message::text(text));
        outbox::enqueue(&mut tx, millis(now), &out).await?;
        return finish(bot, tx, claimed.claim).await;
    }
    let import = Import {
        id: ImportId::random(),
        file_id: event.file_id.clone(),
        file_name: file.name,
        channel,
        thread,
        partner: None,
        uploaded_by: user.clone(),
        state: State::Received,
        headers: Vec::new(),
        mapping: None,
        counts: Counts::default(),
        stored_at: None,
        progress: 0,
        error: None,
        version: 1,
    };
    if store::insert(&mut tx, now, &import).await? {
        audit::done(&mut tx, now, user.as_str(), "import.drop", &import.subject(), &import.file_name).await?;
        show(&mut tx, millis(now), &import, &[], "", None).await?;
    }
    let handled = finish(bot, tx, claimed.claim).await;
    bot.imports.ring();
    handled
}

/// The message that a file hangs on, in this channel.
fn thread_of(info: &serde_json::Value, channel: &str) -> Option<String> {
    ["public", "private"]
        .iter()
        .find_map(|kind| info["shares"][kind][channel][0]["ts"].as_str())
        .map(str::to_owned)
}

/// Posts the card under the file, or edits it.
async fn show(
    tx: &mut Tx,
    now: i64,
    import: &Import,
    partners: &[Partner],
    needs: &str,
    by: Option<&UserId>,
) -> Result<()> {
    let message = view::card(import, partners, needs, by)?;
    let subject = import.subject();
    let out = if outbox::is_shown(tx, &subject).await? {
        Outgoing::update(&subject, message)
    } else {
        match &import.thread {
            Some(ts) => Outgoing::reply(&subject, import.channel.clone(), Thread::At(ts.clone()), message),
            None => Outgoing::post(&subject, outbox::Destination::Channel(import.channel.clone()), message),
        }
        .showing(&subject)
    };
    outbox::enqueue(tx, now, &out).await
}

/// Works off imports, one at a time, until cancelled.
pub async fn run(bot: Arc<Bot>, stop: CancellationToken) -> Result<()> {
    while !stop.is_cancelled() {
        let mut tx = bot.db.read().await?;
        let work = store::next_work(&mut tx).await?;
        tx.rollback().await?;
        let Some(import) = work else {
            tokio::select! {
                () = stop.cancelled() => {}
                () = bot.imports.rung() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
            continue;
        };
        let id = import.id.clone();
        if let Err(error) = step(&bot, import, &stop).await {
            tracing::error!(%error, import = id.as_str(), "an import failed");
            fail(&bot, &id, "I could not read it because of a fault here. Drop it again, or ask an admin to look at `tandem doctor`.").await?;
        }
    }
    Ok(())
}

async fn step(bot: &Bot, import: Import, stop: &CancellationToken) -> Result<()> {
    match import.state {
        State::Received => understand(bot, import).await,
        State::Counting => count(bot, import).await,
        State::Importing => write(bot, import, stop).await,
        State::Asking | State::Previewed | State::Done | State::Cancelled | State::Failed => Ok(()),
    }
}

async fn fail(bot: &Bot, id: &ImportId, why: &str) -> Result<()> {
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    if let Some(mut import) = store::find(&mut tx, id).await? {
        let seen = import.version;
        import.state = State::Failed;
        import.error = Some(why.to_owned());
        discard(&mut import);
        store::save(&mut tx, now, &mut import, seen).await?;
        show(&mut tx, millis(now), &import, &[], "", None).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

/// The download is only kept while it is needed.
fn discard(import: &mut Import) {
    if let Some(path) = import.stored_at.take()
        && let Err(error) = std::fs::remove_file(&path)
    {
        tracing::warn!(%error, "a download was not removed");
    }
}

/// Downloads, looks at the header, and finds out what is still to be said.
async fn understand(bot: &Bot, mut import: Import) -> Result<()> {
    let path = match download(bot, &import).await {
        Ok(path) => path,
        Err(why) => return fail(bot, &import.id, &why).await,
    };
    let (file, name_of_file) = (path.clone(), import.file_name.clone());
    let peeked = tokio::task::spawn_blocking(move || table::peek(&file, &name_of_file))
        .await
        .map_err(|e| Error::caused("reading a list", e))?;
    import.stored_at = Some(path);
    let peek = match peeked {
        Ok(peek) => peek,
        Err(error) => {
            discard(&mut import);
            return fail(bot, &import.id, &error.to_string()).await;
        }
    };
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let partners = map::partners(&mut tx).await?;
    let seen = import.version;
    import.headers = peek.headers;
    let needs = settle_columns(&mut tx, &mut import, &partners).await?;
    import.state = if needs.is_empty() { State::Counting } else { State::Asking };
    if store::save(&mut tx, now, &mut import, seen).await? {
        show(&mut tx, millis(now), &import, &partners, &needs, None).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

/// Fills in columns and partner as far as they are known; gives what somebody must say.
async fn settle_columns(tx: &mut Tx, import: &mut Import, partners: &[Partner]) -> Result<String> {
    let names: Vec<String> = partners.iter().map(|p| p.name.clone()).collect();
    let remembered = store::remembered(tx, &table::fingerprint(&import.headers)).await?;
    let in_name = partner_in(&import.file_name, partners);
    let known = remembered.iter().find(|(p, _)| *p == in_name).or(remembered.first());
    let mut needs = String::new();
    match known {
        Some((partner, mapping)) => {
            import.mapping = Some(mapping.clone());
            import.partner = in_name.or_else(|| partner.clone());
        }
        None => {
            let (mapping, unsure) = match Mapping::recognise(&import.headers, &names) {
                Recognition::Preset(_, mapping) => (Some(mapping), Vec::new()),
                Recognition::Guess(mapping, unsure) => (Some(mapping), unsure),
                Recognition::Unknown => (None, Vec::new()),
            };
            match mapping {
                None => needs = "I can't tell which column is the account.".to_owned(),
                Some(_) if !unsure.is_empty() => {
                    needs = format!("I am not sure what {} of its columns mean.", unsure.len())
                }
                Some(_) => {}
            }
            import.mapping = mapping;
            import.partner = in_name;
        }
    }
    let rows_say = import.mapping.as_ref().is_some_and(|m| m.has(Field::Partner) || !m.partners().is_empty());
    if rows_say {
        import.partner = None;
    } else if needs.is_empty() && import.partner.is_none() {
        needs = "It does not say which partner it is from.".to_owned();
    }
    Ok(needs)
}

fn partner_in(file_name: &str, partners: &[Partner]) -> Option<PartnerId> {
    let words = name::key(&file_name.replace(['_', '-', '.'], " "));
    let words = format!(" {words} ");
    let mut named = partners.iter().filter(|p| words.contains(&format!(" {} ", name::key(&p.name))));
    match (named.next(), named.next()) {
        (Some(one), None) => Some(one.id.clone()),
        _ => None,
    }
}

/// `Err`: what to tell the user.
async fn download(bot: &Bot, import: &Import) -> Result<PathBuf, String> {
    let fault = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, import = import.id.as_str(), "a list could not be downloaded");
        "I could not download it from Slack. Drop it again in a minute.".to_owned()
    };
    std::fs::create_dir_all(&bot.downloads).map_err(|e| fault(&e))?;
    let info = bot.client.file_info(&import.file_id).await.map_err(|e| fault(&e))?;
    let url = FileRef::read(&info).url.ok_or_else(|| fault(&"no address"))?;
    let path = bot.downloads.join(import.id.as_str());
    match bot.client.download(&url, &path, bot.file_limit).await {
        Ok(_) => Ok(path),
        Err(DownloadError::TooLarge { .. }) => Err(format!(
            "It is larger than {} MB, the most that I take. Split it.",
            bot.file_limit / 1_048_576
        )),
        Err(error) => Err(fault(&error)),
    }
}

/// Counts what would change and shows it.
async fn count(bot: &Bot, mut import: Import) -> Result<()> {
    let mut tx = bot.db.read().await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    match flow::read_all(&bot.db, bot.clock.now(), &import, &partners, false, |_| async { Ok(()) }).await? {
        Ending::Unreadable(error) => return fail(bot, &import.id, &error.to_string()).await,
        Ending::Whole(counts) => import.counts = counts,
    }
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let seen = import.version;
    import.state = State::Previewed;
    if store::save(&mut tx, now, &mut import, seen).await? {
        show(&mut tx, millis(now), &import, &partners, "", None).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

/// Writes it, with a progress line that is edited in place.
async fn write(bot: &Bot, mut import: Import, stop: &CancellationToken) -> Result<()> {
    let mut tx = bot.db.read().await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    let by = import.uploaded_by.clone();
    let mut shown = tokio::time::Instant::now();
    let line = import.clone();
    let partners_shown = partners.clone();
    let progress = |rows: u64| {
        let due = shown.elapsed() >= PROGRESS;
        if due {
            shown = tokio::time::Instant::now();
        }
        let line = Import { progress: rows, ..line.clone() };
        let (partners, by) = (partners_shown.clone(), by.clone());
        async move {
            if stop.is_cancelled() {
                return Err(Error::fault("stopping; the import goes on at the next start"));
            }
            if due {
                let mut tx = bot.db.begin().await?;
                show(&mut tx, millis(bot.clock.now()), &line, &partners, "", Some(&by)).await?;
                tx.commit().await?;
                bot.bell.ring();
            }
            Ok(())
        }
    };
    let ending = match flow::read_all(&bot.db, bot.clock.now(), &import, &partners, true, progress).await {
        Err(_) if stop.is_cancelled() => return Ok(()),
        ending => ending?,
    };
    let previewed = import.counts.clone();
    match ending {
        Ending::Unreadable(error) => return fail(bot, &import.id, &error.to_string()).await,
        // A list that was cut off and is taken up again finds its own rows known: what was previewed is what it did.
        Ending::Whole(counts) => {
            import.counts = Counts { unreadable: counts.unreadable, bad: counts.bad, ..previewed }
        }
    }
    let now = bot.clock.now();
    let mut tx = bot.db.begin().await?;
    let seen = import.version;
    import.state = State::Done;
    discard(&mut import);
    if store::save(&mut tx, now, &mut import, seen).await? {
        let by = import.uploaded_by.clone();
        show(&mut tx, millis(now), &import, &partners, "", Some(&by)).await?;
    }
    tx.commit().await?;
    bot.bell.ring();
    Ok(())
}

/// The import that a control is about, if it is still as it was shown.
async fn current(tx: &mut Tx, value: &str) -> Result<Import> {
    let (id, version) = value.split_once(':').unwrap_or((value, ""));
    let import = store::find(tx, &ImportId::from(id))
        .await?
        .ok_or_else(|| Error::user("That import is no longer there."))?;
    if version.parse() == Ok(import.version) {
        return Ok(import);
    }
    Err(Error::user(match import.state {
        State::Done | State::Importing => "Somebody has already imported it.".to_owned(),
        State::Cancelled => "Somebody has already cancelled it.".to_owned(),
        State::Failed => "It could not be read; the card says why.".to_owned(),
        _ => "It has moved on since this card was shown. Use the newest one.".to_owned(),
    }))
}

pub(super) async fn click(
    o: &Occasion<'_>,
    verb: &str,
    _click: &BlockActions,
    clicked: &Action,
) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    match verb {
        "columns" => open_columns(o, &clicked.value).await,
        "run" => decide(o, &clicked.value, State::Importing).await,
        "cancel" => decide(o, &clicked.value, State::Cancelled).await,
        _ => Err(outdated()),
    }
}

async fn open_columns(o: &Occasion<'_>, value: &str) -> Result<Handled> {
    let mut tx = o.read().await?;
    let import = current(&mut tx, value).await?;
    let partners = map::partners(&mut tx).await?;
    tx.rollback().await?;
    let (path, file_name) = (import.stored_at.clone().unwrap_or_default(), import.file_name.clone());
    let sample =
        tokio::task::spawn_blocking(move || table::peek(&path, &file_name)).await.ok().and_then(Result::ok);
    let mapping = import.mapping.clone().unwrap_or_else(|| Mapping {
        columns: import.headers.iter().map(|_| Column::from(Field::Ignore)).collect(),
    });
    o.open(&view::columns_modal(&import, &mapping, &partners, &sample.map(|p| p.sample).unwrap_or_default()))
        .await
}

async fn decide(o: &Occasion<'_>, value: &str, next: State) -> Result<Handled> {
    let mut tx = o.begin().await?;
    let mut import = current(&mut tx, value).await?;
    let partners = map::partners(&mut tx).await?;
    let seen = import.version;
    import.state = next;
    // From here on it is the one who decided whose name it carries.
    import.uploaded_by = o.actor.user.clone();
    if next == State::Cancelled {
        discard(&mut import);
    }
    if !store::save(&mut tx, o.now, &mut import, seen).await? {
        return Err(Error::user("Somebody else was faster; the card shows what they decided."));
    }
    let what = if next == State::Cancelled { "import.cancel" } else { "import.run" };
    audit::done(&mut tx, o.now, o.actor.user.as_str(), what, &import.subject(), &import.file_name).await?;
    show(&mut tx, millis(o.now), &import, &partners, "", Some(&o.actor.user)).await?;
    let handled = o.finish(tx).await;
    o.bot.imports.ring();
    handled
}

/// What the modal says: the partner (`None`: each row names its own) and the columns.
fn read(s: &ViewSubmission, columns: usize) -> (Option<PartnerId>, Mapping, Vec<(String, String)>) {
    let mut problems = Vec::new();
    let chosen = s.values.option(action::PARTNER, action::PARTNER).unwrap_or_default();
    let fields = (0..columns).map(|at| {
        let id = view::column_id(at);
        let value = s.values.option(&id, &id).unwrap_or_default();
        serde_json::from_value::<Field>(serde_json::Value::String(value.to_owned())).unwrap_or(Field::Ignore)
    });
    let mapping = Mapping { columns: fields.map(Column::from).collect() };
    if !mapping.has(Field::Account) {
        problems.push((view::column_id(0), "One column must be the account.".to_owned()));
    }
    if chosen == IN_ROWS && !mapping.has(Field::Partner) {
        problems.push((
            action::PARTNER.to_owned(),
            "Then one column must be the partner. Choose that column, or choose a partner here.".to_owned(),
        ));
    }
    let partner = (chosen != IN_ROWS).then(|| PartnerId::from(chosen));
    (partner, mapping, problems)
}

fn about(s: &ViewSubmission) -> (String, i64) {
    let metadata: serde_json::Value = serde_json::from_str(&s.private_metadata).unwrap_or_default();
    (metadata["id"].as_str().unwrap_or_default().to_owned(), metadata["version"].as_i64().unwrap_or(0))
}

pub(super) async fn review(
    _bot: &Bot,
    tx: &mut Tx,
    _verb: &str,
    s: &ViewSubmission,
) -> Result<Vec<(String, String)>> {
    let import = store::find(tx, &ImportId::from(about(s).0)).await?;
    Ok(import.map(|i| read(s, i.headers.len()).2).unwrap_or_default())
}

pub(super) async fn submit(o: &Occasion<'_>, _verb: &str, s: &ViewSubmission) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let (id, version) = about(s);
    let mut tx = o.begin().await?;
    let mut import = current(&mut tx, &format!("{id}:{version}")).await?;
    let (partner, mapping, _) = read(s, import.headers.len());
    let fingerprint = table::fingerprint(&import.headers);
    store::remember(&mut tx, o.now, &o.actor.user, partner.as_ref(), &fingerprint, &mapping).await?;
    import.partner = partner;
    import.mapping = Some(mapping);
    import.state = State::Counting;
    import.counts = Counts::default();
    let partners = map::partners(&mut tx).await?;
    store::save(&mut tx, o.now, &mut import, version).await?;
    show(&mut tx, millis(o.now), &import, &partners, "", None).await?;
    let handled = o.finish(tx).await;
    o.bot.imports.ring();
    handled
}
