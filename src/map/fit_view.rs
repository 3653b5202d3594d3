//! Partner fit in Slack: one private report, and the form that asks why names are shown.

use askama::Template;
use serde_json::{Value, json};

use super::fit::{Fit, Prospect, counted};
use super::overlap::{Overlap, Population};
use super::partner::Partner;
use crate::kernel::blocks::{self, Message, clip};
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::kernel::text::escape;

/// The controls.
pub mod action {
    /// Shows the report; the value is the partner's id.
    pub const FIT: &str = "partner.fit";
    /// There is no agreement yet; the value is the partner's id.
    pub const PROSPECT: &str = "partner.prospect";
    /// There is an agreement now; the value is the partner's id.
    pub const AGREED: &str = "partner.agreed";
    /// Opens the form that shows names before there is one; its callback. The value is `id:version`.
    pub const NAMES: &str = "partner.names";
}

/// The field of the form: why.
pub const WHY: &str = "why";
/// So many accounts are named.
pub const SAMPLE: usize = 5;
/// So many kinds are counted one by one.
const KINDS: usize = 6;

#[derive(Template)]
#[template(path = "map/fit.mrkdwn")]
struct Report<'a> {
    partner: &'a str,
    prospective: bool,
    total: i64,
    motions: String,
    kinds: Vec<String>,
    covers: String,
    names: Option<(String, &'a str)>,
    counts_only: bool,
    sample: Vec<(String, String)>,
}

fn kind((ours, theirs, n): &(Option<Population>, Option<Population>, i64)) -> String {
    let side = |whose: &str, p: &Option<Population>| match p {
        Some(p) => format!("{whose} {}", p.words()),
        None => format!("{whose} side not known"),
    };
    format!("{n} · {}, {}", side("their", theirs), side("our", ours))
}

fn plural(population: Population) -> &'static str {
    match population {
        Population::Customer => "customers",
        Population::Prospect => "prospects",
        Population::OpenOpportunity => "open deals",
    }
}

/// Whether accounts are named: with an agreement, or when somebody decided it.
pub fn shows_names(prospect: Option<&Prospect>) -> bool {
    prospect.is_none_or(|p| p.names.is_some())
}

/// `Globex: 3 overlaps, counted only until there is an agreement`; the name is not escaped.
pub fn counted_words(partner: &str, n: i64) -> String {
    let overlaps = if n == 1 { "overlap" } else { "overlaps" };
    format!("{partner}: {n} {overlaps}, counted only until there is an agreement")
}

/// For whoever asks for the names of a partner's accounts before there is an agreement (B10).
pub fn counts_only(partner: &Partner) -> String {
    let name = escape(&partner.name);
    format!(
        "There is no agreement with {name} yet, so what we share is counted and not named. `/partner partner fit {}` shows the counts, and its manager may show names there.",
        escape(&partner.name.to_lowercase())
    )
}

/// The report. `sample` is named only where names are shown. `may_decide`: the reader manages the partner.
pub fn report(
    partner: &Partner,
    fit: &Fit,
    prospect: Option<&Prospect>,
    sample: &[Overlap],
    may_decide: bool,
) -> Result<Message> {
    let named = shows_names(prospect);
    let mut covers: Vec<String> = fit.focus.words("focus accounts").into_iter().collect();
    covers.extend(fit.ours.iter().filter_map(|(p, cover)| cover.words(plural(*p))));
    let named_sample = sample.iter().filter(|_| named).take(SAMPLE);
    let text = Report {
        partner: &partner.name,
        prospective: prospect.is_some(),
        total: fit.overlaps(),
        motions: fit.motions().into_iter().map(|(m, n)| counted(m, n)).collect::<Vec<_>>().join(", "),
        kinds: fit.kinds.iter().take(KINDS).map(kind).collect(),
        covers: covers.join(", "),
        names: prospect.and_then(|p| p.names.as_ref()).map(|(by, why)| (by.mention(), why.as_str())),
        counts_only: !named,
        sample: named_sample.map(|o| (clip(&o.account.name, 60), clip(&o.kind_words(), 80))).collect(),
    };
    let text = text.render()?.trim().to_owned();
    let mut shown = vec![blocks::section(&text)];
    if may_decide {
        shown.push(blocks::actions(match prospect {
            None => vec![blocks::button("No agreement yet", action::PROSPECT, partner.id.as_str())],
            Some(p) => {
                let agreed = blocks::button("There is an agreement", action::AGREED, partner.id.as_str());
                let value = format!("{}:{}", partner.id, p.version);
                let names = (!named).then(|| blocks::button("Show names", action::NAMES, &value));
                [Some(agreed), names].into_iter().flatten().collect()
            }
        }));
    }
    Ok(Message::new(text, shown))
}

/// The form that asks why names are shown.
pub fn names_modal(partner: &Partner, prospect: &Prospect, channel: Option<&ChannelId>) -> Value {
    let metadata = json!({"id": partner.id, "version": prospect.version, "channel": channel});
    blocks::modal(
        action::NAMES,
        "Show names",
        Some("Show names"),
        &metadata,
        vec![
            blocks::section(&format!(
                "There is no agreement with *{}* yet. Whoever looks at this report will read the names of accounts, and why.",
                escape(&partner.name)
            )),
            blocks::input(
                "Why",
                blocks::text_input(WHY, "They signed our NDA on 2 March", None, true),
                None,
                false,
            ),
        ],
    )
}

/// Who may decide on it, for whoever may not.
pub fn refusal(partner: &Partner) -> String {
    let who = partner.manager.as_ref().map(|m| format!(" That is {}.", m.mention()));
    format!(
        "Only {}'s manager or an admin decides that.{} Nothing was changed.",
        escape(&partner.name),
        who.unwrap_or_default()
    )
}
