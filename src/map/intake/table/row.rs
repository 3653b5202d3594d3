//! Rows: raw cells become a [`ListRow`] by the meaning of their columns, or a [`BadRow`] with its reason.

use std::ops::ControlFlow;

use super::cell;
use super::mapping::{Field, Mapping};
use super::source::RawRow;
use crate::kernel::blocks::clip;
use crate::kernel::money::Money;
use crate::map::domain::Domain;
use crate::map::overlap::Population;

/// An account's name is no longer than this, in characters.
const NAME_CHARS: usize = 200;
/// As much of a website is kept, in characters.
const WEBSITE_CHARS: usize = 200;
/// As much of a country or postcode is kept, in characters.
const PLACE_CHARS: usize = 60;
/// As much of a cell as a reason repeats, in characters.
const QUOTED_CHARS: usize = 40;

/// One row of a list, understood. What it does not state is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRow {
    /// The line in the file where the row begins, counted from 1.
    pub line: u64,
    /// The account's name; its domain where the list has no name.
    pub account: String,
    /// The account's registrable domain.
    pub domain: Option<Domain>,
    /// The partner, as written. `None`: the list does not say, its channel or sender must.
    pub partner: Option<String>,
    /// Ours.
    pub our_population: Option<Population>,
    /// The partner's.
    pub their_population: Option<Population>,
    /// The owner on our side, as written.
    pub owner: Option<String>,
    /// The deal's amount.
    pub amount: Option<Money>,
    /// The deal's stage, as written.
    pub stage: Option<String>,
    /// What its list calls the account.
    pub id: Option<String>,
    /// Its website as written: it says more than the domain.
    pub website: Option<String>,
    /// Its country, as written.
    pub country: Option<String>,
    /// Its postcode, as written.
    pub postcode: Option<String>,
    /// The owner on the partner's side, as written.
    pub their_owner: Option<String>,
}

/// A row that was not understood. `Display` is `Line 7: …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}: {reason}")]
pub struct BadRow {
    /// The line in the file where the row begins, counted from 1.
    pub line: u64,
    /// What is wrong, in words for the one who sent the list.
    pub reason: String,
    /// The account that it is about, with domain and partner where they can be told, and nothing else: the list has it.
    pub about: Option<Box<ListRow>>,
    /// Its cells, where only their number is wrong.
    pub(super) cells: Option<Box<RawRow>>,
}

impl BadRow {
    /// A row of which nothing else can be told.
    pub fn new(line: u64, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into(), about: None, cells: None }
    }
}

/// Reads rows by a mapping; the places of each field are worked out once.
pub(super) struct RowReader {
    /// The fields of columns that belong to no partner.
    common: Columns,
    /// The fields of columns prefixed with a partner's name.
    partners: Vec<(String, Columns)>,
}

/// Which columns hold which field.
struct Columns(Vec<(Field, usize)>);

impl Columns {
    fn of(mapping: &Mapping, partner: Option<&str>) -> Self {
        let columns = mapping.columns.iter().enumerate();
        Self(
            columns
                .filter(|(_, column)| column.partner.as_deref() == partner && column.field != Field::Ignore)
                .map(|(at, column)| (column.field, at))
                .collect(),
        )
    }

    /// The first column of this field that has content.
    fn get<'r>(&self, row: &'r RawRow, field: Field) -> Option<&'r str> {
        self.0.iter().filter(|(f, _)| *f == field).find_map(|(_, at)| cell::content(row.get(*at)))
    }
}

impl RowReader {
    pub fn new(mapping: &Mapping) -> Self {
        let partners = mapping.partners().into_iter();
        Self {
            common: Columns::of(mapping, None),
            partners: partners.map(|p| (p.to_owned(), Columns::every(mapping, p))).collect(),
        }
    }

