//! Which column of a list holds what the matcher needs.

use clap::Args;

use crate::map::intake::table::{self, Field, Mapping, Recognition};

/// Columns named by the user; `None` is guessed.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub id: Option<String>,
    pub name: Option<String>,
    pub website: Option<String>,
    pub country: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Columns of our list, where the guess is wrong")]
pub(super) struct OurColumns {
    /// The id; without one, the line's number
    #[arg(long, value_name = "COLUMN")]
    ours_id: Option<String>,
    /// The company's name
    #[arg(long, value_name = "COLUMN")]
    ours_name: Option<String>,
    /// The website, domain or an e-mail address
    #[arg(long, value_name = "COLUMN")]
    ours_website: Option<String>,
    /// The country
    #[arg(long, value_name = "COLUMN")]
    ours_country: Option<String>,
    /// The postcode
    #[arg(long, value_name = "COLUMN")]
    ours_postcode: Option<String>,
    /// The address or city
    #[arg(long, value_name = "COLUMN")]
    ours_address: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Columns of their list, where the guess is wrong")]
pub(super) struct TheirColumns {
    /// The id; without one, the line's number
    #[arg(long, value_name = "COLUMN")]
    theirs_id: Option<String>,
    /// The company's name
    #[arg(long, value_name = "COLUMN")]
    theirs_name: Option<String>,
    /// The website, domain or an e-mail address
    #[arg(long, value_name = "COLUMN")]
    theirs_website: Option<String>,
    /// The country
    #[arg(long, value_name = "COLUMN")]
    theirs_country: Option<String>,
    /// The postcode
    #[arg(long, value_name = "COLUMN")]
    theirs_postcode: Option<String>,
    /// The address or city
    #[arg(long, value_name = "COLUMN")]
    theirs_address: Option<String>,
}

impl OurColumns {
    pub fn named(&self) -> Named {
        Named {
            id: self.ours_id.clone(),
            name: self.ours_name.clone(),
            website: self.ours_website.clone(),
            country: self.ours_country.clone(),
            postcode: self.ours_postcode.clone(),
            address: self.ours_address.clone(),
        }
    }
}

impl TheirColumns {
    pub fn named(&self) -> Named {
        Named {
            id: self.theirs_id.clone(),
            name: self.theirs_name.clone(),
            website: self.theirs_website.clone(),
            country: self.theirs_country.clone(),
            postcode: self.theirs_postcode.clone(),
            address: self.theirs_address.clone(),
        }
    }
}

/// The places of the columns, counted from 0. Several for the address: street, city and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub id: Option<usize>,
    pub name: Option<usize>,
    pub website: Option<usize>,
    pub country: Option<usize>,
    pub postcode: Option<usize>,
    pub address: Vec<usize>,
}

const IDS: [&str; 10] = [
    "id",
    "account id",
    "record id",
    "company id",
    "crm id",
    "salesforce id",
    "hubspot id",
    "key",
    "account number",
    "uuid",
];
const NAMES: [&str; 8] = [
    "name",
    "company name",
    "account name",
    "company",
    "account",
    "organization",
    "organisation",
    "organization name",
];
const POSTCODES: [&str; 8] =
    ["postcode", "postal code", "zip", "zip code", "plz", "billing zip", "billing postal code", "cap"];
const ADDRESSES: [&str; 9] = [
    "address",
    "street",
    "street address",
    "city",
    "town",
    "billing street",
    "billing city",
    "billing address",
    "location",
];

