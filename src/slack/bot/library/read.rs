//! What the form of the library says, or what is wrong with which field.

use jiff::civil::Date;

use super::super::Problems;
use super::super::seen::carried;
use crate::kernel::error::Result;
use crate::kernel::ids::PartnerId;
use crate::kernel::text::unescaped;
use crate::map::partner::ContactRole;
use crate::map::store as map;
use crate::slack::payload::ViewSubmission;
use crate::store::Tx;
use crate::sustain::library::{Item, ItemKind, one_line, web_address};
use crate::sustain::relevance::mentions;
use crate::sustain::store;
use crate::sustain::view::library::{self as view, field};

/// The item that the form says.
pub(super) async fn item(tx: &mut Tx, s: &ViewSubmission, today: Date) -> Result<Result<Item, Problems>> {
    let mut problems = Problems::new();
    let mut wrong = |field: &str, text: &str| problems.push((field.to_owned(), text.to_owned()));
    let text = |id: &str| s.values.get_text(id, id);
    let kind = s.values.option(field::KIND, field::KIND).and_then(ItemKind::stored);
    let kind = kind.unwrap_or(ItemKind::Asset);
    let title = text(field::TITLE).and_then(one_line).unwrap_or_default();
    if title.is_empty() {
        wrong(field::TITLE, "Write what it is called, as it should read in a note.");
    }
    let url = match text(field::URL) {
        None if kind == ItemKind::Asset => {
            wrong(field::URL, "A document is given by its link. Write it whole, beginning with https://.");
            None
        }
        None => None,
        Some(written) => {
            let url = web_address(written);
            if url.is_none() {
                wrong(
                    field::URL,
                    "Write the whole link, beginning with https://, such as https://example.com/checklist.",
                );
            }
            url
        }
    };
    let (date, expires) = days(s, kind, today, &mut wrong);
    let audience = s.values.option(field::AUDIENCE, field::AUDIENCE).and_then(ContactRole::stored);
    let partner = match view::chosen(s.values.option(field::PARTNER, field::PARTNER)) {
        None => {
            wrong(field::PARTNER, "Choose who may see it.");
            None
        }
        Some(None) if kind == ItemKind::TheirLaunch => {
            wrong(field::PARTNER, "Choose whose launch it is.");
            None
        }
        Some(partner) => partner,
    };
    let id = s.metadata["id"].as_str().unwrap_or_default().to_owned();
    let item = Item { id, url, date, expires, audience, partner, ..Item::new(kind, title) };
    against_others(tx, &item, &mut problems).await?;
    Ok(if problems.is_empty() { Ok(item) } else { Err(problems) })
}

/// The day on which it was shipped, and the last on which it is given.
fn days(
    s: &ViewSubmission,
    kind: ItemKind,
    today: Date,
    wrong: &mut impl FnMut(&str, &str),
) -> (Option<Date>, Option<Date>) {
    let date = s.values.date(field::DATE, field::DATE);
    let expires = s.values.date(field::EXPIRES, field::EXPIRES);
    match (kind, date) {
        (ItemKind::Asset, _) => {}
        (_, None) => wrong(field::DATE, "Choose the day on which it was shipped."),
        (_, Some(day)) if day > today => {
            wrong(field::DATE, "That day is ahead. Add it once it has shipped.");
        }
        _ => {}
    }
    match (kind, expires) {
        (_, None) => {}
        (ItemKind::Asset, Some(last)) if last < today => wrong(field::EXPIRES, "That day is past."),
        (ItemKind::Asset, Some(_)) => {}
        (_, Some(_)) => wrong(field::EXPIRES, "Only a document expires. Leave it empty."),
    }
    (date, expires)
}

/// What stands against it beside what is known: another partner's name, and the same thing twice.
async fn against_others(tx: &mut Tx, item: &Item, problems: &mut Problems) -> Result<()> {
    if item.title.is_empty() {
        return Ok(());
    }
    let partners = map::partners(tx).await?;
    let known = |id: &PartnerId| partners.iter().any(|p| p.id == *id);
    if item.partner.as_ref().is_some_and(|id| !known(id)) {
        problems.push((field::PARTNER.to_owned(), "That partner was removed in the meantime.".to_owned()));
    }
    let other = partners.iter().filter(|p| Some(&p.id) != item.partner.as_ref());
    let own = item.partner.as_ref().and_then(|id| partners.iter().find(|p| p.id == *id));
    let named = |name: &str| {
        let own = own.is_some_and(|own| mentions(&own.name, name));
        !own && mentions(&item.title, name)
    };
    if let Some(other) = other.into_iter().find(|p| named(&p.name)) {
        let text = match own {
            Some(own) => {
                format!("It names {}, and {} would read it. Choose another title.", other.name, own.name)
            }
            None => format!("It names {0}. Let only {0} see it, or choose another title.", other.name),
        };
        problems.push((field::TITLE.to_owned(), text));
    }
    if problems.is_empty()
        && let Some(same) = store::same_item(tx, item).await?
    {
        problems.push((field::TITLE.to_owned(), unescaped(&view::known(&same)).replace('`', "")));
    }
    Ok(())
}

/// Somebody saved it while the form was open: what was entered stays to be read, and is not saved.
pub(super) async fn overtaken(tx: &mut Tx, s: &ViewSubmission) -> Result<Problems> {
    let (id, version) = carried::<String>(s)?;
    let Some(stands) = store::item(tx, &id).await? else { return Ok(Problems::new()) };
    if stands.version == version && stands.retracted.is_none() {
        return Ok(Problems::new());
    }
    let what = match stands.retracted {
        Some(_) => "retracted this".to_owned(),
        None => format!("changed this, and it is “{}” now", stands.title),
    };
    let text = format!("Somebody else {what}. Nothing of yours is saved: close this form and open it again.");
    Ok(vec![(field::TITLE.to_owned(), text)])
}
