//! The accounts of a session as lines of text: `Acme Corp: ask, meet their VP Sales`. People put them into an order, add and
//! leave out; motion and goal may be missing.

use super::Named;
use crate::map::overlap::Motion;

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account as written.
    pub account: String,
    /// The motion, where it is written.
    pub motion: Option<Motion>,
    /// The goal; may be empty.
    pub goal: String,
}

/// The accounts as a form shows them.
pub fn written(accounts: &[Named]) -> String {
    accounts.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(named: &Named) -> String {
    let rest: Vec<&str> = named
        .motion
        .map(Motion::as_str)
        .into_iter()
        .chain(Some(named.goal.as_str()).filter(|goal| !goal.is_empty()))
        .collect();
    if rest.is_empty() { named.name.clone() } else { format!("{}: {}", named.name, rest.join(", ")) }
}

/// Reads what a form says; names that are `known` may hold a colon themselves.
pub fn read(text: &str, known: &[Named]) -> Vec<Line> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| read_line(line, known)).collect()
}

fn read_line(line: &str, known: &[Named]) -> Line {
    let is_head = |name: &&str| {
        line.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && line.get(name.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    let head = known.iter().map(|n| n.name.as_str()).filter(is_head).max_by_key(|name| name.len());
    let (account, rest) = match head {
        Some(name) => (name, line.get(name.len() + 1..).unwrap_or_default()),
        None => line.split_once(':').unwrap_or((line, "")),
    };
    let (first, after) = rest.split_once(',').unwrap_or((rest, ""));
    let motion = Motion::stored(&first.trim().to_lowercase());
    let goal = if motion.is_some() { after } else { rest };
    Line { account: account.trim().to_owned(), motion, goal: goal.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::named;
    use super::*;

    fn said(text: &str, known: &[Named]) -> Vec<(String, Option<Motion>, String)> {
        read(text, known).into_iter().map(|l| (l.account, l.motion, l.goal)).collect()
    }

    #[test]
    fn lines_as_people_write_them() {
        let line = |account: &str, motion, goal: &str| (account.to_owned(), motion, goal.to_owned());
        assert_eq!(
            said(
                "Acme Corp: Ask, meet their VP Sales, soon\n\n globex.com\nHooli: renewal in May\nInitech: give",
                &[]
            ),
            [
                line("Acme Corp", Some(Motion::Ask), "meet their VP Sales, soon"),
                line("globex.com", None, ""),
                line("Hooli", None, "renewal in May"),
                line("Initech", Some(Motion::Give), ""),
            ]
        );
        let known = [named("Acme", None), named("Acme: West", None)];
        assert_eq!(
            said("acme: west: joint\nAcme: give", &known),
            [line("Acme: West", Some(Motion::Joint), ""), line("Acme", Some(Motion::Give), "")]
        );
    }

    fn any_named() -> impl Strategy<Value = Named> {
        let motion = prop::option::of(prop::sample::select(Motion::ALL.to_vec()));
        ("[A-Za-z][A-Za-z0-9:&. ]{0,15}[a-z]", motion, "([a-z][a-z0-9 .]{0,20}[a-z])?")
            .prop_map(|(name, motion, goal)| Named { motion, goal, ..named(&name, None) })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(all in prop::collection::vec(any_named(), 0..6)) {
            let lines = read(&written(&all), &all);
            prop_assert_eq!(lines.len(), all.len());
            for (line, named) in lines.iter().zip(&all) {
                let other = all.iter().any(|o| o.name != named.name && o.name.to_lowercase().starts_with(&named.name.to_lowercase()));
                // A goal that begins with the word of a motion is read as one where none stands before it.
                let word = named.motion.is_none() && Motion::stored(&named.goal).is_some();
                if other || word {
                    continue;
                }
                prop_assert!(line.account.eq_ignore_ascii_case(&named.name));
                prop_assert_eq!(line.motion, named.motion);
                prop_assert_eq!(&line.goal, &named.goal);
            }
        }
    }
}
