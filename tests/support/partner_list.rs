//! A partner's account list of any length, for measuring an import.

use std::io::{self, Write};

const COLUMNS: &str = "Account Name,Website,Our Population,Their Population,Owner,Amount,Stage";
const POPULATIONS: [&str; 3] = ["Customer", "Prospect", "Open opportunity"];
const STAGES: [&str; 4] = ["Discovery", "Proposal", "Negotiation", "In legal"];
const FORMS: [&str; 5] = ["Inc.", "GmbH", "Ltd", "AB", "S.A."];

/// Writes a CSV list with a header and `rows` accounts, the same ones each time.
///
/// Every account has a name and a domain of its own. All nine combinations of the two populations occur;
/// one name in seven carries a comma and is quoted, and only open opportunities have an amount and a stage.
pub fn write_csv(out: &mut impl Write, rows: usize) -> io::Result<()> {
    writeln!(out, "{COLUMNS}")?;
    for row in 0..rows {
        let form = FORMS[row % FORMS.len()];
        let name = if row % 7 == 0 {
            format!("\"Account {row:06}, {form}\"")
        } else {
            format!("Account {row:06} {form}")
        };
        let (ours, theirs) = (row % 3, (row / 3) % 3);
        let deal = if ours == 2 || theirs == 2 {
            format!("{},{}", 5_000 + (row * 37) % 400_000, STAGES[row % STAGES.len()])
        } else {
            ",".to_owned()
        };
        writeln!(
            out,
            "{name},https://www.account-{row:06}.com,{},{},rep{}@example.com,{deal}",
            POPULATIONS[ours],
            POPULATIONS[theirs],
            row % 40,
        )?;
    }
    Ok(())
}
