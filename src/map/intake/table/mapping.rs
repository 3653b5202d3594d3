//! What each column of a list means: recognised by layout, guessed by name, or told by a person once and remembered.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::presets::{self, Preset, Synonyms};
use crate::map::name;

/// The meaning of a column. What nothing is kept of is known too, so that it is not taken for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The account's name.
    Account,
    /// Its website, domain or an e-mail address of it.
    Domain,
    /// The partner's name.
    Partner,
    /// Our population or populations.
    OurPopulation,
    /// The partner's.
    TheirPopulation,
    /// Whether we have a deal under way: `yes`, a count or an amount make it our open opportunity.
    OurOpenDeal,
    /// The account's owner on our side.
    Owner,
    /// The account's owner on the partner's side.
    TheirOwner,
    /// The deal's amount, with or without its currency.
    Amount,
    /// The amount's currency, ISO 4217.
    Currency,
    /// The deal's stage.
    Stage,
    /// When the overlap was seen first; nothing is kept of it.
    SeenOn,
    /// The account's country: evidence where a list is matched.
    Country,
    /// Its postcode, likewise.
    Postcode,
    /// What its list calls the account: the CRM's id.
    Id,
    /// Not used.
    Ignore,
}

impl Field {
    /// Every field in the order in which a person picks one, with its name for a menu.
    pub const ALL: [(Self, &'static str); 16] = [
        (Self::Account, "Account"),
        (Self::Domain, "Domain or website"),
        (Self::Partner, "Partner"),
        (Self::OurPopulation, "Our population"),
        (Self::TheirPopulation, "Their population"),
        (Self::OurOpenDeal, "Our open deal"),
        (Self::Owner, "Our owner"),
        (Self::TheirOwner, "Their owner"),
        (Self::Amount, "Amount"),
        (Self::Currency, "Currency"),
        (Self::Stage, "Stage"),
        (Self::SeenOn, "Seen on"),
        (Self::Country, "Country"),
        (Self::Postcode, "Postcode"),
        (Self::Id, "Id in its CRM"),
        (Self::Ignore, "Leave out"),
    ];
}

/// One column's meaning. With `partner` it speaks of that partner only, as `Northwind: Account Owner Name` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What it holds.
    pub field: Field,
    /// The partner that it is about, where the header says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
}

impl From<Field> for Column {
    fn from(field: Field) -> Self {
        Self { field, partner: None }
    }
}

/// The meaning of every column, from left to right. Where two columns have the same field, the first that is not
/// empty counts, row by row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping {
    /// One for each column of the file.
    pub columns: Vec<Column>,
}

/// What was made of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// A layout that is known by name.
    Preset(&'static str, Mapping),
    /// Guessed by the columns' names. The second part lists the columns, counted from 0, that a person should look
    /// at: those known by part of their name only, and those that are left out because nothing fitted.
    Guess(Mapping, Vec<usize>),
    /// Nothing in it names an account or a domain.
    Unknown,
}

impl Mapping {
    /// Recognises a header: a known layout first, then column by column. `partners` are the names of the
    /// workspace's partners; a prefix such as `Northwind: ` is taken for a partner when it is one of them or
    /// when what follows is a column that only partners have.
    pub fn recognise(headers: &[String], partners: &[String]) -> Recognition {
        let headers: Vec<Header> = headers.iter().map(|header| Header::new(header, partners)).collect();
        if let Some((preset, mapping)) = presets::ALL.iter().find_map(|p| Some((p, by_preset(p, &headers)?)))
        {
            return Recognition::Preset(preset.name, mapping);
        }
        let mut uncertain = Vec::new();
        let mut taken: Vec<Column> = Vec::new();
        for (at, header) in headers.iter().enumerate() {
            let (column, certain) = guess(header);
            // A second column for the same thing is kept as a stand-in but shown to a person.
            let again = column.field != Field::Ignore && taken.contains(&column);
            if !certain || again {
                uncertain.push(at);
            }
            taken.push(column);
        }
        let mapping = Self { columns: taken };
        if mapping.has(Field::Account) || mapping.has(Field::Domain) {
            Recognition::Guess(mapping, uncertain)
        } else {
            Recognition::Unknown
        }
    }

    /// Whether any column has this field.
    pub fn has(&self, field: Field) -> bool {
        self.columns.iter().any(|column| column.field == field)
    }

    /// Whether it says what an account is to us, or to which partner it belongs: its rows are overlaps, not accounts.
    pub fn tells_overlaps(&self) -> bool {
        let told = [Field::OurPopulation, Field::OurOpenDeal, Field::Owner, Field::Partner];
        told.iter().any(|field| self.has(*field)) || !self.partners().is_empty()
    }

    /// The same columns as those of a list of one side's own accounts: what it says, it says of that side.
    pub fn of_one_side(&self, ours: bool) -> Self {
        let turned = |field: Field| match (ours, field) {
            (true, Field::TheirPopulation) => Field::OurPopulation,
            (true, Field::TheirOwner) => Field::Owner,
            (false, Field::OurPopulation) => Field::TheirPopulation,
            (false, Field::Owner) => Field::TheirOwner,
            // Nothing is kept of a partner's deals.
            (false, Field::OurOpenDeal | Field::Amount | Field::Currency | Field::Stage) => Field::Ignore,
            (_, field) => field,
        };
        Self {
            columns: self.columns.iter().map(|c| Column { field: turned(c.field), ..c.clone() }).collect(),
        }
    }

    /// The partners that columns are prefixed with, in reading order.
    pub fn partners(&self) -> Vec<&str> {
        let mut partners: Vec<&str> = Vec::new();
        for partner in self.columns.iter().filter_map(|column| column.partner.as_deref()) {
            if !partners.contains(&partner) {
                partners.push(partner);
            }
        }
        partners
    }
}

