//! What a note stands on, and what became of it, as its card says.

use jiff::civil::Date;

use crate::kernel::text::{escape, linked};
use crate::store::audit;
use crate::sustain::draft::Draft;
use crate::sustain::library::{Change, Fact, ItemKind, Mark, Origin, UsedItem};

/// `5 March`
pub(super) fn day(date: Date) -> String {
    date.strftime("%-d %B").to_string()
}

/// Everything that a note stands on, and the template that it came from, in one line.
pub fn stands_on(draft: &Draft) -> Option<String> {
    let facts: Vec<String> = draft.note.facts.iter().map(|f| fact(f, &draft.note.partner)).collect();
    let facts = (!facts.is_empty()).then(|| format!("Stands on: {}", facts.join(" · ")));
    let template = draft.note.template_used.as_ref().map(|used| escape(&used.words()));
    let line: Vec<String> = [facts, template].into_iter().flatten().collect();
    (!line.is_empty()).then(|| line.join(" · "))
}

fn fact(fact: &Fact, partner: &str) -> String {
    let used = match fact {
        Fact::Words(words) => return escape(words),
        Fact::Item(used) => used,
    };
    let title = match &used.url {
        Some(url) => linked(url, &used.title),
        None => escape(&used.title),
    };
    let shipped = match used.kind {
        ItemKind::Asset => String::new(),
        ItemKind::OurLaunch | ItemKind::TheirLaunch => {
            used.date.map_or_else(String::new, |on| format!(", {}", day(on)))
        }
    };
    let source = match &used.origin {
        Origin::Feed { .. } => format!("from {}'s feed", escape(partner)),
        Origin::Message { link: Some(link), .. } => format!("from {}", linked(link, "a message")),
        Origin::Message { .. } => "from a message".to_owned(),
        Origin::Form if used.added_by.as_str() == audit::TANDEM => "from the library".to_owned(),
        Origin::Form => format!("added by {}", used.added_by.mention()),
    };
    let since = match &used.checked {
        Some(mark) => format!(" ({}, and the text was checked since)", happened(mark)),
        None => String::new(),
    };
    format!("{}: {title}{shipped}, {source}{since}", used.kind.words())
}

/// What became of an item that nobody has looked at yet.
pub fn marked(used: &UsedItem) -> Option<String> {
    let mark = used.mark.as_ref()?;
    let title = escape(&used.title);
    let new = match &mark.change {
        Change::Edited { title: now, .. } if *now != used.title => format!(" It is “{}” now.", escape(now)),
        _ => String::new(),
    };
    Some(format!("{title} {}.{new} Check the text.", happened(mark)))
}

/// What happened, behind the item's name.
fn happened(mark: &Mark) -> String {
    let on = day(mark.on);
    let by = (mark.by.as_str() != audit::TANDEM).then(|| mark.by.mention());
    match (&mark.change, by) {
        (Change::Retracted, Some(by)) => format!("was retracted by {by} on {on}"),
        (Change::Retracted, None) => format!("was retracted on {on}"),
        (Change::Expired, _) => format!("was valid until {on}"),
        (Change::Edited { .. }, Some(by)) => format!("was edited by {by} on {on}"),
        (Change::Edited { .. }, None) => format!("was changed in its feed on {on}"),
    }
}

/// The same for the audit, in plain words.
pub fn audited(facts: &[Fact]) -> String {
    let changed = facts.iter().filter_map(Fact::item).filter(|used| used.mark.is_some());
    let named: Vec<&str> = changed.map(|used| used.title.as_str()).collect();
    if named.is_empty() { "it stands as it was".to_owned() } else { named.join(", ") }
}

/// In the thread of a card.
pub fn asked_again(draft: &Draft) -> String {
    let marks: Vec<String> = draft.note.items().filter_map(marked).collect();
    let who = draft.approver.as_ref().map(|user| format!("{}, ", user.mention())).unwrap_or_default();
    format!("{who}{} The note is not sent before somebody checks it again or edits it.", marks.join(" "))
}
