//! The form of a decision: prefilled with what the map suggests, so that it costs seconds.

use serde_json::{Value, json};

use super::forms::{line, lines};
use super::{action, field, hold_lines};
use crate::kernel::blocks;
use crate::kernel::text::escape;
use crate::map::account_map::relationship::Knower;
use crate::map::account_map::sight::Sight;
use crate::map::account_map::suggest::Suggestion;

/// What a decision's form offers.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it begins with.
    pub suggestion: Suggestion,
    /// Who could introduce: key and name.
    pub introducers: Vec<(String, String)>,
    /// The holds that stand already; mrkdwn.
    pub holds: Vec<String>,
}

impl Offer {
    /// Of a map, with what it suggests.
    pub fn of(sight: &Sight<'_>, suggestion: Suggestion) -> Self {
        let map = sight.map;
        let partner = suggestion.partner.as_ref();
        let mut contacts: Vec<_> = map.contacts.iter().collect();
        // The people of the partner that it is about come first.
        contacts.sort_by_key(|c| Some(&c.partner) != partner);
        let mut introducers: Vec<(String, String)> = contacts
            .into_iter()
            .map(|c| (Knower::Contact(c.id.clone()).key(), sight.contact_name(&c.id)))
            .collect();
        for relationship in &map.relationships {
            let key = relationship.who.key();
            if matches!(relationship.who, Knower::Us(_)) && introducers.iter().all(|(k, _)| *k != key) {
                introducers.push((key, sight.knower_name(&relationship.who)));
            }
        }
        let open: Vec<_> = map.open_holds().cloned().collect();
        let holds = hold_lines(&open, &map.names, sight.now.timestamp());
        Self { suggestion, introducers, holds }
    }
}

/// Who reaches out, who introduces, who stays out, why, and a hold.
pub fn decision_fields(offer: &Offer) -> Vec<Value> {
    let Suggestion { reaches_out, introducer, intent, .. } = &offer.suggestion;
    let options: Vec<Value> =
        offer.introducers.iter().take(100).map(|(key, name)| blocks::choice(name, key)).collect();
    let introducer = introducer.as_ref().map(Knower::key);
    let why = |label: &str, id: &str, text: &str| {
        blocks::input(label, line(id, "In a few words", Some(text), 250), None, false)
    };
    let mut fields = vec![blocks::input(
        "Who reaches out",
        blocks::user_select(field::REACHES_OUT, "Choose a colleague", Some(reaches_out.as_str())),
        None,
        false,
    )];
    if !options.is_empty() {
        let select = blocks::select(field::INTRODUCES, "Nobody", &options, introducer.as_deref());
        fields.push(blocks::input("Who introduces", select, None, true));
    }
    fields.extend([
        blocks::input(
            "Who stays out of the way",
            blocks::users_select(field::STAYS_OUT, "Nobody", &[], 10),
            None,
            true,
        ),
        why("Why this partner", field::WHY_PARTNER, &intent.partner),
        why("Why now", field::WHY_NOW, &intent.now),
        why("Why this person", field::WHY_PERSON, &intent.person),
        blocks::input(
            "Hold",
            lines(field::HOLD, "No executive outreach until the introduction", None),
            Some(
                "Whoever looks the account up sees it. It holds who stays out; with nobody there, everybody.",
            ),
            true,
        ),
        blocks::input(
            "Hold until",
            blocks::date_picker(field::HOLD_UNTIL, None),
            Some("Its last day. Empty: until the introduction is made."),
            true,
        ),
    ]);
    fields
}

/// The holds that stand already, as a paragraph of a form; mrkdwn.
pub fn standing(holds: &[String]) -> Option<Value> {
    (!holds.is_empty()).then(|| blocks::section(&holds.join("\n")))
}

/// A decision on an account, with any of its partners.
pub fn decide_form(sight: &Sight<'_>, offer: &Offer, mut metadata: Value) -> Value {
    let map = sight.map;
    let partners: Vec<Value> = map.partners.iter().map(|p| blocks::choice(&p.name, p.id.as_str())).collect();
    let mut fields = vec![blocks::section(&format!("*{}*", escape(&map.account.label())))];
    fields.extend(standing(&offer.holds));
    if !partners.is_empty() {
        let chosen = offer.suggestion.partner.as_ref().map(|p| p.as_str());
        let select = blocks::select(field::PARTNER, "None: we go alone", &partners, chosen);
        fields.push(blocks::input("With which partner", select, None, true));
    }
    fields.extend(decision_fields(offer));
    metadata["last"] = json!(map.decisions.first().map(|d| d.id.as_str()));
    blocks::modal(action::DECIDE, "Decide", Some("Decide"), &metadata, fields)
}
