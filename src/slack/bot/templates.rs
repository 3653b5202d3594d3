//! The texts that notes are drafted from: their list, the form for one, a preview, and what is done to one with a click.

use serde_json::json;

use super::super::payload::{Action, State, ViewSubmission};
use super::{Bot, Occasion, Problems, outdated, seen};
use crate::delivery::intake::Handled;
use crate::kernel::actor::Right;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::PartnerId;
use crate::map::overlap::Population;
use crate::map::partner::ContactRole;
use crate::store::Tx;
use crate::sustain::facts::word;
use crate::sustain::template::texts::{self, Text};
use crate::sustain::template::view::{self, field};
use crate::sustain::template::{Head, LONGEST_NAME, Template, Texts, flow, is_name, preview};

/// A text's name, and the version of it that was seen.
type Seen = (String, i64);

/// `/partner draft templates …`: the list, narrowed by words.
pub(super) async fn list(o: &Occasion<'_>, words: &str) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let mut tx = o.read().await?;
    let texts = texts::now(&mut tx, &o.bot.texts).await?;
    tx.rollback().await?;
    o.answer(view::list(&texts, &o.bot.texts.bad, words, &o.here())).await
}

pub(super) async fn click(o: &Occasion<'_>, verb: &str, action: &Action) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    match verb {
        "list" => list(o, "").await,
        "add" => {
            let metadata =
                json!({"channel": o.place.channel, "thread": o.place.thread, "id": "", "version": 0});
            o.open(&view::form(&metadata, None)).await
        }
        "menu" => {
            let (verb, value) = action.value.split_once(':').ok_or_else(outdated)?;
            let (seen, _) = seen::seen::<String>(value)?;
            chosen(o, verb, seen).await
        }
        _ => Err(outdated()),
    }
}

async fn chosen(o: &Occasion<'_>, verb: &str, (name, version): Seen) -> Result<Handled> {
    match verb {
        "edit" => edit(o, &name).await,
        "preview" => show(o, &name).await,
        "disable" | "enable" | "restore" => {
            let folder = &o.bot.texts;
            let mut tx = o.begin().await?;
            let at = (name.as_str(), version);
            match verb {
                "restore" => {
                    flow::restore(&mut tx, o.now, &o.actor, folder, at).await?;
                }
                verb => {
                    flow::disable(&mut tx, o.now, &o.actor, folder, at, verb == "disable").await?;
                }
            }
            let texts = texts::now(&mut tx, folder).await?;
            o.send(&mut tx, &o.in_place(view::list(&texts, &folder.bad, "", &o.here()))).await?;
            o.finish(tx).await
        }
        _ => Err(outdated()),
    }
}

/// The text of this name as it stands now.
async fn found(o: &Occasion<'_>, tx: &mut Tx, name: &str) -> Result<Text> {
    texts::now(tx, &o.bot.texts).await?.find(name).cloned().ok_or_else(view::gone)
}

/// The form begins with the text as it stands now, whatever the list showed.
async fn edit(o: &Occasion<'_>, name: &str) -> Result<Handled> {
    let mut tx = o.read().await?;
    let text = found(o, &mut tx, name).await?;
    tx.rollback().await?;
    let Ok(template) = &text.template else { return Err(outdated()) };
    let metadata = json!({
        "channel": o.place.channel, "thread": o.place.thread, "id": text.name, "version": text.seen(),
    });
    o.open(&view::form(&metadata, Some((&text, template)))).await
}

async fn show(o: &Occasion<'_>, name: &str) -> Result<Handled> {
    let mut tx = o.read().await?;
    let text = found(o, &mut tx, name).await?;
    let Ok(template) = &text.template else { return Err(outdated()) };
    let may = |partner: &PartnerId| o.actor.may(Right::Triage, Some(partner));
    let viewer = preview::Viewer { by: &o.actor.user, folder: &o.bot.texts, rules: &o.bot.relevance };
    let shown = preview::own(&mut tx, o.now, &viewer, template, may).await?;
    tx.rollback().await?;
    o.open(&view::preview(template, &shown)).await
}

