//! LEVER (E2): five lenses on an account. One that is not answered leaves the account not truly mapped.

use super::listed;
use super::questions::missing_roles;
use super::record::Velocity;
use super::sight::Sight;
use super::stakeholder::Part;
use crate::kernel::blocks::clip;
use crate::kernel::dates::spoken;

/// One lens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Its name.
    pub name: &'static str,
    /// Whether it is answered.
    pub answered: bool,
    /// The answer, or what is missing for one; not escaped.
    pub reason: String,
}

/// All five, in their order.
pub fn lenses(sight: &Sight<'_>) -> [Lens; 5] {
    let lens = |name, told: Result<String, String>| match told {
        Ok(reason) => Lens { name, answered: true, reason },
        Err(reason) => Lens { name, answered: false, reason },
    };
    [
        lens("Leverage", leverage(sight)),
        lens("Exposure", exposure(sight)),
        lens("Velocity", velocity(sight)),
        lens("Execution", execution(sight)),
        lens("Risk", risk(sight)),
    ]
}

/// How many are answered, and which are not: `4 of 5 lenses answered: not truly mapped until Risk is.`
pub fn completeness(lenses: &[Lens; 5]) -> String {
    let open: Vec<&str> = lenses.iter().filter(|l| !l.answered).map(|l| l.name).collect();
    let are = if open.len() == 1 { "is" } else { "are" };
    match open.len() {
        0 => "All 5 lenses answered.".to_owned(),
        n => format!("{} of 5 lenses answered: not truly mapped until {} {are}.", 5 - n, listed(open)),
    }
}

/// Trust inside.
fn leverage(sight: &Sight<'_>) -> Result<String, String> {
    let (said, person, strength) =
        sight.strongest().ok_or_else(|| "nobody is known to have trust inside".to_owned())?;
    Ok(format!("{} has {strength} of 5 with {}", sight.knower_name(&said.who), person.label()))
}

/// Roles covered and missing.
fn exposure(sight: &Sight<'_>) -> Result<String, String> {
    if sight.map.people.iter().all(|p| p.role.is_none()) {
        return Err("no contact has a role yet".to_owned());
    }
    let missing = missing_roles(sight);
    let there = Part::NEEDED.into_iter().filter(|part| !missing.contains(part)).map(Part::words);
    let there: Vec<&str> = there.collect();
    let counted = format!("{} of {} roles", there.len(), Part::NEEDED.len());
    let mut words = if there.is_empty() { counted } else { format!("{counted}: {}", listed(there)) };
    if !missing.is_empty() {
        words.push_str(&format!("; missing {}", listed(missing.into_iter().map(Part::words))));
    }
    if let Some(blocker) = sight.map.people.iter().find(|p| p.role == Some(Part::Blocker)) {
        words.push_str(&format!("; {} blocks", blocker.name));
    }
    Ok(words)
}

/// Active or dormant.
fn velocity(sight: &Sight<'_>) -> Result<String, String> {
    let (Some(touch), Some(velocity)) = (sight.last_touch(), sight.velocity()) else {
        return Err("no touch is logged".to_owned());
    };
    let day = spoken(touch.on, sight.today());
    Ok(format!("{}, last touch {day}: {}", velocity.words(), clip(touch.text.trim_end_matches('.'), 100)))
}

/// Who is best placed to move it now.
fn execution(sight: &Sight<'_>) -> Result<String, String> {
    let best = sight.paths().into_iter().next().map(|path| {
        let who = path.nodes.first().map(|n| sight.name(n)).unwrap_or_default();
        match path.introducer() {
            Some(introducer) => format!("{who}, through {}", sight.name(introducer)),
            None => who,
        }
    });
    let decided = sight.map.decisions.first().map(|d| {
        format!("{} reaches out, decided {}", sight.map.names.of_user(&d.reaches_out), sight.day(d.at))
    });
    match (best, decided) {
        (Some(best), Some(decided)) => Ok(format!("best placed is {best}; {decided}")),
        (Some(best), None) => Ok(format!("best placed is {best}")),
        (None, Some(decided)) => Ok(decided),
        (None, None) => Err("no path leads in, and nobody was chosen".to_owned()),
    }
}