impl Columns {
    /// By the names that the user gave, then by what the header says.
    ///
    /// # Errors
    /// In words for the user: a named column that is not there, or nothing that names a company.
    pub fn find(headers: &[String], named: &Named, side: &str) -> Result<Self, String> {
        let fields = match Mapping::recognise(headers, &[]) {
            Recognition::Preset(_, mapping) | Recognition::Guess(mapping, _) => {
                mapping.columns.into_iter().map(|column| column.field).collect()
            }
            Recognition::Unknown => vec![Field::Ignore; headers.len()],
        };
        let plain: Vec<String> = headers.iter().map(|header| squeezed(header)).collect();
        let by_field = |field: Field| fields.iter().position(|f| *f == field);
        let by_name = |names: &[&str]| {
            let at = |name: &&str| plain.iter().position(|header| *header == squeezed(name));
            names.iter().find_map(at)
        };
        let told = |name: &Option<String>, flag: &str| match name {
            None => Ok(None),
            Some(name) => position(headers, name).map(Some).ok_or_else(|| {
                format!("{side} has no column \"{name}\" (--{side}-{flag}). It has {}.", listed(headers))
            }),
        };
        let id = told(&named.id, "id")?.or_else(|| by_name(&IDS));
        let name = told(&named.name, "name")?
            .or_else(|| by_name(&NAMES))
            .or_else(|| (0..fields.len()).find(|at| fields[*at] == Field::Account && Some(*at) != id));
        let website = told(&named.website, "website")?.or_else(|| by_field(Field::Domain));
        let country = told(&named.country, "country")?.or_else(|| by_field(Field::Country));
        let postcode = told(&named.postcode, "postcode")?.or_else(|| by_name(&POSTCODES));
        let address = match told(&named.address, "address")? {
            Some(at) => vec![at],
            None => {
                let is_address = |header: &String| ADDRESSES.iter().any(|name| squeezed(name) == *header);
                (0..plain.len()).filter(|at| is_address(&plain[*at])).collect()
            }
        };
        if name.is_none() && website.is_none() {
            return Err(format!(
                "I can't tell which column of {side} holds the company. It has {}. Name it with --{side}-name or \
                 --{side}-website.",
                listed(headers)
            ));
        }
        Ok(Self { id, name, website, country, postcode, address })
    }

    /// The places of all.
    pub fn all(&self) -> Vec<usize> {
        let single = [self.id, self.name, self.website, self.country, self.postcode];
        let mut all: Vec<usize> = single.into_iter().flatten().chain(self.address.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// `name in "Account Name", website in "Domain"`.
    pub fn told(&self, headers: &[String]) -> String {
        let parts = [
            ("id", self.id),
            ("name", self.name),
            ("website", self.website),
            ("country", self.country),
            ("postcode", self.postcode),
            ("address", self.address.first().copied()),
        ];
        let part = |(what, at): (&str, Option<usize>)| Some(format!("{what} in \"{}\"", headers.get(at?)?));
        parts.into_iter().filter_map(part).collect::<Vec<_>>().join(", ")
    }
}

fn position(headers: &[String], name: &str) -> Option<usize> {
    let exact = headers.iter().position(|header| header == name);
    exact.or_else(|| headers.iter().position(|header| squeezed(header) == squeezed(name)))
}

/// Lower case letters and figures: `Account Id`, `account_id` and `accountId` are one.
fn squeezed(header: &str) -> String {
    table::normal(header).replace(' ', "")
}

fn listed(headers: &[String]) -> String {
    let shown: Vec<String> = headers.iter().take(12).map(|header| format!("\"{header}\"")).collect();
    match headers.len().saturating_sub(12) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_are_known_by_their_names() {
        let columns = Columns::find(
            &headers(&["Record ID", "Company name", "Company website", "Billing Country", "Zip", "City"]),
            &Named::default(),
            "ours",
        );
        let expected = Columns {
            id: Some(0),
            name: Some(1),
            website: Some(2),
            country: Some(3),
            postcode: Some(4),
            address: vec![5],
        };
        assert_eq!(columns, Ok(expected));
        let camels =
            Columns::find(&headers(&["accountId", "companyName", "zipCode"]), &Named::default(), "ours");
        assert_eq!(camels.map(|c| (c.id, c.name, c.postcode)), Ok((Some(0), Some(1), Some(2))));
    }

    #[test]
    fn the_user_knows_better() {
        let named = Named { name: Some("legal name".to_owned()), ..Named::default() };
        let headers = headers(&["id", "name", "Legal_Name"]);
        assert_eq!(Columns::find(&headers, &named, "ours").map(|c| c.name), Ok(Some(2)));
        let named = Named { name: Some("title".to_owned()), ..Named::default() };
        let refused = Columns::find(&headers, &named, "theirs").unwrap_err();
        assert_eq!(
            refused,
            "theirs has no column \"title\" (--theirs-name). It has \"id\", \"name\", \"Legal_Name\"."
        );
    }

    #[test]
    fn a_list_without_a_company_is_refused_with_the_fix() {
        let refused = Columns::find(&headers(&["foo", "bar"]), &Named::default(), "ours").unwrap_err();
        assert!(refused.contains("--ours-name"), "{refused}");
    }
}
