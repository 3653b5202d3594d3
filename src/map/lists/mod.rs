//! Plain account lists: ours, and those of partners that are matched against ours.
//!
//! A list is kept as it was last seen (`store`). When one side's list comes anew, the two are matched (`matching`): what
//! matches is an overlap, what is in doubt goes to the review queue (`review`). What people say there (`answer`) is applied
//! in every later match, whatever the lists look like then.

pub mod answer;
pub mod kinds;
pub mod matching;
pub mod queue;
pub mod review;
pub mod store;
pub mod view;

use jiff::{Timestamp, Zoned};
use sha2::{Digest, Sha256};

use super::domain::Site;
use super::intake::table::ListRow;
use super::matching::Row;
use super::name;
use super::overlap::{Population, Sighting};
use crate::kernel::age;
use crate::kernel::ids::PartnerId;
use crate::kernel::money::Money;

/// Whose list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Our own.
    Ours,
    /// A partner's.
    Partner(PartnerId),
}

impl Whose {
    /// As stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ours => "ours",
            Self::Partner(id) => id.as_str(),
        }
    }
}

/// One account as a list has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// What tells it from the list's other rows, and finds it in the next one.
    pub key: String,
    /// What the list calls it.
    pub list_id: Option<String>,
    /// Its name as written.
    pub name: String,
    /// Its registrable domain.
    pub domain: Option<String>,
    /// Its website, where that says more.
    pub website: Option<String>,
    /// Its country.
    pub country: Option<String>,
    /// Its postcode.
    pub postcode: Option<String>,
    /// What it is to the side whose list it is; `None` where that cannot be told.
    pub population: Option<Population>,
    /// Who of that side owns it.
    pub owner: Option<String>,
    /// Our deal's amount.
    pub amount: Option<Money>,
    /// Our deal's stage.
    pub stage: Option<String>,
}

/// An id of a list is kept up to this length as it is.
const ID_BYTES: usize = 100;

impl Listed {
    /// From a row of our list, or of a partner's.
    pub fn of(row: ListRow, ours: bool) -> Self {
        let domain = row.domain.map(|d| d.as_str().to_owned());
        let says_more = |site: &String| {
            Site::of_account(site).is_some_and(|site| Some(site.domain()) == domain.as_deref())
        };
        Self {
            key: key(row.id.as_deref(), &row.account, domain.as_deref()),
            list_id: row.id,
            website: row.website.filter(says_more),
            name: row.account,
            domain,
            country: row.country,
            postcode: row.postcode,
            population: if ours { row.our_population } else { row.their_population },
            owner: if ours { row.owner } else { row.their_owner },
            amount: row.amount.filter(|_| ours),
            stage: row.stage.filter(|_| ours),
        }
    }

    /// Differs where anything that is kept of the row differs.
    pub fn fingerprint(&self) -> String {
        let amount = self.amount.map(|m| (m.hundredths, m.currency.map(|c| c.code())));
        let said = (
            (&self.name, &self.domain, &self.website, &self.country, &self.postcode),
            (self.population.map(Population::as_str), &self.owner, amount, &self.stage),
        );
        digest(&format!("{said:?}"))
    }

    /// As the matcher takes it.
    pub fn row(&self) -> Row<'_> {
        Row {
            id: &self.key,
            name: &self.name,
            website: self.website.as_deref().or(self.domain.as_deref()).unwrap_or_default(),
            country: self.country.as_deref().unwrap_or_default(),
            postcode: self.postcode.as_deref().unwrap_or_default(),
            address: "",
        }
    }

    /// What our list says of an account, as a source says it.
    pub fn sighting(&self) -> Sighting {
        Sighting {
            account: self.name.clone(),
            domain: self.domain.clone(),
            our_population: self.population,
            their_population: None,
            owner: self.owner.clone(),
            amount: self.amount,
            stage: self.stage.clone(),
        }
    }
}