/// Overlap, silence, misalignment. It can only be judged where owners and touches are known.
fn risk(sight: &Sight<'_>) -> Result<String, String> {
    let mut lacking = Vec::new();
    if sight.map.deal_owner().is_none() {
        lacking.push("nobody owns the deal");
    }
    if sight.map.owners.relationship.is_none() {
        lacking.push("nobody owns the relationship");
    }
    if sight.last_touch().is_none() {
        lacking.push("no touch is logged");
    }
    if !lacking.is_empty() {
        return Err(format!("can't be judged: {}", listed(lacking)));
    }
    let mut seen = Vec::new();
    if sight.map.overlaps.len() > 1 {
        let partners: Vec<&str> = sight.map.overlaps.iter().map(|o| o.partner.as_str()).take(4).collect();
        seen.push(format!("{} are on it together", listed(partners)));
    }
    match sight.velocity() {
        Some(Velocity::Dormant) => seen.push("it is silent".to_owned()),
        Some(Velocity::Cooling) => seen.push("it is going silent".to_owned()),
        Some(Velocity::Active) | None => {}
    }
    let late = sight.map.steps.iter().filter(|s| s.is_late(sight.today())).count();
    match late {
        0 => {}
        1 => seen.push("a step is late".to_owned()),
        n => seen.push(format!("{n} steps are late")),
    }
    if sight.map.open_holds().any(|h| h.ran_out(sight.now.timestamp())) {
        seen.push("a hold ran out and nobody said whether it goes on".to_owned());
    }
    if sight.map.decisions.is_empty() {
        seen.push("nobody decided who reaches out".to_owned());
    }
    Ok(if seen.is_empty() { "none seen".to_owned() } else { seen.join("; ") })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::testing::{at, map};
    use super::super::{AccountMap, Settings};
    use super::*;

    fn told(map: &AccountMap) -> String {
        let now = at("2026-03-09T08:00:00Z").in_tz("Europe/Stockholm").unwrap();
        let lenses = lenses(&Sight { map, now: &now, settings: &Settings::default() });
        let line = |l: &Lens| format!("{}{}: {}\n", l.name, if l.answered { "" } else { ", open" }, l.reason);
        format!("{}{}", lenses.iter().map(line).collect::<String>(), completeness(&lenses))
    }

    #[test]
    fn each_lens_has_its_reason() {
        let mut map = map();
        insta::assert_snapshot!(told(&map), @r"
        Leverage: Sam Whitfield at Northwind has 5 of 5 with Dana Reyes, VP Sales
        Exposure: 2 of 4 roles: decision maker and user; missing executive sponsor and champion
        Velocity: active, last touch Thu 5 Mar: Sam called Dana
        Execution: best placed is Alex Rivera, through Sam Whitfield at Northwind; Alex Rivera reaches out, decided Thu 5 Mar
        Risk, open: can't be judged: nobody owns the relationship
        4 of 5 lenses answered: not truly mapped until Risk is.
        ");
        map.owners.relationship = Some("U0MAYA".into());
        map.steps[0].due = date(2026, 3, 6);
        map.holds[0].until = Some(date(2026, 3, 6));
        let told_now = told(&map);
        assert!(
            told_now
                .contains("Risk: Northwind and Globex are on it together; a step is late; a hold ran out"),
            "{told_now}"
        );
        assert!(told_now.ends_with("All 5 lenses answered."), "{told_now}");
        map.overlaps.truncate(1);
        map.steps.clear();
        map.holds.clear();
        let told_now = told(&map);
        assert!(told_now.contains("Risk: none seen"), "{told_now}");
    }

    #[test]
    fn an_empty_map_answers_nothing() {
        let mut map = map();
        map.people.clear();
        map.relationships.clear();
        map.log.clear();
        map.decisions.clear();
        insta::assert_snapshot!(told(&map), @r"
        Leverage, open: nobody is known to have trust inside
        Exposure, open: no contact has a role yet
        Velocity, open: no touch is logged
        Execution, open: no path leads in, and nobody was chosen
        Risk, open: can't be judged: nobody owns the relationship and no touch is logged
        0 of 5 lenses answered: not truly mapped until Leverage, Exposure, Velocity, Execution and Risk are.
        ");
    }
}