    /// Hands over the row, once for each partner that it speaks of.
    pub fn read(
        &self,
        row: &RawRow,
        each: &mut impl FnMut(Result<ListRow, BadRow>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut spoken_of = self.partners.iter().filter(|(_, columns)| columns.any(row)).peekable();
        if spoken_of.peek().is_none() {
            // With a single prefix every row is about that partner, even where its cells are empty.
            let only =
                if let [(partner, _)] = self.partners.as_slice() { Some(partner.as_str()) } else { None };
            return each(self.one(row, only, None));
        }
        spoken_of.try_for_each(|(partner, columns)| each(self.one(row, Some(partner), Some(columns))))
    }

    /// A row whose number of cells is wrong: the account that it is about, if its place still names one.
    pub fn about(&self, row: &RawRow) -> Option<Box<ListRow>> {
        let only = if let [(partner, _)] = self.partners.as_slice() { Some(partner.as_str()) } else { None };
        let get = |field| self.common.get(row, field);
        match named(row.line, only, &get) {
            Ok(row) => Some(Box::new(row)),
            Err(bad) => bad.about,
        }
    }

    fn one(&self, row: &RawRow, partner: Option<&str>, theirs: Option<&Columns>) -> Result<ListRow, BadRow> {
        let get = |field| {
            theirs.and_then(|columns| columns.get(row, field)).or_else(|| self.common.get(row, field))
        };
        let named = named(row.line, partner, &get)?;
        let text = |field| get(field).map(cell::one_line);
        match amount(get(Field::Amount), get(Field::Currency)) {
            Ok(amount) => Ok(ListRow {
                our_population: our_population(get(Field::OurPopulation), get(Field::OurOpenDeal)),
                their_population: get(Field::TheirPopulation).and_then(Population::understood),
                owner: text(Field::Owner),
                amount,
                stage: text(Field::Stage),
                website: get(Field::Domain).map(|site| clip(site, WEBSITE_CHARS)),
                country: text(Field::Country).map(|country| clip(&country, PLACE_CHARS)),
                postcode: text(Field::Postcode).map(|code| clip(&code, PLACE_CHARS)),
                their_owner: text(Field::TheirOwner),
                ..named
            }),
            Err(reason) => Err(BadRow { about: Some(Box::new(named)), ..BadRow::new(row.line, reason) }),
        }
    }
}

/// The account that a row is about, its domain and its partner.
fn named<'r>(
    line: u64,
    partner: Option<&str>,
    get: &impl Fn(Field) -> Option<&'r str>,
) -> Result<ListRow, BadRow> {
    let bad = |reason: String| Err(BadRow::new(line, reason));
    let (domain, no_domain) = match domain(get(Field::Domain)) {
        Ok(domain) => (domain, None),
        Err(reason) => (None, Some(reason)),
    };
    let account = match (get(Field::Account), &domain, &no_domain) {
        (Some(name), ..) => cell::one_line(name),
        (None, Some(domain), _) => domain.as_str().to_owned(),
        (None, None, Some(reason)) => return bad(reason.clone()),
        (None, None, None) => return bad("There is no account name and no domain.".to_owned()),
    };
    if account.chars().count() > NAME_CHARS {
        return bad(format!("The account's name is longer than {NAME_CHARS} characters."));
    }
    if !account.contains(char::is_alphanumeric) || account.starts_with('#') && account.ends_with('!') {
        return bad(format!("\"{}\" is not an account's name.", quote(&account)));
    }
    let partner = partner.map(str::to_owned).or_else(|| get(Field::Partner).map(cell::one_line));
    let id = get(Field::Id).map(cell::one_line);
    let row = ListRow { line, account, domain, partner, id, ..ListRow::default() };
    match no_domain {
        None => Ok(row),
        Some(reason) => Err(BadRow { about: Some(Box::new(row)), ..BadRow::new(line, reason) }),
    }
}

impl Columns {
    /// All columns of a partner, those that are not used too: a company's name alone says that it is there.
    fn every(mapping: &Mapping, partner: &str) -> Self {
        let columns = mapping.columns.iter().enumerate();
        let of_partner = columns.filter(|(_, column)| column.partner.as_deref() == Some(partner));
        Self(of_partner.map(|(at, column)| (column.field, at)).collect())
    }

    fn any(&self, row: &RawRow) -> bool {
        self.0.iter().any(|(_, at)| cell::content(row.get(*at)).is_some())
    }
}

fn our_population(population: Option<&str>, open_deal: Option<&str>) -> Option<Population> {
    if open_deal.and_then(cell::affirms) == Some(true) {
        return Some(Population::OpenOpportunity);
    }
    population.and_then(Population::understood)
}

/// The first domain of an account among those in the cell. Free mail, a CRM's links and shared hosts tell none,
/// which is no fault of the row; what is no domain at all is one.
fn domain(text: Option<&str>) -> Result<Option<Domain>, String> {
    let Some(text) = text else { return Ok(None) };
    let parts = || text.split([';', ',', '|', ' ']).filter(|part| !part.is_empty());
    match parts().find_map(Domain::of_account) {
        None if !parts().any(|part| Domain::registrable(part).is_some()) => {
            Err(format!("\"{}\" is not a domain or a website.", quote(text)))
        }
        domain => Ok(domain),
    }
}

fn amount(text: Option<&str>, currency: Option<&str>) -> Result<Option<Money>, String> {
    let Some(text) = text else { return Ok(None) };
    let mut money = cell::amount(text).ok_or_else(|| {
        format!("I can't read \"{}\" as an amount. Write it as 120000 or 120,000 USD.", quote(text))
    })?;
    if let Some(code) = currency {
        let known = cell::currency(code).ok_or_else(|| {
            format!("I don't know the currency \"{}\". Write its code, as USD or EUR.", quote(code))
        })?;
        money.currency = money.currency.or(Some(known));
    }
    Ok(Some(money))
}

fn quote(text: &str) -> String {
    let text = cell::one_line(text);
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text,
    }
}
