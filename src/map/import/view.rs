//! What an import shows: one card under the file, edited at every step.

use askama::Template;
use serde_json::{Value, json};

mod listed;

use super::{Counts, Extent, Import, Kind, State};
use crate::kernel::blocks::{self, Message};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::map::intake::table::{Field, Mapping};
use crate::map::lists::Whose;
use crate::map::lists::view::review_button;
use crate::map::partner::Partner;

/// The controls of an import.
pub mod action {
    /// Writes it as the partner's whole list.
    pub const RUN: &str = "import.run";
    /// Writes it and lets everything else stay.
    pub const ADD: &str = "import.add";
    /// Leaves it.
    pub const CANCEL: &str = "import.cancel";
    /// The rows are the partner's accounts, not overlaps.
    pub const ACCOUNTS: &str = "import.accounts";
    /// The rows are overlaps, not the partner's accounts.
    pub const OVERLAPS: &str = "import.overlaps";
    /// Opens the modal of partner and columns.
    pub const COLUMNS: &str = "import.columns";
    /// The modal's callback.
    pub const MAP: &str = "import.map";
    /// The partner's field in it.
    pub const PARTNER: &str = "partner";
}

/// So many columns fit into one modal.
pub const COLUMNS: usize = 90;
/// The value that stands for "each row names its partner".
pub const IN_ROWS: &str = "rows";
/// The value that stands for our own list.
pub const OURS: &str = "ours";

#[derive(Template)]
#[template(path = "map/import.mrkdwn")]
struct Card<'a> {
    name: &'a str,
    state: State,
    counts: &'a Counts,
    rows: u64,
    partners: String,
    needs: &'a str,
    bad: Vec<(u64, &'a str)>,
    more_bad: u64,
    lacks: String,
    whole: bool,
    accounts_of: &'a str,
    progress: u64,
    error: &'a str,
    by: String,
}

/// What a card says beside its import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aside<'a> {
    /// What somebody must say first.
    pub needs: &'a str,
    /// Who decided.
    pub by: Option<&'a UserId>,
    /// Rows that are written so far.
    pub rows: u64,
    /// What is done after the rows, in words.
    pub step: &'a str,
}

/// The card.
pub fn card(import: &Import, partners: &[Partner], aside: Aside<'_>) -> Result<Message> {
    let text = text(import, partners, aside)?;
    let text = text.trim();
    let mut shown = blocks::sections(text);
    let buttons = buttons(import);
    if !buttons.is_empty() {
        shown.push(blocks::actions(buttons));
    }
    Ok(Message::new(text, shown))
}

fn text(import: &Import, partners: &[Partner], aside: Aside<'_>) -> Result<String> {
    let counts = &import.counts;
    let named =
        import.partner.as_ref().and_then(|id| partners.iter().find(|p| p.id == *id)).map(|p| p.name.clone());
    let shown = counts.bad.len().min(10);
    let is_list = import.kind != Kind::Overlaps && !matches!(import.state, State::Asking | State::Failed);
    if is_list {
        return listed::text(import, named.as_deref(), aside);
    }
    let accounts_of = named.clone().filter(|_| import.may_be_accounts()).unwrap_or_default();
    let card = Card {
        name: &import.file_name,
        state: import.state,
        counts,
        rows: counts.rows(),
        partners: if counts.partners.is_empty() {
            named.unwrap_or_default()
        } else {
            counts.partners.join(", ")
        },
        needs: aside.needs,
        bad: counts.bad.iter().take(shown).map(|(line, reason)| (*line, reason.as_str())).collect(),
        more_bad: counts.unreadable - shown as u64,
        lacks: lacks(import),
        whole: import.extent == Extent::Whole,
        accounts_of: &accounts_of,
        progress: aside.rows,
        error: import.error.as_deref().unwrap_or_default(),
        by: aside.by.map(UserId::mention).unwrap_or_default(),
    };
    Ok(card.render()?)
}

/// What can be done with it as it is.
fn buttons(import: &Import) -> Vec<Value> {
    let counts = &import.counts;
    let value = format!("{}:{}", import.id, import.version);
    let columns = |label| blocks::button(label, action::COLUMNS, &value);
    let cancel = blocks::button("Cancel", action::CANCEL, &value);
    match import.state {
        State::Asking => vec![blocks::primary(columns("Set partner and columns")), cancel],
        State::Previewed if counts.can_be_imported() => {
            let mut buttons = runs(import, &value);
            if import.may_be_accounts() {
                buttons.push(blocks::button("Keep as accounts", action::ACCOUNTS, &value));
            } else if import.kind == Kind::Theirs && counts.alone {
                buttons.push(blocks::button("Count as overlaps", action::OVERLAPS, &value));
            }
            buttons.extend([columns("Change columns"), cancel]);
            buttons
        }
        State::Previewed => vec![columns("Change columns"), cancel],
        State::Done if counts.in_doubt() > 0 => vec![blocks::primary(review_button(counts.in_doubt()))],
        _ => Vec::new(),
    }
}

