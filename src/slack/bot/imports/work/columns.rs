//! Whose list it is and what its columns mean, as far as the file, its name and the last ones like it tell.

use crate::kernel::error::Result;
use crate::kernel::ids::PartnerId;
use crate::map::import::{Import, Kind, store};
use crate::map::intake::table::{self, Field, Mapping, Recognition};
use crate::map::lists::{Whose, store as lists};
use crate::map::name;
use crate::map::partner::Partner;
use crate::store::Tx;

/// Fills in columns and owner as far as they are known; gives what somebody must say. A layout that is known from one
/// partner tells what the columns are, not whose list it is: another may send the same.
pub(super) async fn settle(tx: &mut Tx, import: &mut Import, partners: &[Partner]) -> Result<String> {
    let names: Vec<String> = partners.iter().map(|p| p.name.clone()).collect();
    let remembered = store::remembered(tx, &table::fingerprint(&import.headers)).await?;
    let told = import.partner.clone().map(Whose::Partner).or_else(|| whose_in(&import.file_name, partners));
    let own = remembered.iter().find(|(whose, _)| *whose == told);
    let recognition = Mapping::recognise(&import.headers, &names);
    let preset = matches!(recognition, Recognition::Preset(..));
    let mut needs = String::new();
    import.mapping = match own.or(remembered.first()) {
        Some((_, mapping)) => Some(mapping.clone()),
        None => {
            let (mapping, unsure) = match recognition {
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
            mapping
        }
    };
    // A source that is bound to a partner stays so, whatever its rows name.
    let bound = import.partner.take().filter(|_| import.source().is_some());
    import.kind = Kind::Overlaps;
    let rows_say = import.mapping.as_ref().is_some_and(|m| m.has(Field::Partner) || !m.partners().is_empty());
    if rows_say {
        import.partner = bound;
        return Ok(needs);
    }
    match told {
        Some(Whose::Ours) => {
            import.kind = Kind::Ours;
            // What somebody chose for this very list stays as it is.
            if own.is_none() {
                import.mapping = import.mapping.take().map(|m| m.of_one_side(true));
            }
        }
        Some(Whose::Partner(partner)) => {
            let accounts = lists::rows_listed(tx, &Whose::Ours).await? > 0
                || import.source().is_none() && are_kept(tx, &partner, &import.file_name).await?;
            if own.is_none() && accounts && !preset && !table::has_two_sides(&import.headers) {
                import.mapping = import.mapping.take().map(|m| m.of_one_side(false));
            }
            let of = |mapping: &Mapping| Kind::of_partners(mapping, accounts);
            import.kind = import.mapping.as_ref().map_or(Kind::Overlaps, of);
            import.partner = Some(partner);
        }
        None if needs.is_empty() => needs = "It does not say which partner it is from.".to_owned(),
        None => {}
    }
    Ok(needs)
}

/// Whether a list that is dropped before there is one of ours is the partner's accounts: its name says so, or the last one
/// is kept as such.
async fn are_kept(tx: &mut Tx, partner: &PartnerId, file_name: &str) -> Result<bool> {
    Ok(names_accounts(file_name) || lists::rows_listed(tx, &Whose::Partner(partner.clone())).await? > 0)
}

/// `northwind accounts.csv`; a list of overlaps may have the word too.
fn names_accounts(file_name: &str) -> bool {
    let words = name::key(&file_name.replace(['_', '-', '.'], " "));
    let mut words = words.split(' ');
    words.clone().any(|word| matches!(word, "account" | "accounts"))
        && !words.any(|word| word.starts_with("overlap"))
}

/// Words of a file's name by which a list is our own.
const OURS: [&str; 4] = ["our", "ours", "own", "crm"];

/// The one partner that a file's name has, else us where it says so.
fn whose_in(file_name: &str, partners: &[Partner]) -> Option<Whose> {
    let words = name::key(&file_name.replace(['_', '-', '.'], " "));
    let words = format!(" {words} ");
    let mut named = partners.iter().filter(|p| words.contains(&format!(" {} ", name::key(&p.name))));
    match (named.next(), named.next()) {
        (Some(one), None) => Some(Whose::Partner(one.id.clone())),
        (Some(_), Some(_)) => None,
        (None, _) => {
            let ours = words.split(' ').any(|word| OURS.contains(&word));
            (ours && !words.contains(" overlap")).then_some(Whose::Ours)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_may_say_that_its_rows_are_accounts() {
        for (name, accounts) in [
            ("northwind accounts.csv", true),
            ("Northwind_Account-List.xlsx", true),
            ("northwind.csv", false),
            ("northwind account overlaps.csv", false),
            ("accountant.csv", false),
        ] {
            assert_eq!(names_accounts(name), accounts, "{name}");
        }
    }

    #[test]
    fn a_files_name_may_say_whose_it_is() {
        let partner = |id: &str, name: &str| Partner {
            id: id.into(),
            name: name.into(),
            domain: None,
            manager: None,
            channel: None,
            refresh_days: 45,
            list_seen_at: None,
            sample: false,
        };
        let partners = [partner("n", "Northwind"), partner("g", "Globex")];
        let of = |name: &str| Some(Whose::Partner(name.into()));
        for (name, whose) in [
            ("ours.csv", Some(Whose::Ours)),
            ("Our accounts 2026.xlsx", Some(Whose::Ours)),
            ("crm-export.tsv", Some(Whose::Ours)),
            ("our-overlaps.csv", None),
            ("accounts.csv", None),
            ("northwind_crm.csv", of("n")),
            ("our accounts with Globex.csv", of("g")),
            ("globex-northwind.csv", None),
        ] {
            assert_eq!(whose_in(name, &partners), whose, "{name}");
        }
    }
}