/// Whether the header tells two sides apart, so that its rows are overlaps: `Our Population` beside what the partner says.
pub fn has_two_sides(headers: &[String]) -> bool {
    headers.iter().any(|header| normal(header).split(' ').any(|word| matches!(word, "our" | "ours" | "us")))
}

/// The key under which a mapping is remembered: the same for the same column names in the same order, whatever
/// their case and punctuation. 16 hexadecimal digits.
pub fn fingerprint(headers: &[String]) -> String {
    let mut hash = Sha256::new();
    for header in headers {
        hash.update(normal(header).as_bytes());
        hash.update([0x1F]);
    }
    let digest = hash.finalize();
    hex::encode(digest.get(..8).unwrap_or_default())
}

/// Lower case words with single spaces: `Partner_Account-Owner` is `partner account owner`, `accountName` too.
pub fn normal(header: &str) -> String {
    let mut out = String::with_capacity(header.len() + 4);
    let mut before = ' ';
    for c in header.trim_start_matches('\u{FEFF}').chars() {
        let word = c.is_alphanumeric();
        let camel = c.is_uppercase() && before.is_lowercase();
        if (!word || camel) && !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
        if word {
            out.extend(c.to_lowercase());
        }
        before = c;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a cell reads like a column's name: how the header is found among the first rows.
pub(super) fn names_a_column(cell: &str) -> bool {
    // Names of columns in some lists, but of populations in the rows of others.
    const VALUES_TOO: [&str; 6] =
        ["customer", "prospect", "client", "partner", "open opportunity", "open opportunities"];
    let value = VALUES_TOO.iter().any(|value| cell.eq_ignore_ascii_case(value));
    if cell.is_empty() || cell.len() > 120 || value {
        return false;
    }
    let known = |text: &str| {
        let name = normal(text);
        presets::knows(&name) || presets::SYNONYMS.iter().any(|s| s.exact.contains(&name.as_str()))
    };
    known(cell) || cell.split_once(':').is_some_and(|(_, rest)| known(rest))
}

/// A header, its prefix taken off where it names a partner.
struct Header {
    name: String,
    partner: Option<String>,
    /// The prefix is a partner of the workspace, not only something that looks like one.
    known_partner: bool,
}

impl Header {
    fn new(text: &str, partners: &[String]) -> Self {
        let whole = Self { name: normal(text), partner: None, known_partner: false };
        let Some((prefix, rest)) = text.split_once(':') else {
            return whole;
        };
        let (prefix, rest) = (prefix.trim(), normal(rest));
        let key = name::key(prefix);
        let known = partners.iter().find(|partner| name::key(partner) == key);
        let partner_only = presets::PARTNER_COLUMNS.contains(&rest.as_str());
        match (known, rest.is_empty() || prefix.is_empty()) {
            (_, true) => whole,
            (Some(partner), _) => Self { name: rest, partner: Some(partner.clone()), known_partner: true },
            (None, _) if partner_only => {
                Self { name: rest, partner: Some(prefix.to_owned()), known_partner: false }
            }
            _ => whole,
        }
    }
}

fn by_preset(preset: &Preset, headers: &[Header]) -> Option<Mapping> {
    let has = |required: &&str| headers.iter().any(|h| h.partner.is_none() && matches(required, &h.name));
    if !preset.required.iter().all(has) {
        return None;
    }
    let column = |header: &Header| {
        let table = if header.partner.is_some() { preset.partner_columns } else { preset.columns };
        let field = table.iter().find(|(name, _)| matches(name, &header.name)).map(|(_, field)| *field);
        Column { field: field.unwrap_or(Field::Ignore), partner: header.partner.clone() }
    };
    Some(Mapping { columns: headers.iter().map(column).collect() })
}

/// `populations *` stands for every column that begins so (`populations 0 name`).
fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

/// A column's meaning by its name alone, and whether that is certain.
fn guess(header: &Header) -> (Column, bool) {
    if let Some(partner) = &header.partner {
        let known = presets::CROSSBEAM_PARTNER.iter().find(|(name, _)| *name == header.name);
        let synonym =
            || presets::SYNONYMS.iter().find(|s| s.exact.contains(&header.name.as_str())).map(|s| s.field);
        let field =
            known.map(|(_, field)| *field).or_else(|| synonym().map(of_partner)).unwrap_or(Field::Ignore);
        return (
            Column { field, partner: Some(partner.clone()) },
            header.known_partner && field != Field::Ignore,
        );
    }
    let exact = presets::SYNONYMS.iter().find(|s| s.exact.contains(&header.name.as_str()));
    if let Some(Synonyms { field, .. }) = exact {
        return (Column::from(*field), true);
    }
    let words: Vec<&str> = header.name.split(' ').collect();
    let theirs = words.iter().any(|word| presets::THEIRS.contains(word));
    let part = presets::SYNONYMS.iter().find(|s| s.words.iter().any(|word| words.contains(word)));
    let field = part.map_or(Field::Ignore, |s| s.field);
    (Column::from(if theirs { of_partner(field) } else { field }), false)
}

/// The same field seen from the partner's side. What we have no field for on their side is left out.
fn of_partner(field: Field) -> Field {
    match field {
        Field::Owner | Field::TheirOwner => Field::TheirOwner,
        Field::OurPopulation | Field::TheirPopulation => Field::TheirPopulation,
        Field::Domain => Field::Domain,
        Field::SeenOn => Field::SeenOn,
        Field::Partner => Field::Partner,
        _ => Field::Ignore,
    }
}