fn key(id: Option<&str>, name: &str, domain: Option<&str>) -> String {
    match id {
        Some(id) if id.len() <= ID_BYTES => format!("i:{id}"),
        Some(id) => format!("i#{}", digest(id)),
        None => format!("n:{}", digest(&format!("{}\u{1F}{}", domain.unwrap_or_default(), name::key(name)))),
    }
}

fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hex::encode(hash.get(..10).unwrap_or_default())
}

/// Which population says most: a customer with a deal under way is an open deal.
pub fn strongest(populations: impl IntoIterator<Item = Option<Population>>) -> Option<Population> {
    let rank = |p: &Population| match p {
        Population::Prospect => 0,
        Population::Customer => 1,
        Population::OpenOpportunity => 2,
    };
    populations.into_iter().flatten().max_by_key(rank)
}

/// What our list says of one account that it may have more than once: the row with the strongest population speaks, the
/// others for what it leaves out. `None` for no row.
pub fn together(rows: &[&Listed]) -> Option<Sighting> {
    let strongest = strongest(rows.iter().map(|row| row.population));
    let first = rows.iter().find(|row| row.population == strongest)?;
    let mut seen = first.sighting();
    for other in rows {
        seen.owner = seen.owner.or_else(|| other.owner.clone());
        seen.amount = seen.amount.or(other.amount);
        seen.stage = seen.stage.or_else(|| other.stage.clone());
    }
    Some(seen)
}

/// How old our own list is, and may be (A3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OurList {
    /// When it was last seen whole.
    pub seen_at: Timestamp,
    /// How old it may become.
    pub refresh_days: i64,
}

impl OurList {
    /// Days of the reader's calendar since it was seen.
    pub fn age_days(&self, now: &Zoned) -> i64 {
        age::days_since(self.seen_at, now)
    }

    /// Whether it is older than it may be.
    pub fn is_stale(&self, now: &Zoned) -> bool {
        self.age_days(now) > self.refresh_days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: Option<&str>, name: &str) -> ListRow {
        ListRow { id: id.map(str::to_owned), account: name.to_owned(), ..ListRow::default() }
    }

    #[test]
    fn a_key_finds_the_row_in_the_next_list() {
        let key = |row| Listed::of(row, true).key;
        assert_eq!(key(row(Some("77"), "Acme")), "i:77");
        assert_eq!(key(row(None, "Acme GmbH")), key(row(None, "ACME")), "a legal form is no other company");
        assert_ne!(key(row(None, "Acme")), key(row(None, "Globex")));
        assert!(key(row(Some(&"x".repeat(500)), "Acme")).len() < 40);
    }

    #[test]
    fn a_fingerprint_tells_a_change() {
        let acme = Listed::of(row(None, "Acme"), true);
        let moved = Listed { population: Some(Population::Customer), ..acme.clone() };
        assert_eq!(acme.fingerprint(), acme.clone().fingerprint());
        assert_ne!(acme.fingerprint(), moved.fingerprint());
    }

    #[test]
    fn a_partners_row_tells_nothing_of_our_deal() {
        let told = ListRow {
            owner: Some("Alex".into()),
            their_owner: Some("Sam".into()),
            stage: Some("legal".into()),
            our_population: Some(Population::Customer),
            ..row(None, "Acme")
        };
        let theirs = Listed::of(told, false);
        assert_eq!((theirs.owner.as_deref(), theirs.stage, theirs.population), (Some("Sam"), None, None));
    }

    #[test]
    fn one_account_on_two_rows_is_said_once() {
        let prospect =
            Listed { population: Some(Population::Prospect), owner: Some("Kim".into()), ..Listed::default() };
        let deal = Listed { population: Some(Population::OpenOpportunity), ..Listed::default() };
        for rows in [[&prospect, &deal], [&deal, &prospect]] {
            let seen = together(&rows).unwrap();
            assert_eq!(
                (seen.our_population, seen.owner.as_deref()),
                (Some(Population::OpenOpportunity), Some("Kim"))
            );
        }
        assert_eq!(together(&[]), None);
    }
}