/// What the form says, or what is wrong with which field.
fn read(values: &State, name: &str) -> std::result::Result<Template, Problems> {
    let text = |id: &str| values.get_text(id, id).map(str::trim).unwrap_or_default().to_owned();
    let missing = |id: &str, why: &str| vec![(id.to_owned(), why.to_owned())];
    let option = |id: &str| values.option(id, id).unwrap_or_default();
    let populations = |id: &str| values.options(id, id).into_iter().filter_map(Population::stored).collect();
    let subject = text(field::SUBJECT);
    let head = Head {
        title: text(field::TITLE),
        purpose: word::read(option(field::PURPOSE)).map_err(|_| missing(field::PURPOSE, "Choose one."))?,
        gift: word::read(option(field::GIFT)).map_err(|_| missing(field::GIFT, "Choose one."))?,
        channel: word::read(option(field::CHANNEL)).map_err(|_| missing(field::CHANNEL, "Choose one."))?,
        subject: (!subject.is_empty()).then_some(subject),
        persona: values
            .options(field::PERSONA, field::PERSONA)
            .into_iter()
            .filter_map(ContactRole::stored)
            .collect(),
        language: text(field::LANGUAGE),
        needs: None,
        ours: populations(field::OURS),
        theirs: populations(field::THEIRS),
    };
    Template::written(name, head, &text(field::TEXT)).map_err(|error| match error.at {
        field::TEXT => vec![(field::TEXT.to_owned(), format!("Line {}: {}", error.line, error.reason))],
        at @ (field::TITLE | field::SUBJECT | field::LANGUAGE) => vec![(at.to_owned(), error.reason)],
        _ => vec![(field::TEXT.to_owned(), error.reason)],
    })
}

/// The name that a new text gets, or why it cannot.
fn new_name(values: &State, texts: &Texts) -> std::result::Result<String, Problems> {
    let name = values.get_text(field::NAME, field::NAME).map(str::trim).unwrap_or_default();
    let wrong = |why: String| Err(vec![(field::NAME.to_owned(), why)]);
    if !is_name(name) {
        return wrong(format!(
            "Up to {LONGEST_NAME} lower case letters, digits and dashes, a letter first, such as expansion-webinar."
        ));
    }
    match texts.find(name) {
        Some(text) => wrong(format!(
            "There is a template of this name: \u{201c}{}\u{201d}. Edit that one, or choose another name.",
            text.title()
        )),
        None => Ok(name.to_owned()),
    }
}

/// The text of the form and the version that it was written on.
fn written(s: &ViewSubmission, texts: &Texts) -> Result<std::result::Result<(Template, i64), Problems>> {
    let (id, version): (String, i64) = seen::carried(s)?;
    if id.is_empty() {
        let named = new_name(&s.values, texts);
        return Ok(named.and_then(|name| read(&s.values, &name)).map(|template| (template, 0)));
    }
    let base = texts.find(&id).ok_or_else(view::gone)?;
    if base.seen() != version {
        let told = "Somebody changed this template meanwhile. Copy your words, close this, and edit the template as it stands now.";
        return Ok(Err(vec![(field::TEXT.to_owned(), told.to_owned())]));
    }
    Ok(read(&s.values, &id).map(|template| (template, version)))
}

pub(super) async fn review(bot: &Bot, tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let texts = texts::now(tx, &bot.texts).await?;
    Ok(written(s, &texts)?.err().unwrap_or_default())
}

pub(super) async fn submit(o: &Occasion<'_>, s: &ViewSubmission) -> Result<Handled> {
    o.actor.require(Right::Triage, None)?;
    let folder = &o.bot.texts;
    let mut tx = o.begin().await?;
    let texts = texts::now(&mut tx, folder).await?;
    let (template, version) = written(s, &texts)?.map_err(|problems| {
        Error::user(problems.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join(" "))
    })?;
    let disabled = texts.find(&template.name).is_some_and(Text::is_disabled);
    let version = flow::save(&mut tx, o.now, &o.actor, folder, &template, version).await?;
    o.send(&mut tx, &o.privately(view::saved(&template, version, disabled))).await?;
    o.finish(tx).await
}