/// `12 of the 40 overlaps of the last list`
fn lacks(import: &Import) -> String {
    let (one, many, list) = match import.kind {
        Kind::Ours => ("account", "accounts", "our last list"),
        Kind::Overlaps | Kind::Theirs => ("overlap", "overlaps", "the last list"),
    };
    match (import.counts.gone, import.counts.listed) {
        (1, 1) => format!("the only {one} of {list}"),
        (gone, listed) if gone == listed => format!("all {listed} {many} of {list}"),
        (gone, listed) => format!("{gone} of the {listed} {many} of {list}"),
    }
}

/// The ways to import it, the likelier one first. What would clear much of the last list is asked for twice.
fn runs(import: &Import, value: &str) -> Vec<Value> {
    let counts = &import.counts;
    if counts.gone == 0 {
        return vec![blocks::primary(blocks::button("Import", action::RUN, value))];
    }
    let add = blocks::button("Add only", action::ADD, value);
    let whole = blocks::button("Import as the whole list", action::RUN, value);
    if !counts.lack_is_doubtful() {
        return vec![blocks::primary(whole), add];
    }
    let gone = match (import.kind, counts.gone) {
        (Kind::Ours, 1) => "It is marked as gone, and what it matches is no overlap any more".to_owned(),
        (Kind::Ours, n) => {
            format!("These {n} are marked as gone, and what they match is no overlap any more")
        }
        (_, 1) => "It is marked as gone and leaves triage".to_owned(),
        (_, n) => format!("These {n} are marked as gone and leave triage"),
    };
    let text = format!("The file lacks {}. {gone}.", lacks(import));
    let label = format!("Mark {} as gone", counts.gone);
    vec![blocks::primary(add), blocks::confirmed(whole, "Replace the last list", &text, &label)]
}

/// The modal that says whose list it is and what each column means.
pub fn columns_modal(
    import: &Import,
    mapping: &Mapping,
    partners: &[Partner],
    sample: &[Vec<String>],
) -> Value {
    let mut options: Vec<Value> =
        vec![blocks::choice("Each row names its partner", IN_ROWS), blocks::choice("Ours", OURS)];
    options.extend(partners.iter().map(|p| blocks::choice(&p.name, p.id.as_str())));
    let initial = match (&import.partner, import.kind) {
        (Some(id), _) => Some(id.as_str()),
        (None, Kind::Ours) => Some(OURS),
        (None, _) if mapping.has(Field::Partner) || !mapping.partners().is_empty() => Some(IN_ROWS),
        (None, _) => None,
    };
    let partner = blocks::select(action::PARTNER, "Choose whose", &options, initial);
    let hint = "A partner's list that says nothing of our side is matched against ours, once there is one.";
    let mut shown = vec![blocks::input("Whose list is it", partner, Some(hint), false)];
    let fields: Vec<Value> =
        Field::ALL.iter().map(|(field, words)| blocks::choice(words, field_name(*field).as_str())).collect();
    for (at, header) in import.headers.iter().enumerate().take(COLUMNS) {
        let column = mapping.columns.get(at);
        let initial = field_name(column.map_or(Field::Ignore, |c| c.field));
        let element = blocks::select(&column_id(at), "Not used", &fields, Some(&initial));
        let examples: Vec<&str> = sample
            .iter()
            .filter_map(|row| row.get(at))
            .map(String::as_str)
            .filter(|s| !s.is_empty())
            .take(2)
            .collect();
        let hint =
            (!examples.is_empty()).then(|| blocks::clip(&format!("Such as: {}", examples.join(", ")), 150));
        let label =
            if header.trim().is_empty() { format!("Column {}", at + 1) } else { blocks::clip(header, 100) };
        shown.push(blocks::input(&label, element, hint.as_deref(), false));
    }
    let metadata = json!({"id": import.id, "version": import.version, "channel": import.channel, "thread": import.thread});
    blocks::modal(action::MAP, "What the columns are", Some("Show what changes"), &metadata, shown)
}

/// Whose list the modal's choice says that it is; `None`: each row names its partner.
pub fn chosen(value: &str) -> Option<Whose> {
    match value {
        IN_ROWS => None,
        OURS => Some(Whose::Ours),
        id => Some(Whose::Partner(id.into())),
    }
}

/// The block of a column in the modal.
pub fn column_id(at: usize) -> String {
    format!("column{at}")
}

/// A field's name in the modal: the one that it is stored under.
pub fn field_name(field: Field) -> String {
    serde_json::to_value(field).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
